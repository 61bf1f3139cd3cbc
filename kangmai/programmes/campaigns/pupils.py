"""The list that a school sends: who is in which class."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.campaigns.errors import ListUnreadable, SchoolUnknown
from kangmai.programmes.campaigns.reach import WORK, holds
from kangmai.registry import queries as registry
from kangmai.registry.types import PlaceKind

COLUMNS = ("number", "school", "grade", "class")
MOST_LINES = 5000
MOST_GRADE = 20


@dataclass(frozen=True, slots=True)
class Pupil:
    """A line of a school's list."""

    line: int
    number: str
    school: str
    grade: int
    room: str


def read_pupils(text: str) -> list[Pupil]:
    """The lines of a list. Raises ListUnreadable."""
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    found: list[Pupil] = []
    for line, row in enumerate(rows, start=1):
        cells = [each.strip() for each in row]
        if not any(cells) or (line == 1 and not any(each.isdecimal() for each in cells)):
            continue  # blank, or the heading
        if len(cells) < len(COLUMNS) or not cells[0]:
            raise ListUnreadable(line=line, what=", ".join(COLUMNS))
        if (grade := _grade(cells[2])) is None:
            raise ListUnreadable(line=line, what=f"grade {cells[2][:8]}")
        number = cells[0].upper().replace(" ", "")
        found.append(Pupil(line, number, cells[1], grade, cells[3][:12]))
    if not found or len(found) > MOST_LINES:
        raise ListUnreadable(line=len(rows), what=f"1 – {MOST_LINES}")
    return found


def _grade(said: str) -> int | None:
    """The year of a class, by number or by the name that a kindergarten or nursery gives it; None where it is neither."""
    for kind in (PlaceKind.KINDERGARTEN, PlaceKind.NURSERY):
        for year, words in registry.class_years(kind).items():
            if said == words.zh:
                return year
    is_number = said.isascii() and said.isdecimal() and len(said) <= 2
    return int(said) if is_number and 0 < int(said) <= MOST_GRADE else None


def schools_of(pupils: Sequence[Pupil], *, actor: Actor) -> dict[str, tuple[int, str]]:
    """Code → id and division of the schools, all in the actor's places. Raises SchoolUnknown."""
    codes = {each.school for each in pupils}
    found = registry.places_by_code(codes=codes, actor=actor)
    for code in sorted(codes):
        if code not in found or not holds(actor, WORK, found[code][1]):
            raise SchoolUnknown(code=code[:40])
    return found


def residents_of(pupils: Sequence[Pupil]) -> dict[str, ResidentId]:
    """Number, of the index or the identity card → resident, of those who are found."""
    numbers = {each.number for each in pupils}
    found = dict(identity.residents_with_cards(numbers))
    return found | dict(identity.residents_numbered(numbers - set(found)))
