"""An institution's store: what stands in it, what it comes to, and how it came to it."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from kangmai.epidemic.supplies import models, rules
from kangmai.epidemic.supplies.errors import EntryUnknown
from kangmai.epidemic.supplies.reach import KEEP, PLAN, keeps, shown_store, stores
from kangmai.epidemic.supplies.reading import entry_of, held, loads_of, store_of
from kangmai.epidemic.supplies.rulebook import rule
from kangmai.epidemic.supplies.types import (
    Entry,
    HeldLot,
    ItemLine,
    Ledger,
    LoadLine,
    Lot,
    Page,
    Rule,
    TransferState,
)
from kangmai.kernel.actor import Actor, is_permitted, require
from kangmai.registry import queries as registry

PAGE = 30


def ledger(*, organization: int, on: date, actor: Actor) -> Ledger:
    """An institution's items that are in store, in use or on the way, the shortest first.

    Raises:
        NotPermitted, InstitutionUnknown.
    """
    store, found = shown_store(organization, actor=actor), rule(on=on)
    loads, lots, coming = loads_of(store), held(store), _on_the_way(organization)
    lines = [_line(item, lots, loads, coming, found, on) for item in found.items]
    shown = [each for each in lines if each.lots or each.cell.burn_milli or each.on_the_way]
    shown.sort(key=_urgency)
    may = is_permitted(actor, KEEP) and keeps(actor, store)
    return Ledger(store_of(store), tuple(loads), tuple(shown), may)


def _urgency(line: ItemLine) -> tuple[bool, int, bool]:
    """Items that are used up first come first, key items before others; those nobody uses come last."""
    days = line.cell.days
    return days is None, days if days is not None else 0, not line.item.is_key


def _line(
    item: str,
    held_lots: list[HeldLot],
    loads: list[LoadLine],
    coming: Mapping[str, int],
    found: Rule,
    on: date,
) -> ItemLine:
    mine = tuple(each for each in held_lots if each.item == item)
    lots = [Lot(each.quantity, each.expires_on) for each in mine]
    cell = rules.cell(item, lots, rules.burn_milli(item, loads, found), on)
    soon = date.fromordinal(on.toordinal() + found.expiring_days)
    return ItemLine(
        item=found.items[item],
        cell=cell,
        needs=rules.needs(cell, found.items[item], found),
        expired=sum(e.quantity for e in mine if e.expires_on is not None and e.expires_on < on),
        expiring=sum(
            e.quantity for e in mine if e.expires_on is not None and on <= e.expires_on < soon
        ),
        on_the_way=coming.get(item, 0),
        lots=mine,
    )


def _on_the_way(organization: int) -> dict[str, int]:
    rows = models.TransferLine.objects.filter(
        transfer__receiver_id=organization, transfer__state=TransferState.SENT.value, sent__gt=0
    )
    return dict(rows.values_list("item").annotate(Sum("sent")).order_by())


def entries(
    *, organization: int, item: str = "", after: str = "", limit: int = PAGE, actor: Actor
) -> Page[Entry]:
    """The entries of a ledger, the newest first, of one item if asked.

    Raises:
        NotPermitted, InstitutionUnknown.
    """
    rows = models.Entry.objects.filter(
        store_id=shown_store(organization, actor=actor).organization_id
    )
    if item:
        of_item = models.Movement.objects.filter(store_id=organization, item=item)
        rows = rows.filter(id__in=of_item.values("entry_id"))
    if (cursor := _uuid(after)) is not None:
        rows = rows.filter(id__lt=cursor)
    rows = rows.select_related("reversed_by").prefetch_related("movements").order_by("-id")
    found = list(rows[: limit + 1])
    following = str(found[limit - 1].id) if len(found) > limit else ""
    return Page(tuple(map(entry_of, found[:limit])), following)


def get_entry(*, entry_id: UUID, actor: Actor) -> Entry:
    """One entry. Raises NotPermitted, EntryUnknown."""
    rows = models.Entry.objects.filter(id=entry_id, store__in=stores(actor))
    row = rows.select_related("reversed_by").prefetch_related("movements").first()
    if row is None:
        raise EntryUnknown()
    return entry_of(row)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def kept_institutions(*, actor: Actor) -> tuple[int, ...]:
    """The institutions whose ledgers an actor keeps: his own first, then those with a store below them."""
    if not is_permitted(actor, KEEP):
        return ()
    own = dict.fromkeys(
        each.organization
        for each in actor.grants
        if each.organization is not None and KEEP in each.permissions
    )
    below = models.Store.objects.filter(parent_id__in=own).order_by("organization_id")
    return tuple(dict.fromkeys([*own, *below.values_list("organization_id", flat=True)]))


def planned_institutions(*, actor: Actor) -> tuple[int, ...]:
    """The institutions with a store between which an actor may plan transfers; none without the right to plan."""
    if not is_permitted(actor, PLAN):
        return ()
    rows = stores(actor, permission=PLAN).order_by("place_code", "organization_id")
    return tuple(rows.values_list("organization_id", flat=True))


def suggested_loads(*, organization: int, on: date, actor: Actor) -> tuple[LoadLine, ...]:
    """Numbers at post as the registry's posts suggest them.

    Raises:
        NotPermitted.
    """
    require(actor, KEEP)
    kind = registry.kind_of(organization_id=organization)
    posts = registry.post_counts(organization_ids=[organization], on=on).get(organization, {})
    return tuple(rules.from_posts(kind, posts, rule(on=on)))


def unbalanced() -> list[tuple[int, str, str, int, int]]:
    """Lots whose kept balance is not the sum of their movements: (institution, item, lot, kept, sum). Must be none."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT coalesce(b.store_id, m.store_id), coalesce(b.item, m.item), coalesce(b.lot, m.lot),
                      coalesce(b.quantity, 0), coalesce(m.quantity, 0)
               FROM supplies_balance b
               FULL JOIN (SELECT store_id, item, lot, coalesce(expires_on, 'infinity') AS expires_on,
                                 sum(quantity)::bigint AS quantity
                          FROM supplies_movement GROUP BY 1, 2, 3, 4) m
                 ON (m.store_id, m.item, m.lot, m.expires_on)
                    = (b.store_id, b.item, b.lot, coalesce(b.expires_on, 'infinity'))
               WHERE coalesce(b.quantity, 0) <> coalesce(m.quantity, 0)
               ORDER BY 1, 2, 3"""
        )
        return [tuple(row) for row in cursor.fetchall()]
