"""Hold what happened against what was planned: by laboratory, and for the round."""

from collections.abc import Mapping
from dataclasses import dataclass

from kangmai.epidemic.nucleic_acid.planning.plan import Plan


@dataclass(frozen=True, slots=True)
class Happened:
    """What a laboratory did: tubes published, and hours from the beginning of the round to its last result."""

    tubes: int
    last_result_hours: float


@dataclass(frozen=True, slots=True)
class Line:
    """A laboratory: planned, done, and how much later than planned."""

    laboratory: str
    planned_tubes: int
    tubes: int
    planned_hours: float | None
    hours: float | None

    @property
    def hours_late(self) -> float | None:
        """None where nothing was planned or nothing came."""
        if self.planned_hours is None or self.hours is None:
            return None
        return self.hours - self.planned_hours


@dataclass(frozen=True, slots=True)
class Replay:
    """The plan against what happened."""

    lines: tuple[Line, ...]
    planned_hours: float
    hours: float | None
    planned_tubes: int
    tubes: int


def replay(plan: Plan, happened: Mapping[str, Happened]) -> Replay:
    """Compare a plan with what its laboratories did, by laboratory; what nobody planned is shown, too."""
    box = plan.question.capacity["tubes_a_box"]
    planned = dict(plan.flow.boxes_of)
    names = sorted({*planned, *happened})
    lines = tuple(
        Line(
            name,
            planned.get(name, 0) * box,
            happened[name].tubes if name in happened else 0,
            plan.course.done_hours.get(name),
            happened[name].last_result_hours if name in happened else None,
        )
        for name in names
    )
    hours = [each.hours for each in lines if each.hours is not None]
    return Replay(
        lines,
        plan.last_result_hours,
        max(hours, default=None),
        plan.effort.tubes,
        sum(each.tubes for each in lines),
    )
