"""Who may see an enrolment: one condition for every list, and one for one row.

An enrolment is inside a scope when its place lies in one of the scope's places, one of the scope's
institutions manages it, or it is about one of its residents; never when the resident objects. While
a hand-over waits, the proposed institution and whoever serves the new home see it as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from kangmai.kernel.actor import Actor, DataScope, PlaceRange, subtree
from kangmai.programmes.engine import models
from kangmai.programmes.engine.errors import EnrolmentNotFound, PlaceUnreadable


@dataclass(frozen=True, slots=True)
class Reach:
    """SQL over e (programmes_enrolment) with its named parameters."""

    sql: str
    values: Mapping[str, object]


def below(place: str) -> PlaceRange:
    """The divisions at and below a code that somebody typed. Raises PlaceUnreadable."""
    if not (place.isascii() and place.isdigit() and 4 <= len(place) <= 12):
        raise PlaceUnreadable(place=place)
    return subtree(place)


def reach(scope: DataScope) -> Reach:
    """The rows of worklists inside a scope: by place, institution or resident."""
    if scope.everything:
        return Reach("true", {})
    values: dict[str, object] = {"orgs": sorted(scope.organizations)}
    parts = ["e.organization = ANY(%(orgs)s::bigint[])"]
    if scope.residents:
        values["residents"] = sorted(scope.residents)
        parts.append("e.resident_id = ANY(%(residents)s::bigint[])")
    for number, place in enumerate(scope.places):
        values |= {f"low{number}": place.low, f"high{number}": place.high}
        parts.append(f"(e.place_code >= %(low{number})s AND e.place_code < %(high{number})s)")
    sql = f"({' OR '.join(parts)})"
    if scope.objections:
        values["objections"] = sorted(scope.objections)
        sql += " AND NOT e.resident_id = ANY(%(objections)s::bigint[])"
    return Reach(sql, values)


def inside(scope: DataScope) -> QuerySet[models.Enrolment]:
    """The enrolments a scope reaches, those that wait to be handed over to it included."""
    rows = models.Enrolment.objects.all()
    if scope.everything:
        return rows
    own = Q(organization__in=scope.organizations) | Q(resident_id__in=scope.residents)
    coming = Q(to_organization__in=scope.organizations)
    for place in scope.places:
        here = Q(place_code__gte=place.low, place_code__lt=place.high)
        own |= here
        coming |= here
    waiting = models.Transfer.objects.filter(coming, enrolment=OuterRef("pk"), decided_at=None)
    return rows.filter(own | Exists(waiting)).exclude(resident_id__in=scope.objections)


def serves(enrolment: models.Enrolment, actor: Actor) -> bool:
    """Whether the actor's team has the enrolment now: it works in its place or is its institution."""
    scope = actor.scope
    return (
        scope.everything
        or enrolment.organization in scope.organizations
        or any(place.covers(enrolment.place_code) for place in scope.places)
    )


def _is_own(row: models.Enrolment, actor: Actor) -> bool:
    """Whether `inside` would find a row for its team: what needs no question to the database."""
    return serves(row, actor) and row.resident_id not in actor.scope.objections


def locked(enrolment_id: object, *, actor: Actor) -> models.Enrolment:
    """One enrolment, locked until the transaction ends.

    Raises:
        EnrolmentNotFound: there is none, or it is outside the actor's scope.
    """
    row = models.Enrolment.objects.select_for_update().filter(pk=enrolment_id).first()
    if row is None or not (_is_own(row, actor) or inside(actor.scope).filter(pk=row.pk).exists()):
        raise EnrolmentNotFound()
    return row
