"""Reading a search: what each form becomes, and what each mistake is called."""

from datetime import UTC, datetime

import pytest

from kangmai.kernel.errors import Incorrect, Unsupported
from kangmai.records.search import errors
from kangmai.records.search.conditions import (
    AllOf,
    AnyOf,
    Chained,
    Comparator,
    Dates,
    Ids,
    Match,
    Missing,
    Not,
    PointedAt,
    Quantities,
    References,
    Strings,
    Tokens,
    Updated,
)
from kangmai.records.search.hashing import hash32, hash64, system_hash, token_hash
from kangmai.records.search.parameters import parameter
from kangmai.records.search.quantities import ucum_scale
from kangmai.records.search.query import Sort, Summary, Total, parse

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def where(resource_type: str, text: str, **options):
    (condition,) = parse(resource_type, text, at=NOW, **options).where
    return condition


def p(resource_type: str, name: str) -> int:
    return parameter(resource_type, name).p


def tok(name: str, code: str, of: str = "Observation") -> int:
    return token_hash(of, name, code)


LOINC = hash32("http://loinc.org")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("code=1", Tokens((tok("code", "1"),))),
        ("code=http://loinc.org|1", Tokens((tok("code", "1"),), LOINC)),
        ("code=http%3A%2F%2Floinc.org%7C1", Tokens((tok("code", "1"),), LOINC)),
        ("code=|1", Tokens((tok("code", "1"),), 0)),
        ("code=http://loinc.org|", Tokens((system_hash("Observation", "code", "http://loinc.org"),), LOINC)),
        ("code=a\\,b", Tokens((tok("code", "a,b"),))),
        ("code=a\\|b", Tokens((tok("code", "a|b"),))),
        ("code=a\\\\", Tokens((tok("code", "a\\"),))),
        ("code=1,2", Tokens(tuple(sorted((tok("code", "1"), tok("code", "2")))))),
        ("combo-code=1", Tokens(tuple(sorted((tok("code", "1"), tok("component-code", "1")))))),
        ("status=|final", Tokens((tok("status", "final"),))),
        ("code:not=1", Not(Tokens((tok("code", "1"),)))),
        ("code:text=Blood  PRESSURE", Strings((p("Observation", "code"),), Match.STARTS, ("blood pressure",))),
        ("code:missing=true", Missing((p("Observation", "code"),), True)),
        ("_id=a,b", AnyOf((Ids(("a",)), Ids(("b",))))),
        ("subject=Patient/1", References((hash64("Patient/1"),), (p("Observation", "subject"),))),
        ("patient=1", References((hash64("Patient/1"),), (p("Observation", "subject"),))),
        ("patient=Group/1", AnyOf(())),
        ("subject:Patient=1", References((hash64("Patient/1"),), (p("Observation", "subject"),))),
        ("subject=http://a.org/Patient/1", References((hash64("http://a.org/Patient/1"),), (p("Observation", "subject"),))),
        ("subject:identifier=urn:id|7", Tokens((tok("subject:identifier", "7"),), hash32("urn:id"))),
        ("_profile:below=http://a.org/", Strings((p("Observation", "_profile"),), Match.STARTS, ("http://a.org/",))),
        ("_lastUpdated=gt2024-01-01", Updated(Comparator.GREATER, datetime(2023, 12, 31, 16, tzinfo=UTC), datetime(2024, 1, 1, 16, tzinfo=UTC))),
    ],
)  # fmt: skip
def test_each_form_becomes_its_condition(text, wanted):
    assert where("Observation", text) == wanted


def test_an_id_alone_means_any_type_that_the_reference_may_have():
    targets = {hash64(f"{t}/1") for t in ("Patient", "Group", "Device", "Location")}
    found = where("Observation", "subject=1")
    assert set(found.targets) == targets


def test_our_own_address_is_left_out():
    found = where("Observation", "subject=https://here/fhir/Patient/1", server="https://here/fhir")
    assert found.targets == (hash64("Patient/1"),)


@pytest.mark.parametrize(
    ("text", "lo", "hi"),
    [
        ("2024", (2023, 12, 31, 16), (2024, 12, 31, 16)),
        ("2024-02", (2024, 1, 31, 16), (2024, 2, 29, 16)),
        ("2024-02-29", (2024, 2, 28, 16), (2024, 2, 29, 16)),
        ("2024-02-29T08:30Z", (2024, 2, 29, 8, 30), (2024, 2, 29, 8, 31)),
        ("2024-02-29T08:30:15+08:00", (2024, 2, 29, 0, 30, 15), (2024, 2, 29, 0, 30, 16)),
        (
            "2024-02-29T08:30:15.5Z",
            (2024, 2, 29, 8, 30, 15, 500000),
            (2024, 2, 29, 8, 30, 15, 600000),
        ),
    ],
)
def test_a_date_means_all_instants_of_its_precision_in_china(text, lo, hi):
    wanted = Dates(
        (p("Observation", "date"),),
        Comparator.EQUAL,
        datetime(*lo, tzinfo=UTC),
        datetime(*hi, tzinfo=UTC),
    )
    assert where("Observation", [("date", text)].copy()) == wanted


