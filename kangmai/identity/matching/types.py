"""What goes into and comes out of matching."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A record as a source wrote it: text, empty where it says nothing.

    Chinese names stand in `name`, or in `surname` and `given_name`; names in Latin letters in either.
    """

    name: str = ""
    given_name: str = ""
    surname: str = ""
    sex: str = ""
    birth_date: str = ""
    id_number: str = ""
    phone: str = ""
    address: str = ""
    town: str = ""
    postcode: str = ""
    mother: str = ""


class Decision(Enum):
    """What is done with an arriving record."""

    LINK = "link"
    REVIEW = "review"
    NEW = "new"


class Caution(Enum):
    """Why a pair is never linked by itself, however probable it is."""

    NUMBERS_CONFLICT = "two different valid identity numbers"
    COMMON_NAME = "a common name and the birth date, and nothing else, agree"
    NAME_AND_BIRTH_ONLY = (
        "only name and birth date agree, not even the town, and one side has no identity number"
    )
    TWINS = "born the same day in one household, with different given names"
    NEWBORN = "a newborn without a name, and neither the number nor a phone or an address agree"
    TOO_LITTLE = "fewer than two things agree"
    NUMBER_OF_ANOTHER = "the identity number agrees, and neither the name nor anything else does"
    BIRTHS_DIFFER = "the birth dates have nothing in common, and no identity number decides"


@dataclass(frozen=True, slots=True)
class FieldEvidence:
    """How one field agrees: the level's name and what it says for a match against a stranger, in bits."""

    field: str
    level: str
    bits: float


@dataclass(frozen=True, slots=True)
class Score:
    """A pair's comparison.

    `match`, `stranger` and `household` are log2 of the likelihoods of the three classes, each with its
    prior count; `probability` is that of a match among them.
    """

    evidence: tuple[FieldEvidence, ...]
    match: float
    stranger: float
    household: float
    probability: float
    cautions: tuple[Caution, ...]

    @property
    def bits(self) -> float:
        """All evidence for a match against both other classes, in bits, before the prior."""
        return sum(each.bits for each in self.evidence)
