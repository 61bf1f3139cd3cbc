"""Positive antigen tests that were reported, for those who follow positives: who it is, and whether he was sampled since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from kangmai.epidemic.nucleic_acid import models, people
from kangmai.epidemic.nucleic_acid.errors import CursorUnreadable
from kangmai.epidemic.nucleic_acid.reach import FOLLOW, lives_near
from kangmai.epidemic.nucleic_acid.types import Antigen, Page, PersonId
from kangmai.epidemic.orders.queries import emergency_door, living
from kangmai.epidemic.orders.types import Purpose
from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, operator, require
from kangmai.kernel.ids import ResidentId

LARGEST_PAGE = 100
READER = operator("nucleic_acid.reader", permissions=("identity.search",))
"""Who follows positives need not search residents: that the names are read is written down here, under his name."""


@dataclass(frozen=True, slots=True)
class PositiveAntigen:
    """A positive test; `is_sampled` once a tube of the person was taken after it."""

    id: UUID
    name: str
    phone: str
    address: str
    place_code: str
    taken_at: datetime
    reported_at: datetime
    is_sampled: bool


@emergency_door(Purpose.TESTING)
def positive_antigens(
    *, after: str = "", limit: int = 30, actor: Actor, at: datetime
) -> Page[PositiveAntigen]:
    """Positive tests in the places where an actor follows positives, the newest first; written down.

    Raises:
        NoOrderInForce, NotPermitted, CursorUnreadable.
    """
    require(actor, FOLLOW)
    sampled = models.Sample.objects.filter(
        person_id=OuterRef("person_id"), sampled_at__gte=OuterRef("taken_at")
    )
    rows = models.AntigenTest.objects.filter(
        lives_near(actor, FOLLOW),
        result=Antigen.POSITIVE.value, order_id__in=living(at=at),
    ).annotate(is_sampled=Exists(sampled))  # fmt: skip
    if after:
        try:
            rows = rows.filter(id__lt=UUID(after))
        except ValueError:
            raise CursorUnreadable() from None
    limit = max(1, min(limit, LARGEST_PAGE))
    found = list(rows.order_by("-id")[: limit + 1])
    following = str(found[limit - 1].id) if len(found) > limit else ""
    return Page(_named(found[:limit], actor, at), following)


def _named(
    rows: list[models.AntigenTest], actor: Actor, at: datetime
) -> tuple[PositiveAntigen, ...]:
    ids = [PersonId(row.person_id) for row in rows if row.person_id]
    known = identity.residents_by_id([ResidentId(id) for id in ids if id > 0], actor=READER, at=at)
    subjects = [each.patient_rid for each in known.values()]
    audit.record_later(
        audit.Entry(actor, at, "nucleic_acid.antigens_listed", "AntigenTest", "", subjects)
    )
    others = people.attendees(ids)
    return tuple(_positive(row, known, others) for row in rows)


def _positive(
    row: models.AntigenTest,
    known: Mapping[ResidentId, Resident],
    others: Mapping[PersonId, dict[str, str]],
) -> PositiveAntigen:
    resident = known.get(ResidentId(row.person_id or 0))
    said = others.get(PersonId(row.person_id or 0), {})
    name, phone, address = (said.get(each, "") for each in ("name", "phone", "address"))
    if resident is not None:
        facts = resident.demographics
        name, phone, address = facts.name, next(iter(facts.phones), ""), facts.address
    return PositiveAntigen(
        row.id, name, phone, address, row.place_code, row.taken_at, row.reported_at, row.is_sampled
    )
