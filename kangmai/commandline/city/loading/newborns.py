"""Every birth of the last year of a town: registered, certified, its errands done but for the newest."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from kangmai.commandline.city.columns import HERE, TownChunk
from kangmai.commandline.city.loading.work import Work
from kangmai.commandline.city.streams import Stream
from kangmai.identity.actions import LoadedResident
from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.programmes.births import actions
from kangmai.programmes.births.types import BirthDraft, Named, Parent, Told

BORN_DAYS = 400
"""Births of a year and a month are on record, those of the last days excepted: they are registered on pages."""
NEWEST_DAYS = 7
AT_HOSPITAL = 0.985
SETTLED_DAYS = 45
AT_COUNTY = 0.7
LETTER = "Y"
"""Numbers of this letter are the invented city's own; the next ones to be used have another."""


def load_newborns(
    work: Work, chunk: TownChunk, loaded: Sequence[LoadedResident], *, first: int, at: datetime
) -> int:
    """Load the births of some residents that were just loaded; how many. `first` is their position in the town."""
    return actions.load_births(list(_drafts(work, chunk, loaded, first)), actor=work.actor, at=at)


def _drafts(
    work: Work, chunk: TownChunk, loaded: Sequence[LoadedResident], first: int
) -> Iterator[BirthDraft]:
    people, on = chunk.residents, work.city.on
    chance = Stream(work.city.seed, work.city.code, chunk.town.code, "births", first).uniform(
        len(people)
    )
    days = (np.datetime64(on, "D") - people.birth_on).astype(np.int64)
    born_here = (people.state == HERE) & (people.mother >= first) & (people.mother < first + len(people))  # fmt: skip
    rows = np.flatnonzero(born_here & (days > NEWEST_DAYS) & (days < BORN_DAYS) & (chance < AT_HOSPITAL))  # fmt: skip
    names = people.name.to_pylist()
    of_mother: dict[tuple[int, date], int] = {}
    for row in rows.tolist():
        mother = int(people.mother[row]) - first
        born: date = people.birth_on[row].astype(object)
        of_mother[mother, born] = ordinal = of_mother.get((mother, born), 0) + 1
        drawn = float(chance[row])
        issued = born + timedelta(1 + int(3 * drawn))
        settled = issued + timedelta(int(SETTLED_DAYS * (drawn * 7 % 1)))
        yield BirthDraft(
            child=ResidentId(loaded[row].id),
            mother=ResidentId(loaded[mother].id),
            told=_told(people, row, born, ordinal, drawn),
            organization=_hospital(work, chunk, drawn),
            place_code=people.place_code[row].decode(),
            number=f"{LETTER}{int(people.number[row]):09d}",
            issued_on=issued,
            named=Named(names[row], Parent(names[mother])),
            settled_on=settled if settled < on else None,
        )


def _told(people: Any, row: int, born: date, ordinal: int, drawn: float) -> Told:
    at = datetime.combine(born, time(int(15 * drawn), int(59 * (drawn * 61 % 1))), UTC)
    weight = 2500 + int(1400 * (drawn * 13 % 1))
    return Told(at, people.sex[row].decode(), 37 + int(4.9 * drawn), weight, 47 + weight // 900, ordinal)  # fmt: skip


def _hospital(work: Work, chunk: TownChunk, drawn: float) -> OrganizationId:
    network, town = work.city.network, chunk.town
    county, seat = network.county_hospital[town.county], network.town_institution[town.order]
    return OrganizationId(work.organizations[county if drawn < AT_COUNTY else seat])
