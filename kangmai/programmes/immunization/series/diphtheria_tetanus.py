"""Diphtheria, tetanus and pertussis: DTaP in order, then DT or Td by age.

Beyond the age of DTaP a child with fewer than three doses in all is filled up to three, with DT or, from
12 years, Td; one with three or more DTaP and no DT or Td gets one. Who has gone on with DT or Td needs no more
DTaP. In the schedule of 2021 one DT at 6 years belongs to everyone; from 2025 the fifth DTaP replaced it.

Source: 国家免疫规划疫苗儿童免疫程序及说明（2021年版）, 百白破疫苗 and 白破疫苗; 国疾控卫免发〔2024〕20号 (both from
memory); definition `dtp`.
"""

from kangmai.programmes.immunization.schedule.ages import ages
from kangmai.programmes.immunization.schedule.types import CatchUp, DoseRule, Plan, Series
from kangmai.programmes.immunization.series.in_order import Progress
from kangmai.programmes.immunization.series.projection import Numbered, project
from kangmai.programmes.immunization.series.rows import next_number, not_needed, uncounted
from kangmai.programmes.immunization.types import Reason, Row, Status
from kangmai.programmes.immunization.visit import Visit


def diphtheria_tetanus(visit: Visit, series: Series, plan: Plan) -> list[Row]:
    """The rows of DTaP, and those of DT and Td that belong to the schedule or fill it up."""
    catch_up = series.catch_up
    assert catch_up is not None
    progress = Progress(visit)
    pertussis = later = 0
    for given in visit.given_of(series.vaccines):
        if given.vaccine in catch_up.rules:
            rule = catch_up.rule(given.vaccine, so_far=pertussis + later)
            later += progress.judge(given, rule, _next_done(progress, given.vaccine))
        elif pertussis == len(plan.doses):
            progress.rows.append(uncounted(given, progress.rows, "additional"))
        else:
            rule = plan.doses[pertussis]
            pertussis += progress.judge(given, rule, rule.dose)
    return progress.rows + _waiting(progress, series, plan, pertussis, later)


def _next_done(progress: Progress, vaccine: str) -> int:
    return next_number((row for row in progress.rows if row.status is Status.DONE), vaccine)


def _waiting(
    progress: Progress, series: Series, plan: Plan, pertussis: int, later: int
) -> list[Row]:
    visit, catch_up = progress.visit, series.catch_up
    assert catch_up is not None
    remaining = plan.doses[pertussis:]
    is_beyond = visit.on > ages(plan.doses[0], visit.child.born).latest
    if later:
        reason = Reason("continued_with", (_latest_of(progress, catch_up),))
        rows = [not_needed(rule.vaccine, rule.dose, reason) for rule in remaining]
        doses: list[Numbered] = []
    else:
        rows, doses = [], [(rule, rule.dose) for rule in remaining]
    if later or is_beyond:
        doses += _filling(progress, plan, catch_up, pertussis, later)
    elif catch_up.is_scheduled:
        doses.append((catch_up.rule("DT", so_far=len(plan.doses)), 1))
    rows += project(visit, series, doses, earlier=progress.earlier, failed=progress.failed)
    return rows + _scheduled_anyway(progress, series, rows)


def _latest_of(progress: Progress, catch_up: CatchUp) -> str:
    """The DT or Td that was given last."""
    return [row.vaccine for row in progress.rows if row.vaccine in catch_up.rules][-1]


def _filling(
    progress: Progress, plan: Plan, catch_up: CatchUp, pertussis: int, later: int
) -> list[Numbered]:
    """The DT or Td that a child beyond the age of DTaP still needs."""
    so_far = pertussis + later
    if pertussis == len(plan.doses) and not catch_up.is_scheduled:
        return []
    missing = max(catch_up.doses_in_all - so_far, 0)
    needed = missing or (0 if later else 1)
    doses: list[Numbered] = []
    for more in range(needed):
        rule = _by_age(progress.visit, catch_up, so_far + more)
        doses.append((rule, _next_done(progress, rule.vaccine) + more))
    return doses


def _by_age(visit: Visit, catch_up: CatchUp, so_far: int) -> DoseRule:
    """DT while the age for it lasts, then Td."""
    rules = [catch_up.rule(vaccine, so_far=so_far) for vaccine in catch_up.rules]
    return next(
        (rule for rule in rules if visit.on <= ages(rule, visit.child.born).latest), rules[-1]
    )


def _scheduled_anyway(progress: Progress, series: Series, waiting: list[Row]) -> list[Row]:
    """The DT of the schedule of 2021, where Td has taken or takes its place."""
    catch_up = series.catch_up
    assert catch_up is not None
    if not catch_up.is_scheduled or any(row.vaccine == "DT" for row in progress.rows + waiting):
        return []
    given = [row.vaccine for row in progress.rows if row.vaccine in catch_up.rules]
    if given:
        return [not_needed("DT", 1, Reason("continued_with", (given[-1],)))]
    rule = catch_up.rule("DT", so_far=0)
    return project(progress.visit, series, [(rule, 1)], earlier=progress.earlier, failed=None)
