"""Write down an item that no visit of a programme tells, take it back, and count what was done, each night or at once."""

import datetime
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import write_down, write_down_and_announce
from kangmai.kernel.ids import ResidentId, uuid7
from kangmai.programmes.contracts import events, models, reach, reckoning, rules
from kangmai.programmes.contracts.errors import DayWrong, ItemUnknown, KeyReused, ServiceNotFound
from kangmai.programmes.contracts.reach import SIGN
from kangmai.programmes.contracts.reading import contract_of
from kangmai.programmes.contracts.types import Contract
from kangmai.standards.calendars import legal_day


def perform(
    *, contract_id: UUID, package: str, item: str, on: datetime.date, note: str, key: UUID, actor: Actor, at: datetime.datetime
) -> Contract:  # fmt: skip
    """Write down that an item was done on a day; the same key again does nothing more.

    Raises:
        NotPermitted, ContractNotFound, DayWrong, ItemUnknown, KeyReused
    """
    with transaction.atomic():
        row = reach.served(contract_id, actor=actor)
        if earlier := models.Performed.objects.filter(key=key).first():
            if earlier.contract_id != row.pk:
                raise KeyReused()
            return contract_of(row)
        first, last = row.begins_on, min(row.ends_on or legal_day(at), legal_day(at))
        if first is None or not first <= on <= last:
            raise DayWrong(day=on, first=first or last, last=last)
        _require_item(row, package, item)
        made = models.Performed(
            id=uuid7(), contract=row, package=package, item=item, on=on,
            note=" ".join(note.split())[:200], account=actor.account, at=at, key=key,
        )  # fmt: skip
        made.save(force_insert=True)
        return _counted(row, events.PERFORMED, {"package": package, "item": item}, actor, at)


def undo(*, performed_id: UUID, reason: str, actor: Actor, at: datetime.datetime) -> Contract:
    """Take back what was written down wrongly; it stays with the reason and is not counted.

    Raises:
        NotPermitted, ServiceNotFound, ReasonMissing
    """
    require(actor, SIGN)
    with transaction.atomic():
        rows = models.Performed.objects.select_for_update(of=("self",)).select_related("contract")
        made = rows.filter(pk=performed_id, undone_reason="").first()
        if made is None:
            raise ServiceNotFound()
        row = reach.served(made.contract_id, actor=actor)
        made.undone_reason = rules.given_reason(reason)
        made.save()
        return _counted(row, events.UNDONE, {"package": made.package, "item": made.item}, actor, at)


def reckon(
    *, since: datetime.date | None = None, on: datetime.date | None = None, actor: Actor, at: datetime.datetime
) -> int:  # fmt: skip
    """Count what was done of every contract that runs, or ended lately; how many years changed.

    Args:
        since: count again all years that ended on this day or later.
        on: as seen from another day than today's.

    Raises:
        NotPermitted
    """
    require(actor, SIGN)
    with transaction.atomic():
        changed = reckoning.write_counts(on=on or legal_day(at), since=since)
        write_down("contracts.reckoned", "Contract", "", details={"changed": changed}, actor=actor, at=at)  # fmt: skip
    return changed


def reckon_residents(ids: Sequence[ResidentId], *, actor: Actor, at: datetime.datetime) -> int:
    """Count what was done of the contracts of some residents, after a visit of theirs; how many years changed.

    Raises:
        NotPermitted
    """
    require(actor, SIGN)
    mine = sorted({each for id in ids for each in identity.same_resident_ids(id)})
    with transaction.atomic():
        return reckoning.write_counts(on=legal_day(at), residents=mine)


def _require_item(row: models.Contract, package: str, item: str) -> None:
    offered = rules.packages(on=row.begins_on)
    items = offered[package].items if package in row.packages and package in offered else ()
    if not any(each.id == item and each.is_by_hand for each in items):
        raise ItemUnknown(item=item[:32])


def _counted(
    row: models.Contract, event: str, what: dict[str, str], actor: Actor, at: datetime.datetime
) -> Contract:
    reckoning.write_counts(on=legal_day(at), contract_id=row.pk)
    row.refresh_from_db(fields=("promised", "done"))
    data = {"resident": row.resident_id, "organization": row.organization, **what}
    write_down_and_announce(event, "Contract", row.id, data=data, actor=actor, at=at)
    return contract_of(row)
