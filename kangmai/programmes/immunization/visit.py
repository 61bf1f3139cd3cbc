"""A child on the day of the forecast, with what the rules look up often."""

from dataclasses import dataclass

from kangmai.programmes.immunization.schedule import Schedule
from kangmai.programmes.immunization.types import Child, Given
from kangmai.programmes.immunization.vaccines import live_injected


@dataclass(frozen=True, slots=True)
class Visit:
    """A child, a day and the schedule of that day. `live`: the days of injected live vaccines."""

    child: Child
    on: int
    schedule: Schedule
    live: tuple[Given, ...]

    def given_of(self, vaccines: tuple[str, ...]) -> list[Given]:
        """The doses of some vaccines in the order of days."""
        return [each for each in self.child.given if each.vaccine in vaccines]

    def latest_of(self, vaccine: str, *, until: int) -> int | None:
        """The day of the latest dose of a vaccine up to a day, whether it counts or not."""
        days = [each.day for each in self.child.given if each.vaccine == vaccine]
        return max((day for day in days if day <= until), default=None)


def visit(child: Child, *, on: int, schedule: Schedule) -> Visit:
    """The child on a day."""
    injected = live_injected()
    live = tuple(each for each in child.given if each.vaccine in injected)
    return Visit(child=child, on=on, schedule=schedule, live=live)
