"""Immunization clinics of the invented city: stock, cold places with one break, a day in progress, two reactions.

Everything is done by the clinic's own actions, a little while ago; where every child stands is judged by the rules.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.city import InventedCity
from kangmai.commandline.city.loading.campaign import load_campaign
from kangmai.commandline.city.loading.entrants import load_entrants
from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, DataScope, Grant, Purpose, subtree
from kangmai.kernel.ids import AccountId, OrganizationId, ResidentId
from kangmai.programmes.vaccination import actions, queries, rules
from kangmai.programmes.vaccination.actions import Told
from kangmai.programmes.vaccination.types import DoseState, PackageLine, Severity, Visit
from kangmai.standards.calendars import legal_day

PERMISSIONS = (
    "vaccination.read", "vaccination.work", "vaccination.keep", "records.read", "records.search", "records.create",
    "identity.search", "registry.read", "deadlines.read", "deadlines.write",
)  # fmt: skip
LOG_DAYS = 7
HOURS = (0, 8)
"""UTC: eight in the morning and four in the afternoon."""
MINUTE = timedelta(minutes=1)
OLDEST = 7
"""Years from which on nobody comes to the clinic of a morning."""


@dataclass(frozen=True, slots=True)
class Clinic:
    """Somebody at work in a clinic, with what is in its refrigerator: vaccine → codes not used yet."""

    nurse: Actor
    town: str
    codes: dict[str, list[str]]


def load_clinics(city: InventedCity, organizations: Sequence[int], *, at: datetime) -> int:
    """Judge every child, open the clinics; how many visits there are today."""
    table = read("immunization_clinic")
    actions.judge_children(at=at)
    towns = [town for town in city.places.towns if town.residents][: table["towns"]]
    count, clinics = 0, []
    for number, town in enumerate(towns):
        institution = city.network.town_institution[town.order]
        staff = city.network.staff_of[institution]
        name = city.network.staff[staff[0]].name if staff else "—"
        nurse = _nurse(organizations[institution], town.code, name)
        clinic = Clinic(nurse, town.code, _stock(nurse, number, table, is_first=number == 0, at=at))
        clinics.append(clinic)
        visits = list(clinic_day(clinic, table, at=at))
        actions.judge_residents(ids=[ResidentId(each.resident_id) for each in visits], at=at)
        count += len(visits)
        if number == 0:
            _reactions(clinic, visits, at=at)
    if clinics:
        load_campaign(clinics[0].nurse, clinics[0].town, clinics[0].codes, at=at)
        load_entrants(clinics[0].nurse, clinics[0].town, at=at)
    return count


def _nurse(organization: int, town: str, name: str) -> Actor:
    places = (subtree(town),)
    grant = Grant("clinic", OrganizationId(organization), places, frozenset(PERMISSIONS))
    scope = DataScope(places=places, organizations=frozenset({OrganizationId(organization)}))
    return Actor(AccountId(0), name, (grant,), Purpose.PUBLIC_HEALTH, scope)


def _stock(
    nurse: Actor, clinic: int, table: dict[str, Any], *, is_first: bool, at: datetime
) -> dict[str, list[str]]:
    """Two refrigerators with packages and a week of temperatures; the second of the first clinic got too warm."""
    since = at - timedelta(LOG_DAYS + 1)
    good = actions.add_fridge(name="1号冰箱", kind="refrigerator", actor=nurse, at=since)
    other = actions.add_fridge(name="2号冰箱", kind="refrigerator", actor=nurse, at=since)
    codes: dict[str, list[str]] = {}
    for number, vaccine in enumerate(table["vaccines"]):
        is_aside = vaccine == table["put_aside"]
        lines = [_line(vaccine, number, clinic, n, table, at) for n in range(table["packages"])]
        place = other.id if is_aside else good.id
        actions.receive(fridge_id=place, lines=lines, supplier="虚构配送", document=f"XN{clinic}{number:02d}", key=uuid4(), actor=nurse, at=since)  # fmt: skip
        codes[vaccine] = [] if is_aside else [each.code for each in lines]
    for place in (good.id, other.id):
        _temperatures(place, nurse, at=at)
    if is_first:
        warm = [(at - 3 * 60 * MINUTE, table["too_warm_celsius"]), (at - 2 * 60 * MINUTE, 5.2)]
        actions.write_temperatures(fridge_id=other.id, samples=warm, actor=nurse, at=at)
    return codes


def _line(
    vaccine: str, product: int, clinic: int, number: int, table: dict[str, Any], at: datetime
) -> PackageLine:
    name = rules.vaccine_words(vaccine).zh
    return PackageLine(
        code=f"{9900001 + product:07d}{clinic:04d}{number:09d}",
        vaccine=vaccine,
        product=table["product"].format(vaccine=name),
        maker=table["maker"],
        lot=f"XN2026{product + 1:02d}",
        expires_on=legal_day(at).replace(day=1) + timedelta(60 + 40 * product),
    )


def _temperatures(place: UUID, nurse: Actor, *, at: datetime) -> None:
    morning = (at - timedelta(LOG_DAYS)).replace(hour=0, minute=0, second=0, microsecond=0)
    samples = [
        (morning + timedelta(day, hours=hour), 4.0 + (day * 7 + hour) % 9 / 5)
        for day in range(LOG_DAYS)
        for hour in HOURS
    ]
    actions.write_temperatures(fridge_id=place, samples=samples, actor=nurse, at=at)


def clinic_day(clinic: Clinic, table: dict[str, Any], *, at: datetime) -> Iterator[Visit]:
    """The visitors of this morning, each as far as the plan says."""
    plan = table["day"]
    # just after midnight the first of them came on the day before: who is chosen was due already then
    opened = at - max(each["minutes"] for each in plan) * MINUTE
    children = _children(clinic, len(plan), table["infants_of_ten"], at=opened)
    asked = sorted(plan[: len(children)], key=lambda each: -each["minutes"])
    for who, each in zip(children, asked, strict=True):
        yield _visit(clinic, who, each["step"], at - each["minutes"] * MINUTE)


def _children(clinic: Clinic, count: int, infants_of_ten: int, *, at: datetime) -> list[ResidentId]:
    """Children of the town who are due and for whom there is something in the refrigerator: infants mostly.

    Infants and older ones come in turn, so that a town with few has some of both.
    """
    on = legal_day(at)
    a_year_ago = on - timedelta(365)
    due = queries.due(place=clinic.town, limit=count * 8, on=on, actor=clinic.nurse)
    infants = [each for each, born in due if born > a_year_ago]
    older = [
        each for each, born in due if on.replace(year=on.year - OLDEST, day=1) < born <= a_year_ago
    ]
    wanted = round(count * infants_of_ten / 10)
    mixed = [*infants[:wanted], *older, *infants[wanted:]]
    found = [each for each in mixed if _is_served(clinic, each, at)][:count]
    return sorted(found, key=lambda each: each % 7)


def _is_served(clinic: Clinic, who: ResidentId, at: datetime) -> bool:
    file = queries.record_of(who, actor=clinic.nurse, at=at)
    return any(clinic.codes.get(code) for code in rules.may_be_given(file, on=legal_day(at)))


def _visit(clinic: Clinic, who: ResidentId, step: str, at: datetime) -> Visit:
    """Somebody who arrived at an instant and has come to a step since."""
    nurse = clinic.nurse
    visit = actions.check_in(resident_id=who, key=uuid4(), actor=nurse, at=at)
    if step == "arrived":
        return visit
    chosen = [each.vaccine for each in visit.doses if clinic.codes.get(each.vaccine)][:2]
    fever = step == "deferred"
    visit = actions.pre_check(
        visit_id=visit.id, temperature=38.1 if fever else 36.4, chosen=chosen, expected_version=visit.version,
        actor=nurse, at=at + 2 * MINUTE,
    )  # fmt: skip
    if fever or step == "cleared":
        return visit
    visit = actions.consent(visit_id=visit.id, by="parent", expected_version=visit.version, actor=nurse, at=at + 3 * MINUTE)  # fmt: skip
    if step == "agreed":
        return visit
    for vaccine in chosen:
        visit = _give(clinic, visit, who, vaccine, at + 5 * MINUTE)
    if step == "done":
        visit = actions.release(visit_id=visit.id, expected_version=visit.version, actor=nurse, at=at + 36 * MINUTE)  # fmt: skip
    return visit


def _give(clinic: Clinic, visit: Visit, who: ResidentId, vaccine: str, at: datetime) -> Visit:
    resident = identity.get_resident(who, actor=clinic.nurse, at=at)
    born = resident.demographics.birth_date or legal_day(at)
    site, route = rules.site_proposed(vaccine, age_days=(legal_day(at) - born).days)
    return actions.inject(
        visit_id=visit.id, vaccine=vaccine, code=clinic.codes[vaccine].pop(), site=site, route=route,
        confirmed=rules.checks_of(rules.rule(on=visit.on)), key=uuid4(), actor=clinic.nurse, at=at,
    ).visit  # fmt: skip


def _reactions(clinic: Clinic, visits: Sequence[Visit], *, at: datetime) -> None:
    """A fever found this morning that is still to be reported, and an induration that was."""
    ended = [each for each in visits if each.released_at is not None]
    for visit, reaction in zip(ended, ("fever", "induration"), strict=False):
        told = Told(
            vaccines=[each.vaccine for each in visit.doses if each.state is DoseState.GIVEN],
            vaccinated_on=visit.on,
            onset_at=at - 30 * MINUTE,
            found_at=at - 20 * MINUTE,
            reaction=reaction,
            severity=Severity.ORDINARY,
            narrative="虚构：接种后出现，一般情况好，嘱观察。",
        )
        card = actions.find_reaction(
            resident_id=ResidentId(visit.resident_id), told=told, visit_id=visit.id, key=uuid4(),
            actor=clinic.nurse, at=at - 15 * MINUTE,
        )  # fmt: skip
        if reaction == "induration":
            actions.report(aefi_id=card.id, told=told, expected_version=card.version, actor=clinic.nurse, at=at - 10 * MINUTE)  # fmt: skip
