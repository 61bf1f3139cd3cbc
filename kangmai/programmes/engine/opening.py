"""A class may open another programme: a pregnancy judged orange has its special file from that visit on.

A class of a programme's own rules may only note days there: a follow-up that judges red asks for its own report.
"""

from collections.abc import Iterable
from datetime import date, datetime

from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor
from kangmai.programmes.engine import events, models
from kangmai.programmes.engine.afterwards import start_deadlines
from kangmai.programmes.engine.definition.reading import programme, rule_set
from kangmai.programmes.engine.definition.types import Opens, Programme
from kangmai.programmes.engine.history import visits_of
from kangmai.programmes.engine.types import Decision, State, Way
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
