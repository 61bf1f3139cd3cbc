"""Family-doctor teams of the invented city, and a contract for everybody who signed with one."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import numpy as np

from kangmai.commandline.city.city import InventedCity
from kangmai.commandline.city.columns import CONDITIONS, HERE, TownChunk
from kangmai.commandline.city.institutions.types import Team
from kangmai.commandline.city.loading.work import Work
from kangmai.commandline.city.streams import YEAR_DAYS, Stream
from kangmai.identity.actions import LoadedResident
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import uuid7
from kangmai.programmes.contracts import actions
from kangmai.programmes.contracts.types import ContractDraft, TeamDraft, TeamFacts

DUTIES = {
    "physician": "general_practitioner",
    "assistant_physician": "general_practitioner",
    "nurse": "nurse",
    "public_health": "public_health_doctor",
}
"""What a team's member is by his work in the network; the others are village doctors."""
ASK = 0.03
"""Of those without a contract, so many asked for one lately."""
GUIDED_DAYS = 760
PACKAGES = ("hypertension", "diabetes", "copd")


def load_contract_teams(
    city: InventedCity, organizations: Sequence[int], staff: Sequence[int], *, actor: Actor, at: datetime
) -> int:  # fmt: skip
    """Load the teams of every town; how many."""
    drafts = [_team(city, each, organizations, staff) for each in city.network.teams]
    return actions.load_teams(drafts, actor=actor, at=at)


def _team(
    city: InventedCity, team: Team, organizations: Sequence[int], staff: Sequence[int]
) -> TeamDraft:
    people, town = city.network.staff, city.places.towns[team.town]
    members = tuple((staff[m], DUTIES.get(people[m].work, "village_doctor")) for m in team.members)
    return TeamDraft(
        id=_team_id(city, town.code, team.number),
        organization=organizations[team.institution],
        place_code=town.code,
        facts=TeamFacts(team.name, staff[team.leader], members),
    )


def _team_id(city: InventedCity, town: str, number: int) -> UUID:
    return uuid5(NAMESPACE_URL, f"kangmai-demo/{city.code}/{town}/team/{number}")


def load_town_contracts(
    work: Work, chunk: TownChunk, loaded: Sequence[LoadedResident], *, first: int, at: datetime
) -> int:
    """Load the contracts of some residents that were just loaded; how many. `first` is their position in the town."""
    people = chunk.residents
    signed = (people.state == HERE) & ~np.isnat(people.signed_on)
    stream = Stream(work.city.seed, work.city.code, chunk.town.code, "contracts", first)
    chance = stream.uniform(len(people))
    seat = work.organizations[work.city.network.town_institution[chunk.town.order]]
    drafts = [
        draft
        for row in np.flatnonzero(signed).tolist()
        for draft in _of(work, chunk, row, loaded[row], seat, float(chance[row]))
    ]
    asking = (people.state == HERE) & np.isnat(people.signed_on) & (chance < ASK)
    drafts += [
        _asked(work, chunk, row, loaded[row], seat) for row in np.flatnonzero(asking).tolist()
    ]
    return actions.load_contracts(drafts, actor=work.actor, at=at)


def _of(
    work: Work, chunk: TownChunk, row: int, resident: LoadedResident, seat: int, chance: float
) -> Iterator[ContractDraft]:
    """One contract, or two where the first one's time is over and it was renewed; one in eight was not."""
    people, on = chunk.residents, work.city.on
    signed: date = people.signed_on[row].astype(object)
    years = 1 + int(chance * 97) % 3
    same: dict[str, Any] = {
        "resident": resident.id,
        "team": _team_id(work.city, chunk.town.code, int(people.team[row])),
        "organization": seat,
        "place_code": people.place_code[row].decode(),
        "packages": _packages(people, row, on),
        "years": years,
    }
    spans = (on - signed).days // (YEAR_DAYS * years)
    begun = [signed + timedelta(round(YEAR_DAYS * years * n)) for n in range(int(spans) + 1)][-2:]
    if len(begun) > 1 and chance < 1 / 8:
        begun = begun[:1]
    ids = [uuid7() for _ in begun]
    for turn, begins_on in enumerate(begun):
        is_last = turn == len(begun) - 1
        asked = is_last and int(chance * 1009) % 9 == 0
        yield ContractDraft(
            id=ids[turn],
            begins_on=begins_on,
            renews=ids[turn - 1] if turn else None,
            is_renewed=not is_last,
            served_on=max(begins_on, on - timedelta(1 + int(chance * 40))) if asked else None,
            score=(5, 5, 4, 4, 5, 3, 2)[int(chance * 5003) % 7] if asked else None,
            guided_on=_guided(begins_on, years, on, chance) if work.city.serves_everyone else (),
            **same,
        )


def _guided(begins_on: date, years: int, on: date, chance: float) -> tuple[date, ...]:
    """A day of each year of a contract that has come, of the last two years; one year in nine is left out."""
    days = (begins_on + timedelta(round(YEAR_DAYS * n) + 20 + int(280 * chance)) for n in range(years))  # fmt: skip
    return tuple(
        day
        for n, day in enumerate(days)
        if on - timedelta(GUIDED_DAYS) < day < on and (chance * 19 * (n + 1)) % 1 > 1 / 9
    )


def _asked(
    work: Work, chunk: TownChunk, row: int, resident: LoadedResident, seat: int
) -> ContractDraft:
    """What somebody without a contract asks for: one year from now on."""
    people = chunk.residents
    return ContractDraft(
        id=uuid7(),
        resident=resident.id,
        team=_team_id(work.city, chunk.town.code, int(people.team[row])),
        organization=seat,
        place_code=people.place_code[row].decode(),
        packages=_packages(people, row, work.city.on),
        years=1,
        begins_on=work.city.on,
        asked_on=work.city.on - timedelta(2),
    )


def _packages(people: Any, row: int, on: date) -> tuple[str, ...]:
    age = (on - people.birth_on[row].astype(object)).days / YEAR_DAYS
    found = ["basic"]
    found += [
        each for each in PACKAGES if not np.isnat(people.enrolled_on[row, CONDITIONS.index(each)])
    ]
    found += ["elderly"] if age >= 65 else ["child"] if age < 7 else []
    return tuple(found)
