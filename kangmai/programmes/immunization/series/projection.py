"""Forecast the doses of a series that are not given, one after the other.

The first waits for its age and for the doses that were given. Each later one also waits for the one
before it, which cannot be given before the day of the forecast: `earliest` follows the earliest days,
`recommended` the recommended ones. A dose that will not be given holds up none.
"""

from collections.abc import Iterable

from kangmai.programmes.immunization.days import Day, add_months
from kangmai.programmes.immunization.intervals.bounds import Bound, Earlier, bound
from kangmai.programmes.immunization.reasons import from_definition, scheduled_at
from kangmai.programmes.immunization.schedule.ages import Ages, ages
from kangmai.programmes.immunization.schedule.conditions import holds
from kangmai.programmes.immunization.schedule.types import DoseRule, Series
from kangmai.programmes.immunization.series.standing import OPEN, standing
from kangmai.programmes.immunization.types import Reason, Row, Status
from kangmai.programmes.immunization.visit import Visit

Numbered = tuple[DoseRule, int]
"""A dose and the number it is shown by."""


def project(
    visit: Visit, series: Series, doses: Iterable[Numbered], *, earlier: Earlier, failed: int | None
) -> list[Row]:
    """The rows of the doses that are not given, in their order.

    `failed`: the day of the latest dose that did not count and waits for its repeat.
    """
    numbered = list(doses)
    soonest = advised = earlier
    rows: list[Row] = []
    for position, (rule, number) in enumerate(numbered):
        row = _row(visit, series, rule, number, soonest=soonest, advised=advised, failed=failed)
        row = _with_notes(visit, series, row, is_latest=position == len(numbered) - 1)
        rows.append(row)
        if row.status in OPEN and row.earliest is not None and row.recommended is not None:
            soonest = soonest.then(rule.dose, max(row.earliest, visit.on), "")
            advised = advised.then(rule.dose, max(row.recommended, visit.on), "")
            failed = None
    return rows


def _row(
    visit: Visit,
    series: Series,
    rule: DoseRule,
    number: int,
    *,
    soonest: Earlier,
    advised: Earlier,
    failed: int | None,
) -> Row:
    days = ages(rule, visit.child.born)
    limit = _limit(visit, rule, days, soonest)
    earliest = limit.day if failed is None else max(limit.day, failed + 1)
    later = limit if advised is soonest else _limit(visit, rule, days, advised)
    wished = _wished(visit, rule, days, later, advised, failed)
    recommended = max(earliest, min(wished.day, days.latest))
    stands = standing(visit, series, rule, days, earliest=earliest, recommended=recommended)
    if stands.status is Status.NOT_NEEDED:
        return Row(rule.vaccine, number, stands.status, None, None, None, None, stands.reasons)
    reasons = (wished.reason, *stands.reasons) if stands.status in OPEN else stands.reasons
    return Row(
        rule.vaccine, number, stands.status, earliest, recommended, days.latest, None, reasons
    )


def _limit(visit: Visit, rule: DoseRule, days: Ages, earlier: Earlier) -> Bound:
    limit = bound(
        visit,
        rule,
        age_day=days.permitted,
        earlier=earlier,
        before=visit.on,
        vaccine=rule.vaccine,
    )
    weeks, gestation = rule.after_gestational_weeks, visit.child.gestation_weeks
    if weeks is None or gestation is None or gestation > weeks:
        return limit
    ripe = visit.child.born + int((weeks - gestation) * 7) + 1
    return limit if ripe <= limit.day else Bound(ripe, Reason("gestation", (weeks,)))


def _wished(
    visit: Visit, rule: DoseRule, days: Ages, limit: Bound, advised: Earlier, failed: int | None
) -> Bound:
    """The recommended day: of the schedule, or when what delays it is over."""
    reason = Reason("in_force") if days.waits_for_rule else scheduled_at(rule.due_months)
    wished = Bound(days.due, reason)
    delays = [limit]
    if rule.advised_interval_months and advised.latest is not None:
        months = rule.advised_interval_months
        day = add_months(advised.latest, months)
        delays.append(Bound(day, Reason("advised_interval", (months,))))
    if failed is not None:
        day = failed + visit.schedule.repeat_after_days
        delays.append(Bound(day, Reason("repeat", (Day(failed),))))
    for each in delays:
        if each.day > wished.day:
            wished = each
    return wished


def _with_notes(visit: Visit, series: Series, row: Row, *, is_latest: bool) -> Row:
    """With what the definition adds for this dose and child."""
    if not series.notes or row.status not in OPEN:
        return row
    notes = tuple(
        from_definition(words)
        for words in series.notes
        if words.vaccine in (None, row.vaccine)
        and words.dose in (None, row.dose)
        and (is_latest or not words.is_at_latest_dose)
        and holds(words.when, visit.child, visit.on)
    )
    return row._replace(reasons=(*row.reasons, *notes)) if notes else row
