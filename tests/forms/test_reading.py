"""What people type is understood or refused, each fault with its place and in both languages."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kangmai.forms import queries, rules
from kangmai.forms.errors import FormUnknown, NotForThisResident
from kangmai.forms.rules.limits import in_words
from kangmai.forms.types import Choice, DayLimit, DayUnit, FaultKind, Range, Span, Subject
from tests.factories.forms import FOLLOW_UP, MAN, TODAY, follow_up


def read(form_id: str = "hypertension_followup", *, subject: Subject = MAN, on=TODAY, **changes):
    typed = {**FOLLOW_UP, **{name.replace("__", "."): v for name, v in changes.items()}}
    return rules.read_answers(follow_up(form_id), typed, subject=subject, on=on)


def faults(reading) -> list[tuple[str, FaultKind]]:
    return [(fault.place, fault.kind) for fault in reading.faults]


def test_sound_follow_up_gives_typed_answers():
    reading = read(symptoms=("2", "3"), new_complication="否")
    assert reading.is_sound
    answers = reading.answers
    assert answers.number("systolic") == 132
    assert answers.number("bmi") == Decimal("25.0")
    assert answers.code("method") == "1"
    assert answers.codes("symptoms") == {"2", "3"}
    assert answers.day("visited_on") == datetime.date(2026, 5, 2)
    assert answers.flag("new_complication") is False
    assert answers.text("doctor") == "梁医生"
    assert answers.number("heart_rate") is None


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("142", "142"),
        ("１４２", "142"),
        ("142mmHg", "142"),
        (" 142 mm[Hg] ", "142"),
        ("142.0", "142.0"),
        ("+142", "142"),
    ],
)
def test_numbers_are_read_as_people_write_them(typed: str, value: str):
    assert read(systolic=typed).answers.values["systolic"] == Decimal(value)


@pytest.mark.parametrize("typed", ["一百四", "1,300", "142/88", "1e2", "--5", "NaN", "9" * 30])
def test_what_is_no_number_is_refused(typed: str):
    reading = read(systolic=typed)
    assert faults(reading) == [("systolic", FaultKind.REFUSED)]
    assert reading.faults[0].zh == "“收缩压”应填写数字，例如 12。"
    assert reading.faults[0].en == "“Systolic” must be a number, such as 12."


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("49", FaultKind.REFUSED),
        ("50", FaultKind.TO_CONFIRM),
        ("79", FaultKind.TO_CONFIRM),
        ("80", None),
        ("220", None),
        ("221", FaultKind.TO_CONFIRM),
        ("300", FaultKind.TO_CONFIRM),
        ("301", FaultKind.REFUSED),
        ("1300", FaultKind.REFUSED),
    ],
)
def test_limits_of_systolic_pressure(typed: str, kind: FaultKind | None):
    diastolic = str(max(20, min(125, int(typed) - 40 if int(typed) < 150 else 125)))
    reading = read(systolic=typed, diastolic=diastolic)
    own = [
        fault.kind
        for fault in reading.faults
        if fault.place == "systolic" and "压差" not in fault.zh
    ]
    assert own == ([kind] if kind else [])


def test_message_of_a_refused_value_names_the_range_and_not_the_value():
    (fault,) = read(systolic="1300").faults
    assert fault.message("zh") == "“收缩压”应为 50–300 mmHg，请核对后重新填写。"
    assert fault.message("en") == (
        "“Systolic” must be 50–300 mmHg. Check the reading and enter it again."
    )
    assert fault.confirm_name == ""


def test_confirming_is_for_this_very_value():
    (fault,) = read(systolic="225", diastolic="120").faults
    assert (fault.confirm_name, fault.confirm_value) == ("confirm.systolic", "225")
    confirmed = read(systolic="225", diastolic="120", confirm__systolic="225")
    assert confirmed.is_sound
    assert confirmed.answers.confirmed == {"systolic"}
    assert not read(systolic="226", diastolic="120", confirm__systolic="225").is_sound


def test_warning_between_two_answers_is_confirmed_for_both_values():
    (fault,) = read(systolic="132", diastolic="120").faults
    assert (fault.kind, fault.confirm_name, fault.confirm_value) == (
        FaultKind.TO_CONFIRM,
        "confirm.pulse_pressure",
        "132|120",
    )
    assert read(systolic="132", diastolic="120", confirm__pulse_pressure="132|120").is_sound
    assert not read(systolic="133", diastolic="120", confirm__pulse_pressure="132|120").is_sound


def test_name_that_is_no_item_is_refused():
    reading = read(sistolic="132")
    assert faults(reading) == [("sistolic", FaultKind.REFUSED)]
    assert faults(read(drugs__0__colour="x"))[0][0] == "drugs.0.colour"
    assert faults(read(blood_pressure="x"))[0][0] == "blood_pressure"
    assert faults(read(dose="x"))[0][0] == "dose"


def test_two_answers_to_a_single_question_are_refused():
    assert faults(read(systolic=("132", "133"))) == [("systolic", FaultKind.REFUSED)]


def test_rows_of_medicines_are_closed_up_and_limited():
    reading = read(drugs__2__name="氨氯地平", drugs__2__times_a_day="2", drugs__7__name="缬沙坦")
    assert reading.answers.rows["drugs"] == (
        {"name": "氨氯地平", "times_a_day": 2},
        {"name": "缬沙坦"},
    )
    many = {f"drugs__{n}__name": "药" for n in range(11)}
    assert faults(read(**many)) == [("drugs", FaultKind.REFUSED)]
    assert faults(read(drugs__0__name="药", drugs__0__times_a_day="9")) == [
        ("drugs.0.times_a_day", FaultKind.REFUSED)
    ]


def test_answers_in_words_beside_options():
    exam = {
        "examined_on": "2026-05-02",
        "doctor": "梁",
        "skin.other": "色素沉着",
        "lung": "1",
    }
    form = follow_up("annual_exam_core")
    answers = rules.read_answers(form, exam, subject=MAN, on=TODAY).answers
    assert answers.values["skin"] == Choice("", "色素沉着")
    assert answers.values["lung"] == Choice("1")
    assert answers.text("skin") == "色素沉着"


def test_child_is_told_which_form_it_is():
    child = Subject(datetime.date(2015, 6, 1), "2")
    (fault,) = read(subject=child).faults
    assert fault.place == "visited_on"
    assert fault.zh.startswith("该表单适用于满 18岁的居民")
    assert fault.en.startswith("This form is for residents 18 years old or more;")
    with pytest.raises(NotForThisResident, match="18 years old or more"):
        rules.require_audience(follow_up(), child, on=TODAY)


def test_unknown_birth_date_is_taken():
    assert read(subject=Subject(None, "1")).is_sound


def test_unknown_form_is_not_found():
    with pytest.raises(FormUnknown, match="no form 'x' in force on 2026-05-02"):
        queries.form("x", on=TODAY)
    with pytest.raises(FormUnknown):
        queries.form("hypertension_followup", on=datetime.date(2017, 2, 27))
    assert queries.form("hypertension_followup", on=datetime.date(2017, 2, 28)).version == (
        datetime.date(2017, 2, 28)
    )


def test_only_what_is_asked_is_enabled():
    form = follow_up()
    asked = rules.enabled(form, {"symptoms": (Choice("2"), Choice("10"))})
    assert "symptoms_other" in asked
    assert "referral_institution" not in asked
    assert "referral_institution" in rules.enabled(form, {"referral_reason": "高血压危象"})
    assert "drinking_per_day" not in rules.enabled(form, {})
    assert "drinking_per_day" not in rules.enabled(form, {"drinking": Choice("1")})
    assert "drinking_per_day" in rules.enabled(form, {"drinking": Choice("2")})


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*FOLLOW_UP, "drugs.0.name", "x", "confirm.systolic"]), st.text(max_size=12)
    )
)
def test_whatever_is_typed_is_answered_by_faults_and_never_by_a_crash(typed):
    reading = rules.read_answers(follow_up(), typed, subject=MAN, on=TODAY)
    assert reading.faults
    assert all(fault.zh and fault.en and fault.place for fault in reading.faults)


def test_ranges_of_days_are_said_as_days():
    item, today = follow_up().item("visited_on"), DayLimit(Span(0, DayUnit.DAY))
    assert in_words(item, Range(high=today), on=TODAY, language="zh") == f"{TODAY} 及以前"
    assert in_words(item, Range(low=today), on=TODAY, language="en") == f"{TODAY} or later"
