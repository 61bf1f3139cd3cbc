"""Whom to see first, page by page; what waits; two rule sets on the same visits; bulk loads."""

import datetime
from dataclasses import replace
from decimal import Decimal
from importlib import import_module

import pytest

from kangmai.kernel.actor import NotPermitted
from kangmai.programmes.engine import actions, errors, models, queries
from kangmai.programmes.engine.types import (
    Counts,
    EnrolmentDraft,
    Filter,
    Lateness,
    Method,
    Priority,
    Show,
    VisitDraft,
)
from tests.factories.programmes import (
    ADMIN,
    AT,
    CLINIC,
    DOCTOR,
    HERE,
    NEIGHBOUR_DOCTOR,
    TODAY,
    answers,
    at,
    enrolment,
    resident,
    visit,
)

pytestmark = pytest.mark.usefixtures("database")
day = datetime.date.fromisoformat


def names(show: Show = Show.TO_SEE, **more) -> list[str]:
    page = queries.worklist(filter=Filter(show, **more), actor=DOCTOR, at=AT)
    return [row.name for row in page.rows]


def managed(name: str, due: str, priority: Priority = Priority.ROUTINE) -> None:
    """An enrolment whose next visit is due on a day."""
    row = enrolment(resident(name=name))
    due_on = day(due)
    models.Enrolment.objects.filter(id=row.id).update(
        next_opens_on=due_on - datetime.timedelta(7),
        next_due_on=due_on,
        next_late_on=due_on + datetime.timedelta(14),
        priority=priority,
    )


def test_emergencies_first_then_the_earliest_day() -> None:
    managed("陈一", "2026-02-10")
    managed("陈二", "2026-03-02")
    managed("陈三", "2026-03-09")
    managed("陈四", "2026-03-10")
    managed("陈五", "2026-03-05", Priority.EMERGENCY)
    assert names() == ["陈五", "陈一", "陈二", "陈三"]
    assert names(Show.OVERDUE) == ["陈一"]
    assert names(Show.DUE) == ["陈二"]
    assert names(Show.DUE_SOON) == ["陈五", "陈三"]
    assert names(priority=Priority.EMERGENCY) == ["陈五"]
    assert names(place="441202001002") == names()
    assert names(place="441202001003") == []
    assert names(text="陈三") == ["陈三"]
    with pytest.raises(errors.PlaceUnreadable):
        names(place="端州")
    assert queries.counts(actor=DOCTOR, at=AT) == Counts(1, 1, 2, 0, 0)
    assert queries.counts(actor=NEIGHBOUR_DOCTOR, at=AT) == Counts(0, 0, 0, 0, 0)


@pytest.mark.parametrize("many", [8000, -1], ids=["sorted", "walked"])
def test_pages_follow_one_another_without_gap_or_repeat(monkeypatch, many: int) -> None:
    worklists = import_module("kangmai.programmes.engine.queries.worklist")
    limited = replace(worklists._LISTS[Show.TO_SEE], many=many)
    monkeypatch.setitem(worklists._LISTS, Show.TO_SEE, limited)
    for number in range(7):
        managed(f"陈{number}", "2026-02-10" if number % 2 else "2026-02-12")
    seen: list[str] = []
    after = ""
    while True:
        page = queries.worklist(
            filter=Filter(Show.TO_SEE), after=after, limit=3, actor=DOCTOR, at=AT
        )
        seen += [row.name for row in page.rows]
        if not (after := page.after):
            break
    assert len(seen) == 7
    assert seen == names()
    for wrong in ("x", "1~2", "1~2026-02-10~nothing"):
        with pytest.raises(errors.CursorUnreadable):
            queries.worklist(filter=Filter(), after=wrong, actor=DOCTOR, at=AT)


def test_a_line_says_who_and_how_late() -> None:
    managed("陈一", "2026-02-10")
    (row,) = queries.worklist(filter=Filter(), actor=DOCTOR, at=AT).rows
    assert (row.name, row.sex_code, row.lateness, row.attempts) == (
        "陈一",
        "2",
        Lateness.OVERDUE,
        0,
    )
    assert {each.service for each in row.enrolment.planned} == {"followup", "exam"}
    with pytest.raises(NotPermitted):
        from tests.factories.actors import actor

        queries.worklist(filter=Filter(), actor=actor(places=[HERE]), at=AT)


