"""What the clock does: warn, mark as missed, escalate; and count again where holidays became known."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, partial
from uuid import UUID

from django.db import transaction

from kangmai.deadlines import events, models, rules
from kangmai.deadlines.types import UNSETTLED, Level, Rule, State, Step, StepKind, Target
from kangmai.deadlines.writing import MESSAGE_SUBJECT, close_messages, write_down
from kangmai.kernel.actor import operator
from kangmai.kernel.connections import unit_of_work
from kangmai.messages import actions as messages
from kangmai.messages.types import Draft, To, to_account, to_permission, to_role
from kangmai.registry import queries as registry

MESSAGES = 1000
LISTS = {
    StepKind.WARN: "/deadlines/?show=mine",
    StepKind.MISS: "/deadlines/?show=mine",
    StepKind.ESCALATE: "/deadlines/?show=overdue",
}
"""Where whoever is told of several finds them."""
_WRITTEN = (
    ("due_at", "timestamptz"),
    ("provisional", "boolean"),
    ("state", "text"),
    ("level", "smallint"),
    ("step", "smallint"),
    ("next_at", "timestamptz"),
    ("version", "integer"),
)
"""The columns that the clock writes, with their SQL types."""
CLOCK = operator("deadlines.clock", permissions=("deadlines.write",))
STEERING = ("cdc", "bureau")
NEXT_DOORS = {Level.OWN: (), Level.PARENT: (), Level.COUNTY: (Level.CITY,), Level.CITY: ()}
Overseers = dict[tuple[int, str, str], int]


def escalate_due(*, at: datetime) -> int:
    """Do every step whose time has come; returns how many deadlines were looked at.

    Deadlines that are alike (one rule, one limit, one step) take the step in one statement, and everybody
    addressed gets one message, however many it is about. After a standstill the steps that were slept
    through are done together: of warnings none once the limit is past, of escalations all.
    """
    with transaction.atomic():
        taken = [_take(alike, at) for alike in _due(at)]
        _tell(taken, at)
        missed = [row for each in taken if _misses(each.steps) for row in each.rows]
        write_down(missed, events.MISSED, actor=CLOCK, at=at)
    return sum(len(each.rows) for each in taken)


def recompute(*, at: datetime) -> int:
    """Count provisional deadlines again; returns how many have another limit or a certain one now."""
    with transaction.atomic():
        rows = models.Deadline.objects.filter(provisional=True, state__in=UNSETTLED)
        changed = [row for row in rows.select_for_update().order_by("id") if _recounted(row, at)]
        _save(changed)
        close_messages([r for r in changed if r.state == State.OPEN.value], actor=CLOCK, at=at)
        write_down(changed, events.STARTED, reason="holidays announced", actor=CLOCK, at=at)
    return len(changed)


def _recounted(row: models.Deadline, at: datetime) -> bool:
    rule = _rule_of(row)
    due = rules.limit(rule.duration, row.started_at)
    if (due.at, due.provisional) == (row.due_at, row.provisional):
        return False
    if due.at != row.due_at:
        steps = rules.steps(rule, due.at)
        row.state = State.OPEN.value if due.at >= at else State.MISSED.value
        row.step = next((n for n, each in enumerate(steps) if each.at > at), len(steps))
        row.next_at = steps[row.step].at if row.step < len(steps) else None
    row.due_at, row.provisional = due.at, due.provisional
    row.version += 1
    return True


def _save(rows: Sequence[models.Deadline]) -> None:
    """Write what the clock may change of locked rows, all in one statement."""
    names = [name for name, _ in _WRITTEN]
    values = [[getattr(row, name) for row in rows] for name in names]
    arrays = ", ".join(f"%s::{type}[]" for _, type in _WRITTEN)
    changes = ", ".join(f"{name} = n.{name}" for name in names)
    with unit_of_work() as database:
        database.execute(
            f"""UPDATE deadlines_deadline d SET {changes}
                FROM unnest(%s::uuid[], {arrays}) AS n (id, {", ".join(names)}) WHERE d.id = n.id""",
            [[row.id for row in rows], *values],
        )


_ALIKE = """
SELECT definition, rule_from, due_at, step FROM deadlines_deadline WHERE next_at <= %s
GROUP BY definition, rule_from, due_at, step ORDER BY due_at, definition, rule_from, step"""

_TAKE = """
WITH due AS (
    SELECT id FROM deadlines_deadline
    WHERE next_at <= %(at)s AND definition = %(definition)s AND rule_from = %(rule_from)s AND due_at = %(due_at)s
      AND step = %(step)s
    ORDER BY id FOR UPDATE SKIP LOCKED)
UPDATE deadlines_deadline d SET step = %(next_step)s, next_at = %(next_at)s, level = d.level + %(levels)s,
    state = coalesce(%(state)s, d.state), version = d.version + 1
