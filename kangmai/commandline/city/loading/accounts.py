"""One account a role in the invented city, and a neighbour to look over the fence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kangmai.access.actions import load_accounts
from kangmai.access.types import AccountLoad
from kangmai.commandline.city.city import InventedCity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor

PASSWORD = "kangmai-demo"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account that a newcomer may try, with the institution it works in."""

    login: str
    role: str
    institution: str


PLACES = (
    ("admin", "administrator", "commission"),
    ("officer", "commission_officer", "commission"),
    ("statistics", "statistician", "commission"),
    ("leader", "commission_leader", "commission"),
    ("cdc", "cdc_epidemiologist", "cdc"),
    ("cdc1", "cdc_epidemiologist", "cdc"),
    ("cdc2", "cdc_epidemiologist", "cdc"),
    ("hospital", "hospital_clinician", "hospital"),
    ("township", "township_public_health", "town"),
    ("team", "family_doctor_team", "town"),
    ("village", "village_doctor", "village"),
    ("village2", "village_doctor", "village"),
    ("lab", "laboratory", "laboratory"),
    ("lab2", "laboratory", "laboratory"),
    ("quality", "quality_centre", "quality"),
    ("supervisor", "supervisor", "supervision"),
    ("mental", "mental_health_worker", "town"),
    ("tb", "tuberculosis_worker", "town"),
    ("family", "family_care_worker", "town"),
    ("hiv", "hiv_std_worker", "cdc"),
    ("hospital_admin", "institution_administrator", "hospital"),
    ("sampler", "sampler", "town"),
    ("store", "storekeeper", "hospital"),
    ("grid", "grid_worker", "village"),
    ("quarantine", "quarantine_manager", "town"),
    ("ambulance", "ambulance_crew", "hospital"),
    ("hotel", "desk_clerk", "town"),
    ("newborn", "newborn_screener", "hospital"),
    ("mch", "mch_worker", "mch"),
    ("mch1", "mch_worker", "mch"),
    ("expert", "mch_expert", "tcm"),
    ("integrator", "integrator", "hospital"),
)
"""(login, role, kind of institution in the invented network); a second row of one kind takes the next one,
and is left out where there is none: a district has one CDC, a city its own and that of each county."""

OTHERS = {"statistics": 1, "leader": 2, "lab2": 1}
"""Accounts that are held by another member of the first institution than the first: so many places further."""


def load_demo_accounts(
    city: InventedCity,
    organizations: Sequence[int],
    staff: Sequence[int],
    resident: Resident,
    *,
    actor: Actor,
    at: datetime,
) -> list[DemoAccount]:
    """Make the accounts; returns them in the order in which they are shown."""
    taken: dict[tuple[str, str], int] = {}
    rows, shown = [], []
    for login, role, key in PLACES:
        turn = 0
        if login not in OTHERS:
            turn = taken[role, key] = taken.get((role, key), -1) + 1
        candidates = _candidates(city, key)
        if turn >= len(candidates):
            continue
        institution = candidates[turn]
        members = city.network.staff_of[institution]
        place = turn + OTHERS.get(login, 0)
        person = members[place] if place < len(members) else members[0] if members else None
        rows.append(
            AccountLoad(
                login=login,
                name=city.network.staff[person].name if person is not None else login,
                role=role,
                organization_id=organizations[institution],
                staff_id=staff[person] if person is not None else None,
            )
        )
        shown.append(DemoAccount(login, role, city.network.institutions[institution].name))
    name = resident.demographics.name
    rows.append(AccountLoad(login="resident", name=name, role="resident", resident_id=resident.id))
    shown.append(DemoAccount("resident", "resident", ""))
    load_accounts(rows, password=PASSWORD, must_change_password=False, actor=actor, at=at)
    return shown


def _candidates(city: InventedCity, key: str) -> list[int]:
    """Positions of the institutions of a kind: those of the first town with residents come first."""
    town = next(town for town in city.places.towns if town.residents)
    if key == "town":
        return list(city.network.town_institution)
    if key == "village":
        return list(city.network.village_clinics[town.order])
    keys = ("commission", "bureau") if key == "commission" else (key,)
    found = [each for each in city.network.institutions if each.key in keys]
    # a district has a bureau where a city has a commission; the higher office comes first
    return [each.order for each in sorted(found, key=lambda each: keys.index(each.key))]
