"""Diseases as dated data, and the checks of a card."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangmai.epidemic.cases import rules
from kangmai.epidemic.cases.diseases import prefixes
from kangmai.epidemic.cases.errors import UnknownDisease
from kangmai.epidemic.cases.types import Deed, DiseaseClass, FaultKind, State
from kangmai.forms import queries as forms
from kangmai.kernel import definitions
from kangmai.kernel.actor import Label
from kangmai.standards.identity_numbers import make_identity_number
from tests.factories.cases_town import card

AT = datetime.datetime(2026, 11, 20, 2, 0, tzinfo=datetime.UTC)
TODAY = datetime.date(2026, 11, 20)


@pytest.mark.parametrize(
    ("on", "classes"),
    [
        (datetime.date(2026, 4, 1), {"A": 2, "B": 29, "C": 11}),
        (datetime.date(2025, 9, 1), {"A": 2, "B": 27, "C": 11}),
    ],
)
def test_the_statutory_list(on, classes):
    found = [each for each in rules.diseases(on=on) if each.is_statutory and not each.parent]
    assert {c: sum(each.disease_class == c for each in found) for c in classes} == classes


def test_only_four_have_two_hours_by_law_today():
    found = [e for e in rules.diseases(on=TODAY) if e.report_hours == 2 and e.is_statutory]
    assert [e.code for e in found] == ["0100", "0200", "0400", "1501"]
    assert all(e.is_managed_as_a and e.is_verified for e in found)


def test_a_limit_is_that_of_the_day_of_diagnosis():
    before, after = datetime.date(2023, 1, 7), datetime.date(2023, 1, 8)
    assert rules.disease("0300", on=before).report_hours == 2
    assert rules.disease("0300", on=after).report_hours == 24
    with pytest.raises(UnknownDisease):
        rules.disease("4100", on=datetime.date(2026, 3, 31))


@pytest.mark.parametrize(
    ("icd", "code"),
    [
        ("A90", "1300"), ("a91.x00", "1300"), ("B18.1", "0602"), ("B17.9", "0600"), ("A08.100", "9014"),
        ("A08.0", "4000"), ("A22.1", "1501"), ("B24", "0502"), ("Z21", "0501"), ("A16.0", "1703"),
        ("J18.9", ""), ("J06.9", ""), ("A56.0", ""), ("", ""),
    ],
)  # fmt: skip
def test_codes_mean_diseases(icd, code):
    assert rules.by_icd10(icd, on=TODAY) == code


@given(
    st.sampled_from([prefix for prefix, _ in prefixes(TODAY)]), st.text("0123456789.", max_size=3)
)
def test_the_longest_beginning_wins(prefix, rest):
    """A slow twin: of all diseases with a prefix that fits, the longest, a subtype before its disease."""
    code = prefix + rest
    fitting = [
        (len(p), bool(each.parent), each.code)
        for each in rules.diseases(on=TODAY)
        if each.is_drafted
        for p in each.icd10
        if code.startswith(p)
    ]
    longest = max((length, sub) for length, sub, _ in fitting)
    assert rules.by_icd10(code, on=TODAY) in {c for n, s, c in fitting if (n, s) == longest}


def test_labels_families_and_urgency():
    assert rules.disease("2605", on=TODAY).label is Label.HIV_STD
    assert rules.disease("1702", on=TODAY).label is Label.TUBERCULOSIS
    assert rules.top("0601") == "0600" and rules.top("9014") == "4000"
    assert rules.family("2900") == {"2900", "2901", "2902", "2903", "2904", "2905", "2909"}
    assert (
        rules.disease("0700", on=TODAY).is_urgent and not rules.disease("1300", on=TODAY).is_urgent
    )
    assert rules.disease("9014", on=TODAY).disease_class is DiseaseClass.C
    assert rules.disease("2600", on=TODAY).same_case_days is None


def test_every_section_and_serial_interval_has_its_disease():
    codes = {each.code for each in rules.diseases(on=TODAY)}
    (intervals,) = definitions.load("epidemic", "serial_interval")
    assert {each["disease"] for each in intervals.content["intervals"]} <= codes
    for each in rules.diseases(on=TODAY):
        for id in each.sections:
            assert rules.section(id, on=TODAY).items


def refused(content, **setting):
    where = rules.Setting("441202", AT, **setting)
    found = rules.faults(content, where)
    return {f.field for f in found if f.kind is FaultKind.REFUSED}, {
        f.field for f in found if f.kind is FaultKind.TO_CONFIRM
    }


@pytest.mark.parametrize(
    ("code", "form"),
    [
        ("0200", "cholera"), ("1300", "dengue"), ("9014", "norovirus"), ("4000", "foodborne"),
        ("1601", "foodborne"), ("1800", "foodborne"), ("0900", "measles"), ("3200", "measles"),
        ("3000", "influenza"), ("3900", "hfmd"), ("1702", "tuberculosis_school"), ("0601", "hepatitis"),
        ("0605", "hepatitis"), ("0100", ""),
    ],
)  # fmt: skip
def test_which_form_investigates_a_disease(code, form):
    """A subtype has that of its disease unless it names its own; the form keeps the label of the disease."""
    known = rules.disease(code, on=TODAY)
    assert known.investigation == (f"{form}_investigation" if form else "")
    if form:
        found = forms.form(known.investigation, on=TODAY)
        assert found.label is known.label and not found.is_verified


def test_a_sound_card_has_only_its_number_to_confirm():
    assert refused(card(AT)) == (set(), {"document_number"})


@pytest.mark.parametrize(
    ("different", "fields"),
    [
        ({"name": ""}, {"name"}),
        ({"sex_code": ""}, {"sex_code"}),
        ({"birth_date": None}, {"birth_date"}),
        ({"birth_date": datetime.date(2020, 5, 6), "occupation": "2"}, {"guardian"}),
        ({"document_number": "441202199005060010"}, {"document_number"}),
        ({"phone": "123"}, {"phone"}),
        ({"belongs_to": "2"}, {"belongs_to"}),
        ({"belongs_to": "1", "home_code": "441202"}, {"home_code"}),
        ({"belongs_to": "4", "home_code": "430100"}, set()),
        ({"occupation": "3"}, {"workplace"}),
        ({"occupation": "99"}, {"occupation_other"}),
        ({"disease": "9999"}, {"disease"}),
        ({"case_class": "4"}, {"case_class"}),
        ({"disease": "0200", "case_class": "4", "onset_on": None}, set()),
        ({"onset_on": None}, {"onset_on"}),
        ({"onset_on": datetime.date(2026, 11, 21)}, {"onset_on"}),
        ({"diagnosed_at": AT + datetime.timedelta(hours=1)}, {"diagnosed_at"}),
        ({"died_on": datetime.date(2026, 11, 1)}, {"died_on"}),
        ({"disease": "0602"}, {"acute_chronic", "sections.hbsag_time", "sections.anti_hbc_igm"}),
        ({"disease": "0602", "acute_chronic": "1", "case_class": "1"}, set()),
        ({"origin": "imported"}, {"origin_place"}),
        ({"disease": "3900", "sections": {"hfmd_severe": "9"}}, {"sections.hfmd_severe"}),
    ],
)  # fmt: skip
def test_what_a_card_is_refused_for(different, fields):
    assert refused(card(AT, **different))[0] == fields


@pytest.mark.parametrize(
    ("different", "fields"),
    [
        ({"case_class": "3"}, {"case_class"}),
        ({"disease": "1500"}, {"disease"}),
        ({"occupation": "1", "workplace": "城东幼儿园"}, {"occupation"}),
        ({"phone": "13888888888"}, {"phone"}),
        ({"onset_on": datetime.date(2025, 1, 2)}, {"onset_on"}),
    ],
)
def test_what_a_card_is_asked_twice(different, fields):
    assert refused(card(AT, **different)) == (set(), fields | {"document_number"})


def test_a_number_speaks_for_birth_and_sex():
    number = make_identity_number(region="441202", birth_on=datetime.date(1990, 5, 6), sequence=122)
    wrong, ask = refused(card(AT, document_number=number))
    assert (wrong, ask) == ({"sex_code"}, set())


def test_laboratory_results_answer_for_a_confirmed_case():
    assert refused(card(AT, case_class="3"), has_laboratory=True) == (set(), {"document_number"})


@pytest.mark.parametrize(
    ("text", "name", "least", "most"),
    [
        ("城东小学三年级2班", "城东小学", 1, 1),
        ("肇庆市端州区城东小学", "城东小学", 1, 1),
        ("城东小学（东校区）", "城东小学", 0.9, 0.99),
        ("城西小学", "城东小学", 0.5, 0.8),
        ("工地", "城东小学", 0, 0.3),
    ],
)
def test_names_of_places_compare(text, name, least, most):
    assert least <= rules.likeness(text, name) <= most


def test_nothing_follows_a_removal_or_a_dismissal():
    for state in (State.REMOVED, State.DISMISSED):
        assert not any(rules.may_follow(state, deed) for deed in Deed)
