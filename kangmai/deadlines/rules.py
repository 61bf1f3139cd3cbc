"""When a deadline is due, and what the clock does before and after.

Limits in hours run from the instant, those in days from the day after, and end with the last day; working
days are those of the State Council's notices.
Source: 中华人民共和国民法典 articles 200 to 203; holidays see `standards.calendars`.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache

from kangmai.deadlines.types import (
    Due,
    Duration,
    Escalation,
    Level,
    Rule,
    Step,
    StepKind,
    Target,
    Unit,
)
from kangmai.kernel import definitions
from kangmai.kernel.actor import Label
from kangmai.kernel.definitions import Definition
from kangmai.standards.calendars import add_working_days, legal_day, start_of_day

LAST_MOMENT = timedelta(microseconds=1)


def limit(duration: Duration, started_at: datetime) -> Due:
    """The last instant on time of a limit that begins at an aware instant.

    >>> limit(Duration(14, Unit.DAYS), datetime(2026, 3, 1, 8, tzinfo=UTC)).at.isoformat()
    '2026-03-15T15:59:59.999999+00:00'
    """
    match duration.unit:
        case Unit.MINUTES:
            return Due(started_at + timedelta(minutes=duration.count), False)
        case Unit.HOURS:
            return Due(started_at + timedelta(hours=duration.count), False)
        case Unit.DAYS:
            last = legal_day(started_at) + timedelta(days=duration.count)
            return Due(_end_of(last), False)
        case Unit.WORKING_DAYS:
            found = add_working_days(legal_day(started_at), duration.count)
            return Due(_end_of(found.day), found.provisional)


def due(definition: str, started_at: datetime) -> Due:
    """When a deadline that begins at an instant would be due. Raises UnknownDefinition."""
    return limit(rule(definition, on=legal_day(started_at)).duration, started_at)


def steps(rule: Rule, due_at: datetime) -> tuple[Step, ...]:
    """What the clock does for a deadline that is due at an instant, in order: warn, miss, escalate."""
    warnings = [Step(due_at - _span(each), StepKind.WARN) for each in rule.warn_before]
    after = [Step(due_at + _span(e.after), StepKind.ESCALATE, e.to) for e in rule.escalation]
    miss = Step(due_at + LAST_MOMENT, StepKind.MISS)
    return (*sorted(warnings, key=_instant), miss, *sorted(after, key=_instant))


def rule(id: str, *, on: date) -> Rule:
    """The rule in force on a day. Raises UnknownDefinition."""
    return rule_of(definitions.get("deadlines", "deadline", id, on=on))


def rules() -> tuple[Rule, ...]:
    """Every dated rule, by id and date."""
    return tuple(rule_of(each) for each in definitions.load("deadlines", "deadline"))


def definitions_of(role: str) -> frozenset[str]:
    """The deadlines that a role owes where no other role is named."""
    return frozenset(each.id for each in rules() if role in each.owner_roles)


@cache
def rule_of(definition: Definition) -> Rule:
    """A definition as a rule."""
    content = definition.content
    return Rule(
        id=definition.id,
        valid_from=definition.effective_from,
        title=definition.title,
        duration=_duration(content["duration"]),
        starts=content["starts"],
        stops=content["stops"],
        stops_by=content["stops"]["by"],
        owner_roles=tuple(content["owner_roles"]),
        label=Label[content["label"].upper()],
        warn_before=tuple(map(_duration, content["warn_before"])),
        escalation=tuple(
            Escalation(_duration(each["after"]), _target(each["to"]))
            for each in content["escalation"]
        ),
        source=definition.source,
        is_verified=definition.verified,
    )


def _duration(content: Mapping[str, object]) -> Duration:
    return Duration(int(str(content["count"])), Unit(str(content["unit"])))


def _target(content: Mapping[str, str]) -> Target:
    return Target(Level(content["at"]), content.get("kind", ""), content["role"])


def _span(duration: Duration) -> timedelta:
    """A span on the clock; the schema allows no working days before and after a limit."""
    return timedelta(**{duration.unit.value: duration.count})


def _instant(step: Step) -> datetime:
    return step.at


def _end_of(day: date) -> datetime:
    return (start_of_day(day + timedelta(days=1)) - LAST_MOMENT).astimezone(UTC)
