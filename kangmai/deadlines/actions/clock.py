"""What the clock does: warn, mark as missed, escalate; and count again where holidays became known."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache

from django.db import transaction

from kangmai.deadlines import events, models, rules
from kangmai.deadlines.types import UNSETTLED, Level, Rule, State, Step, StepKind, Target
from kangmai.deadlines.writing import MESSAGE_SUBJECT, close_messages, write_down
from kangmai.kernel.actor import operator
from kangmai.kernel.connections import unit_of_work
from kangmai.messages import actions as messages
from kangmai.messages.types import Draft, To, to_account, to_permission, to_role
from kangmai.registry import queries as registry

BATCH = 1000
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

    After a standstill the steps that were slept through are done together: of warnings none once the
    limit is past, of escalations all.
    """
    count = 0
    while looked_at := _escalate_batch(at):
        count += looked_at
    return count


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


def _escalate_batch(at: datetime) -> int:
    with transaction.atomic():
        due = models.Deadline.objects.filter(next_at__lte=at).order_by("next_at", "id")
        rows = list(due.select_for_update(skip_locked=True)[:BATCH])
        if not rows:
            return 0
        timetable = cache(_timetable)  # the limits of a night end at the same instant
        done = [
            (row, _step(row, timetable(row.definition, row.rule_from, row.due_at), at))
            for row in rows
        ]
        _save(rows)
        _tell(done, at)
        missed = [row for row, steps in done if _misses(steps)]
        write_down(missed, events.MISSED, actor=CLOCK, at=at)
    return len(rows)


def _timetable(definition: str, rule_from: date, due_at: datetime) -> tuple[Step, ...]:
    return rules.steps(rules.rule(definition, on=rule_from), due_at)


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


def _step(row: models.Deadline, steps: Sequence[Step], at: datetime) -> tuple[Step, ...]:
    """Move a row over the steps whose time has come; returns those that somebody must hear of."""
    done = tuple(each for each in steps[row.step :] if each.at <= at)
    row.step += len(done)
    row.next_at = steps[row.step].at if row.step < len(steps) else None
    row.level += sum(each.kind is StepKind.ESCALATE for each in done)
    row.version += 1
    if _misses(done):
        row.state = State.MISSED.value
        return tuple(each for each in done if each.kind is not StepKind.WARN)
    return done[-1:] if done and done[-1].kind is StepKind.WARN else done


def _misses(steps: Sequence[Step]) -> bool:
    return any(each.kind is StepKind.MISS for each in steps)


def _tell(done: Sequence[tuple[models.Deadline, Sequence[Step]]], at: datetime) -> None:
    owners = {row.owner_org for row, _ in done}
    above = registry.overseers(organization_ids=owners, kinds=STEERING)
    drafts = [
        _draft(row, step, to)
        for row, steps in done
        for step in steps
        for to in _recipients(row, step, above)
    ]
    messages.notify(drafts, actor=CLOCK, at=at)


def _draft(row: models.Deadline, step: Step, to: To) -> Draft:
    id = str(row.id)
    return Draft(
        f"deadline_{step.kind.value}",
        to,
        {
            "deadline": f"deadlines/deadline/{row.definition}",
            "organization": row.owner_org,
            "due": row.due_at.isoformat(),
        },
        f"/deadlines/{id}/",
        (MESSAGE_SUBJECT, id),
        f"{id}:{row.due_at:%Y%m%d%H%M}:{step.kind.value}:{step.at:%Y%m%d%H%M}",
    )


def _recipients(row: models.Deadline, step: Step, above: Overseers) -> list[To]:
    """Warnings and misses go to the owner, escalations to their target."""
    if step.target is not None:
        return [_target(row, step.target, above)]
    if row.owner_account is not None:
        return [to_account(row.owner_account)]
    roles = (row.owner_role,) if row.owner_role else _rule_of(row).owner_roles
    return [to_role(role, row.owner_org) for role in roles]


def _target(row: models.Deadline, target: Target, above: Overseers) -> To:
    """The role at the level; where no such institution stands, who oversees deadlines at the place."""
    if target.level is Level.OWN:
        return to_role(target.role, row.owner_org)
    for level in (target.level, *NEXT_DOORS[target.level]):
        found = above.get((row.owner_org, level.value, target.kind))
        if found is not None and found != row.owner_org:
            return to_role(target.role, found)
    return to_permission("deadlines.oversee", row.place_code)


def _rule_of(row: models.Deadline) -> Rule:
    """The dated rule by which a deadline was counted: a later one does not move it."""
    return rules.rule(row.definition, on=row.rule_from)
