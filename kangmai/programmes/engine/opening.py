"""A class may open another programme: a pregnancy judged orange has its special file from that visit on.

A class of a programme's own rules may only note days there: a follow-up that judges red asks for its own report.
"""

from collections.abc import Iterable
from datetime import date, datetime

from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor
from kangmai.programmes.engine import events, models
from kangmai.programmes.engine.afterwards import cancel_deadlines_since, start_deadlines
from kangmai.programmes.engine.definition.reading import programme, rule_set
from kangmai.programmes.engine.definition.types import Opens, Programme
from kangmai.programmes.engine.history import visits_of
from kangmai.programmes.engine.types import Decision, Standing, State, Way
from kangmai.programmes.engine.writing import plan_anew, save, write_down
from kangmai.standards.calendars import legal_day

MISTAKEN = "mistaken"
"""The closing reason of what a visit opened that was corrected."""


def open_further(
    row: models.Enrolment,
    definition: Programme,
    visit: models.Visit,
    decision: Decision | None,
    resident: Resident,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Open what the classes of the reasons of a visit open, in its own transaction.

    Whoever stands in the further programme has the days noted that are not known there yet. A visit of the
    day of its closing, or earlier, opens nothing a second time.
    """
    if decision is None:
        return
    held = {reason.rule for reason in decision.reasons}
    for opens in sorted(_wanted(definition, visit, held), key=repr):
        _open(row, opens, visit.visited_on, resident, actor=actor, at=at)


def _wanted(definition: Programme, visit: models.Visit, held: set[str]) -> set[Opens]:
    """What the classes of the rules that held at a visit open."""
    rules = rule_set(definition.decision, on=visit.visited_on)
    return {
        opens
        for rule in rules.rules
        if rule.id in held and (opens := rules.classes[rule.outcome].opens)
    }


def opened_by(definition: Programme, visits: Iterable[models.Visit]) -> set[str]:
    """The other programmes that some visits open, as they were judged."""
    found = {
        opens.programme
        for visit in visits
        if visit.outcome
        for opens in _wanted(definition, visit, {each["rule"] for each in visit.reasons})
    }
    return found - {definition.id}


def _open(
    row: models.Enrolment, opens: Opens, on: date, resident: Resident, *, actor: Actor, at: datetime
) -> None:
    further = programme(opens.programme, on=legal_day(at))
    known = dict.fromkeys(opens.anchors, on.isoformat())
    known |= {name: day for name, day in row.anchors.items() if name in further.anchors}
    there = row if further.id == row.programme else _standing(further, resident, on)
    if there is None:
        there = _new(row, further, on, actor=actor, at=at)
        kind = events.ENROLLED
    elif there.state != State.MANAGED or known.keys() <= there.anchors.keys():
        return
    else:
        kind = events.CONFIRMED
    there.anchors = {**known, **there.anchors}
    born = resident.demographics.birth_date
    plan_anew(there, further, visits_of(there), birth_date=born, on=legal_day(at))
    save(there, at=at)
    start_deadlines(there, further, actor=actor, at=at)
    data = {"way": Way.RULE, "opened_by": str(row.id)}
    write_down(there, kind, subjects=[resident.patient_rid], data=data, actor=actor, at=at)


def forget_days(
    row: models.Enrolment,
    definition: Programme,
    old: models.Visit,
    resident: Resident,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Take back the days that a corrected visit had noted where no visit notes them any more, and their time limits.

    A day that another visit notes as well moves to that visit's.
    """
    noted = _wanted(definition, old, {each["rule"] for each in old.reasons})
    for opens in sorted(noted, key=repr):
        further = programme(opens.programme, on=legal_day(at))
        there = row if further.id == row.programme else _standing(further, resident, old.visited_on)
        if there is not None and there.state == State.MANAGED:
            _move_days(row, definition, there, further, opens, old, resident, actor=actor, at=at)


def _move_days(
    row: models.Enrolment,
    definition: Programme,
    there: models.Enrolment,
    further: Programme,
    opens: Opens,
    old: models.Visit,
    resident: Resident,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    said = old.visited_on.isoformat()
    standing = _days_noted(row, definition, further.id) | (
        _days_noted(there, further, further.id) if there.id != row.id else {}
    )
    moved = {
        name: standing.get(name)
        for name in opens.anchors
        if there.anchors.get(name) == said
        and standing.get(name) != said
        and not (name not in standing and further.anchors[name].is_needed)
    }
    if not moved:
        return
    days = {**there.anchors, **moved}
    there.anchors = {name: day for name, day in days.items() if day is not None}
    born = resident.demographics.birth_date
    plan_anew(there, further, visits_of(there), birth_date=born, on=legal_day(at))
    save(there, at=at)
    cancel_deadlines_since(there, further, moved, reason=MISTAKEN, actor=actor, at=at)
    start_deadlines(there, further, actor=actor, at=at)
    data = {"days_taken_back": sorted(moved), "corrected": str(old.id)}
    subjects = [resident.patient_rid]
    write_down(there, events.CONFIRMED, subjects=subjects, data=data, actor=actor, at=at)


def _days_noted(row: models.Enrolment, definition: Programme, further: str) -> dict[str, str]:
    """The first day on which a visit that stands notes each anchor of a further programme."""
    noted: dict[str, str] = {}
    for visit in visits_of(row):
        if visit.standing == Standing.CURRENT and visit.outcome:
            held = {each["rule"] for each in visit.reasons}
            for opens in _wanted(definition, visit, held):
                if opens.programme == further:
                    for name in opens.anchors:
                        noted.setdefault(name, visit.visited_on.isoformat())
    return noted


def _standing(further: Programme, resident: Resident, on: date) -> models.Enrolment | None:
    """The open enrolment, else one that was closed on a day or later; what was opened by mistake is forgotten."""
    same = models.Enrolment.objects.select_for_update().filter(
        resident_id__in=identity.same_resident_ids(resident.id), programme=further.id
    )
    rows = list(same.order_by("id"))
    is_open = [each for each in rows if each.state != State.CLOSED]
    since = [
        each
        for each in rows
        if each.closed_on is not None and each.closed_on >= on and each.closing_reason != MISTAKEN
    ]
    return next(iter([*is_open, *since]), None)


def _new(
    row: models.Enrolment, further: Programme, on: date, *, actor: Actor, at: datetime
) -> models.Enrolment:
    """Managed from the day on, by whoever manages the programme that opened it."""
    new = models.Enrolment(
        resident_id=row.resident_id,
        programme=further.id,
        state=State.MANAGED,
        way=Way.RULE,
        enrolled_on=on,
        confirmed_on=on,
        organization=row.organization,
        staff=row.staff,
        place_code=row.place_code,
        account=actor.account,
        updated_at=at,
    )
    new.save(force_insert=True)
    return new
