"""When limits end: hours from the instant, days at midnight in Shanghai, working days by the notices."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangmai.deadlines import checks, rules
from kangmai.deadlines.types import Duration, StepKind, Unit
from kangmai.kernel import definitions
from kangmai.standards.calendars import LEGAL_TIME, is_working_day

INSTANTS = st.datetimes(datetime(2018, 1, 1), datetime(2025, 6, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    "definition", definitions.load("deadlines", "deadline"), ids=lambda d: d.path.stem
)
def test_worked_examples(definition):
    examples = definitions.cases(definition)
    assert examples
    assert [checks.run_case(definition, each) for each in examples] == [""] * len(examples)


def test_a_wrong_example_is_found():
    definition = definitions.get("deadlines", "deadline", "report_2h", on=date(2026, 1, 1))
    wrong = {
        "given": {"started_at": "2026-03-01 08:00"},
        "expect": {"due_at": "2026-03-01 10:01:00"},
    }
    assert "2026-03-01 10:00:00" in checks.run_case(definition, wrong)


@given(started=INSTANTS, count=st.integers(1, 30))
def test_working_days_as_counted_on_fingers(started, count):
    found = rules.limit(Duration(count, Unit.WORKING_DAYS), started)
    day, left = started.astimezone(LEGAL_TIME).date(), count
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day)
    last = found.at.astimezone(LEGAL_TIME)
    assert (last.date(), last.hour, last.minute, last.second) == (day, 23, 59, 59)
    assert not found.provisional


@given(started=INSTANTS, count=st.integers(1, 400))
def test_days_end_with_the_last_day_whatever_the_hour_of_beginning(started, count):
    end = rules.limit(Duration(count, Unit.DAYS), started).at.astimezone(LEGAL_TIME)
    assert (end.date() - started.astimezone(LEGAL_TIME).date()).days == count
    assert (end + timedelta(microseconds=1)).time() == datetime.min.time()


@given(started=INSTANTS)
def test_the_clock_goes_forward(started):
    for rule in rules.rules():
        due_at = rules.limit(rule.duration, started).at
        steps = rules.steps(rule, due_at)
        assert [each.at for each in steps] == sorted(each.at for each in steps)
        assert [s.kind for s in steps].count(StepKind.MISS) == 1
        assert all((s.at <= due_at) == (s.kind is StepKind.WARN) for s in steps)


def test_every_deadline_is_marked_as_from_memory_until_it_is_checked():
    assert {rule.id for rule in rules.rules() if not rule.is_verified} >= {
        "report_2h", "report_24h", "tuberculosis_visit_72h", "hypertension_referral_follow_up",
        "postpartum_visit", "puerperal_examination_42d", "inspection_publication_20wd",
        "handover_of_visit",
    }  # fmt: skip
