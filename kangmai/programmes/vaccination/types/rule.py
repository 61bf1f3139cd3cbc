"""What the clinic's rule says: questions, checks, cold places, reactions."""

from dataclasses import dataclass

from kangmai.kernel.words import Words
from kangmai.programmes.vaccination.types.reactions import Severity


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the pre-check; yes puts off some vaccines, for some days or for good."""

    id: str
    title: Words
    vaccines: str
    """`all`, `live`, or `chosen`: those planned today."""
    days: int | None


@dataclass(frozen=True, slots=True)
class Coded:
    """A code with its words; `system` and `code` are those of FHIR where it has them."""

    id: str
    title: Words
    system: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class FridgeKind:
    """A kind of cold place and the temperatures allowed in it, in degrees Celsius."""

    id: str
    title: Words
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Rule:
    """The clinic's rule in force on a day."""

    version: str
    is_verified: bool
    observation_minutes: int
    fever_from: float
    trace_digits: int
    product_digits: int
    readings_a_day: int
    questions: tuple[Question, ...]
    checks: tuple[tuple[Words, tuple[Coded, ...]], ...]
    sites: dict[str, Coded]
    routes: dict[str, Coded]
    fridges: dict[str, FridgeKind]
    classes: dict[str, Coded]
    reactions: dict[str, Coded]
    deadlines: dict[Severity, str]

    def question(self, id: str) -> Question | None:
        """A question by its id."""
        return next((each for each in self.questions if each.id == id), None)
