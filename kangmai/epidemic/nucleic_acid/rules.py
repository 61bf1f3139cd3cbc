"""Which rules of sampling and testing are in force, what a well says, and by when a tube's result is due.

Source: the dated definitions `epidemic/testing_edition`, with source and what of them is verified.
"""

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from kangmai.epidemic.nucleic_acid.errors import CodeUnreadable, GroupUnknown, ModeUnknown
from kangmai.epidemic.nucleic_acid.planning.effort import Effort, effort
from kangmai.epidemic.nucleic_acid.planning.kept import Answer, answer_of
from kangmai.epidemic.nucleic_acid.planning.plan import Demand, Plan, Question, plan, what_if
from kangmai.epidemic.nucleic_acid.planning.pooling import Expected, best_size, expected
from kangmai.epidemic.nucleic_acid.planning.replay import Line, Replay
from kangmai.epidemic.nucleic_acid.planning.transport import UNKNOWN, Impossible, Laboratory
from kangmai.epidemic.nucleic_acid.types import Judgement, Reading, WellKind
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition

__all__ = [
    "UNKNOWN",
    "Answer",
    "Demand",
    "Edition",
    "Effort",
    "Expected",
    "Group",
    "Impossible",
    "Laboratory",
    "Limits",
    "Line",
    "Plan",
    "Question",
    "Replay",
    "answer_of",
    "best_size",
    "control_faults",
    "due_at",
    "edition",
    "edition_of",
    "effort",
    "expected",
    "group_of",
    "judge",
    "plan",
    "require_mode",
    "require_tube_code",
    "what_if",
]  # fmt: skip

ROOM, KIND, ID = "epidemic", "testing_edition", "nucleic_acid"


@dataclass(frozen=True, slots=True)
class Group:
    """People who share a time limit from sampling to result."""

    id: str
    title: Mapping[str, str]
    limit: datetime.timedelta
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """Cycle thresholds by which a well is judged."""

    positive_below: float
    detected_below: float
    internal_below: float
    control_below: float


@dataclass(frozen=True, slots=True, eq=False)
class Edition:
    """The rules in force on a day."""

    valid_from: datetime.date
    title: Mapping[str, str]
    source: Mapping[str, Any]
    is_verified: bool
    modes: Mapping[int, Mapping[str, str]]
    tube_code: re.Pattern[str]
    box_code: re.Pattern[str]
    most_tubes_a_box: int
    limits: Limits
    controls: Mapping[WellKind, int]
    groups: Mapping[str, Group]
    transport_limit: datetime.timedelta
    temperature_c: tuple[float, float]
    singles_per_person: int
    deadlines: Mapping[str, str]
    capacity: Mapping[str, Any]
    clock_tolerance: datetime.timedelta


def edition(*, on: datetime.date) -> Edition:
    """The rules in force on a day. Raises UnknownDefinition."""
    return edition_of(definitions.get(ROOM, KIND, ID, on=on))


@cache
def edition_of(definition: Definition) -> Edition:
    """A definition as rules."""
    content = definition.content
    judged, controls, transport = content["judgement"], content["controls"], content["transport"]
    hours = datetime.timedelta(hours=1)
    return Edition(
        valid_from=definition.effective_from,
        title=definition.title,
        source=definition.source,
        is_verified=definition.verified,
        modes={each["people"]: each for each in content["modes"]},
        tube_code=re.compile(content["codes"]["tube"]),
        box_code=re.compile(content["codes"]["box"]),
        most_tubes_a_box=content["most_tubes_a_box"],
        limits=Limits(
            judged["positive_below"],
            judged["detected_below"],
            judged["internal_below"],
            controls["positive_below"],
        ),
        controls={
            WellKind.POSITIVE_CONTROL: controls["positive"],
            WellKind.NEGATIVE_CONTROL: controls["negative"],
        },
        groups={
            each["id"]: Group(
                each["id"], each, each["limit_hours"] * hours, each.get("verified", False)
            )
            for each in content["groups"]
        },
        transport_limit=transport["limit_hours"] * hours,
        temperature_c=(transport["lowest_c"], transport["highest_c"]),
        singles_per_person=content["pool"]["singles_per_person"],
        deadlines=content["pool"]["deadlines"],
        capacity=content["capacity"],
        clock_tolerance=datetime.timedelta(minutes=content["clock_tolerance_minutes"]),
    )


def require_mode(rules: Edition, mode: int) -> None:
    """Let pass a number of persons a tube that the rules allow. Raises ModeUnknown."""
    if mode not in rules.modes:
        raise ModeUnknown(mode=mode, modes=", ".join(map(str, sorted(rules.modes))))


def require_tube_code(rules: Edition, code: str) -> None:
    """Let pass what may stand on a tube. Raises CodeUnreadable."""
    if not rules.tube_code.match(code):
        raise CodeUnreadable(code=code[:40], what="tube")


def group_of(rules: Edition, id: str) -> Group:
    """A group of people. Raises GroupUnknown."""
    found = rules.groups.get(id)
    if found is None:
        raise GroupUnknown(group=id[:24])
    return found


def due_at(
    rules: Edition, *, groups: Sequence[str], first_swab_at: datetime.datetime
) -> datetime.datetime:
    """By when the result of a tube must be out: the shortest limit of those in it, from its first swab."""
    return first_swab_at + min(group_of(rules, each).limit for each in groups)


def judge(
    limits: Limits, orf1ab: float | None, n: float | None, internal: float | None
) -> Judgement:
    """What the cycle thresholds of one well say; None where nothing was detected.

    Both targets below the limit: positive, whatever the internal control says, since a strong target
    starves it. One target only, or one in the grey zone: grey. Nothing, with an internal control: negative.
    """
    seen = [ct for ct in (orf1ab, n) if ct is not None and ct < limits.detected_below]
    if len(seen) == 2 and all(ct < limits.positive_below for ct in seen):
        return Judgement.POSITIVE
    if seen:
        return Judgement.GREY
    if internal is None or internal >= limits.internal_below:
        return Judgement.VOID
    return Judgement.NEGATIVE


def control_faults(rules: Edition, readings: Sequence[Reading]) -> tuple[str, ...]:
    """What is wrong with the controls of a run, by well; nothing when the run counts."""
    faults = []
    for kind, least in rules.controls.items():
        controls = [each for each in readings if each.kind is kind]
        if len(controls) < least:
            faults.append(f"{kind.value}: {len(controls)} < {least}")
        faults += [f"{kind.value} {c.well}" for c in controls if not _holds(rules.limits, c)]
    return tuple(faults)


def _holds(limits: Limits, control: Reading) -> bool:
    targets = (control.ct_orf1ab, control.ct_n)
    if control.kind is WellKind.POSITIVE_CONTROL:
        return all(ct is not None and ct < limits.control_below for ct in targets)
    return all(ct is None or ct >= limits.detected_below for ct in targets)
