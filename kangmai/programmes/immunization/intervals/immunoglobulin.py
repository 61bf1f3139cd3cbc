"""Immunoglobulin keeps live vaccines from working, for months after it and for days before it.

Source: 国家免疫规划疫苗儿童免疫程序及说明（2021年版）, notes on MMR, JE-L and HepA-L (from memory); the spans
and vaccines are in the definition of the programme.
"""

from kangmai.programmes.immunization.days import add_months
from kangmai.programmes.immunization.visit import Visit


def waits_until(visit: Visit, vaccine: str, day: int) -> tuple[int, int] | None:
    """The first day after the wait, and the day of the latest immunoglobulin up to `day`."""
    if vaccine not in visit.schedule.immunoglobulin_vaccines:
        return None
    before = [each for each in visit.child.immunoglobulin if each <= day]
    if not before:
        return None
    return add_months(before[-1], visit.schedule.immunoglobulin_months), before[-1]


def spoilt_by(visit: Visit, vaccine: str, day: int) -> int | None:
    """The day of an immunoglobulin that came too soon after a dose of this vaccine."""
    if vaccine not in visit.schedule.before_immunoglobulin_vaccines:
        return None
    limit = day + visit.schedule.before_immunoglobulin_days
    return next((each for each in visit.child.immunoglobulin if day < each < limit), None)
