"""A case report as early warning counts it: where the case lives, on the day of its diagnosis."""

from datetime import date, datetime

from kangmai.epidemic.cases.types import COUNTED_CLASSES, COUNTED_STATES, CaseLine, State
from kangmai.epidemic.surveillance import rule_book
from kangmai.epidemic.surveillance.types import Occurrence, Within
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import find_division

SOURCE = "case_reports"


def of_line(line: CaseLine, at: datetime) -> Occurrence | None:
    """A report that counts; its home where that is in a known area, else where it was reported."""
    if line.diagnosed_at is None:
        return None
    day = legal_day(line.diagnosed_at)
    return Occurrence(
        source=SOURCE,
        key=str(line.card_id),
        condition=condition_of(line.disease, line.subtype, day),
        area_code=area_of(line.home_code, line.report_code),
        day=day,
        reported_on=max(day, legal_day(line.reported_at or at)),
        reporter=f"org {line.organization}",
        place_id=line.place_id,
        deaths=int(line.died_on is not None),
        is_imported=bool(line.is_imported),
        is_counted=line.case_class in COUNTED_CLASSES and line.state in COUNTED_STATES,
        is_withdrawn=line.state is State.REMOVED,
        label=line.label,
    )


def condition_of(disease: str, subtype: str, on: date) -> str:
    """What a report counts as: its disease, or its subtype where a rule names that alone."""
    if not subtype or subtype == disease:
        return disease
    rules = rule_book.case_rules(on)
    single = {c for rule in rules if rule.within is Within.CASE for c in rule.conditions}
    named = {c for rule in rules for c in rule.conditions}
    alone = subtype in single and disease not in single
    return subtype if alone or (subtype in named and disease not in named) else disease


def area_of(home: str, reported_from: str) -> str:
    """The area a case counts in."""
    return home if home and find_division(home) is not None else reported_from
