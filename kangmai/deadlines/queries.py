"""What deadlines know: somebody's own, those of a place, of a thing, of a resident; and the share on time."""

import base64
import binascii
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Left

from kangmai.deadlines import models, rules
from kangmai.deadlines.errors import CursorUnreadable, DeadlineUnknown
from kangmai.deadlines.reach import READ, inside, own
from kangmai.deadlines.types import (
    UNSETTLED,
    By,
    Counts,
    Deadline,
    Page,
    Rule,
    Share,
    Show,
    State,
    Subject,
)
from kangmai.kernel.actor import Actor, Label, is_permitted, require, subtree
from kangmai.kernel.ids import AccountId, OrganizationId, ResidentId

SOON = timedelta(days=3)
LARGEST_PAGE = 200
MOST = 1000
NEWEST_FIRST = (Show.MET, Show.MET_LATE, Show.CANCELLED)
OVERSEE = "deadlines.oversee"


def sees_own(actor: Actor) -> bool:
    """Whether an actor sees what he owes: who sees deadlines at all, and every role that owes some."""
    return is_permitted(actor, READ) or any(
        rules.definitions_of(each.role) for each in actor.grants
    )


def _require_own(actor: Actor) -> None:
    """Let pass who sees what he owes. Raises NotPermitted."""
    if not sees_own(actor):
        require(actor, READ)


def mine(*, definition: str = "", after: str = "", limit: int = 20, actor: Actor) -> Page[Deadline]:
    """The deadlines that an actor owes, himself or by his role, the most urgent first.

    Raises:
        NotPermitted, CursorUnreadable.
    """
    _require_own(actor)
    rows = own(actor).filter(state__in=UNSETTLED)
    if definition:
        rows = rows.filter(definition=definition)
    return _page(rows, after, limit, newest_first=False)


def search(
    *,
    show: Show = Show.OPEN,
    definition: str = "",
    division: str = "",
    owner_org: int | None = None,
    after: str = "",
    limit: int = 50,
    actor: Actor,
    at: datetime,
) -> Page[Deadline]:
    """One page of the deadlines an actor sees: by the limit, settled ones the latest first.

    Args:
        division: only those at or below it.

    Raises:
        NotPermitted, CursorUnreadable.
    """
    require(actor, READ)
    rows = inside(actor).filter(_shown(show, at))
    if definition:
        rows = rows.filter(definition=definition)
    if division:
        reach = subtree(division)
        rows = rows.filter(place_code__gte=reach.low, place_code__lt=reach.high)
    if owner_org is not None:
        rows = rows.filter(owner_org=owner_org)
    return _page(rows, after, limit, newest_first=show in NEWEST_FIRST)


def counts(*, actor: Actor, at: datetime) -> Counts:
    """How many of an actor's own deadlines wait. Raises NotPermitted."""
    _require_own(actor)
    rows = own(actor).filter(state__in=UNSETTLED)
    overdue = rows.filter(due_at__lt=at)[:MOST].count()
    soon = rows.filter(due_at__gte=at, due_at__lt=at + SOON)[:MOST].count()
    return Counts(overdue, soon, rows[:MOST].count())


def get_deadline(deadline_id: UUID, *, actor: Actor) -> Deadline:
    """One deadline that the actor sees or owes. Raises NotPermitted, DeadlineUnknown."""
    _require_own(actor)
    row = own(actor).filter(id=deadline_id).first() or inside(actor).filter(id=deadline_id).first()
    if row is None:
        raise DeadlineUnknown()
    return deadline_of(row)


def of_subject(subject: Subject, *, actor: Actor) -> tuple[Deadline, ...]:
    """The deadlines of one thing, by when they began. Raises NotPermitted."""
    return of_subjects(subject.kind, [subject.id], actor=actor).get(subject.id, ())


def of_subjects(
    kind: str, ids: Collection[str], *, actor: Actor
) -> dict[str, tuple[Deadline, ...]]:
    """The deadlines of many things of a kind, by id of the thing, in one query. Raises NotPermitted."""
    require(actor, READ)
    rows = inside(actor).filter(subject_kind=kind, subject_id__in=ids)
    found: dict[str, tuple[Deadline, ...]] = {}
    for row in rows.order_by("started_at", "id"):
        found[row.subject_id] = (*found.get(row.subject_id, ()), deadline_of(row))
    return found


def of_resident(resident_id: ResidentId, *, actor: Actor) -> tuple[Deadline, ...]:
    """The unsettled deadlines of a resident, the most urgent first. Raises NotPermitted."""
    require(actor, READ)
    rows = inside(actor).filter(resident_id=resident_id, state__in=UNSETTLED)
    return tuple(deadline_of(row) for row in rows.order_by("due_at", "id")[:LARGEST_PAGE])


