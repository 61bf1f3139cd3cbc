"""The FHIR door in XML: what one client writes in XML another reads in JSON, and the other way round."""

import pytest
from lxml import etree

from tests.factories.fhir import observation, patient

XML = {"Content-Type": "application/fhir+xml", "Accept": "application/fhir+xml"}
AS_XML = {"Accept": "application/fhir+xml"}
NS = {"f": "http://hl7.org/fhir"}


@pytest.fixture
def fhir(shared_fhir):
    return shared_fhir


def tree(answer):
    assert answer.headers["Content-Type"] == "application/fhir+xml; charset=utf-8"
    return etree.fromstring(answer.body)


def values(answer, path):
    return tree(answer).xpath(f"{path}/@value", namespaces=NS)


def test_written_in_xml_and_read_in_json(fhir):
    body = '<Patient xmlns="http://hl7.org/fhir"><name><text value="梁秀英"/></name><gender value="female"/></Patient>'
    made = fhir("POST", "Patient", body.encode(), headers=XML)
    assert made.status == 201
    (id,) = values(made, "f:id")
    assert fhir("GET", f"Patient/{id}").json["name"] == [{"text": "梁秀英"}]
    changed = body.replace("female", "male").replace("<name>", f'<id value="{id}"/><name>')
    updated = fhir("PUT", f"Patient/{id}", changed.encode(), headers=XML)
    assert (updated.status, values(updated, "f:meta/f:versionId")) == (200, ["2"])


def test_written_in_json_and_read_in_xml(fhir):
    who = fhir("POST", "Patient", patient()).id
    fhir("POST", "Observation", observation(f"Patient/{who}"))
    found = fhir("GET", f"Observation?patient=Patient/{who}", headers=AS_XML)
    assert values(found, "f:total") in ([], ["1"])
    assert values(found, "f:entry/f:resource/f:Observation/f:subject/f:reference") == [
        f"Patient/{who}"
    ]
    assert values(fhir("GET", f"Patient/{who}?_format=xml"), "f:id") == [who]
    indented = fhir("GET", f"Patient/{who}?_format=xml&_pretty=true").body
    assert b"\n  <id" in indented


def test_transaction_in_xml(fhir):
    body = """<Bundle xmlns="http://hl7.org/fhir"><type value="transaction"/><entry>
        <fullUrl value="urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"/>
        <resource><Patient><active value="true"/></Patient></resource>
        <request><method value="POST"/><url value="Patient"/></request></entry></Bundle>"""
    done = fhir("POST", "", body.encode(), headers=XML)
    assert values(done, "f:entry/f:response/f:status") == ["201 Created"]


def test_refusals_are_in_xml_too(fhir):
    wrong = '<Patient xmlns="http://hl7.org/fhir">\n<gender value="maybe"/></Patient>'
    refused = fhir("POST", "Patient", wrong.encode(), headers=XML)
    assert refused.status == 400
    assert values(refused, "f:issue/f:expression") == ["Patient.gender"]
    strange = fhir("POST", "Patient", wrong.replace("gender", "colour").encode(), headers=XML)
    assert strange.status == 400
    assert "Line 2 is not FHIR R4 XML" in values(strange, "f:issue/f:details/f:text")[0]
    missing = fhir("GET", "Patient/nobody", headers=AS_XML)
    assert (missing.status, tree(missing).tag) == (404, "{http://hl7.org/fhir}OperationOutcome")


def test_capabilities_name_both_formats(fhir):
    assert values(fhir("GET", "metadata", headers=AS_XML), "f:format") == [
        "application/fhir+json",
        "application/fhir+xml",
    ]


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("application/fhir+json;q=0.5, application/fhir+xml", "xml"),
        ("application/fhir+xml;q=0.5, application/fhir+json", "json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "json"),
        ("text/xml", "xml"),
        ("*/*", "json"),
        ("", "json"),
    ],
)
def test_the_most_wanted_format_is_sent(fhir, accept, wanted):
    answer = fhir("GET", "metadata", headers={"Accept": accept})
    assert answer.headers["Content-Type"].startswith(f"application/fhir+{wanted}")
