"""What holds of every forecast, whatever the child and the history."""

from collections import Counter
from dataclasses import replace
from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st

from kangmai.programmes.immunization.rules import forecast_by
from kangmai.programmes.immunization.schedule.reading import schedule
from kangmai.programmes.immunization.types import Child, Given, MotherHbsag, Row, Sex, Status
from tests.programmes.immunization.children import histories

GIVEN = {Status.DONE, Status.INVALID}
OPEN = {Status.DUE, Status.OVERDUE, Status.UPCOMING, Status.NOT_YET}
ALWAYS = (
    ("HepB", 3), ("BCG", 1), ("IPV", 2), ("DTaP", 4), ("MMR", 2), ("MPSV-A", 2), ("MPSV-AC", 2),
)  # fmt: skip

BOTH_HEPATITIS_A_AT_BIRTH = (
    Child(
        born=date(2008, 1, 1).toordinal(),
        sex=Sex.MALE,
        given=tuple(
            Given(vaccine, date.fromisoformat(day).toordinal())
            for vaccine, day in (
                ("HepA-I", "2008-01-01"), ("HepA-L", "2008-01-01"), ("HepA-I", "2009-06-24"),
                ("HepA-L", "2009-12-31"),
            )
        ),
    ),
    date(2021, 3, 1).toordinal(),
)  # fmt: skip
"""A live dose that was not asked for, and later one that stands in for the second inactivated dose."""


def rows_on(child: Child, on: int) -> list[Row]:
    return list(forecast_by(schedule("immunization", on=date.fromordinal(on)), child, on))


@given(histories())
@example(BOTH_HEPATITIS_A_AT_BIRTH)
def test_every_dose_stands_once_and_every_given_dose_of_the_schedule_is_shown(
    case: tuple[Child, int],
) -> None:
    child, on = case
    rows = rows_on(child, on)
    counts = Counter((row.vaccine, row.dose) for row in rows if row.status is not Status.INVALID)
    assert set(counts.values()) == {1}
    for vaccine, doses in ALWAYS:
        for number in range(1, doses + 1):
            assert counts[vaccine, number] == 1
    assert counts["bOPV", 3] == counts["bOPV", 4] == 1
    shown = Counter((row.vaccine, row.given) for row in rows if row.given is not None)
    known = {row.vaccine for row in rows}
    assert shown == Counter((g.vaccine, g.day) for g in child.given if g.vaccine in known)


@given(histories())
def test_days_are_in_order_and_agree_with_the_status(case: tuple[Child, int]) -> None:
    child, on = case
    for row in rows_on(child, on):
        assert (row.given is not None) == (row.status in GIVEN)
        assert row.reasons
        if row.earliest is not None and row.recommended is not None:
            assert child.born <= row.earliest <= row.recommended
        if row.status in OPEN:
            assert row.earliest is not None and row.recommended is not None
            assert row.latest is not None and on <= row.latest and row.earliest <= row.latest
            assert (row.recommended <= on) == (row.status in {Status.DUE, Status.OVERDUE})
        if row.status is Status.DONE and row.earliest is not None:
            assert row.given is not None and row.given >= row.earliest
        if row.vaccine in child.contraindications or (
            row.vaccine == "HPV2" and child.sex is Sex.MALE
        ):
            assert row.status not in OPEN


@given(histories(), st.integers(1, 400))
def test_what_was_given_stays_as_it_was_judged(case: tuple[Child, int], days: int) -> None:
    child, on = case
    before = [row for row in rows_on(child, on) if row.status in GIVEN and row.vaccine != "HPV2"]
    after = rows_on(child, on + days)
    kept = {(row.vaccine, row.dose, row.given, row.status) for row in after}
    assert {(row.vaccine, row.dose, row.given, row.status) for row in before} <= kept


@given(histories(), st.integers(0, 40))
def test_a_dose_given_when_it_counts_makes_no_earlier_one_invalid(
    case: tuple[Child, int], choice: int
) -> None:
    child, on = case
    rows = rows_on(child, on)
    due = [row for row in rows if row.status in {Status.DUE, Status.OVERDUE}]
    if not due:
        return
    row = due[choice % len(due)]
    more = replace(child, given=tuple(sorted((*child.given, Given(on, row.vaccine)))))
    after = rows_on(more, on)
    new = [each for each in after if (each.vaccine, each.given) == (row.vaccine, on)]
    assert [each.status for each in new] == [Status.DONE]
    old = {(each.vaccine, each.given, each.status) for each in rows if each.status in GIVEN}
    assert old <= {(each.vaccine, each.given, each.status) for each in after}


@settings(max_examples=25)
@given(
    born=st.dates(date(2025, 1, 1), date(2030, 12, 31)),
    sex=st.sampled_from(list(Sex)),
    mother=st.sampled_from(list(MotherHbsag)),
    weight=st.sampled_from([1800.0, 3000.0]),
    begin_months=st.sampled_from([0, 0, 3, 7, 20, 70]),
)
def test_a_child_who_follows_the_forecast_ends_complete_without_an_invalid_dose(
    born: date, sex: Sex, mother: MotherHbsag, weight: float, begin_months: int
) -> None:
    start = born.toordinal()
    child = Child(born=start, sex=sex, mother_hbsag=mother, birth_weight_g=weight)
    on, end = start + begin_months * 30, start + 16 * 365
    while on < end:
        rows = rows_on(child, on)
        due = [row for row in rows if row.status in {Status.DUE, Status.OVERDUE}]
        given = tuple(sorted((*child.given, *(Given(on, row.vaccine) for row in due))))
        child = replace(child, given=given)
        later = [row.recommended for row in rows_on(child, on) if row.status in OPEN]
        assert all(day is not None and day > on for day in later)
        on = min((day for day in later if day is not None), default=end)
    statuses = Counter(row.status for row in rows_on(child, end))
    assert set(statuses) <= {Status.DONE, Status.NOT_NEEDED, Status.AGED_OUT}
    if begin_months == 0:
        assert statuses[Status.AGED_OUT] == 0
