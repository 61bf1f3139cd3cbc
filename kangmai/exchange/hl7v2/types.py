"""Messages of HL7 version 2 as plain values: segments, fields, places in them, answers."""

from dataclasses import dataclass
from enum import StrEnum

Cell = tuple[tuple[str, ...], ...]
"""One repetition of a field: components, each of them subcomponents."""

NULL = '""'
"""What HL7 writes where a value shall be deleted. Source: HL7 2.9, chapter 2, 2.5.3.2."""


class State(StrEnum):
    """What became of a message; the values are the acknowledgement codes of table 0008."""

    ACCEPTED = "AA"
    REFUSED = "AE"
    """Its content cannot be stored as it is."""
    REJECTED = "AR"
    """It was not looked into: type, version, sender, encoding or control id are not right."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a message something stands; numbers count from 1, 0 means the whole."""

    segment: str
    sequence: int = 1
    field: int = 0
    component: int = 0

    def __str__(self) -> str:
        parts = [self.segment, str(self.sequence)]
        if self.field:
            parts += [str(self.field), "1"]
        if self.component:
            parts.append(str(self.component))
        return "^".join(parts)


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason for not accepting a message: code of table 0357, place, a sentence in both languages."""

    code: str
    place: str
    english: str
    chinese: str


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment; `fields[n]` is field n (0 is the name), a tuple of repetitions."""

    name: str
    sequence: int
    fields: tuple[tuple[Cell, ...], ...]

    def cells(self, number: int) -> tuple[Cell, ...]:
        """The repetitions of a field that hold something."""
        return self.fields[number] if number < len(self.fields) else ()


@dataclass(frozen=True, slots=True)
class Header:
    """What the MSH segment says, as far as it can be read."""

    sending_application: str = ""
    sending_facility: str = ""
    receiving_application: str = ""
    receiving_facility: str = ""
    event: str = ""
    control_id: str = ""
    processing: str = ""
    version: str = "2.5.1"
    character_set: str = ""
    encoding: str = "utf-8"

    @property
    def sender(self) -> str:
        """The sending application and facility, by which control ids are told apart."""
        return f"{self.sending_application}|{self.sending_facility}"


@dataclass(frozen=True, slots=True)
class Message:
    """A message that could be taken apart."""

    header: Header
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sender is told: the state, and the acknowledgement in the encoding of the message."""

    state: State
    text: bytes
    problems: tuple[Problem, ...] = ()
    was_known: bool = False


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of one message when it was mapped again."""

    id: str
    sender: str
    control_id: str
    event: str
    before: State
    after: State
    problems: tuple[Problem, ...]
