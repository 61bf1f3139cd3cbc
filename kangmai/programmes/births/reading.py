"""Rows as the rest of the house sees them, and what a certificate names sealed and opened."""

from collections.abc import Iterable

import orjson

from kangmai.kernel import sealing
from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.programmes.births import models
from kangmai.programmes.births.types import (
    Birth,
    Certificate,
    Item,
    ItemState,
    Kind,
    Named,
    Parent,
    Source,
    State,
    Told,
)


def _bound(id: object) -> bytes:
    return f"births.certificate|{id}".encode()


def seal_named(id: object, named: Named) -> tuple[int, bytes]:
    """What a certificate names, bound to it: key and sealed text."""
    return sealing.seal(orjson.dumps(named), bound_to=_bound(id))


def certificate_of(row: models.Certificate) -> Certificate:
    """A certificate with what it names."""
    plain = orjson.loads(sealing.unseal(row.content_key, bytes(row.content), bound_to=_bound(row.id)))  # fmt: skip
    return Certificate(
        id=row.id,
        number=row.blank_id,
        kind=Kind(row.kind),
        state=State(row.state),
        issued_on=row.issued_on,
        organization=OrganizationId(row.organization),
        reason=row.reason,
        ended_on=row.ended_on,
        end_reason=row.end_reason,
        named=Named(plain["child"], Parent(**plain["mother"]), Parent(**plain["father"])),
    )


def told_of(row: models.Birth) -> Told:
    """What was observed at birth."""
    return Told(row.born_at, row.sex_code, row.weeks, row.weight_g, row.length_cm, row.ordinal)


def birth_of(row: models.Birth) -> Birth:
    """A birth with its certificates and its chain."""
    return births_of([row])[0]


def births_of(rows: Iterable[models.Birth]) -> list[Birth]:
    """Births with certificates and chains, in the order given: three questions however many they are."""
    found = list(rows)
    ids = [each.id for each in found]
    certificates: dict[object, list[Certificate]] = {}
    for one in models.Certificate.objects.filter(birth_id__in=ids).order_by("-id"):
        certificates.setdefault(one.birth_id, []).append(certificate_of(one))
    items: dict[object, list[Item]] = {}
    for each in models.Item.objects.filter(birth_id__in=ids).order_by("position"):
        items.setdefault(each.birth_id, []).append(item_of(each))
    return [
        Birth(
            id=row.id,
            child=ResidentId(row.child_id),
            mother=ResidentId(row.mother_id),
            told=told_of(row),
            organization=OrganizationId(row.organization),
            place_code=row.place_code,
            registered_on=row.registered_on,
            certificates=tuple(certificates.get(row.id, ())),
            items=tuple(items.get(row.id, ())),
            rule_version=row.rule_version,
            version=row.version,
        )
        for row in found
    ]


def item_of(row: models.Item) -> Item:
    """Where an errand stands."""
    return Item(
        id=row.item,
        state=ItemState(row.state),
        due_on=row.due_on,
        since=row.since,
        reason=row.reason,
        receipt=row.receipt,
        source=Source(row.source) if row.source else None,
        version=row.version,
    )
