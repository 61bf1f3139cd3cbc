"""Extraction against FHIRPath, for every parameter of every example; and the form of each kind of key."""

import re
from datetime import UTC, date, datetime
from functools import cache
from math import inf

import pytest
from fhirpathpy import compile as fhirpath
from fhirpathpy.models import models

from kangmai.identity.fhir import to_fhir
from kangmai.identity.types import Demographics, IdentityDocument
from kangmai.records.fhir.definitions import resource_types
from kangmai.records.search.extraction import compartments, extract
from kangmai.records.search.generator import NOT_INDEXED, columns_of, generate
from kangmai.records.search.hashing import hash32, hash64, system_hash, token_hash
from kangmai.records.search.parameters import Kind, SearchParameter, parameter, parameters
from kangmai.records.search.quantities import ucum_scale

TEXT_FOR_DATE = {("CarePlan", "activity-date")}
"""Where examples give a date as free text (scheduledString), which R4 does not index as a date."""


@cache
def oracle(expression: str):
    """fhirpathpy on an expression of R4: `as` of many items is ofType; resolve() is done here."""
    expression = re.sub(r"^(Resource|DomainResource)\.", "", expression)
    text = re.sub(r"\.where\(resolve\(\) is \w+\)", "", expression)
    text = re.sub(r"\((\w[\w.]*) as (\w+)\)", r"\1.ofType(\2)", text)
    text = re.sub(r"\.as\((\w+)\)", r".ofType(\1)", text)
    return fhirpath(text.replace("DateTime)", "dateTime)"), models["r4"])


def found_by_fhirpath(resource: dict, known: SearchParameter) -> list:
    found = []
    for text in known.expression.split(" | "):
        target = re.search(r"resolve\(\) is (\w+)", text)
        for value in oracle(text)(resource):
            if target is None or points_to(value, target[1]):
                found.append(value)
    return found


def points_to(value: dict, target: str) -> bool:
    reference = value.get("reference", "")
    if reference.startswith("#") or not reference:
        return value.get("type") == target
    return reference.split("/_history/")[0].split("/")[-2:-1] == [target]


def codes(value) -> list[tuple[str | None, str]]:
    """(system, code) of a token, as a reader of the specification would list them."""
    if isinstance(value, bool):
        return [(None, str(value).lower())]
    if isinstance(value, str):
        return [(None, value)]
    if "coding" in value:
        return [(c.get("system"), c["code"]) for c in value["coding"] if "code" in c]
    if "code" in value:
        return [(value.get("system"), value["code"])]
    return [(value.get("system"), value["value"])] if "value" in value else []


@pytest.mark.outside
def test_every_parameter_of_every_example_as_fhirpath_sees_it(clinical_examples):
    compared = dict.fromkeys(Kind, 0)
    for resource in clinical_examples:
        keys = extract(resource)
        present = set(keys.present)
        for known in columns_of(resource["resourceType"]):
            if known.kind is Kind.COMPOSITE:
                continue
            values = found_by_fhirpath(resource, known)
            place = (resource["resourceType"], resource.get("id"), known.name)
            if known.kind not in (Kind.DATE, Kind.QUANTITY, Kind.STRING, Kind.REFERENCE):
                # The others have types that the kind does not index (an Age under a date).
                assert bool(values) is (known.p in present), place
            check(keys, known, values, place)
            compared[known.kind] += len(values)
    unseen = {kind for kind, values in compared.items() if values < 70}
    assert unseen == {Kind.SPECIAL, Kind.COMPOSITE}


