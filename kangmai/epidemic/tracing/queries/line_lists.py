"""Line lists sent and received, their rows, and the files of both."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from kangmai.epidemic.orders.queries import emergency_door, writes_refusals
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tracing import line_files, models, rules
from kangmai.epidemic.tracing.errors import CursorUnreadable, ListUnknown
from kangmai.epidemic.tracing.lists import listed_of, lists_of
from kangmai.epidemic.tracing.people import names_of
from kangmai.epidemic.tracing.reach import INVESTIGATE
from kangmai.epidemic.tracing.types import (
    Direction,
    Facts,
    Kind,
    LineList,
    ListRow,
    Page,
    PersonId,
    RowState,
)
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, require
from kangmai.standards.calendars import legal_day

LARGEST_PAGE = 100


@emergency_door(Purpose.TRACING)
def line_lists(*, after: str = "", limit: int = 30, actor: Actor, at: datetime) -> Page[LineList]:
    """Lists of the actor's places, the newest first. Raises NoOrderInForce, NotPermitted, CursorUnreadable."""
    require(actor, INVESTIGATE)
    rows = models.LineList.objects.filter(lists_of(actor, at))
    if after:
        try:
            rows = rows.filter(id__lt=UUID(after))
        except ValueError:
            raise CursorUnreadable() from None
    limit = max(1, min(limit, LARGEST_PAGE))
    found = list(rows.order_by("-id")[: limit + 1])
    counts = _counts([row.id for row in found])
    following = str(found[limit - 1].id) if len(found) > limit else ""
    return Page(tuple(_list(row, counts.get(row.id, {})) for row in found[:limit]), following)


def _counts(ids: list[UUID]) -> dict[UUID, dict[RowState, int]]:
    found: dict[UUID, dict[RowState, int]] = {}
    rows = models.ListRow.objects.filter(list_id__in=ids).values("list_id", "state")
    for row in rows.annotate(count=Count("id")):
        found.setdefault(row["list_id"], {})[RowState(row["state"])] = row["count"]
    return found


def _list(row: models.LineList, counts: Mapping[RowState, int]) -> LineList:
    return LineList(row.id, Direction(row.direction), row.other, row.reference, row.made_at, counts)


@emergency_door(Purpose.TRACING)
@writes_refusals("tracing.list_refused")
def get_list(list_id: UUID, *, actor: Actor, at: datetime) -> tuple[LineList, tuple[ListRow, ...]]:
    """A list with its rows; those received with what they said, which is written down.

    Raises:
        NoOrderInForce, NotPermitted, ListUnknown.
    """
    row = _row(list_id, actor, at)
    rows = tuple(
        ListRow(each.id, each.number, RowState(each.state), each.reason, each.contact_id, listed_of(each), each.version)
        for each in row.rows.order_by("number")
    )  # fmt: skip
    if row.direction == Direction.IN.value:
        audit.record_later(audit.Entry(actor, at, "tracing.list_read", "TracingLineList", str(row.id)))  # fmt: skip
    return _list(row, _counts([row.id]).get(row.id, {})), rows


@emergency_door(Purpose.TRACING)
def list_file(list_id: UUID, *, actor: Actor, at: datetime) -> bytes:
    """The CSV of a list that is sent: who they are, what they are, and to which case; written down.

    Raises:
        NoOrderInForce, NotPermitted, ListUnknown.
    """
    row = _row(list_id, actor, at)
    if row.direction != Direction.OUT.value:
        raise ListUnknown()
    rows = list(row.rows.select_related("contact").order_by("number"))
    persons = [PersonId(each.contact.person_id) for each in rows if each.contact and each.contact.person_id]  # fmt: skip
    facts = names_of(persons, purpose="list_sent", object_id=row.id, actor=actor, at=at)
    words = rules.rule(on=legal_day(at)).relations
    pairs = models.Pair.objects.filter(contact__in=[each.contact_id for each in rows])
    nearest = {each.contact_id: each for each in pairs.select_related("case").order_by("-last_at")}
    lines = [
        (
            each.number,
            facts.get(PersonId(each.contact.person_id or 0), Facts("", "", "")),
            Kind(each.contact.kind),
            words[nearest[each.contact_id].relation].title.zh,
            nearest[each.contact_id].case.number,
            each.contact.last_exposure_on,
        )
        for each in rows
        if each.contact is not None and each.contact_id in nearest
    ]
    return line_files.write_list(lines)


@emergency_door(Purpose.TRACING)
def reply_file(list_id: UUID, *, actor: Actor, at: datetime) -> bytes:
    """The CSV of our answers to a list that was received; it names nobody.

    Raises:
        NoOrderInForce, NotPermitted, ListUnknown.
    """
    row = _row(list_id, actor, at)
    if row.direction != Direction.IN.value:
        raise ListUnknown()
    rows = row.rows.order_by("number").values_list("number", "state", "reason")
    return line_files.write_reply((number, RowState(state), reason) for number, state, reason in rows)  # fmt: skip


def _row(list_id: UUID, actor: Actor, at: datetime) -> models.LineList:
    require(actor, INVESTIGATE)
    row = models.LineList.objects.filter(lists_of(actor, at), id=list_id).first()
    if row is None:
        raise ListUnknown()
    return row