FROM due WHERE d.id = due.id
RETURNING d.id, d.definition, d.subject_kind, d.subject_id, d.owner_org, d.owner_role, d.owner_account, d.place_code"""


@dataclass(frozen=True, slots=True)
class _Alike:
    """Deadlines of one rule that end at one instant and stand at one step."""

    definition: str
    rule_from: date
    due_at: datetime
    step: int


@dataclass(frozen=True, slots=True)
class _Moved:
    """A deadline that took a step, as far as somebody must be told of it."""

    id: UUID
    definition: str
    subject_kind: str
    subject_id: str
    owner_org: int
    owner_role: str
    owner_account: int | None
    place_code: str


@dataclass(frozen=True, slots=True)
class _Taken:
    """Alike deadlines that took their steps, and those of the steps that somebody must hear of."""

    alike: _Alike
    steps: tuple[Step, ...]
    rows: tuple[_Moved, ...]


def _due(at: datetime) -> list[_Alike]:
    with unit_of_work() as database:
        return [_Alike(*row) for row in database.execute(_ALIKE, [at]).fetchall()]


def _take(alike: _Alike, at: datetime) -> _Taken:
    """Move alike deadlines over the steps whose time has come."""
    rule = rules.rule(alike.definition, on=alike.rule_from)
    steps = rules.steps(rule, alike.due_at)
    done = tuple(each for each in steps[alike.step :] if each.at <= at)
    next_step = alike.step + len(done)
    values = {
        "at": at,
        "definition": alike.definition,
        "rule_from": alike.rule_from,
        "due_at": alike.due_at,
        "step": alike.step,
        "next_step": next_step,
        "next_at": steps[next_step].at if next_step < len(steps) else None,
        "levels": sum(each.kind is StepKind.ESCALATE for each in done),
        "state": State.MISSED.value if _misses(done) else None,
    }
    with unit_of_work() as database:
        rows = tuple(_Moved(*row) for row in database.execute(_TAKE, values).fetchall())
    return _Taken(alike, _told(done), rows)


def _told(done: tuple[Step, ...]) -> tuple[Step, ...]:
    """Of steps that were done together those that somebody must hear of."""
    if _misses(done):
        return tuple(each for each in done if each.kind is not StepKind.WARN)
    return done[-1:] if done and done[-1].kind is StepKind.WARN else done


def _misses(steps: Sequence[Step]) -> bool:
    return any(each.kind is StepKind.MISS for each in steps)


@dataclass(slots=True)
class _Heap:
    """What one addressee is told of one kind of step: how many, in how many institutions, and the first."""

    deadlines: set[UUID] = field(default_factory=set)
    organizations: set[int] = field(default_factory=set)
    first: tuple[_Moved, _Alike, Step] | None = None

    def add(self, row: _Moved, alike: _Alike, step: Step) -> None:
        self.deadlines.add(row.id)
        self.organizations.add(row.owner_org)
        self.first = self.first or (row, alike, step)


def _tell(taken: Sequence[_Taken], at: datetime) -> None:
    """One message for each addressee and kind of step, whatever number of deadlines it is about."""
    owners = {row.owner_org for each in taken for row in each.rows}
    above = registry.overseers(organization_ids=owners, kinds=STEERING)
    heaps: dict[tuple[StepKind, To], _Heap] = defaultdict(_Heap)
    for each in taken:
        rule = rules.rule(each.alike.definition, on=each.alike.rule_from)
        addressed = cache(partial(_recipients, rule=rule, above=above))
        for step in each.steps:
            for row in each.rows:
                owner = (row.owner_org, row.owner_role, row.owner_account, row.place_code)
                for to in addressed(owner, step):
                    heaps[step.kind, to].add(row, each.alike, step)
    drafts = [_draft(kind, to, heap) for (kind, to), heap in heaps.items()]
    for start in range(0, len(drafts), MESSAGES):
        messages.notify(drafts[start : start + MESSAGES], actor=CLOCK, at=at)


def _draft(kind: StepKind, to: To, heap: _Heap) -> Draft:
    assert heap.first is not None
    row, alike, step = heap.first
    about = f"{row.id}:{alike.due_at:%Y%m%d%H%M}:{kind.value}:{step.at:%Y%m%d%H%M}"
    if (count := len(heap.deadlines)) > 1:
        return Draft(
            f"deadlines_{kind.value}",
            to,
            {"count": count, "institutions": len(heap.organizations)},
            LISTS[kind],
            ("", ""),
            f"{about}:{count}",
        )
    return Draft(
        f"deadline_{kind.value}",
        to,
        {
            "deadline": f"deadlines/deadline/{row.definition}",
            "organization": row.owner_org,
            "due": alike.due_at.isoformat(),
        },
        f"/deadlines/{row.id}/",
        (MESSAGE_SUBJECT, str(row.id)),
        about,
    )


Owner = tuple[int, str, int | None, str]
"""Institution, role or all that owe it, account, place."""


def _recipients(owner: Owner, step: Step, *, rule: Rule, above: Overseers) -> tuple[To, ...]:
    """Warnings and misses go to the owner, escalations to their target."""
    organization, role, account, place_code = owner
    if step.target is not None:
        return (_target(organization, place_code, step.target, above),)
    if account is not None:
        return (to_account(account),)
    roles = (role,) if role else rule.owner_roles
    return tuple(to_role(each, organization) for each in roles)


def _target(organization: int, place_code: str, target: Target, above: Overseers) -> To:
    """The role at the level; where no such institution stands, who oversees deadlines at the place."""
    if target.level is Level.OWN:
        return to_role(target.role, organization)
    for level in (target.level, *NEXT_DOORS[target.level]):
        found = above.get((organization, level.value, target.kind))
        if found is not None and found != organization:
            return to_role(target.role, found)
    return to_permission("deadlines.oversee", place_code)


def _rule_of(row: models.Deadline) -> Rule:
    """The dated rule by which a deadline was counted: a later one does not move it."""
    return rules.rule(row.definition, on=row.rule_from)