def on_time_shares(
    *,
    due_from: datetime,
    due_to: datetime,
    by: By = By.DEFINITION,
    definition: str = "",
    division: str = "",
    actor: Actor,
    at: datetime,
) -> tuple[Share, ...]:
    """How many of the deadlines due in [due_from, due_to) were met on time, in the actor's places.

    Cancelled ones do not count; one that is unmet counts as missed from its limit on, and before it not
    at all.

    Raises:
        NotPermitted
    """
    require(actor, OVERSEE)
    rows = inside(actor).filter(due_at__gte=due_from, due_at__lt=min(due_to, at))
    rows = rows.exclude(state=State.CANCELLED.value)
    if definition:
        rows = rows.filter(definition=definition)
    if division:
        reach = subtree(division)
        rows = rows.filter(place_code__gte=reach.low, place_code__lt=reach.high)
    on_time, late = Q(met_at__lte=F("due_at")), Q(met_at__gt=F("due_at"))
    grouped = rows.annotate(key=_key(by)).values("key").order_by("key")
    found = grouped.annotate(
        due=Count("id"), on_time=Count("id", filter=on_time), late=Count("id", filter=late)
    )
    return tuple(
        Share(r["key"], r["due"], r["on_time"], r["late"], r["due"] - r["on_time"] - r["late"])
        for r in found
    )


def rules_in_use() -> tuple[Rule, ...]:
    """The latest dated rule of each deadline, by id."""
    return tuple({each.id: each for each in rules.rules()}.values())


def deadline_of(row: models.Deadline) -> Deadline:
    """A row as the rest of the house sees it."""
    return Deadline(
        id=row.id,
        definition=row.definition,
        rule_from=row.rule_from,
        subject=Subject(row.subject_kind, row.subject_id),
        resident=ResidentId(row.resident_id) if row.resident_id is not None else None,
        owner_org=OrganizationId(row.owner_org),
        owner_role=row.owner_role,
        owner_account=AccountId(row.owner_account) if row.owner_account is not None else None,
        place_code=row.place_code,
        label=Label(row.label),
        started_at=row.started_at,
        due_at=row.due_at,
        provisional=row.provisional,
        state=State(row.state),
        met_at=row.met_at,
        proof_kind=row.proof_kind,
        proof_id=row.proof_id,
        reason=row.reason,
        level=row.level,
        version=row.version,
    )


def _shown(show: Show, at: datetime) -> Q:
    unsettled = Q(state__in=UNSETTLED)
    met = Q(state=State.MET.value)
    return {
        Show.OPEN: unsettled,
        Show.OVERDUE: unsettled & Q(due_at__lt=at),
        Show.DUE_SOON: unsettled & Q(due_at__gte=at, due_at__lt=at + SOON),
        Show.MET: met,
        Show.MET_LATE: met & Q(met_at__gt=F("due_at")),
        Show.CANCELLED: Q(state=State.CANCELLED.value),
    }[show]


def _key(by: By) -> Cast | F | Left:
    match by:
        case By.DEFINITION:
            return F("definition")
        case By.OWNER:
            return Cast("owner_org", CharField())
        case By.COUNTY | By.TOWN:
            return Left("place_code", Value(6 if by is By.COUNTY else 9))


def _page(
    rows: QuerySet[models.Deadline], after: str, limit: int, *, newest_first: bool
) -> Page[Deadline]:
    """A page by (due_at, id), onwards or backwards."""
    limit = max(1, min(limit, LARGEST_PAGE))
    if after:
        due_at, id = _read(after)
        side = "lt" if newest_first else "gt"
        rows = rows.filter(
            Q(**{f"due_at__{side}": due_at}) | Q(**{"due_at": due_at, f"id__{side}": id})
        )
    order: Sequence[str] = ("-due_at", "-id") if newest_first else ("due_at", "id")
    found = list(rows.order_by(*order)[: limit + 1])
    following = _write(found[limit - 1]) if len(found) > limit else ""
    return Page(tuple(map(deadline_of, found[:limit])), following)


def _write(row: models.Deadline) -> str:
    return base64.urlsafe_b64encode(f"{row.due_at.isoformat()} {row.id}".encode()).decode()


def _read(cursor: str) -> tuple[datetime, UUID]:
    try:
        due_at, id = base64.urlsafe_b64decode(cursor).decode().split(" ")
        return datetime.fromisoformat(due_at), UUID(id)
    except (binascii.Error, ValueError):
        raise CursorUnreadable() from None
