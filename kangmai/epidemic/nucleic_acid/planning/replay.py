"""Hold what happened against what was planned: by site, by laboratory, and for the round.

Hours count from the beginning of the round. A site is done when its last box has left, a laboratory when its last
result is published.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Course:
    """What a site or a laboratory was to do, or did: tubes, and the hours after which it was done."""

    tubes: int
    hours: float | None
    """None where it did nothing, or is not done."""


@dataclass(frozen=True, slots=True)
class Line:
    """A site or a laboratory: planned beside done."""

    id: str
    planned: Course
    done: Course

    @property
    def hours_late(self) -> float | None:
        """Later than planned, negative where earlier; None where nothing was planned or nothing came."""
        if self.planned.hours is None or self.done.hours is None:
            return None
        return self.done.hours - self.planned.hours


@dataclass(frozen=True, slots=True)
class Replay:
    """The plan against what happened."""

    sites: tuple[Line, ...]
    laboratories: tuple[Line, ...]

    @property
    def round(self) -> Line:
        """All laboratories together."""
        return Line("", _together(self.laboratories, "planned"), _together(self.laboratories, "done"))  # fmt: skip


def replay(
    *,
    planned_sites: Mapping[str, Course],
    planned_laboratories: Mapping[str, Course],
    sites: Mapping[str, Course],
    laboratories: Mapping[str, Course],
) -> Replay:
    """Compare a plan with what happened, by id; what nobody planned is shown, too."""
    return Replay(_lines(planned_sites, sites), _lines(planned_laboratories, laboratories))


def _lines(planned: Mapping[str, Course], done: Mapping[str, Course]) -> tuple[Line, ...]:
    nothing = Course(0, None)
    return tuple(
        Line(each, planned.get(each, nothing), done.get(each, nothing))
        for each in sorted({*planned, *done})
    )


def _together(lines: tuple[Line, ...], which: str) -> Course:
    courses = [getattr(each, which) for each in lines]
    hours = [each.hours for each in courses if each.hours is not None]
    return Course(sum(each.tubes for each in courses), max(hours, default=None))
