"""Who stands at which desk, and who looks after its place; others find no such desk."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from kangmai.epidemic.orders.queries import living
from kangmai.epidemic.venues import models, sealed
from kangmai.epidemic.venues.codes import pass_text
from kangmai.epidemic.venues.desk_types import Arrival, ArrivalFacts
from kangmai.epidemic.venues.errors import DeskUnknown
from kangmai.epidemic.venues.reach import DESK, REGISTER, inside
from kangmai.epidemic.venues.rulebook import venue_rule
from kangmai.epidemic.venues.types import VenueKind
from kangmai.kernel.actor import Actor, NotPermitted, is_permitted
from kangmai.standards.calendars import legal_day

PURPOSE = "arrival"


def kinds(at: datetime) -> dict[str, VenueKind]:
    """The kinds of venues that have a desk, by id."""
    found = venue_rule(on=legal_day(at)).kinds
    return {id: kind for id, kind in found.items() if kind.desk is not None}


def stands_at(actor: Actor) -> Q:
    """The condition for venues at whose desk an actor stands."""
    if not is_permitted(actor, DESK):
        return Q(pk__in=[])
    clerks = models.Clerk.objects.filter(account_id=actor.account, until_at=None)
    return Q(pk__in=clerks.values("venue_id"))


def desks_of(actor: Actor, at: datetime) -> QuerySet[models.Venue]:
    """The open desks that an actor stands at, and those in places where he registers people.

    Raises:
        NotPermitted
    """
    if not is_permitted(actor, DESK) and not is_permitted(actor, REGISTER):
        raise NotPermitted(permission=DESK)
    rows = models.Venue.objects.filter(kind__in=kinds(at), closed_at=None, order_id__in=living(at=at))  # fmt: skip
    return rows.filter(stands_at(actor) | inside(actor, REGISTER))


def desk_of(venue_id: int, *, actor: Actor, at: datetime) -> models.Venue:
    """A desk to read: one's own, or one in one's places. Raises NotPermitted, DeskUnknown."""
    row = desks_of(actor, at).filter(id=venue_id).first()
    if row is None:
        raise DeskUnknown()
    return row


def own_desk(venue_id: int, *, actor: Actor, at: datetime) -> models.Venue:
    """A desk to write at, locked: only who stands there writes. Raises NotPermitted, DeskUnknown."""
    if not is_permitted(actor, DESK):
        raise NotPermitted(permission=DESK)
    rows = models.Venue.objects.select_for_update().filter(stands_at(actor))
    row = rows.filter(id=venue_id, kind__in=kinds(at), closed_at=None, order_id__in=living(at=at)).first()  # fmt: skip
    if row is None:
        raise DeskUnknown()
    return row


def close(id: object, facts: ArrivalFacts, went_to: str = "") -> tuple[int, bytes]:
    """What is written down of an arrival, sealed; the instant stands in the clear beside it."""
    values = {
        "name": facts.name,
        "document_kind": facts.document_kind,
        "document_number": facts.document_number,
        "arrived_from": facts.arrived_from,
        "phone": facts.phone,
        "room": facts.room,
        "vehicle": facts.vehicle,
        "went_to": went_to,
    }
    return sealed.close(PURPOSE, id, values)


def arrival_of(row: models.Arrival) -> Arrival:
    """An arrival, opened."""
    values = sealed.read(PURPOSE, row.id, row.content_key, row.content)
    went_to = values.pop("went_to", "")
    return Arrival(
        id=row.id,
        venue_id=row.venue_id,
        facts=ArrivalFacts(**values, arrived_at=row.arrived_at),
        pass_code=pass_text(row.person.pass_number),
        left_at=row.left_at,
        went_to=went_to,
        version=row.version,
    )


def arrivals_of(rows: Iterable[models.Arrival]) -> tuple[Arrival, ...]:
    """Arrivals, opened."""
    return tuple(map(arrival_of, rows))
