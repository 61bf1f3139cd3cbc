"""Say how many people are on duty, and how many units of service are given, at full load."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from kangmai.epidemic.supplies import events, models
from kangmai.epidemic.supplies.errors import LoadUnknown
from kangmai.epidemic.supplies.reach import kept_store
from kangmai.epidemic.supplies.reading import loads_of, store_of
from kangmai.epidemic.supplies.rulebook import rule
from kangmai.epidemic.supplies.types import Basis, LoadLine, Rule, Store
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.standards.calendars import legal_day

MOST = 1_000_000


def set_loads(
    *,
    organization: int,
    loads: Sequence[LoadLine],
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Store:
    """Replace an institution's numbers at post; lines of nobody are left out.

    Raises:
        NotPermitted, InstitutionUnknown, LoadUnknown, ChangedMeanwhile.
    """
    found = rule(on=legal_day(at))
    _check(loads, found)
    with transaction.atomic():
        store = kept_store(organization, actor=actor)
        require_version(store.version, expected_version)
        before = loads_of(store)
        kept = [each for each in loads if each.amount]
        models.StoreLoad.objects.filter(store=store).delete()
        models.StoreLoad.objects.bulk_create(
            models.StoreLoad(store=store, load=each.load, amount=each.amount, shifts=each.shifts)
            for each in kept
        )
        store.version, store.loads_set_at = store.version + 1, at
        store.save(update_fields=["version", "loads_set_at"])
        data = {"organization": organization, "before": _plain(before), "now": _plain(kept)}
        write_down_and_announce(
            events.LOADS_SET, "SupplyStore", organization, data=data, actor=actor, at=at
        )
    return store_of(store)


def _check(loads: Sequence[LoadLine], found: Rule) -> None:
    seen: set[str] = set()
    for each in loads:
        known = found.loads.get(each.load)
        fits = (
            known is not None
            and each.load not in seen
            and 0 <= each.amount <= MOST
            and 1 <= each.shifts <= (6 if known.basis is Basis.PERSON_SHIFT else 1)
        )
        if not fits:
            raise LoadUnknown(load=each.load[:32])
        seen.add(each.load)


def _plain(loads: Sequence[LoadLine]) -> dict[str, list[int]]:
    return {each.load: [each.amount, each.shifts] for each in loads}
