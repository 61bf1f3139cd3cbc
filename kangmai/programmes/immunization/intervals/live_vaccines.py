"""Two injected live vaccines are given on the same day or at least 28 days apart.

Source: 国家免疫规划疫苗儿童免疫程序及说明（2021年版）, general rules (from memory); the interval is in the
definition of the programme. Oral and inactivated vaccines know no such interval.
"""

from kangmai.programmes.immunization.types import Given
from kangmai.programmes.immunization.visit import Visit


def latest_live_before(visit: Visit, day: int) -> Given | None:
    """The latest injected live vaccine given before a day, whether that dose counted or not."""
    found = None
    for each in visit.live:
        if each.day >= day:
            break
        found = each
    return found
