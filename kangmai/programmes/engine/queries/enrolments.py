"""Enrolments one by one, of a resident, behind a figure; and the programmes there are."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from kangmai.identity import queries as identity
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.programmes.engine import models
from kangmai.programmes.engine.definition.reading import (
    programme,
    programmes,
    rule_set,
    rule_sets,
)
from kangmai.programmes.engine.definition.types import Programme, RuleSet
from kangmai.programmes.engine.errors import EnrolmentNotFound
from kangmai.programmes.engine.population import facts_of
from kangmai.programmes.engine.seeing import hidden, inside
from kangmai.programmes.engine.types import (
    Attempt,
    Behind,
    Enrolment,
    Evidence,
    Method,
    Reached,
    State,
    Transfer,
)
from kangmai.programmes.engine.values import whole_enrolment

__all__ = [
    "attempts_of",
    "enrolments_by_id",
    "enrolments_of",
    "evidence_of",
    "get_enrolment",
    "hidden",
    "offered_programmes",
    "programme",
    "programmes",
    "programmes_open_to",
    "rule_set",
    "rules_of",
    "transfer_of",
]
READ = "programmes.read"


def offered_programmes(*, on: date, actor: Actor) -> tuple[Programme, ...]:
    """The programmes in force on a day of which the actor may know who is in them, by id."""
    unseen = hidden(actor.scope)
    return tuple(each for each in programmes(on=on) if each.id not in unseen)


def programmes_open_to(*, resident_id: ResidentId, on: date, actor: Actor) -> tuple[Programme, ...]:
    """Those of the offered programmes whose population the resident is of on a day, by id."""
    facts = facts_of(resident_id, on=on)
    offered = offered_programmes(on=on, actor=actor)
    return tuple(each for each in offered if each.population.holds(facts))


def rules_of(programme_id: str) -> tuple[RuleSet, ...]:
    """Every rule set of a programme, drafts and old ones included, by id and date."""
    return rule_sets(programme_id)


def get_enrolment(enrolment_id: UUID, *, actor: Actor, at: datetime) -> Enrolment:
    """An enrolment with what is planned.

    Raises:
        NotPermitted, EnrolmentNotFound
    """
    row = row_of(enrolment_id, actor=actor)
    _note(actor, at, str(row.id), row.resident_id)
    return whole_enrolment(row)


def row_of(enrolment_id: UUID, *, actor: Actor) -> models.Enrolment:
    """The row of an enrolment the actor may see. Raises NotPermitted, EnrolmentNotFound."""
    require(actor, READ)
    row = inside(actor.scope).filter(pk=enrolment_id).first()
    if row is None:
        raise EnrolmentNotFound()
    return row


def _note(actor: Actor, at: datetime, id: str, resident_id: int) -> None:
    subjects = identity.patient_rids(ResidentId(resident_id))[:1]
    audit.record_later(audit.Entry(actor, at, "programmes.read", "Enrolment", id, subjects))


def enrolments_of(resident_id: ResidentId, *, actor: Actor, at: datetime) -> tuple[Enrolment, ...]:
    """The enrolments of a resident, open ones first, then the latest closed; merged ids included.

    Raises:
        NotPermitted
    """
    require(actor, READ)
    ids = identity.same_resident_ids(resident_id)
    rows = inside(actor.scope).filter(resident_id__in=ids).order_by("closed_on", "id")
    open_first = sorted(rows, key=lambda row: (row.state == State.CLOSED, row.programme))
    _note(actor, at, "", resident_id)
    return tuple(map(whole_enrolment, open_first))


def evidence_of(enrolment_id: UUID, *, actor: Actor, at: datetime) -> tuple[Evidence, ...]:
    """What raised a suspicion, newest first.

    Raises:
        NotPermitted, EnrolmentNotFound
    """
    row = row_of(enrolment_id, actor=actor)
    _note(actor, at, str(row.id), row.resident_id)
    return tuple(
        Evidence(
            measured_on=each.measured_on,
            measures=each.measures,
            source=f"{each.resource_type}/{each.resource_id}",
            organization=OrganizationId(each.organization) if each.organization else None,
        )
        for each in row.evidence.order_by("-measured_on", "-id")
    )


def enrolments_by_id(ids: Sequence[str], *, actor: Actor, at: datetime) -> list[Behind]:
    """Those of some enrolments that the actor may see, with whom they are about: the rows behind a figure.

    Raises:
        NotPermitted
    """
    require(actor, READ)
    rows = list(inside(actor.scope).filter(pk__in=ids).order_by("id"))
    wanted = {ResidentId(row.resident_id) for row in rows}
    people = identity.residents_by_id(wanted, actor=actor, at=at)
    return [
        Behind(
            id=row.id,
            resident_id=person.id,
            index_number=person.index_number,
            name=person.demographics.name,
            place_code=row.place_code,
            organization=OrganizationId(row.organization),
            state=State(row.state),
        )
        for row in rows
        if (person := people.get(ResidentId(row.resident_id)))
    ]


def attempts_of(enrolment_id: UUID, *, actor: Actor, at: datetime) -> tuple[Attempt, ...]:
    """The attempts to reach somebody, newest first.

    Raises:
        NotPermitted, EnrolmentNotFound
    """
    row = row_of(enrolment_id, actor=actor)
    _note(actor, at, str(row.id), row.resident_id)
    return tuple(
        Attempt(each.attempted_on, Method(each.method), Reached(each.outcome), each.account)
        for each in row.attempts.order_by("-attempted_on", "-id")
    )


def transfer_of(enrolment_id: UUID, *, actor: Actor, at: datetime) -> Transfer | None:
    """The hand-over that waits, if there is one.

    Raises:
        NotPermitted, EnrolmentNotFound
    """
    row = row_of(enrolment_id, actor=actor)
    waiting = row.transfers.filter(decided_at=None).first()
    if waiting is None:
        return None
    to = waiting.to_organization
    return Transfer(
        enrolment_id=row.id,
        from_organization=OrganizationId(waiting.from_organization),
        to_organization=OrganizationId(to) if to else None,
        reason=waiting.reason,
        proposed_at=waiting.proposed_at,
    )
