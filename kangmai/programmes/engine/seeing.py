"""Who may see an enrolment: one condition for every list, and one for one row.

An enrolment is inside a scope when its place lies in one of the scope's places, one of the scope's
institutions manages it, or it is about one of its residents; never when the resident objects. While
a hand-over waits, the proposed institution and whoever serves the new home see it as well. Of a
programme with a sensitive label nothing is seen by those whose scope has not that label.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from kangmai.kernel.actor import ALL_LABELS, Actor, DataScope, NotPermitted, PlaceRange, subtree
from kangmai.programmes.engine import models
from kangmai.programmes.engine.definition.reading import labels, roles
from kangmai.programmes.engine.definition.types import Programme
from kangmai.programmes.engine.errors import EnrolmentNotFound, PlaceUnreadable


@dataclass(frozen=True, slots=True)
class Reach:
    """SQL over e (programmes_enrolment) with its named parameters: any of the ways, and what holds of all."""

    ways: tuple[str, ...]
    always: str
    values: Mapping[str, object]

    @property
    def sql(self) -> str:
        return f"({' OR '.join(self.ways)}) AND {self.always}" if self.ways else self.always

    def apart(self) -> tuple[str, ...]:
        """The same as conditions of which a row meets one at most, so that each is counted by its own index."""
        if not self.ways:
            return (self.always,)
        before = [
            "",
            *(f" AND NOT ({' OR '.join(self.ways[:n])})" for n in range(1, len(self.ways))),
        ]
        return tuple(
            f"{way}{other} AND {self.always}" for way, other in zip(self.ways, before, strict=True)
        )


def below(place: str) -> PlaceRange:
    """The divisions at and below a code that somebody typed. Raises PlaceUnreadable."""
    if not (place.isascii() and place.isdigit() and 4 <= len(place) <= 12):
        raise PlaceUnreadable(place=place)
    return subtree(place)


def hidden(scope: DataScope) -> tuple[str, ...]:
    """The programmes of which a scope sees nothing, since their label is not among its labels."""
    if scope.labels == ALL_LABELS:
        return ()
    return tuple(id for id, some in labels().items() if not some <= scope.labels)


def own_programmes(actor: Actor) -> tuple[str, ...]:
    """The programmes whose work is that of the actor's roles; none where that is nobody's in particular."""
    held = {grant.role for grant in actor.grants}
    return tuple(sorted(id for id, some in roles().items() if some & held))


def require_label(definition: Programme, actor: Actor) -> None:
    """Let pass who may know that somebody is in a programme. Raises NotPermitted."""
    if definition.id in hidden(actor.scope):
        raise NotPermitted(permission=f"programmes.manage:{definition.label.name.lower()}")


def reach(scope: DataScope) -> Reach:
    """The rows of worklists inside a scope: by place, institution or resident, and by label."""
    label, labelled = of_label(scope)
    if scope.everything:
        return Reach((), label, labelled)
    values: dict[str, object] = {"orgs": sorted(scope.organizations), **labelled}
    ways = []
    for number, place in enumerate(scope.places):
        values |= {f"low{number}": place.low, f"high{number}": place.high}
        ways.append(f"(e.place_code >= %(low{number})s AND e.place_code < %(high{number})s)")
    if scope.residents:
        values["residents"] = sorted(scope.residents)
        ways.append("e.resident_id = ANY(%(residents)s::bigint[])")
    ways.append("e.organization = ANY(%(orgs)s::bigint[])")
    if scope.objections:
        values["objections"] = sorted(scope.objections)
        label += " AND NOT e.resident_id = ANY(%(objections)s::bigint[])"
    return Reach(tuple(ways), label, values)


def of_label(scope: DataScope) -> tuple[str, dict[str, object]]:
    """The condition that leaves out what a scope must not see; short where that is nothing."""
    unseen = hidden(scope)
    if not unseen:
        return "true", {}
    return "e.programme <> ALL(%(unseen)s::text[])", {"unseen": list(unseen)}


def inside(scope: DataScope) -> QuerySet[models.Enrolment]:
    """The enrolments a scope reaches, those that wait to be handed over to it included."""
    rows = models.Enrolment.objects.all()
    if unseen := hidden(scope):
        rows = rows.exclude(programme__in=unseen)
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
    is_seen = row.programme not in hidden(actor.scope)
    return is_seen and serves(row, actor) and row.resident_id not in actor.scope.objections


def locked(enrolment_id: object, *, actor: Actor) -> models.Enrolment:
    """One enrolment, locked until the transaction ends.

    Raises:
        EnrolmentNotFound: there is none, or it is outside the actor's scope.
    """
    row = models.Enrolment.objects.select_for_update().filter(pk=enrolment_id).first()
    if row is None or not (_is_own(row, actor) or inside(actor.scope).filter(pk=row.pk).exists()):
        raise EnrolmentNotFound()
    return row
