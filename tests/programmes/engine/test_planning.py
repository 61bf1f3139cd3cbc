"""When a service is due: worked days, and the set-based plan against the plan of one."""

import datetime
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kangmai.identity.types import Resident
from kangmai.programmes.engine import actions, models
from kangmai.programmes.engine.definition.reading import programme
from kangmai.programmes.engine.definition.types import Floor, Occasion, Offset, Schedule
from kangmai.programmes.engine.history import done_until, visits_of
from kangmai.programmes.engine.plan_sql import plan_sql
from kangmai.programmes.engine.planning import Anchors, Done, plan, required_this_year
from kangmai.programmes.engine.types import Lateness, Method, Planned, PlanReason, State, Way
from kangmai.programmes.engine.writing import named_anchors
from tests.factories.programmes import ADMIN, AT, CLINIC, HERE, enrolment, resident, visit

day = datetime.date.fromisoformat
HYPERTENSION = programme("hypertension", on=day("2026-01-01"))


def followup(on: str, *done: Done, enrolled: str = "2024-05-10") -> Planned:
    anchors = Anchors(day(enrolled), day("1960-05-06"), {})
    found = plan(
        HYPERTENSION.services,
        HYPERTENSION.late,
        on=day(on),
        anchors=anchors,
        done={"followup": done},
    )
    return next(each for each in found if each.service == "followup")


def seen(on: str, *, next_on: str, is_counted: bool = True, grace: int | None = 14) -> Done:
    return Done(day(on), "", is_counted, day(next_on), grace)


@pytest.mark.parametrize(
    ("enrolled", "wanted"),
    [
        ("2024-05-10", 4),
        ("2025-01-15", 4),
        ("2025-03-31", 4),
        ("2025-04-01", 3),
        ("2025-08-01", 2),
        ("2025-12-20", 1),
        ("2026-01-01", 0),
    ],
)
def test_a_year_wants_as_many_visits_as_quarters_were_left(enrolled: str, wanted: int) -> None:
    assert required_this_year(4, day(enrolled), 2025) == wanted


def test_the_worked_days_of_the_page() -> None:
    planned = followup("2025-03-04", seen("2025-03-03", next_on="2025-06-01"))
    assert planned == Planned(
        "followup", "", day("2025-05-25"), day("2025-06-01"), day("2025-06-15"), PlanReason.DECISION
    )
    planned = followup("2025-10-11", seen("2025-10-10", next_on="2026-01-08"))
    assert planned == Planned(
        "followup", "", day("2025-11-02"), day("2025-11-09"), day("2025-11-23"), PlanReason.FLOOR
    )


def test_the_first_visit_is_two_weeks_after_enrolment() -> None:
    planned = followup("2025-02-01", enrolled="2025-02-01")
    assert (planned.due_on, planned.reason) == (day("2025-02-15"), PlanReason.FIRST)


def test_a_year_that_is_full_asks_for_nothing_more() -> None:
    done = [
        seen(on, next_on="2026-03-20")
        for on in ("2025-02-01", "2025-05-01", "2025-08-01", "2025-12-20")
    ]
    assert followup("2025-12-21", *done).due_on == day("2026-03-20")


def test_only_counted_visits_fill_the_year() -> None:
    calls = seen("2025-12-01", next_on="2026-03-01", is_counted=False)
    planned = followup("2025-12-02", calls)
    assert (planned.due_on, planned.reason) == (day("2025-12-31"), PlanReason.FLOOR)


def test_lateness_changes_on_the_day() -> None:
    planned = followup("2025-03-04", seen("2025-03-03", next_on="2025-06-01"))
    assert [
        planned.lateness(day(on))
        for on in (
            "2025-05-24",
            "2025-05-25",
            "2025-05-31",
            "2025-06-01",
            "2025-06-15",
            "2025-06-16",
        )
    ] == [
        Lateness.SCHEDULED,
        Lateness.DUE_SOON,
        Lateness.DUE_SOON,
        Lateness.DUE,
        Lateness.DUE,
        Lateness.OVERDUE,
    ]


offsets = st.builds(Offset, months=st.integers(0, 14), days=st.integers(0, 40))
floors = st.none() | st.builds(Floor, per_year=st.integers(1, 6), spacing_days=st.integers(0, 60))
anchors = st.sampled_from(["enrolment", "birth", "last_period"])


def occasions() -> st.SearchStrategy[tuple[Occasion, ...]]:
    early = st.none() | st.integers(0, 40)
    one = st.tuples(offsets, st.none() | offsets, st.none() | offsets, early)
    return st.lists(one, min_size=1, max_size=4).map(
        lambda some: tuple(
            Occasion(f"o{number}", {}, after, until and _later(after, until), give_up, early)
            for number, (after, until, give_up, early) in enumerate(some)
        )
    )


def _later(after: Offset, more: Offset) -> Offset:
    return Offset(after.months + more.months, after.days + more.days)


