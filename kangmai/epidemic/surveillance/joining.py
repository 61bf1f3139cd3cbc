"""To which standing signal new evidence belongs, and what a signal says of itself. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kangmai.epidemic.surveillance import rules
from kangmai.epidemic.surveillance.areas import contains
from kangmai.epidemic.surveillance.evidence import Evidence, Layer
from kangmai.epidemic.surveillance.fusion import Alert, fuse, harmonic_mean_p
from kangmai.epidemic.surveillance.types import Level, Plan, State

RULE_HOURS = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a signal decides whether evidence joins it."""

    id: str
    group: str
    area_code: str
    first_day: date
    latest_day: date
    level: Level
    state: State
    priority: float


@dataclass(frozen=True, slots=True)
class Summary:
    """What a signal says of itself, from all its evidence."""

    condition: str
    place: str
    level: Level
    priority: float
    first_day: date
    latest_day: date
    observed: float
    expected: float | None
    p: float | None
    has_rule: bool
    sources: tuple[str, ...]


def alerts(
    evidence: Sequence[Evidence], *, inside: Mapping[str, str], gap_days: int
) -> list[tuple[Alert, list[Evidence]]]:
    """Fused alerts, each with all its evidence, that of folded areas included."""
    return [
        (alert, list(_all(alert))) for alert in fuse(evidence, inside=inside, gap_days=gap_days)
    ]


def home_of(
    alert: Alert, level: Level, standing: Iterable[Standing], *, gap_days: int
) -> Standing | None:
    """The standing signal that an alert belongs to: of its own area first, then around it, then inside it.

    An excluded one takes in only what is not more urgent than it was: what rises is a new signal.
    """
    gap = timedelta(days=gap_days)
    near = [
        each
        for each in standing
        if each.group == alert.disease
        and each.first_day - gap <= alert.latest_day
        and alert.first_day <= each.latest_day + gap
        and (contains(each.area_code, alert.area) or contains(alert.area, each.area_code))
        and _takes_in(each, level)
    ]
    return min(near, key=lambda each: _distance(each, alert), default=None)


def summary(evidence: Sequence[Evidence], *, severity: float, plan: Plan) -> Summary:
    """What a signal says of itself: its headline is the most urgent evidence, its priority counts all of it."""
    head = min(evidence, key=_urgency)
    values = [each.p for each in evidence if each.p is not None]
    joined = Alert("", "", head.day, head.day, tuple(evidence))
    places = {each.place for each in evidence if each.place}
    return Summary(
        condition=head.condition or head.disease,
        place=next(iter(places)) if len(places) == 1 else "",
        level=level_of(evidence, plan),
        priority=round(joined.priority(severity=severity), 2),
        first_day=min(each.day for each in evidence),
        latest_day=max(each.day for each in evidence),
        observed=head.observed,
        expected=head.expected,
        p=harmonic_mean_p(values),
        has_rule=joined.has_rule,
        sources=tuple(sorted({each.source for each in evidence})),
    )


def level_of(evidence: Iterable[Evidence], plan: Plan) -> Level:
    """How urgent evidence is: by the hours its rule allows, else by its p value."""
    found = Level.WATCH
    for each in evidence:
        if each.layer is Layer.RULE:
            hours = each.detail.get("hours", 24)
            found = rules.higher(found, Level.IMMEDIATE if hours == RULE_HOURS else Level.HIGH)
        elif each.p is not None and each.p <= plan.high_alpha:
            found = rules.higher(found, Level.HIGH)
    return found


def _all(alert: Alert) -> Iterable[Evidence]:
    yield from alert.evidence
    for each in alert.folded:
        yield from _all(each)


def _takes_in(standing: Standing, level: Level) -> bool:
    if standing.state in rules.OPEN:
        return True
    return (
        standing.state is State.EXCLUDED and rules.higher(standing.level, level) is standing.level
    )


def _distance(standing: Standing, alert: Alert) -> tuple[int, float]:
    if standing.area_code == alert.area:
        return 0, -standing.priority
    return (1 if contains(standing.area_code, alert.area) else 2), -standing.priority


def _urgency(each: Evidence) -> tuple[int, float, int]:
    is_rule = each.layer is Layer.RULE
    fast = is_rule and each.detail.get("hours") == RULE_HOURS
    return (0 if fast else 1 if is_rule else 2), each.p or 0.0, -each.day.toordinal()
