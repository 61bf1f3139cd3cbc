"""Visits of an enrolment, one by one, behind a figure."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from kangmai.identity import queries as identity
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.engine import models
from kangmai.programmes.engine.errors import VisitNotFound
from kangmai.programmes.engine.queries.enrolments import READ, row_of
from kangmai.programmes.engine.seeing import inside
from kangmai.programmes.engine.types import Judgement, Reason, Standing, Visit
from kangmai.programmes.engine.values import visit_of


def visits_of(
    enrolment_id: UUID,
    *,
    before: UUID | None = None,
    limit: int = 20,
    actor: Actor,
    at: datetime,
) -> tuple[Visit, ...]:
    """The visits of an enrolment in the order of their days, newest first, what was corrected included.

    Args:
        before: the last visit of the page before.

    Raises:
        NotPermitted, EnrolmentNotFound, VisitNotFound
    """
    row = row_of(enrolment_id, actor=actor)
    visits = models.Visit.objects.filter(enrolment=row).select_related("enrolment")
    found = visits.order_by("-visited_on", "-id")
    if before is not None:
        last = visits.filter(pk=before).first()
        if last is None:
            raise VisitNotFound()
        found = found.filter(visited_on__lte=last.visited_on).exclude(
            visited_on=last.visited_on, id__gte=last.id
        )
    _note(actor, at, row)
    return tuple(map(visit_of, found[:limit]))


def counted_visits(enrolment_id: UUID, *, year: int, actor: Actor) -> int:
    """How many visits of a calendar year count.

    Raises:
        NotPermitted, EnrolmentNotFound
    """
    row = row_of(enrolment_id, actor=actor)
    counted = row.visits.filter(standing=Standing.CURRENT, is_counted=True, visited_on__year=year)
    return counted.count()


def get_visit(visit_id: UUID, *, actor: Actor, at: datetime) -> Visit:
    """One visit.

    Raises:
        NotPermitted, VisitNotFound
    """
    row = _visible(actor).filter(pk=visit_id).first()
    if row is None:
        raise VisitNotFound()
    _note(actor, at, row.enrolment)
    return visit_of(row)


def judgements_of(visit_id: UUID, *, actor: Actor, at: datetime) -> tuple[Judgement, ...]:
    """What the rules said of a visit before entries of earlier days, the latest first.

    Raises:
        NotPermitted, VisitNotFound
    """
    row = _visible(actor).filter(pk=visit_id).first()
    if row is None:
        raise VisitNotFound()
    return tuple(
        Judgement(
            replaced_at=each.replaced_at,
            because_of=each.because_of_id,
            outcome=each.outcome,
            target_met=each.target_met,
            reasons=tuple(Reason(**reason) for reason in each.reasons),
            rule_version=each.rule_version,
            next_on=each.next_on,
        )
        for each in row.judgements.order_by("-replaced_at", "-id")
    )


def visits_by_id(ids: Sequence[str], *, actor: Actor, at: datetime) -> list[Visit]:
    """Those of some visits that the actor may see: the rows behind a figure.

    Raises:
        NotPermitted
    """
    rows = list(_visible(actor).filter(pk__in=ids).order_by("id"))
    owners = {ResidentId(row.enrolment.resident_id) for row in rows}
    people = identity.residents_by_id(owners, actor=actor, at=at)  # audited there, for all at once
    return [visit_of(row) for row in rows if ResidentId(row.enrolment.resident_id) in people]


def _visible(actor: Actor) -> QuerySet[models.Visit]:
    require(actor, READ)
    visits = models.Visit.objects.select_related("enrolment")
    return visits.filter(enrolment__in=inside(actor.scope))


def _note(actor: Actor, at: datetime, row: models.Enrolment) -> None:
    subjects = identity.patient_rids(ResidentId(row.resident_id))[:1]
    entry = audit.Entry(actor, at, "programmes.visits", "Enrolment", str(row.id), subjects)
    audit.record_later(entry)