def check(keys, known: SearchParameter, values: list, place: tuple) -> None:
    """Each value that FHIRPath finds is a row, and there are no other rows of the parameter."""
    numbers = {s.p for s in known.sources}
    match known.kind:
        case Kind.TOKEN:
            hashes = {h for h, _ in keys.tokens}
            for value in values:
                if (
                    isinstance(value, dict)
                    and "use" in value
                    and "coding" not in value
                    and "type" not in value
                    and ("rank" in value or value.get("system") in CONTACTS)
                ):
                    continue
                for system, code in codes(value):
                    if not isinstance(value, dict) or value.get("system") not in CONTACTS:
                        own = {token_hash(known.resource_type, s.name, code) for s in known.sources}
                        assert own & hashes, (place, code)
                        if system:
                            whole = {
                                system_hash(known.resource_type, s.name, system)
                                for s in known.sources
                            }
                            assert whole & hashes, (place, system)
        case Kind.REFERENCE:
            targets = {t for t, p in keys.references if p in numbers}
            wanted = {hash64(t) for v in values for t in written_targets(v)}
            narrowed = any(s.target for s in known.sources)
            assert wanted <= targets if narrowed else wanted == targets, place
        case Kind.STRING:
            texts = {v for p, v in keys.strings if p in numbers}
            wanted = {
                w
                for v in values
                if isinstance(v, str)
                for w in [" ".join(v.casefold().split())]
                if v.isascii()
            }
            assert {w[:256] for w in wanted} <= texts, place
        case Kind.URI:
            assert {v[:1000] for v in values} == {v for p, v in keys.strings if p in numbers}, place
        case Kind.DATE:
            found = [(lo, hi) for p, lo, hi in keys.dates if abs(p) in numbers]
            days = [v for v in values if isinstance(v, str) and re.match(r"\d{4}-\d\d-\d\d", v)]
            for day in [] if place[::2] in TEXT_FOR_DATE else days:
                at = datetime.fromisoformat(day if "T" in day else f"{day}T12:00:00+08:00")
                assert any(lo <= at < hi for lo, hi in found), (place, day)
        case Kind.QUANTITY | Kind.NUMBER:
            found = [(lo, hi) for p, u, lo, hi in keys.quantities if p in numbers and u == 0]
            for value in values:
                amount = value.get("value") if isinstance(value, dict) else value
                if amount is not None:
                    assert any(lo <= float(amount) <= hi for lo, hi in found), place


CONTACTS = {"phone", "fax", "email", "pager", "url", "sms", "other"}


def written_targets(value) -> list[str]:
    if isinstance(value, str):
        return [] if value.startswith("#") else list(dict.fromkeys([value, value.split("|")[0]]))
    if "resourceType" in value:
        return [f"{value['resourceType']}/{value['id']}"] if "id" in value else []
    text = value.get("reference") or value.get("url") or "#"
    return [] if text.startswith("#") else [text.split("/_history/")[0]]


@pytest.mark.outside
def test_extraction_is_the_same_every_time(clinical_examples):
    for resource in clinical_examples[:200]:
        assert extract(resource) == extract(dict(reversed(resource.items())))


def test_every_type_has_an_extractor_and_every_expression_leads_somewhere():
    for name in resource_types():
        source, _ = generate(name)
        assert "def extract(v0, rows):" in source
        bare = extract({"resourceType": name})
        assert bare.references == bare.dates == bare.strings == bare.quantities == ()
        assert set(bare.present) == (
            {parameter("Patient", "deceased").p} if name == "Patient" else set()
        )


def test_numbers_of_parameters_are_unique_and_small():
    numbers = [p.p for name in resource_types() for p in parameters(name).values()]
    assert len(numbers) == len(set(numbers)) == 2573
    assert max(numbers) < 2**15
    assert parameters("Observation").keys() >= NOT_INDEXED


def keyed(text: str) -> int:
    return hash64("secret " + text)


OBSERVATION = {
    "resourceType": "Observation",
    "id": "o",
    "status": "final",
    "code": {
        "coding": [{"system": "http://loinc.org", "code": "8302-2", "display": "Body  HEIGHT"}]
    },
    "subject": {"reference": "https://here/fhir/Patient/p/_history/3"},
    "effectiveDateTime": "2024-03-01",
    "valueQuantity": {"value": 171.5, "system": "http://unitsofmeasure.org", "code": "cm"},
}


