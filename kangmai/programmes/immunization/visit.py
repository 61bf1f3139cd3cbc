"""A child on the day of the forecast, with what the rules look up often."""

from collections.abc import Mapping
from dataclasses import dataclass

from kangmai.programmes.immunization.schedule.types import Schedule
from kangmai.programmes.immunization.schedule.vaccines import live_injected
from kangmai.programmes.immunization.types import Child, Given

NONE: list[Given] = []


@dataclass(frozen=True, slots=True)
class Visit:
    """A child, a day and the schedule of that day. `live`: the injected live vaccines, in the order of days."""

    child: Child
    on: int
    schedule: Schedule
    live: tuple[Given, ...]
    by_vaccine: Mapping[str, list[Given]]

    def given_of(self, vaccines: tuple[str, ...]) -> list[Given]:
        """The doses of some vaccines in the order of days."""
        if len(vaccines) == 1:
            return self.by_vaccine.get(vaccines[0], NONE)
        return sorted(each for code in vaccines for each in self.by_vaccine.get(code, NONE))

    def latest_of(self, vaccine: str, *, until: int) -> int | None:
        """The day of the latest dose of a vaccine up to a day, whether it counts or not."""
        days = [each.day for each in self.by_vaccine.get(vaccine, NONE)]
        return max((day for day in days if day <= until), default=None)


def visit(child: Child, *, on: int, schedule: Schedule) -> Visit:
    """The child on a day."""
    injected = live_injected()
    live = tuple(each for each in child.given if each.vaccine in injected)
    by_vaccine: dict[str, list[Given]] = {}
    for each in child.given:
        by_vaccine.setdefault(each.vaccine, []).append(each)
    return Visit(child=child, on=on, schedule=schedule, live=live, by_vaccine=by_vaccine)