def test_about_a_date_is_a_tenth_of_the_time_since():
    found = where("Observation", "date=ap2025-12-22T00:00:00Z")
    assert found.lo == datetime(2025, 12, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "value", "lo", "hi"),
    [
        ("100", 100, 99.5, 100.5),
        ("100.00", 100, 99.995, 100.005),
        ("1e2", 100, 50, 150),
        ("-5.4", -5.4, -5.45, -5.35),
    ],
)
def test_a_number_is_as_precise_as_it_is_written(text, value, lo, hi):
    found = where("Observation", [("value-quantity", text)])
    assert found == Quantities(
        (p("Observation", "value-quantity"),), 0, Comparator.EQUAL, value, lo, hi
    )


def test_a_unit_converts_the_value():
    found = where("Observation", "value-quantity=gt5|http://unitsofmeasure.org|mg")
    assert (found.unit, found.value) == (ucum_scale("g").u, pytest.approx(0.005))
    plain, ucum = where("Observation", "value-quantity=gt5||mg").conditions[::-1]
    assert plain.unit == hash32("unit mg")
    assert ucum == found


def test_composites_chains_and_reverse_chains():
    found = where("Observation", "code-value-quantity=http://loinc.org|1$gt5")
    value = Quantities(
        (p("Observation", "code-value-quantity"),),
        hash32("code 1"),
        Comparator.GREATER,
        5,
        4.5,
        5.5,
    )
    assert found == AllOf((value, Tokens((tok("code", "1"),), LOINC)))
    name = Strings((p("Patient", "name"),), Match.STARTS, ("li",))
    assert where("Observation", "subject:Patient.name=Li") == Chained(
        (p("Observation", "subject"),), "Patient", (name,)
    )
    coded = Tokens((tok("code", "1"),))
    has = PointedAt((p("Observation", "subject"),), "Observation", (coded,))
    assert where("Patient", "_has:Observation:patient:code=1") == has


def test_result_parameters():
    query = parse(
        "Observation",
        "_sort=-date,status&_count=5000&_total=accurate&_summary=true&_elements=status,code"
        "&_include=Observation:patient&_include:iterate=Patient:organization:Organization&_revinclude=*",
        at=NOW,
    )
    assert query.sort == (Sort("date", True), Sort("status", False))
    assert (query.count, query.total, query.summary) == (1000, Total.ACCURATE, Summary.TRUE)
    assert query.elements == ("status", "code")
    first, second, third = query.includes
    assert (first.parameters, first.target_type) == ((p("Observation", "subject"),), "Patient")
    assert (second.is_iterated, second.target_type) == (True, "Organization")
    assert (third.is_reverse, third.parameters, third.resource_type) == (True, None, "*")
    assert query.where == ()


