"""School entry of the invented city: lists of a town's kindergartens and primary schools, most of them checked."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, operator
from kangmai.programmes.campaigns import actions, queries
from kangmai.programmes.campaigns.types import EntryState
from kangmai.registry import queries as registry
from kangmai.registry.types import Place
from kangmai.standards.calendars import legal_day

READER = operator("demo", permissions=("registry.read", "identity.search"))
ENTRY = {"kindergarten": range(3, 6), "school": range(6, 8)}
"""Kind of place → ages at which children of the town are new there: those of eight are in the second form."""
DAYS_AGO = 70
MOST = 5000
CHECKED_OF_TEN = 8


def load_entrants(nurse: Actor, town: str, *, at: datetime) -> None:
    """Take in the new entrants of a town's schools, and check four in five of them; nothing where none has a school."""
    then = max(at - timedelta(DAYS_AGO), at.replace(month=1, day=2))
    then = min(then, at)
    if not (lines := list(_lines(town, nurse, then))):
        return
    actions.take_entrants(text="\n".join(lines), actor=nurse, at=then)
    year = legal_day(then).year
    listed = queries.entrants(year=year, state=EntryState.LISTED, limit=MOST, actor=nurse)
    checked = [each.id for each in listed[: len(listed) * CHECKED_OF_TEN // 10]]
    if checked:
        actions.check_entrants(entrants=checked, actor=nurse, at=then)


def _lines(town: str, nurse: Actor, at: datetime) -> Iterator[str]:
    """Number, school, grade and class of the children who are new this year."""
    on = legal_day(at)
    schools = {kind: _places(kind, town) for kind in ENTRY}
    for each in identity.search_village(town, limit=MOST, actor=nurse, at=at):
        born = each.demographics.birth_date
        if born is None or each.deceased_on:
            continue
        for kind, ages in ENTRY.items():
            if schools[kind] and _age(born, on) in ages:
                school = schools[kind][each.id % len(schools[kind])]
                grade = _age(born, on) - ages.start + 1 if kind == "kindergarten" else 1
                yield f"{each.index_number},{school.code},{grade},{each.id % 2 + 1}"


def _places(kind: str, town: str) -> list[Place]:
    found = registry.search_places(kind=kind, division=town, actor=READER).rows
    return [each for each in found if "中学" not in each.name]


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
