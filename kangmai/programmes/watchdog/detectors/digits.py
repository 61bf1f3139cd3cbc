"""Preferred last digits, against what an honest device gives.

Source: digit preference in blood pressure: Rose GA, Holland WW, Crowley EA, Lancet 1964;283:296-300; the
test is an exact binomial one over eleven sets of digits.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from kangmai.programmes.watchdog.binomial import preferred_digits
from kangmai.programmes.watchdog.detectors.looking import Looked, Looking, unit_of
from kangmai.programmes.watchdog.seen import UNIT, found, fresh, visits_where
from kangmai.programmes.watchdog.types import Suspect, Unit

_DIGIT = "(round((s.measures->>m.name)::numeric / m.step)::bigint %% 10)"
_COUNTED = """
SELECT {unit}, m.name, {digit} AS digit, count(*), min(s.visited_on), max(s.visited_on)
FROM {fresh} s CROSS JOIN unnest(%(names)s::text[], %(steps)s::numeric[]) AS m (name, step)
WHERE jsonb_typeof(s.measures->m.name) = 'number' GROUP BY {unit}, m.name, digit"""
_ENDS_SO = """round((s.measures->>%(name)s)::numeric / %(step)s)::bigint %% 10 = ANY(%(digits)s::bigint[])
    AND jsonb_typeof(s.measures->%(name)s) = 'number'"""


@dataclass(slots=True)
class _Counted:
    """The readings of one measure in one unit: how often each digit, and the days between which they lie."""

    counts: dict[int, int] = field(default_factory=dict)
    days: list[date] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def digits(looking: Looking) -> Looked:
    """Units whose readings end in some digits more often than a device shows."""
    steps = {each.measure: each.step for each in looking.detector.digits}
    counted: dict[tuple[Unit, str], _Counted] = defaultdict(_Counted)
    for *unit, measure, digit, count, first_on, last_on in found(
        _COUNTED.format(unit=UNIT, digit=_DIGIT, fresh=fresh(looking.detector.id)),
        {"names": list(steps), "steps": list(steps.values())},
    ):
        of = counted[unit_of(unit), measure]
        of.counts[digit] = count
        of.days += (first_on, last_on)
    enough = {key: of for key, of in counted.items() if of.total >= looking.limit("least")}
    suspects = (
        _suspect(looking, unit, measure, steps[measure], of)
        for (unit, measure), of in enough.items()
    )
    return Looked(tuple(filter(None, suspects)), tests=len(enough))


def _suspect(
    looking: Looking, unit: Unit, measure: str, step: Decimal, of: _Counted
) -> Suspect | None:
    preferred, hits, share, chance = preferred_digits(of.counts)
    if hits < looking.limit("least_share") * of.total:
        return None
    values = {"name": measure, "step": step, "digits": sorted(preferred)}
    return Suspect(
        detector=looking.detector.id,
        unit=unit,
        about=measure,
        first_on=min(of.days),
        last_on=max(of.days),
        rows=visits_where(_ENDS_SO, unit, looking.detector.id, values, most=looking.most),
        figures={
            "measure": measure,
            "digits": "/".join(map(str, sorted(preferred))),
            "hits": hits,
            "total": of.total,
            "percent": round(100 * hits / of.total),
            "expected_percent": round(100 * share),
            "counts": [of.counts.get(digit, 0) for digit in range(10)],
        },
        chance=chance,
    )