def test_a_search_of_the_system_joins_the_keys_of_its_types():
    query = parse(None, "_type=Patient,Observation&_tag=x&_tag:not=y", at=NOW)
    assert query.types == ("Patient", "Observation")
    of = lambda code: tuple(sorted(token_hash(t, "_tag", code) for t in query.types))  # noqa: E731
    assert query.where == (Tokens(of("x")), Not(Tokens(of("y"))))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("foo=1", errors.UnknownParameter),
        ("near=1", errors.UnknownParameter),
        ("code:exact=1", errors.UnknownModifier),
        ("date:not=2020", errors.UnknownModifier),
        ("subject:Medication=1", errors.UnknownModifier),
        ("_id:exact=1", errors.UnknownModifier),
        ("code=", errors.BadValue),
        ("code=a|b|c", errors.BadValue),
        ("code=|", errors.BadValue),
        ("code:missing=yes", errors.BadValue),
        ("date=xx2020", errors.BadValue),
        ("date=2020-13", errors.BadValue),
        ("date=2020-02-30", errors.BadValue),
        ("date=20200101", errors.BadValue),
        ("date=２０２０", errors.BadValue),
        ("value-quantity=abc", errors.BadValue),
        ("value-quantity=1|mg", errors.BadValue),
        ("value-quantity=1e999", errors.BadValue),
        ("value-quantity=nan", errors.BadValue),
        ("code-value-quantity=1", errors.BadValue),
        ("code-value-quantity=$1", errors.BadValue),
        ("status.code=1", errors.BadValue),
        ("subject.foo=1", errors.UnknownParameter),
        ("subject:Foo.name=1", errors.UnknownResourceType),
        ("_has:Foo:a:b=1", errors.UnknownResourceType),
        ("_has:Observation=1", errors.BadValue),
        ("_has:Patient:organization:name=1", errors.UnknownParameter),
        ("has-member.has-member.has-member.has-member.has-member.code=1", errors.BadValue),
        ("code:in=http://a.org/vs", errors.NotSearchable),
        ("_text=x", errors.NotSearchable),
        ("_filter=x", errors.NotSearchable),
        ("_sort=subject", errors.NotASortKey),
        ("_sort=identifier", errors.NotASortKey),
        ("_sort=foo", errors.UnknownParameter),
        ("_sort=date&_sort=code", errors.BadControl),
        ("_count=-1", errors.BadControl),
        ("_count=many", errors.BadControl),
        ("_total=all", errors.BadControl),
        ("_summary=yes", errors.BadControl),
        ("_elements=foo", errors.BadControl),
        ("_include=Observation", errors.BadControl),
        ("_include=Observation:code", errors.BadControl),
        ("_include=Patient:organization", errors.BadControl),
        ("_include=Observation:foo", errors.UnknownParameter),
        ("_include=Foo:bar", errors.UnknownResourceType),
        ("_include:first=Observation:patient", errors.BadControl),
        ("_type=Patient", errors.BadControl),
        ("code=%ff", errors.BadControl),
        ("&".join(["code=1"] * 300), errors.BadControl),
        ("code=" + ",".join(["1"] * 3000), errors.BadValue),
    ],
)  # fmt: skip
def test_each_mistake_has_its_name(text, error):
    with pytest.raises(error) as caught:
        parse("Observation", text, at=NOW)
    assert isinstance(caught.value, Incorrect | Unsupported)
    assert caught.value.message("zh") != caught.value.message("en")


def test_unknown_parameters_are_listed_when_leniency_is_asked():
    query = parse("Observation", "foo=1&code=2&bar:exact=3", at=NOW, lenient=True)
    assert query.ignored == ("foo", "bar:exact")
    assert query.used == (("code", "2"),)


def keyed(text: str) -> int:
    return hash64("secret " + text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("name=单伟", "Patient|name|^单伟"),
        ("name=单", "Patient|family|=单"),
        ("name=Shan", "Patient|name|^shan"),
        ("name=shanw", "Patient|name|^shanwei"),
        ("name:exact=单伟", "Patient|name|=单伟"),
        ("phone=138 0000 0000", "Patient|phone|13800000000"),
        ("telecom=138 0000 0000", "Patient|phone|13800000000"),
        ("identifier=4413", "Patient|identifier|4413"),
        ("address=四会市大沙镇", "Patient|address|^四会市大沙镇"),
        ("address-city=四会", "Patient|address-city|^四会"),
    ],
)
def test_people_are_sought_by_keyed_hashes(text, wanted):
    assert keyed(wanted) in where("Patient", text, keyed_hash=keyed).keys


def test_parts_of_sealed_texts_wait_until_people_are_opened():
    found = parse("Patient", "name:contains=x&active=true&_sort=-name", at=NOW, keyed_hash=keyed)
    assert len(found.where) == len(found.opened) == 1
    assert found.sort[0].is_opened
    assert parse("Patient", "name:contains=x", at=NOW).opened == ()


def test_sealed_text_cannot_be_searched_inside_or_sorted():
    with pytest.raises(errors.SealedText):
        parse("Observation", "patient.name:contains=x", at=NOW, keyed_hash=keyed)
    with pytest.raises(errors.SealedText):
        parse(None, "_type=Patient,Person&name:contains=x", at=NOW, keyed_hash=keyed)
    with pytest.raises(errors.SealedAddress):
        parse("Patient", "address=广东省", at=NOW, keyed_hash=keyed)
    with pytest.raises(errors.BadValue):
        parse("Patient", "identifier=urn:oid:1.2|", at=NOW, keyed_hash=keyed)
    with pytest.raises(errors.NotASortKey):
        parse("Patient", "_sort=name,gender", at=NOW, keyed_hash=keyed)


def test_errors_never_repeat_a_value():
    with pytest.raises(errors.BadValue) as caught:
        parse("Patient", "birthdate=zhangsan", at=NOW)
    assert "zhangsan" not in str(caught.value)
