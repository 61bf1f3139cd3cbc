"""What else of the same resident is done in one visit: a person with two chronic diseases is seen once."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.engine import models
from kangmai.programmes.engine.definition.reading import programme, rule_set
from kangmai.programmes.engine.queries.enrolments import row_of
from kangmai.programmes.engine.seeing import inside, serves
from kangmai.programmes.engine.types import Enrolment, Standing, State
from kangmai.programmes.engine.values import enrolment_of

NEAR_DAYS = 30
"""What is due within so many days of a visit is done with it."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A service of another enrolment that belongs into the same visit."""

    enrolment: Enrolment
    service: str


def joined_services(
    enrolment_id: UUID, *, service: str, on: date, actor: Actor, at: datetime
) -> tuple[Joined, ...]:
    """The services that are done together with one on a day: of its joint name, managed by the same team,
    not done on that day, and due within 30 days of it.

    Raises:
        NotPermitted, EnrolmentNotFound
    """
    row = row_of(enrolment_id, actor=actor)
    offered = programme(row.programme, on=on).services.get(service)
    if offered is None or not offered.joint:
        return ()
    ids = identity.same_resident_ids(ResidentId(row.resident_id))
    others = inside(actor.scope).filter(resident_id__in=ids, state=State.MANAGED)
    found = (
        Joined(enrolment_of(other), each)
        for other in others.exclude(pk=row.pk).order_by("programme")
        if serves(other, actor)
        for each in _wanted(other, offered.joint, on)
    )
    return tuple(found)


def opened_by(visit_id: UUID, *, on: date, actor: Actor) -> tuple[Enrolment, ...]:
    """The open enrolments of other programmes that the class of a visit opens, as far as the actor sees them.

    Raises:
        NotPermitted, EnrolmentNotFound
    """
    visit = models.Visit.objects.get(pk=visit_id)
    row = row_of(visit.enrolment_id, actor=actor)
    if not visit.outcome:
        return ()
    rules = rule_set(programme(row.programme, on=on).decision, on=visit.visited_on)
    opens = rules.classes[visit.outcome].opens
    if opens is None or opens.programme == row.programme:
        return ()
    ids = identity.same_resident_ids(ResidentId(row.resident_id))
    found = inside(actor.scope).filter(resident_id__in=ids, programme=opens.programme)
    return tuple(map(enrolment_of, found.exclude(state=State.CLOSED).order_by("id")))


def _wanted(other: models.Enrolment, joint: str, on: date) -> list[str]:
    services = programme(other.programme, on=on).services.values()
    ids = [each.id for each in services if each.joint == joint]
    near = other.planned.filter(service__in=ids, due_on__lte=on + timedelta(NEAR_DAYS))
    done = other.visits.filter(visited_on=on, standing=Standing.CURRENT)
    seen = set(done.values_list("service", flat=True))
    return [id for id in near.values_list("service", flat=True) if id not in seen]