def test_keys_of_an_observation():
    keys = extract(OBSERVATION, server="https://here/fhir")
    of = lambda name: parameter("Observation", name).p  # noqa: E731
    loinc = hash32("http://loinc.org")
    status = hash32("http://hl7.org/fhir/observation-status")
    assert set(keys.tokens) == {
        (token_hash("Observation", "code", "8302-2"), loinc),
        (system_hash("Observation", "code", "http://loinc.org"), loinc),
        (token_hash("Observation", "status", "final"), status),
        (keys.shape, 0),
    }
    assert keys.references == ((hash64("Patient/p"), of("subject")),)
    day = datetime(2024, 2, 29, 16, tzinfo=UTC), datetime(2024, 3, 1, 16, tzinfo=UTC)
    assert keys.dates == ((of("date"), *day),)
    assert keys.strings == ((of("code"), "body height"),)
    metre = ucum_scale("m").u
    assert set(keys.quantities) == {
        (of("value-quantity"), 0, 171.5, 171.5),
        (of("value-quantity"), metre, 1.715, 1.715),
        (of("code-value-quantity"), hash32("code 8302-2"), 171.5, 171.5),
        (of("code-value-quantity"), hash32(f"code 8302-2 {metre}"), 1.715, 1.715),
    }
    names = {"status", "code", "combo-code", "subject", "patient", "date", "value-quantity",
             "combo-value-quantity", "code-value-quantity", "combo-code-value-quantity"}  # fmt: skip
    assert keys.present == tuple(sorted(map(of, names)))
    assert compartments(OBSERVATION, server="https://here/fhir") == [hash64("Patient/p")]


def test_open_ranges_and_comparators():
    of = lambda name: parameter("Observation", name).p  # noqa: E731
    less = OBSERVATION | {"valueQuantity": {"value": 5, "comparator": "<", "unit": "ng"}}
    assert (of("value-quantity"), 0, -inf, 5.0) in extract(less).quantities
    since = OBSERVATION | {"effectivePeriod": {"start": "2024-03-01T08:00:00+08:00"}}
    del since["effectiveDateTime"]
    ((number, lo, hi),) = extract(since).dates
    assert number == -of("date")
    assert lo == datetime(2024, 3, 1, tzinfo=UTC)
    assert hi == datetime(9999, 12, 31, tzinfo=UTC)


ZHANG = {
    "resourceType": "Patient",
    "id": "p",
    "name": [{"text": "单伟"}],
    "telecom": [{"system": "phone", "value": "+86 138-0000-0000"}],
    "identifier": [{"system": "urn:id", "value": "441300198001011234"}],
    "address": [{"city": "惠州"}],
    "gender": "male",
}


def test_people_are_keyed_by_characters_syllables_and_initials():
    tokens = {h for h, _ in extract(ZHANG, keyed_hash=keyed).tokens}
    for text in ("=单伟", "^单", "^shan", "^shanwei", "^sw", "^chanwei"):
        assert (keyed(f"Patient|name|{text}") in tokens) is (text != "^chanwei"), text
    assert keyed("Patient|name|^伟") not in tokens
    assert keyed("Patient|phone|13800000000") in tokens
    assert keyed("Patient|telecom|13800000000") not in tokens
    assert keyed("Patient|identifier|441300198001011234") in tokens
    assert keyed("Patient|address-city|^惠") in tokens


def test_a_home_patient_has_few_tokens():
    patient = to_fhir(
        Demographics(
            name="黄志明",
            sex_code="1",
            birth_date=date(1970, 1, 2),
            place_code="441202001001",
            documents=(IdentityDocument("01", "441202197001021234"),),
            phones=("15412345678",),
            address="广东省肇庆市端州区城东街道龙顶岗社区第3栋204号",
            ethnic_code="01",
            marital_code="21",
        ),
        patient_id="p",
        index_number="1000000000001",
        record_number="44120200100100001",
        is_invented=True,
    )
    assert len(extract(patient, keyed_hash=keyed).tokens) == 25


def test_nothing_about_a_person_stays_plain_where_there_is_a_key():
    keys = extract(ZHANG, keyed_hash=keyed)
    assert keys.strings == ()
    plain = extract(ZHANG)
    kept = {token_hash("Patient", "gender", "male"), token_hash("Patient", "deceased", "false"),
            keys.shape}  # fmt: skip
    assert {h for h, _ in keys.tokens} & {h for h, _ in plain.tokens} == kept
    assert plain.strings


def test_identifiers_in_references_are_keyed_in_any_resource():
    resource = OBSERVATION | {"subject": {"identifier": {"system": "urn:id", "value": "4413"}}}
    tokens = extract(resource, keyed_hash=keyed).tokens
    assert (keyed("Observation|subject:identifier|4413"), hash32("urn:id")) in tokens
    assert token_hash("Observation", "subject:identifier", "4413") not in {h for h, _ in tokens}
