"""Load a register that was kept elsewhere, or an invented city's: many points at once, judged like any other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import write_down
from kangmai.kernel.ids import uuid7
from kangmai.programmes.points import models, rules
from kangmai.programmes.points.reach import CONFIRM
from kangmai.programmes.points.rulebook import kind
from kangmai.programmes.points.types import State, Value

BATCH = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class PointDraft:
    """A point of a register taken over. `confirmed_on` None: it waits for confirmation."""

    kind: str
    name: str
    place_code: str
    values: Mapping[str, Value]
    from_on: date
    organization: int | None = None
    place: int | None = None
    partner: int | None = None
    keeper: int | None = None
    holder_kind: str = ""
    confirmed_on: date | None = None
    ends_on: date | None = None
    is_invented: bool = False


def load_points(drafts: Sequence[PointDraft], *, actor: Actor, at: datetime) -> int:
    """Load points; the caller vouches for them. Only somebody of the whole city may. Returns how many.

    Raises:
        NotPermitted, KindUnknown
    """
    require(actor, CONFIRM)
    with transaction.atomic():
        rows = [_row(each, actor, at) for each in drafts]
        models.Point.objects.bulk_create((row for row, _ in rows), batch_size=BATCH)
        models.Statement.objects.bulk_create((said for _, said in rows), batch_size=BATCH)
        models.Period.objects.bulk_create(_periods(rows), batch_size=BATCH)
        models.Step.objects.bulk_create(
            models.Step(point=row, deed="entered", on=row.stated_from, account=actor.account, at=at)
            for row, _ in rows
        )
        write_down(
            "points.loaded", "ServicePoint", "", details={"count": len(rows)}, actor=actor, at=at
        )
    return len(rows)


def _row(draft: PointDraft, actor: Actor, at: datetime) -> tuple[models.Point, models.Statement]:
    known = kind(draft.kind, on=draft.from_on)
    judged = rules.judge(known, draft.values, holder_kind=draft.holder_kind, on=draft.from_on)
    months = known.review_months if draft.confirmed_on else None
    review = rules.months_after(draft.confirmed_on, months) if draft.confirmed_on and months else None  # fmt: skip
    row = models.Point(
        key=uuid7(), kind=draft.kind, name=draft.name[:120], place_code=draft.place_code,
        organization=draft.organization, place=draft.place, partner=draft.partner, keeper=draft.keeper,
        holder_kind=draft.holder_kind, values=dict(draft.values), is_able=judged.is_able, lacks=list(judged.lacks),
        size=judged.size, used=judged.used, stated_from=draft.from_on, confirmed_on=draft.confirmed_on,
        state=(State.CONFIRMED if draft.confirmed_on else State.ENTERED).value, review_on=review,
        ends_on=draft.ends_on, due_on=min((e for e in (review, draft.ends_on) if e), default=None),
        entered_by=actor.account, is_invented=draft.is_invented,
    )  # fmt: skip
    said = models.Statement(
        point=row, from_on=draft.from_on, values=row.values, size=row.size, used=row.used,
        is_able=row.is_able, lacks=row.lacks, rule_version=known.version, account=actor.account, at=at,
    )  # fmt: skip
    return row, said


def _periods(rows: Sequence[tuple[models.Point, models.Statement]]) -> Iterator[models.Period]:
    return (
        models.Period(point=row, from_on=row.confirmed_on)
        for row, _ in rows
        if row.confirmed_on is not None
    )