def test_what_if_the_other_rules_applied() -> None:
    for systolic, diastolic in (("128", "78"), ("135", "85"), ("150", "95")):
        visit(enrolment(), given=answers(systolic=systolic, diastolic=diastolic))
    visit(enrolment(), given=answers(method="3", systolic="", diastolic=""))
    compared = queries.compare(
        programme_id="hypertension",
        rules=("hypertension", "hypertension_primary_care"),
        year=2026,
        actor=ADMIN,
    )
    assert (compared.first.managed, compared.first.met, compared.first.not_met) == (4, 2, 1)
    assert (compared.first.not_seen, compared.first.rate) == (1, Decimal("50.00"))
    assert (compared.second.met, compared.second.rate) == (1, Decimal("25.00"))
    assert (compared.lost_target, compared.gained_target) == (1, 0)
    assert compared.second.rule_version == "hypertension_primary_care@2025-01-01"
    with pytest.raises(errors.RulesNotOfProgramme):
        queries.compare(
            programme_id="hypertension", rules=("hypertension", "x"), year=2026, actor=ADMIN
        )


def test_a_register_taken_over_is_judged_and_planned_like_visits_one_by_one() -> None:
    someone, other = resident(), resident()
    readings = [("2026-01-10", 150), ("2026-01-24", 152), ("2026-02-20", 130)]
    enrolled = enrolment(someone, on=day("2026-01-01"))
    for on, systolic in readings:
        given = answers(visited_on=on, systolic=str(systolic))
        enrolled = visit(enrolled, given=given, at=at(day(on))).enrolment
    (loaded,) = actions.load_enrolments(
        [EnrolmentDraft(other.id, "hypertension", day("2026-01-01"), CLINIC, HERE)],
        actor=ADMIN,
        at=AT,
    )
    drafts = [
        VisitDraft(
            enrolment_id=loaded,
            service="followup",
            visited_on=day(on),
            entered_at=at(day(on)),
            method=Method.FACE_TO_FACE,
            facts={"systolic": systolic, "diastolic": 84, "has_reaction": False},
        )
        for on, systolic in readings
    ]
    # in two portions, as a large register is
    actions.load_visits(drafts[:1], actor=ADMIN, at=AT)
    actions.load_visits(drafts[1:], actor=ADMIN, at=AT)
    actions.replan(programme_id="hypertension", on=TODAY, actor=ADMIN, at=AT)
    assert judged(loaded) == judged(enrolled.id)
    one, two = (queries.get_enrolment(each, actor=DOCTOR, at=AT) for each in (enrolled.id, loaded))
    actions.replan(programme_id="hypertension", on=TODAY, actor=ADMIN, at=AT)
    assert (one.latest_class, one.priority, one.planned) == (
        two.latest_class,
        two.priority,
        two.planned,
    )


def judged(enrolment_id) -> list:
    columns = (
        "visited_on",
        "rule",
        "outcome",
        "target_met",
        "next_on",
        "is_counted",
        "measures",
        "rule_version",
    )
    rows = models.Visit.objects.filter(enrolment_id=enrolment_id).order_by("visited_on")
    return list(rows.values_list(*columns))


def test_a_worklist_begins_with_the_programmes_of_the_readers_role() -> None:
    enrolment()
    anchors = {"planned": TODAY}
    young = resident(birth_date=datetime.date(1996, 2, 3))
    enrolment(young, programme_id="prepregnancy", anchors=anchors, on=TODAY)

    def shown(role: str, programme: str = "") -> list[str]:
        (grant,) = DOCTOR.grants
        reader = replace(DOCTOR, grants=(replace(grant, role=role),))
        found = queries.worklist(filter=Filter(Show.ALL, programme), actor=reader, at=AT)
        assert queries.counts(actor=reader, at=AT).due == len(
            queries.worklist(filter=Filter(Show.DUE), actor=reader, at=AT).rows
        )
        return sorted(each.enrolment.programme for each in found.rows)

    assert shown("mch_worker") == ["prepregnancy"]
    assert shown("village_doctor") == ["hypertension", "prepregnancy"]
    # what is another's work is a choice away, and of nobody's in particular everything is shown
    assert shown("mch_worker", "hypertension") == ["hypertension"]
    assert shown("test") == ["hypertension", "prepregnancy"]
