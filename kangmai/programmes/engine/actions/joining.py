"""Two enrolments of one resident in one programme become one, and are parted exactly when the merge is undone.

The one managed first goes on with the visits and the evidence of the other, which is closed as `merged`.
What went over, and what the other was, is kept (`Joining`): parting gives it back, with whatever became of
those visits since, and opens the other as it was. What was entered after the merge stays where it was entered.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines import queries as deadline_queries
from kangmai.deadlines.types import State as DeadlineState
from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.engine import events, models
from kangmai.programmes.engine.actions.closing import close
from kangmai.programmes.engine.actions.suspecting import DIAGNOSIS
from kangmai.programmes.engine.definition.reading import programme
from kangmai.programmes.engine.history import visits_of
from kangmai.programmes.engine.types import Standing, State
from kangmai.programmes.engine.writing import note_latest, plan_anew, resident_of, save, write_down
from kangmai.standards.calendars import legal_day

MERGED = "merged"
_ORDER = {State.MANAGED: 0, State.CONFIRMED: 1, State.SUSPECTED: 2}


def joined(
    rows: Sequence[models.Enrolment], resident: Resident, *, actor: Actor, at: datetime
) -> list[models.Enrolment]:
    """One open enrolment a programme, of the locked open ones of a resident."""
    kept: dict[str, models.Enrolment] = {}
    for row in sorted(rows, key=_precedence):
        if (first := kept.setdefault(row.programme, row)) is not row:
            _join(first, row, resident, actor=actor, at=at)
    return list(kept.values())


def _precedence(row: models.Enrolment) -> tuple[Any, ...]:
    return _ORDER[State(row.state)], row.enrolled_on or row.suspected_on, row.id


def _join(
    first: models.Enrolment,
    other: models.Enrolment,
    resident: Resident,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    moving = _visits_going_over(first, other)
    known = first.evidence.values("resource_id")
    evidence = list(other.evidence.exclude(resource_id__in=known).values_list("id", flat=True))
    models.Joining.objects.create(
        kept=first,
        other=other,
        visits=[str(id) for id in moving],
        evidence=evidence,
        was={
            "state": other.state,
            "lost_on": other.lost_on.isoformat() if other.lost_on else None,
            "offers": list(other.transfers.filter(decided_at=None).values_list("id", flat=True)),
        },
        joined_at=at,
    )
    models.Visit.objects.filter(id__in=moving).update(enrolment=first)
    models.Evidence.objects.filter(id__in=evidence).update(enrolment=first)
    on = max(legal_day(at), other.enrolled_on or legal_day(at))
    close(other, reason=MERGED, on=on, actor=actor, at=at)
    _settle(first, resident, at=at)


def _visits_going_over(first: models.Enrolment, other: models.Enrolment) -> list[UUID]:
    """Visits of the same day stay with the closed enrolment, corrections with what they correct."""
    current = {"standing": Standing.CURRENT}
    taken = set(first.visits.filter(**current).values_list("service", "visited_on"))
    on_same_days = [
        visit.first_id
        for visit in other.visits.filter(**current)
        if (visit.service, visit.visited_on) in taken
    ]
    going = other.visits.exclude(first_id__in=on_same_days).order_by("id")
    return list(going.values_list("id", flat=True))


def part(ids: Collection[ResidentId], *, actor: Actor, at: datetime) -> None:
    """Part the enrolments that were joined though their residents are two again."""
    found = models.Joining.objects.filter(parted_at=None, kept__resident_id__in=ids)
    found |= models.Joining.objects.filter(parted_at=None, other__resident_id__in=ids)
    # what was joined last is parted first
    for joining in found.order_by("-id"):
        pair = {joining.kept_id, joining.other_id}
        locked = models.Enrolment.objects.select_for_update().filter(id__in=pair).order_by("id")
        rows = {row.id: row for row in locked}
        kept, other = rows[joining.kept_id], rows[joining.other_id]
        owners = [identity.current(ResidentId(row.resident_id)) for row in (kept, other)]
        if owners[0] != owners[1]:
            _part(joining, kept, other, actor=actor, at=at)


def _part(
    joining: models.Joining,
    kept: models.Enrolment,
    other: models.Enrolment,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Give back what went over, with what became of it, and open the other as it was."""
    gone_over = [UUID(id) for id in joining.visits]
    firsts = models.Visit.objects.filter(id__in=gone_over).values_list("first_id", flat=True)
    models.Visit.objects.filter(first_id__in=list(firsts)).update(enrolment=other)
    models.Evidence.objects.filter(id__in=joining.evidence).update(enrolment=other)
    joining.parted_at = at
    joining.save(update_fields=["parted_at"])
    was = joining.was
    other.state, other.closed_on, other.closing_reason = was["state"], None, ""
    other.lost_on = date.fromisoformat(was["lost_on"]) if was["lost_on"] else None
    other.transfers.filter(id__in=was["offers"]).update(
        decided_at=None, decided_by=None, is_accepted=None
    )
    _restart_deadlines(other, actor=actor, at=at)
    for row in (other, kept):
        _settle(row, resident_of(row, actor=actor, at=at), at=at)
    write_down(other, events.REOPENED, data={"parted_from": str(kept.id)}, actor=actor, at=at)


def _restart_deadlines(row: models.Enrolment, *, actor: Actor, at: datetime) -> None:
    """What its closing cancelled runs again, from when it began."""
    started = {str(visit.id) for visit in row.visits.exclude(deadline="")}
    for some in deadline_queries.of_subjects("visit", sorted(started), actor=actor).values():
        for each in some:
            if each.state is DeadlineState.CANCELLED and each.reason == MERGED:
                deadlines.restart(
                    deadline_id=each.id,
                    started_at=each.started_at,
                    reason="merge undone",
                    expected_version=each.version,
                    actor=actor,
                    at=at,
                )


def _settle(row: models.Enrolment, resident: Resident, *, at: datetime) -> None:
    """Take class, plan and what speaks for a suspicion from what an enrolment has now."""
    definition = programme(row.programme, on=legal_day(at))
    visits, born = visits_of(row), resident.demographics.birth_date
    note_latest(row, definition, visits)
    plan_anew(row, definition, visits, birth_date=born, on=legal_day(at))
    readings = row.evidence.exclude(resource_type=DIAGNOSIS)
    row.evidence_days = readings.values("measured_on").distinct().count()
    save(row, at=at)
