"""Certificates inside what the actor may see, and the line list for statistics."""

from datetime import date, timedelta
from uuid import UUID

from django.db.models import QuerySet

from kangmai.kernel.actor import Actor, require
from kangmai.programmes.deaths import models
from kangmai.programmes.deaths.errors import CertificateNotFound
from kangmai.programmes.deaths.reach import COUNT, READ, REVIEW, grants, is_own, near
from kangmai.programmes.deaths.reading import certificate_of, content_of
from kangmai.programmes.deaths.types import Certificate, LineOfList, Show, State

__all__ = ["count_certificates", "get_certificate", "is_own", "line_list", "search_certificates"]

MOST = 1000
MOST_LINES = 5000


def get_certificate(certificate_id: UUID, *, actor: Actor) -> Certificate:
    """A certificate near the actor. Raises NotPermitted, CertificateNotFound."""
    require(actor, READ)
    row = models.Certificate.objects.filter(near(actor, READ), pk=certificate_id).first()
    if row is None:
        raise CertificateNotFound()
    return certificate_of(row)


def search_certificates(
    *,
    show: Show,
    number: str = "",
    after: UUID | None = None,
    limit: int = 20,
    actor: Actor,
) -> list[Certificate]:
    """A page of certificates, newest first; `after` is the last of the page before. Raises NotPermitted."""
    rows = _shown(show, actor)
    if number:
        rows = _shown(Show.ALL, actor).filter(number=number)
    if after:
        rows = rows.filter(id__lt=after)
    return [certificate_of(each) for each in rows.prefetch_related("steps").order_by("-id")[:limit]]


def count_certificates(*, actor: Actor) -> dict[Show, int]:
    """How many stand in each list, up to 1,000. Raises NotPermitted."""
    return {each: _shown(each, actor)[:MOST].count() for each in Show}


def _shown(show: Show, actor: Actor) -> QuerySet[models.Certificate]:
    require(actor, READ)
    rows = models.Certificate.objects.filter(near(actor, READ))
    match show:
        case Show.WAITING:
            return rows.filter(state=State.ISSUED.value)
        case Show.VOID:
            return rows.filter(state=State.VOID.value)
        case Show.ALL:
            return rows.exclude(state=State.VOID.value)


def line_list(*, from_on: date, to_on: date, actor: Actor) -> list[LineOfList]:
    """The deaths of days from `from_on` up to and with `to_on` by home, at most 5,000, without names.

    A sensitive cause is left out for those who may not see such causes: the death counts, its cause is not told.

    Raises:
        NotPermitted
    """
    require(actor, COUNT)
    rows = list(
        models.Certificate.objects.filter(
            near(actor, COUNT), died_on__gte=from_on, died_on__lt=to_on + timedelta(1)
        )
        .exclude(state=State.VOID.value)
        .order_by("died_on", "id")[:MOST_LINES]
    )
    may_know = bool(grants(actor, REVIEW))
    return [_line(each, may_know or each.label in actor.scope.labels) for each in rows]


def _line(row: models.Certificate, tells_cause: bool) -> LineOfList:
    deceased, told = content_of(row)
    born = deceased.born_on
    years = None
    if born is not None:
        had_no_birthday = (row.died_on.month, row.died_on.day) < (born.month, born.day)
        years = row.died_on.year - born.year - had_no_birthday
    return LineOfList(
        number=row.number,
        died_on=row.died_on,
        sex_code=deceased.sex_code,
        age_years=years,
        place_code=row.place_code,
        place=told.place,
        underlying=row.underlying if tells_cause else "",
        level=told.level,
        state=State(row.state),
    )
