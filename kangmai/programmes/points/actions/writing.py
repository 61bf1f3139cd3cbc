"""What several deeds of the register write alike."""

from collections.abc import Mapping
from datetime import date, datetime

from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import write_down_and_announce
from kangmai.programmes.points import models
from kangmai.programmes.points.errors import DayWrong, NoteMissing, StateWrong
from kangmai.programmes.points.types import Deed, Judged, Kind, State

SHORTEST, LONGEST = 2, 300
STATES = {
    State.ENTERED: ("not confirmed", "待核实"),
    State.CONFIRMED: ("confirmed", "已确认"),
    State.SUSPENDED: ("suspended", "已暂停"),
    State.CLOSED: ("closed", "已关闭"),
}


def require_state(row: models.Point, *states: State) -> None:
    """Let pass a point in one of some states. Raises StateWrong."""
    if row.state not in states:
        english, chinese = STATES[State(row.state)]
        raise StateWrong(state=english, state_zh=chinese)


def require_day(day: date, *, first: date, last: date) -> None:
    """Let pass a day between two. Raises DayWrong."""
    if not first <= day <= last:
        raise DayWrong(day=day, first=first, last=last)


def said(note: str) -> str:
    """A sentence that must be there. Raises NoteMissing."""
    text = " ".join(note.split())[:LONGEST]
    if len(text) < SHORTEST:
        raise NoteMissing()
    return text


def step(
    row: models.Point, deed: Deed, *, on: date, note: str = "", actor: Actor, at: datetime
) -> None:
    """Write a step into the course of a point."""
    row.steps.create(
        deed=deed.value, on=on, note=" ".join(note.split())[:LONGEST], account=actor.account, at=at
    )


def state_facts(
    row: models.Point, kind: Kind, judged: Judged, *, from_on: date, actor: Actor, at: datetime
) -> None:
    """Write what was said from a day on; the point shows what holds today."""
    row.statements.create(
        from_on=from_on, values=dict(judged.values), size=judged.size, used=judged.used,
        is_able=judged.is_able, lacks=list(judged.lacks), rule_version=kind.version, account=actor.account, at=at,
    )  # fmt: skip
    row.entered_by = actor.account
    show_latest(row)


def show_latest(row: models.Point) -> None:
    """Let a point show its latest statement."""
    latest = row.statements.order_by("-from_on", "-at", "-id").first()
    if latest is not None:
        row.values, row.size, row.used = latest.values, latest.size, latest.used
        row.is_able, row.lacks, row.stated_from = latest.is_able, latest.lacks, latest.from_on


def save(row: models.Point) -> None:
    """Save the next version of a point."""
    row.due_on = min((each for each in (row.review_on, row.ends_on) if each), default=None)
    row.version += 1
    row.save()


def announce(
    event: str,
    row: models.Point,
    data: Mapping[str, object] | None = None,
    *,
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Write a deed at a point into the trail and tell other rooms."""
    told = {"kind": row.kind, "state": row.state, "place_code": row.place_code, **(data or {})}
    write_down_and_announce(
        event, "ServicePoint", row.id, data=told, reason=reason, actor=actor, at=at
    )
