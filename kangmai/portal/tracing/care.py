"""How a contact is looked after, for his own page and for that of the room he is in: plan, tests due, checks."""

from collections.abc import Sequence
from datetime import datetime

from kangmai.epidemic.tracing import rules
from kangmai.epidemic.tracing.types import Check, Plan, Test
from kangmai.portal.shell import words
from kangmai.portal.tracing import wording
from kangmai.standards.calendars import legal_day

MOST_CHECKS = 28


def care(
    plan: Plan | None,
    *,
    missing: Sequence[str],
    checks: Sequence[Check],
    tests: Sequence[Test],
    at: datetime,
) -> dict[str, object]:
    """What the parts of both pages show."""
    today = legal_day(at)
    return {
        "missing": [wording.missing(each) for each in missing],
        "until": words.day(plan.stages[-1][2]) if plan else "",
        "stages": [
            (wording.where(where), words.day(first), words.day(last))
            for where, first, last in (plan.stages if plan else ())
        ],
        "due": [
            (words.day(day), f"test {day}" not in missing, day < today)
            for day in (plan.tests if plan else ())
        ],
        "checks": [_check(each, at) for each in checks[:MOST_CHECKS]],
        "tests": [
            (words.instant(each.sampled_at), each.reference, wording.outcome(each.outcome))
            for each in tests
        ],
    }


def _check(check: Check, at: datetime) -> dict[str, object]:
    rule = rules.rule(on=legal_day(at))
    return {
        "day": words.day(check.day),
        "half": wording.half(check.half),
        "temperature": "—" if check.temperature_c is None else f"{check.temperature_c:.1f} °C",
        "is_high": check.temperature_c is not None and check.temperature_c >= rule.fever_c,
        "symptoms": [wording.named(rule.symptoms.get(id), id) for id in check.symptoms],
    }
