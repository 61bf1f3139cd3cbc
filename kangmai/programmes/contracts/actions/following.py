"""Follow the resident index: a death ends a contract, its reversal restores it, a move takes it along, a merge leaves one."""

import datetime
from collections.abc import Sequence

from django.db import transaction

from kangmai.identity import queries as identity
from kangmai.identity.errors import ResidentNotFound
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import write_down_and_announce
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.contracts import events, models
from kangmai.programmes.contracts.actions.ending import end_row
from kangmai.programmes.contracts.reach import SIGN
from kangmai.programmes.contracts.standing import write_years
from kangmai.programmes.contracts.types import End, State
from kangmai.standards.calendars import legal_day


def follow_residents(ids: Sequence[ResidentId], *, actor: Actor, at: datetime.datetime) -> None:
    """Bring the contracts of residents into line with what the index says of them now. Raises NotPermitted."""
    require(actor, SIGN)
    for id in sorted({identity.current(id) for id in ids}):
        with transaction.atomic():
            _follow(id, actor, at)


def _follow(id: ResidentId, actor: Actor, at: datetime.datetime) -> None:
    mine = identity.same_resident_ids(id)
    rows = list(
        models.Contract.objects.select_for_update()
        .filter(resident_id__in=mine)
        .exclude(state=State.REFUSED)
        .order_by("begins_on", "id")
    )
    if not rows:
        return
    try:
        resident = identity.get_resident(id, actor=actor, at=at)
    except ResidentNotFound:
        return
    _move(rows, resident)
    if resident.deceased_on:
        for row in _unended(rows):
            end_row(row, End.DIED, max(resident.deceased_on, row.begins_on or resident.deceased_on), actor=actor, at=at)  # fmt: skip
        models.Contract.objects.filter(resident_id__in=mine, state=State.ASKED).delete()
        return
    _restore(rows, legal_day(at), actor, at)
    for row in _signed(rows)[1:]:
        end_row(row, End.MERGED, legal_day(at), actor=actor, at=at)


def _signed(rows: Sequence[models.Contract]) -> list[models.Contract]:
    return [each for each in rows if each.state == State.SIGNED]


def _unended(rows: Sequence[models.Contract]) -> list[models.Contract]:
    return [each for each in rows if each.state in (State.SIGNED, State.RENEWED)]


def _move(rows: Sequence[models.Contract], resident: Resident) -> None:
    place = resident.demographics.place_code
    for row in rows:
        if row.place_code != place and row.state != State.ENDED:
            row.place_code = place
            row.save(update_fields=("place_code",))


def _restore(
    rows: Sequence[models.Contract], on: datetime.date, actor: Actor, at: datetime.datetime
) -> None:
    """Let go on what a death, or a merge, ended that is undone, as long as nothing took its place."""
    are_merged = len({row.resident_id for row in rows}) > 1
    undone = (End.DIED,) if are_merged else (End.DIED, End.MERGED)
    for row in rows:
        ended_by_house = row.end_reason in undone
        runs = row.state == State.ENDED and ended_by_house and row.planned_end_on >= on
        if not runs or _signed(rows):
            continue
        row.state, row.end_reason, row.ends_on = State.SIGNED.value, "", row.planned_end_on
        row.version += 1
        row.contract_years.all().delete()
        write_years(row)
        row.save()
        data = {"resident": row.resident_id, "organization": row.organization}
        write_down_and_announce(events.RESTORED, "Contract", row.id, data=data, actor=actor, at=at)