endings = st.sampled_from(["", "last_period"])
schedules = st.one_of(
    st.builds(
        Schedule,
        kind=st.just("by_decision"),
        anchor=anchors,
        first=offsets,
        floor=floors,
        ends_at=endings,
    ),
    st.builds(
        Schedule, kind=st.just("repeat"), anchor=anchors, first=offsets, every=offsets, floor=floors
    ),
    st.builds(
        Schedule,
        kind=st.just("occasions"),
        anchor=anchors,
        occasions=occasions(),
        ends_at=endings,
    ),
)
days = st.dates(day("2024-01-01"), day("2026-12-31"))
visits = st.fixed_dictionaries(
    {
        "service": st.sampled_from(["followup", "exam"]),
        "visited_on": days,
        "occasion": st.sampled_from(["", "o0", "o1"]),
        "is_counted": st.booleans(),
        "next_days": st.none() | st.integers(1, 120),
        "overdue_after_days": st.none() | st.integers(0, 20),
        "standing": st.sampled_from(["current", "current", "corrected"]),
    }
)
people = st.fixed_dictionaries(
    {
        "enrolled_on": days,
        "last_period": st.none() | days,
        "visits": st.lists(
            visits, max_size=8, unique_by=lambda each: (each["service"], each["visited_on"])
        ),
    }
)


@pytest.fixture(scope="module")
def residents(shared_database: str) -> list[Resident]:
    return [resident(birth_date=day(born)) for born in ("1960-05-06", "2023-12-31", "2025-02-28")]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(some=st.lists(people, min_size=1, max_size=3), first=schedules, second=schedules, on=days)
def test_the_plan_of_all_equals_the_plan_of_each(
    residents: list[Resident],
    some: list[dict[str, Any]],
    first: Schedule,
    second: Schedule,
    on: datetime.date,
) -> None:
    schedules = {"followup": first, "exam": second}
    services = {
        id: replace(HYPERTENSION.services[id], schedule=schedule)
        for id, schedule in schedules.items()
    }
    asked = replace(HYPERTENSION, id="tried", services=services)
    models.Visit.objects.all().delete()
    models.Enrolment.objects.all().delete()
    expected = set()
    for person, history in zip(residents, some, strict=False):
        row = _enrolled(person, history)
        days_of = Anchors(row.enrolled_on, person.demographics.birth_date, named_anchors(row))
        done = done_until(visits_of(row), on=on)
        planned = plan(services, asked.late, on=on, anchors=days_of, done=done)
        expected |= {(row.id, *_plain(each)) for each in planned}
    sql, values = plan_sql(asked, on=on)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found = {row[:7] for row in cursor.fetchall()}
    assert found == expected


def _enrolled(person: Resident, history: dict[str, Any]) -> models.Enrolment:
    """An enrolment with its visits, written straight into the tables."""
    period = history["last_period"]
    row = models.Enrolment.objects.create(
        resident_id=person.id,
        programme="tried",
        state=State.MANAGED,
        way=Way.HAND,
        enrolled_on=history["enrolled_on"],
        anchors={"last_period": period.isoformat()} if period else {},
        organization=CLINIC,
        place_code=HERE,
        updated_at=AT,
    )
    models.Visit.objects.bulk_create(_visited(row, each) for each in history["visits"])
    return row


def _visited(row: models.Enrolment, known: dict[str, Any]) -> models.Visit:
    days_more = known["next_days"]
    visit = models.Visit(
        enrolment=row,
        service=known["service"],
        occasion=known["occasion"],
        visited_on=known["visited_on"],
        measured_on=known["visited_on"],
        entered_at=AT,
        method=Method.FACE_TO_FACE,
        next_on=known["visited_on"] + datetime.timedelta(days_more) if days_more else None,
        overdue_after_days=known["overdue_after_days"],
        is_complete=True,
        is_counted=known["is_counted"],
        not_counted="" if known["is_counted"] else "incomplete",
        standing=known["standing"],
        account=1,
    )
    visit.first_id = visit.id
    return visit


def _plain(planned: Planned) -> tuple[Any, ...]:
    return (
        planned.service,
        planned.occasion,
        planned.opens_on,
        planned.due_on,
        planned.late_on,
        planned.reason.value,
    )


@pytest.mark.usefixtures("database")
def test_the_night_writes_only_what_differs() -> None:
    first, second = enrolment(), enrolment()
    visit(first)
    nothing = actions.replan(programme_id="hypertension", on=AT.date(), actor=ADMIN, at=AT)
    assert (nothing.enrolments, nothing.changed) == (2, 0)
    models.PlannedService.objects.filter(enrolment_id=second.id).delete()
    models.Enrolment.objects.filter(id=second.id).update(next_due_on=None)
    mended = actions.replan(programme_id="hypertension", on=AT.date(), actor=ADMIN, at=AT)
    assert (mended.enrolments, mended.changed) == (2, 1)
    row = models.Enrolment.objects.get(id=second.id)
    assert (row.next_due_on, row.next_service, row.version) == (
        second.next_due_on,
        second.next_service,
        second.version,
    )
    # a new year asks for its visits again
    new_year = actions.replan(programme_id="hypertension", on=day("2027-01-01"), actor=ADMIN, at=AT)
    assert new_year.enrolments == 2
    assert new_year.changed > 0
