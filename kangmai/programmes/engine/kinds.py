"""The closed lists of programmes: states, ways, methods, urgencies; and the advice to refer."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class State(StrEnum):
    """Where an enrolment stands."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    MANAGED = "managed"
    CLOSED = "closed"


STATES = {
    State.SUSPECTED: ("疑似待查", "suspected"),
    State.CONFIRMED: ("已确诊", "confirmed"),
    State.MANAGED: ("在管", "managed"),
    State.CLOSED: ("已结案", "closed"),
}
"""How errors name a state, in Chinese and in English."""


def state_words(state: str) -> dict[str, str]:
    """A state for the message of an error."""
    chinese, english = STATES[State(state)]
    return {"state": english, "zh_state": chinese}


class Way(StrEnum):
    """How somebody came into a programme."""

    RULE = "rule"
    REFERRAL = "referral"
    HAND = "hand"


class LooksAt(StrEnum):
    """What the night looks at to take residents into a programme."""

    DIAGNOSES = "diagnoses"
    POPULATION = "population"


class Method(StrEnum):
    """How a visit was made."""

    FACE_TO_FACE = "face_to_face"
    PHONE = "phone"
    MESSAGE = "message"
    VIDEO = "video"


class Reached(StrEnum):
    """What came of an attempt to reach somebody."""

    NO_ANSWER = "no_answer"
    NOT_AT_HOME = "not_at_home"
    WRONG_CONTACT = "wrong_contact"
    POSTPONED = "postponed"


class Lateness(StrEnum):
    """How a planned service stands on a day."""

    SCHEDULED = "scheduled"
    DUE_SOON = "due_soon"
    DUE = "due"
    OVERDUE = "overdue"


class Priority(IntEnum):
    """Whom to see first; a small number is urgent."""

    EMERGENCY = 0
    RISK = 1
    NEWBORN = 2
    UNCONTROLLED = 3
    ROUTINE = 5


class Standing(StrEnum):
    """Whether a row of a visit still says what is true."""

    CURRENT = "current"
    CORRECTED = "corrected"


class NotCounted(StrEnum):
    """Why a visit does not count towards the year; empty where it counts."""

    COUNTS = ""
    METHOD = "method"
    INCOMPLETE = "incomplete"


class PlanReason(StrEnum):
    """What set a due day."""

    FIRST = "first"
    DECISION = "decision"
    REPEAT = "repeat"
    FLOOR = "floor"
    OCCASION = "occasion"


class Show(StrEnum):
    """Which part of the worklist is asked for."""

    TO_SEE = "to_see"
    OVERDUE = "overdue"
    DUE = "due"
    DUE_SOON = "due_soon"
    SUSPECTED = "suspected"
    TRANSFERS = "transfers"
    LOST = "lost"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Referral:
    """The advice to refer: at once (`now`) or `soon`."""

    urgency: str
    zh: str
    en: str
