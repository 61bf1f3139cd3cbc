"""FHIR XML: every official example comes back from XML as it went in; what R4 does not have is refused by line."""

import json
import re
from html.entities import name2codepoint
from typing import Any

import orjson
import pytest
from lxml import etree

from kangmai.records.fhir.xml import MalformedXml, NotFhirXml, to_json, to_xml

NS = 'xmlns="http://hl7.org/fhir"'


def read(xml: str) -> Any:
    return json.loads(to_json(xml.encode()))


def comparable(value: Any) -> Any:
    """A resource whose narratives are compared as XML, in which white space of attributes means nothing."""
    if isinstance(value, dict):
        return {
            key: _canonical(each) if key == "div" else comparable(each)
            for key, each in value.items()
        }
    return [comparable(each) for each in value] if isinstance(value, list) else value


def _canonical(div: str) -> bytes:
    for name in set(re.findall("&([a-z0-9]+);", div, re.IGNORECASE)) - {"lt", "gt", "amp", "quot"}:
        div = div.replace(f"&{name};", chr(name2codepoint[name]))
    return etree.tostring(etree.fromstring(div), method="c14n")


def test_official_examples_come_back(clinical_examples):
    bodies = [orjson.dumps(each) for each in clinical_examples]
    usual = [
        (each, body)
        for each, body in zip(clinical_examples, bodies, strict=True)
        if len(body) < 100_000
    ]
    assert len(usual) > 500
    for resource, body in usual:
        name = f"{resource['resourceType']}/{resource.get('id')}"
        back = orjson.loads(to_json(to_xml(body)))
        assert comparable(back) == comparable(resource), name


def test_digits_of_numbers_stay():
    body = b'{"resourceType":"Observation","valueQuantity":{"value":1.50}}'
    xml = to_xml(body)
    assert b'<value value="1.50"/>' in xml
    assert to_json(xml) == body


def test_what_is_said_about_a_value_and_its_id():
    patient = {
        "resourceType": "Patient",
        "name": [
            {
                "id": "n1",
                "given": ["梅", None, "芳"],
                "_given": [
                    None,
                    {"extension": [{"url": "urn:x", "valueBoolean": True}]},
                    {"id": "g"},
                ],
            }
        ],
        "_birthDate": {"extension": [{"url": "urn:unknown", "valueCode": "unknown"}]},
    }
    xml = to_xml(orjson.dumps(patient))
    assert b'<name id="n1"><given value="\xe6\xa2\x85"/>' in xml
    assert orjson.loads(to_json(xml)) == patient


def test_order_is_that_of_the_definition():
    xml = to_xml(b'{"resourceType":"Patient","gender":"female","active":true,"id":"a"}')
    names = [etree.QName(child).localname for child in etree.fromstring(xml)]
    assert names == ["id", "active", "gender"]


def test_contained_resources_and_bundles():
    inner = {"resourceType": "Patient", "contained": [{"resourceType": "Organization", "id": "o"}]}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": inner}]}
    assert orjson.loads(to_json(to_xml(orjson.dumps(bundle)))) == bundle


def test_comments_are_no_part_of_a_resource():
    assert read(f"<!-- a --><Patient {NS}><!-- b --><?c d?><active value='true'/></Patient>") == {
        "resourceType": "Patient",
        "active": True,
    }


def test_named_characters_of_narratives():
    div = '<div xmlns="http://www.w3.org/1999/xhtml">a&nbsp;b &lt; c</div>'
    body = orjson.dumps({"resourceType": "Basic", "text": {"status": "generated", "div": div}})
    found = orjson.loads(to_json(to_xml(body)))["text"]["div"]
    assert found == div.replace("&nbsp;", "\u00a0")


def test_values_of_a_wrong_type_stay_text_for_validation():
    assert read(f'<Patient {NS}><active value="ja"/></Patient>')["active"] == "ja"
    assert read(f'<Bundle {NS}><total value="3.5x"/></Bundle>')["total"] == "3.5x"


@pytest.mark.parametrize(
    ("xml", "line", "reason"),
    [
        ("<Patient/>", 1, "not in the namespace"),
        (f"<Frog {NS}/>", 1, "Frog is not a resource type"),
        (f"<Patient {NS}>\n<colour value='red'/></Patient>", 2, "Patient has no element colour"),
        (f"<Patient {NS}>\n\n<active>true</active></Patient>", 3, "text stands between"),
        (f"<Patient {NS}><active value='true' x='1'/></Patient>", 1, "a value has no attribute x"),
        (f"<Patient {NS} id='1'/>", 1, "Patient has no attribute id"),
        (f"<Patient {NS}><active/><active/></Patient>", 1, "active stands twice"),
        (f"<Bundle {NS}><entry><resource/></entry></Bundle>", 1, "holds exactly one resource"),
        (
            f'<!DOCTYPE Patient [<!ENTITY x "y">]><Patient {NS}><id value="&x;"/></Patient>',
            1,
            "DOCTYPE",
        ),
        (f'<!DOCTYPE P SYSTEM "file:///etc/passwd"><Patient {NS}/>', 1, "DOCTYPE"),
    ],
)
def test_what_r4_does_not_have_is_refused_by_line(xml, line, reason):
    with pytest.raises(NotFhirXml) as refusal:
        to_json(xml.encode())
    assert refusal.value.details["line"] == line
    assert reason in str(refusal.value)


def test_ten_thousand_levels_are_refused_calmly():
    deep = "<part>" * 10_000 + "</part>" * 10_000
    with pytest.raises((MalformedXml, NotFhirXml)):
        to_json(f"<Parameters {NS}><parameter>{deep}</parameter></Parameters>".encode())


def test_broken_xml_is_named_by_place():
    with pytest.raises(MalformedXml) as refusal:
        to_json(f"<Patient {NS}>\n<active value='true'>".encode())
    assert refusal.value.details["line"] == 2


def test_another_encoding_is_read_as_declared():
    xml = f'<?xml version="1.0" encoding="GBK"?><Patient {NS}><name><text value="梁秀英"/></name></Patient>'
    assert json.loads(to_json(xml.encode("gbk")))["name"] == [{"text": "梁秀英"}]


def test_unknown_properties_are_not_lost_silently():
    with pytest.raises(NotFhirXml):
        to_xml(b'{"resourceType":"Patient","colour":"red"}')
