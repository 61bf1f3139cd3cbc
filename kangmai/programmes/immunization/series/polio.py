"""Polio: four doses of two products; IPV first, then bOPV.

A dose counts by its place among all polio doses, whichever product it was. Born on or after the
date in the definition, a child has two IPV in the end even where bOPV came first; these IPV come on
top. Three IPV and a fourth after the age of the product leaflet end the series without bOPV at 4 years.

Source: 国家免疫规划疫苗儿童免疫程序及说明（2021年版）, 脊髓灰质炎疫苗 (from memory); definition `polio`.
"""

from dataclasses import replace
from functools import cache

from kangmai.programmes.immunization.schedule.types import DoseRule, Plan, Series
from kangmai.programmes.immunization.series.in_order import Progress
from kangmai.programmes.immunization.series.projection import project
from kangmai.programmes.immunization.series.rows import not_needed, uncounted
from kangmai.programmes.immunization.types import Given, Reason, Row
from kangmai.programmes.immunization.visit import Visit

IPV, BOPV = "IPV", "bOPV"
PLACES = 4
WANTED_IPV = 2


def polio(visit: Visit, series: Series, plan: Plan) -> list[Row]:
    """The rows of the polio series."""
    progress = Progress(visit)
    places = inactivated = 0
    needs_two = visit.child.born >= series.two_inactivated_if_born_from
    for given in visit.given_of(series.vaccines):
        is_ipv = given.vaccine == IPV
        wants_ipv = is_ipv and needs_two and inactivated < WANTED_IPV
        if places == PLACES and not wants_ipv:
            progress.rows.append(uncounted(given, progress.rows, "additional"))
            continue
        rule, fills = _place(visit, series, plan, given, places, inactivated, wants_ipv)
        number = inactivated + 1 if is_ipv and inactivated < WANTED_IPV else places + 1
        if progress.judge(given, rule, number):
            places += fills
            inactivated += is_ipv
    return progress.rows + _waiting(progress, series, plan, places, inactivated, needs_two)


def _place(
    visit: Visit,
    series: Series,
    plan: Plan,
    given: Given,
    places: int,
    inactivated: int,
    wants_ipv: bool,
) -> tuple[DoseRule, int]:
    """The rule by which a given dose is judged, and how many places it fills."""
    if places < PLACES - 1:
        return plan.doses[places], 1
    fourth = plan.doses[PLACES - 1]
    is_old_enough = given.day >= visit.child.born + fourth.min_age_days
    if wants_ipv and (places == PLACES or not is_old_enough):
        return plan.doses[WANTED_IPV - 1], 0
    if given.vaccine == IPV and inactivated == PLACES - 1 and not is_old_enough:
        return _fourth_inactivated(series, fourth), 1
    return fourth, 1


@cache
def _fourth_inactivated(series: Series, fourth: DoseRule) -> DoseRule:
    """The fourth place where all doses are IPV."""
    limits = series.inactivated_only
    assert limits is not None
    return replace(
        fourth,
        min_age_days=limits.min_age_days,
        accepted_from_age_days=limits.min_age_days,
        min_interval_days=limits.min_interval_days,
    )


def _waiting(
    progress: Progress, series: Series, plan: Plan, places: int, inactivated: int, needs_two: bool
) -> list[Row]:
    """What is not given: IPV up to two, then the third and the fourth place with bOPV."""
    waiting, needless = [], []
    for number, rule in enumerate(plan.doses[:WANTED_IPV]):
        if number >= inactivated and (needs_two or number >= places):
            waiting.append((rule, rule.dose))
        elif number >= inactivated:
            needless.append(not_needed(rule.vaccine, rule.dose, Reason("in_its_place", (BOPV,))))
    reached = max(places, min(places + len(waiting), PLACES - 1))
    filled = {
        row.dose for row in progress.rows if row.vaccine == BOPV and row.status.value == "done"
    }
    for rule in plan.doses[WANTED_IPV:]:
        if rule.dose > reached:
            waiting.append((rule, rule.dose))
        elif rule.dose not in filled:
            reason = (
                Reason("in_its_place", (IPV,))
                if rule.dose <= places
                else Reason("reached_otherwise")
            )
            needless.append(not_needed(rule.vaccine, rule.dose, reason))
    return needless + project(
        progress.visit, series, waiting, earlier=progress.earlier, failed=progress.failed
    )
