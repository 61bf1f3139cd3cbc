"""Code sets: consistent tables, one version at a time, labels in both languages."""

from datetime import date
from decimal import Decimal

import pytest

from kangmai.standards.codes import code_set, code_sets, find_by_system
from kangmai.standards.errors import CodeSetUnknown, CodeUnknown
from kangmai.standards.funding import find_public_health_funding
from kangmai.standards.identity_numbers import IdentityKind
from kangmai.standards.types import Sex

SIZES = {
    "sex": 4,
    "ethnic-group": 60,
    "marital-status": 8,
    "education": 40,
    "identity-document": 14,
    "institution-type": 182,
    "institution-management": 3,
    "institution-level": 4,
    "public-health-item": 33,
    "report-population": 20,
    "report-home-area": 6,
    "past-disease": 13,
    "followup-method": 5,
    "psy-risk-level": 6,
    "tcm-constitution": 9,
    "case-classification": 5,
}


@pytest.mark.parametrize(("id", "size"), SIZES.items())
def test_sizes_of_code_sets(id: str, size: int) -> None:
    assert len(code_set(id).codes) == size


@pytest.mark.parametrize("id", code_sets())
def test_every_code_has_labels_and_a_listed_parent(id: str) -> None:
    codes = code_set(id)
    assert codes.title["zh"]
    assert codes.title["en"].isascii()
    assert codes.document
    assert codes.system.startswith(("urn:oid:", "urn:kangmai:"))
    assert len(codes.codes) > 1
    for code in codes.codes.values():
        assert code.zh
        assert code.en
        assert code.en[0].isupper() or code.en[0].isdigit()
        assert not any("一" <= character <= "鿿" for character in code.en)
        assert code.parent is None or code.parent in codes.codes


def test_no_system_names_two_code_sets() -> None:
    systems = [code_set(id).system for id in code_sets()]
    assert len(set(systems)) == len(systems)
    assert len(code_sets()) == 97


def test_labels_in_both_languages() -> None:
    assert code_set("sex").label("2", "zh") == "女性"
    assert code_set("sex").label("2", "en") == "Female"
    assert code_set("ethnic-group").label("08", "en") == "Zhuang"
    assert code_set("sex").label("7", "en") == "7"


def test_the_enums_of_code_agree_with_their_sets() -> None:
    assert {each.value for each in Sex} == set(code_set("sex").codes)
    assert {each.value for each in IdentityKind} < set(code_set("identity-document").codes)


def test_lookups() -> None:
    marital = code_set("marital-status")
    assert [each.code for each in marital.children("20")] == ["21", "22", "23"]
    assert [each.code for each in marital.children()] == ["10", "20", "30", "40", "90"]
    found = code_set("institution-type").find_by_label("村卫生室")
    assert found is None, "two codes carry this label: D6 and D600"
    centre = code_set("institution-type").find_by_label("血液中心")
    assert centre is not None
    assert (centre.code, centre.attributes["group"]) == ("F110", "public_health")
    with pytest.raises(CodeUnknown, match=r"“7”.*“sex”"):
        code_set("sex").get("7")
    with pytest.raises(CodeSetUnknown):
        code_set("no-such-set")


def test_systems_are_the_national_ones_where_known() -> None:
    assert code_set("ethnic-group").system == "urn:oid:2.16.156.10011.2.3.3.3"
    found = find_by_system("urn:oid:2.16.156.10011.2.3.3.4")
    assert found is not None
    assert found.id == "sex"
    assert find_by_system("urn:oid:1.2.3") is None


def test_what_is_from_memory_is_marked() -> None:
    assert code_set("sex").is_verified
    assert not code_set("payment").is_verified
    assert not code_set("ethnic-group").get("97").is_verified
    assert code_set("ethnic-group").get("01").is_verified


def test_a_retired_code_is_not_offered_but_still_read() -> None:
    classes = code_set("case-classification")
    assert classes.get("5").en == "Positive test"
    assert "5" in [each.code for each in classes.effective_codes(date(2015, 12, 31))]
    assert "5" not in [each.code for each in classes.effective_codes(date(2016, 1, 1))]


def test_a_version_is_found_by_day() -> None:
    assert code_set("sex", on=date(2026, 1, 1)).version == "GB/T 2261.1-2003"
    assert code_set("sex", on=date(1990, 1, 1)).version == "GB/T 2261.1-2003"


def test_every_education_says_its_option_on_the_record_form() -> None:
    options = code_set("education-record").codes
    for each in code_set("education").codes.values():
        assert each.attributes["record_form"] in options


def test_public_health_funding() -> None:
    standard = find_public_health_funding(2025)
    assert standard is not None
    assert (standard.yuan_per_resident, standard.is_verified) == (Decimal(99), True)
    assert find_public_health_funding(2008) is None
    years = [find_public_health_funding(year) for year in range(2009, 2026)]
    amounts = [each.yuan_per_resident for each in years if each]
    assert len(amounts) == 17
    assert amounts == sorted(amounts)
