"""Follow the resident index: deaths close enrolments, moves offer them to the new team, merges make two one."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.engine import models
from kangmai.programmes.engine.actions.closing import close
from kangmai.programmes.engine.actions.transfers import offer
from kangmai.programmes.engine.definition.reading import programme
from kangmai.programmes.engine.history import visits_of
from kangmai.programmes.engine.types import Standing, State
from kangmai.programmes.engine.writing import note_latest, plan_anew, save
from kangmai.standards.calendars import legal_day

DIED, MERGED, MOVED = "died", "merged", "moved"


def follow_residents(ids: Sequence[ResidentId], *, actor: Actor, at: datetime) -> None:
    """Bring the open enrolments of residents into line with what the index says of them now.

    Raises:
        NotPermitted
    """
    require(actor, "programmes.manage")
    for id in sorted({identity.current(id) for id in ids}):
        with transaction.atomic():
            _follow(id, actor=actor, at=at)


def _follow(id: ResidentId, *, actor: Actor, at: datetime) -> None:
    rows = list(
        models.Enrolment.objects.select_for_update()
        .filter(resident_id__in=identity.same_resident_ids(id))
        .exclude(state=State.CLOSED)
        .order_by("id")
    )
    if not rows:
        return
    resident = identity.get_resident(id, actor=actor, at=at)
    for row in _joined(rows, resident, actor=actor, at=at):
        if resident.deceased_on:
            # a death entered late may lie before the enrolment, which then never should have been
            on = max(resident.deceased_on, row.enrolled_on or resident.deceased_on)
            close(row, reason=DIED, on=on, actor=actor, at=at)
        elif row.place_code != resident.demographics.place_code:
            _move(row, resident, actor=actor, at=at)


def _move(row: models.Enrolment, resident: Resident, *, actor: Actor, at: datetime) -> None:
    """Within one institution the place follows at once; else the new team is offered the enrolment."""
    place = resident.demographics.place_code
    if resident.managing_org == row.organization:
        row.place_code = place
        row.transfers.filter(decided_at=None).delete()
        save(row, at=at)
        return
    waiting = row.transfers.filter(decided_at=None).first()
    if waiting is None:
        offer(row, resident.managing_org, place, MOVED, actor=actor, at=at)
    elif (waiting.to_organization, waiting.place_code) != (resident.managing_org, place):
        waiting.to_organization, waiting.place_code = resident.managing_org, place
        waiting.save()


def _joined(
    rows: Sequence[models.Enrolment], resident: Resident, *, actor: Actor, at: datetime
) -> list[models.Enrolment]:
    """One open enrolment a programme: the one managed first goes on, with the visits of the others."""
    kept: dict[str, models.Enrolment] = {}
    order = {State.MANAGED: 0, State.CONFIRMED: 1, State.SUSPECTED: 2}
    for row in sorted(
        rows, key=lambda r: (order[State(r.state)], r.enrolled_on or r.suspected_on, r.id)
    ):
        if (first := kept.setdefault(row.programme, row)) is not row:
            _join(first, row, resident, actor=actor, at=at)
    return list(kept.values())


def _join(
    first: models.Enrolment,
    other: models.Enrolment,
    resident: Resident,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    definition = programme(first.programme, on=legal_day(at))
    taken = set(first.visits.filter(standing=Standing.CURRENT).values_list("service", "visited_on"))
    on_same_days = [
        visit.first_id
        for visit in other.visits.filter(standing=Standing.CURRENT)
        if (visit.service, visit.visited_on) in taken
    ]
    # visits of the same day stay with the closed enrolment, corrections with what they correct
    other.visits.exclude(first_id__in=on_same_days).update(enrolment=first)
    models.Evidence.objects.filter(enrolment=other).exclude(
        resource_id__in=first.evidence.values("resource_id")
    ).update(enrolment=first)
    on = max(legal_day(at), other.enrolled_on or legal_day(at))
    close(other, reason=MERGED, on=on, actor=actor, at=at)
    visits, born = visits_of(first), resident.demographics.birth_date
    note_latest(first, definition, visits)
    plan_anew(first, definition, visits, birth_date=born, on=legal_day(at))
    save(first, at=at)
