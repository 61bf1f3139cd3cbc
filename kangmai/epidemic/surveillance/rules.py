"""What may follow what in the life of a signal, and what its clocks are. Pure.

Source: 国家传染病自动预警系统 (CIDARS), as described by Yang et al. 2011, Western Pac Surveill Response J
2(1):10: signal, preliminary verification, exclusion or suspected event, field investigation, outcome.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from kangmai.epidemic.surveillance.errors import (
    AnswerNotPossible,
    CannotMerge,
    SettingOutOfRange,
    StepNotAllowed,
)
from kangmai.epidemic.surveillance.types import (
    Level,
    MeasureLimit,
    ResourceState,
    Setting,
    State,
    Step,
)

MOVES: dict[tuple[State, Step], State] = {
    (State.NEW, Step.ACKNOWLEDGE): State.ACKNOWLEDGED,
    (State.ACKNOWLEDGED, Step.VERIFY): State.VERIFYING,
    (State.VERIFYING, Step.EXCLUDE): State.EXCLUDED,
    (State.VERIFYING, Step.SUSPECT): State.SUSPECTED,
    (State.EXCLUDED, Step.CLOSE): State.CLOSED,
    (State.EXCLUDED, Step.REOPEN): State.VERIFYING,
    (State.CLOSED, Step.REOPEN): State.VERIFYING,
}
"""Of a signal; from suspected on it goes with its event."""

EVENT_MOVES: dict[tuple[State, Step], State] = {
    (State.SUSPECTED, Step.INVESTIGATE): State.INVESTIGATING,
    (State.INVESTIGATING, Step.CONFIRM): State.CONFIRMED,
    (State.INVESTIGATING, Step.EXCLUDE): State.EXCLUDED,
    (State.CONFIRMED, Step.CLOSE): State.CLOSED,
    (State.EXCLUDED, Step.CLOSE): State.CLOSED,
    (State.EXCLUDED, Step.REOPEN): State.INVESTIGATING,
    (State.CLOSED, Step.REOPEN): State.INVESTIGATING,
}
RESOURCE_MOVES: dict[ResourceState, tuple[ResourceState, ...]] = {
    ResourceState.ASKED: (
        ResourceState.GRANTED,
        ResourceState.REFUSED,
        ResourceState.WITHDRAWN,
    ),
    ResourceState.GRANTED: (ResourceState.ARRIVED, ResourceState.WITHDRAWN),
    ResourceState.REFUSED: (),
    ResourceState.ARRIVED: (),
    ResourceState.WITHDRAWN: (),
}
DECISIONS = frozenset({Step.CONFIRM, Step.CLOSE})
"""Steps of an event that need the right to decide, not only the right to work on it."""

OPEN = (
    State.NEW,
    State.ACKNOWLEDGED,
    State.VERIFYING,
    State.SUSPECTED,
    State.INVESTIGATING,
    State.CONFIRMED,
)
UNVERIFIED = (State.NEW, State.ACKNOWLEDGED, State.VERIFYING)
"""States in which the clock of verification runs."""

EVENTS = (State.SUSPECTED, State.INVESTIGATING, State.CONFIRMED)
LEVELS = (Level.WATCH, Level.HIGH, Level.IMMEDIATE)
VERIFICATION = {True: "signal_verification_2h", False: "signal_verification_24h"}
MEASURES = {
    MeasureLimit.TWO_HOURS: "event_measure_2h",
    MeasureLimit.ONE_DAY: "event_measure_24h",
    MeasureLimit.BY_DAY: "event_measure_day",
}
"""The deadline of a control measure by its limit."""

LIMITS = {
    "high_alpha": (0.0001, 0.05),
    "watch_alpha": (0.001, 0.1),
    "least_cases": (1, 20),
}


def after(state: State, step: Step) -> State:
    """The state to which a step leads a signal. Raises StepNotAllowed."""
    return _after(MOVES, state, step)


def event_after(state: State, step: Step) -> State:
    """The state to which a step leads an event. Raises StepNotAllowed."""
    return _after(EVENT_MOVES, state, step)


def possible(state: State, *, of_event: bool = False) -> tuple[Step, ...]:
    """The steps that may be taken from a state, in the order of the work."""
    moves = EVENT_MOVES if of_event else MOVES
    return tuple(step for step in Step if (state, step) in moves)


def clock(level: Level) -> str:
    """The deadline by which a signal of a level must be verified."""
    return VERIFICATION[level is Level.IMMEDIATE]


def higher(one: Level, other: Level) -> Level:
    """The more urgent of two levels."""
    return max(one, other, key=LEVELS.index)


@dataclass(frozen=True, slots=True)
class Mergeable:
    """What decides whether a signal may go into another one."""

    id: str
    group: str
    state: State


def require_mergeable(kept: Mergeable, others: Iterable[Mergeable]) -> None:
    """Let pass signals of one group that nobody has judged yet. Raises CannotMerge."""
    for other in others:
        if other.id == kept.id:
            raise CannotMerge(why="a signal cannot go into itself / 不能与自身合并")
        if other.group != kept.group:
            raise CannotMerge(why="they are about different conditions / 病种组不同")
        if other.state not in UNVERIFIED:
            raise CannotMerge(why="one of them was judged already / 其中一条已有结论")
    if kept.state not in OPEN:
        raise CannotMerge(why="the one that stays is not open / 保留的信号已结束")


def require_resource_move(state: ResourceState, wanted: ResourceState) -> None:
    """Let pass what may become of a request. Raises AnswerNotPossible."""
    if wanted not in RESOURCE_MOVES[state]:
        raise AnswerNotPossible(state=state.value)


def require_setting(setting: Setting) -> None:
    """Let pass numbers that a city may choose. Raises SettingOutOfRange."""
    for name, (low, high) in LIMITS.items():
        if not low <= getattr(setting, name) <= high:
            raise SettingOutOfRange(what=name, low=low, high=high)
    if setting.watch_alpha < setting.high_alpha:
        raise SettingOutOfRange(what="watch_alpha", low=setting.high_alpha, high=0.1)


def _after(moves: dict[tuple[State, Step], State], state: State, step: Step) -> State:
    found = moves.get((state, step))
    if found is None:
        allowed = "、".join(each.value for each in Step if (state, each) in moves) or "—"
        raise StepNotAllowed(state=state.value, step=step.value, possible=allowed)
    return found
