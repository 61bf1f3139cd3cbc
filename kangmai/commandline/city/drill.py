"""A drill half a day old in the demo city, as its accounts would have played it: every row by the action of a page.

An order of two signatures, registrations and scans, guests of a hotel, a 10-in-1 round with a plan that couriers drive by, runs of the
laboratory, one positive pool, a case with its household, a quarantine site with guests, tasks of grid workers, a
script that two teams play, people who come to help, a bulletin.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kangmai.access.actors import actor_for_account
from kangmai.access.queries import find_account_id
from kangmai.commandline.city.outbreaks.stage import Stage, adults, stage
from kangmai.commandline.city.state import NoDemo
from kangmai.epidemic.bulletin import actions as bulletin
from kangmai.epidemic.capacity import actions as capacity
from kangmai.epidemic.capacity import queries as known_sites
from kangmai.epidemic.capacity.types import SiteFacts as LodgingFacts
from kangmai.epidemic.nucleic_acid import actions as testing
from kangmai.epidemic.nucleic_acid import queries as tested
from kangmai.epidemic.nucleic_acid import rules as planning
from kangmai.epidemic.nucleic_acid.types import (
    BoxRecord,
    Duty,
    Given,
    RoundFacts,
    RoundKind,
    RoundState,
    RunFacts,
    SiteFacts,
    TubeRecord,
)
from kangmai.epidemic.orders import actions as orders
from kangmai.epidemic.orders.types import Draft, Order, Purpose
from kangmai.epidemic.quarantine import actions as quarantine
from kangmai.epidemic.tasks import actions as tasks
from kangmai.epidemic.tasks import queries as asked
from kangmai.epidemic.teams import actions as teams
from kangmai.epidemic.teams import queries as teamed
from kangmai.epidemic.teams.types import Goods, MissionFacts
from kangmai.epidemic.tracing import actions as tracing
from kangmai.epidemic.tracing import queries as traced
from kangmai.epidemic.tracing.types import CaseFacts, Where
from kangmai.epidemic.tracing.types import Given as Who
from kangmai.epidemic.venues import actions as venues
from kangmai.epidemic.venues.rules import pass_number
from kangmai.epidemic.venues.types import (
    ArrivalFacts,
    Channel,
    Origin,
    PersonFacts,
    Scan,
    VenueFacts,
)
from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, operator
from kangmai.kernel.ids import uuid7
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day
from kangmai.standards.identity_numbers import make_identity_number

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
BEGAN = 6 * HOUR
"""How long ago the order came into force."""
PEOPLE, A_TUBE, POSITIVE = 60, 10, 1
"""People of the first town who are sampled, people a tube, and the tube that comes out positive."""
OWNER = operator("drill")
GUESTS = (
    ("温敏", "440106", 1988, "广州", "8301"),
    ("汪泓", "430104", 1979, "长沙", "8302"),
    ("简宁", "440305", 1993, "深圳", "8305"),
    ("阮青", "450103", 1965, "南宁", "8306"),
    ("傅航", "440106", 2001, "广州", "8310"),
)
"""Invented travellers: name, where the document was issued, year of birth, where from, room."""


@dataclass(frozen=True, slots=True)
class Drilled:
    """What was written, and where somebody should look for it."""

    order: str
    area: str
    sampled: int
    tubes: int
    trips: int
    tasks: int
    look_at: str
    account: str


@dataclass(frozen=True, slots=True)
class _Scene:
    """Where the drill happens, and who plays."""

    stage: Stage
    at: datetime
    town: str
    residents: tuple[Resident, ...]

    @property
    def start(self) -> datetime:
        return self.at - BEGAN

    def actor(self, login: str) -> Actor:
        account = find_account_id(login=login)
        if account is None:
            raise NoDemo()
        return actor_for_account(account, at=self.at)

    def institution(self, login: str) -> int:
        found = next((g.organization for g in self.actor(login).grants if g.organization), None)
        if found is None:
            raise NoDemo()
        return int(found)


def play_drill(*, at: datetime) -> Drilled:
    """Let half a day of a drill happen in the demo city, up to now. Raises NoDemo, and what an action refuses."""
    scene = _scene(at)
    order = _order(scene)
    _register_and_scan(scene)
    _check_in(scene)
    round_id, sites, trips = _round(scene)
    codes = _sample(scene, sites[0])
    _carry_and_test(scene, sites[0], codes)
    _trace(scene)
    count = _look_after(scene, round_id)
    _exercise(scene, order)
    bulletin.draft(
        order_id=order.id, remark="演练半日", key=uuid7(), actor=scene.actor("cdc"), at=at
    )
    return Drilled(order.number, order.areas[0], len(scene.residents), len(codes), trips, count, "/emergency-mode/", "cdc")  # fmt: skip


def _scene(at: datetime) -> _Scene:
    found = stage()
    chunk = found.towns[0]
    ids = [found.resident(chunk, row) for row in adults(found.city, chunk)][:PEOPLE]
    known = identity.residents_by_id(ids, actor=OWNER, at=at)
    return _Scene(found, at, chunk.town.code, tuple(known[each] for each in ids))


def _order(scene: _Scene) -> Order:
    officer, control = scene.actor("officer"), scene.actor("cdc")
    wanted = Draft(
        title="城区应急演练", disease="covid_19", purposes=frozenset(Purpose), areas=(scene.stage.county,),
        starts_at=scene.start, ends_at=scene.start + 48 * HOUR, edition="drill", basis="年度演练计划", is_drill=True,
    )  # fmt: skip
    order = orders.propose(draft=wanted, key=str(uuid7()), actor=officer, at=scene.start)
    for each in (officer, control):
        order = orders.sign(
            order_id=order.id, expected_version=order.version, actor=each, at=scene.start
        )
    return order


def _register_and_scan(scene: _Scene) -> None:
    """A third registers at the counter and comes to the market during the morning."""
    township = scene.actor("township")
    facts = VenueFacts(name="城东农贸市场", kind="market", place_code=scene.town)
    venue = venues.open_venue(
        facts=facts, entrances=["东门", "西门"], key=str(uuid7()), actor=township, at=scene.start
    )  # fmt: skip
    for n, each in enumerate(scene.residents[::3]):
        known = each.demographics
        person = venues.register_person(
            facts=PersonFacts(known.name, known.documents[0].kind_code, known.documents[0].number,
                              next(iter(known.phones), "13800000000"), known.place_code[:9]),
            origin=Origin.GRID, actor=township, at=scene.start + n * MINUTE,
        )  # fmt: skip
        moment = scene.start + HOUR + n * 3 * MINUTE
        scan = Scan(f"drill-{n}-{moment:%H%M}", moment, venue.entrances[n % 2].code, pass_number(person.pass_code), 0, Channel.PHONE)  # fmt: skip
        venues.scan(scan=scan, at=moment)


def _check_in(scene: _Scene) -> None:
    """Travellers arrive at a hotel whose clerk has the demo account `hotel`; the last one has gone on."""
    township, clerk = scene.actor("township"), scene.actor("hotel")
    facts = VenueFacts(name="城东宾馆", kind="hotel", place_code=scene.town)
    venue = venues.open_venue(facts=facts, entrances=["大堂"], key=str(uuid7()), actor=township, at=scene.start)  # fmt: skip
    venues.appoint_clerk(venue_id=venue.id, login="hotel", actor=township, at=scene.start)
    for n, (name, region, year, origin, room) in enumerate(GUESTS):
        moment = scene.start + HOUR + n * 20 * MINUTE
        number = make_identity_number(region=region, birth_on=date(year, 1 + n, 9), sequence=700 + n)  # fmt: skip
        guest = ArrivalFacts(name, "01", number, origin, moment, phone=f"1380013{9000 + n}", room=room)  # fmt: skip
        arrived = venues.check_in(venue_id=venue.id, facts=guest, key=str(uuid7()), actor=clerk, at=moment)  # fmt: skip
    venues.check_out(
        arrival_id=arrived.id, left_at=scene.at - HOUR, went_to="深圳", expected_version=1, actor=clerk, at=scene.at
    )  # fmt: skip


def _round(scene: _Scene) -> tuple[int, tuple[int, ...], int]:
    """A round with two sites, lanes that are staffed in part, a plan that is released."""
    cdc, at = scene.actor("cdc"), scene.start + 10 * MINUTE
    centre, laboratory = scene.institution("township"), scene.institution("lab")
    facts = RoundFacts(
        name="第一轮区域筛查", kind=RoundKind.SCREENING, areas=(scene.stage.county,), mode=A_TUBE,
        opens_at=scene.start + HOUR, closes_at=scene.start + 13 * HOUR, target_people=1_000,
        organization=scene.institution("cdc"),
    )  # fmt: skip
    row = testing.plan_round(facts=facts, key=uuid7(), actor=cdc, at=at)
    sites = [
        SiteFacts(code=code, name=name, organization=centre, place_code=scene.town, lanes=lanes, laboratory=laboratory)
        for code, name, lanes in (("A1", "文化广场采样点", 3), ("A2", "中心小学采样点", 2))
    ]  # fmt: skip
    ids = tuple(
        each.id for each in testing.set_sites(round_id=row.id, sites=sites, actor=cdc, at=at)
    )
    testing.move_round(round_id=row.id, to=RoundState.OPEN, expected_version=1, actor=cdc, at=at)
    _staff(scene, ids[0], facts)
    demands = tested.demands(row.id, actor=cdc, at=at)
    home = registry.get_organization(organization_id=laboratory, actor=OWNER).division_code
    question = planning.Question(
        demands=demands, laboratories=(planning.Laboratory(str(laboratory), 2_400, planning.UNKNOWN, planning.UNKNOWN, 0, home),),
        mode=A_TUBE, sampling_hours=12.0, prevalence=0.001, capacity=planning.edition(on=legal_day(at)).capacity,
    )  # fmt: skip
    plan = testing.save_plan(round_id=row.id, question=question, note="演练方案", key=uuid7(), actor=cdc, at=at)  # fmt: skip
    testing.release_plan(plan_id=plan.id, expected_version=1, actor=cdc, at=at)
    return row.id, ids, len(tested.trips(round_id=row.id, actor=cdc, at=at))


def _staff(scene: _Scene, site: int, facts: RoundFacts) -> None:
    """Two of three lanes have a sampler and a registrar for the first eight hours."""
    page = registry.search_staff(
        organization_id=scene.institution("township"), on=legal_day(scene.at), limit=4, actor=OWNER
    )  # fmt: skip
    people = [int(each.id) for each in page.rows]
    for lane, pair in enumerate(zip(people[::2], people[1::2], strict=False), 1):
        testing.staff_lane(
            site_id=site, lane=lane, people=dict(zip(pair, (Duty.SAMPLER, Duty.REGISTRAR), strict=True)),
            from_at=facts.opens_at, to_at=facts.opens_at + 8 * HOUR, actor=scene.actor("cdc"), at=facts.opens_at,
        )  # fmt: skip


def _sample(scene: _Scene, site: int) -> list[str]:
    """Tubes of ten, one every twenty minutes."""
    sampler = scene.actor("sampler")
    mark = f"{scene.at:%d%H%M}"
    records = []
    for n, some in enumerate(_groups(scene.residents, A_TUBE)):
        first = scene.start + HOUR + n * 20 * MINUTE
        people = tuple(Given(each.index_number, first + m * MINUTE) for m, each in enumerate(some))
        records.append(
            TubeRecord(uuid7(), f"D{mark}{n:05d}", people, first + 12 * MINUTE, A_TUBE, 1 + n % 2)
        )
    for each in records:
        testing.take_tubes(site_id=site, records=[each], actor=sampler, at=each.closed_at)
    return [each.code for each in records]


def _groups(people: Sequence[Resident], size: int) -> Iterator[Sequence[Resident]]:
    return (people[n : n + size] for n in range(0, len(people), size))


def _carry_and_test(scene: _Scene, site: int, codes: Sequence[str]) -> None:
    """Two boxes leave with planned trips; the first is tested and published, the second is on the bench."""
    sampler, lab = scene.actor("sampler"), scene.actor("lab")
    trips = [each for each in tested.trips(actor=sampler, at=scene.at) if each.site.id == site]
    half = len(codes) - 2
    for n, some in enumerate((codes[:half], codes[half:])):
        label, at = f"BOX-{scene.at:%d%H%M}-{n}", scene.start + (3 + 1.5 * n) * HOUR
        record = BoxRecord(uuid7(), label, tuple(some), at, f"S{n:04d}")
        testing.pack_boxes(site_id=site, records=[record], actor=sampler, at=at)
        if n < len(trips):
            testing.carry_boxes(trip_id=trips[n].id, codes=[label], actor=sampler, at=at + 10 * MINUTE)  # fmt: skip
        else:
            testing.send_boxes(codes=[label], carrier="王师傅", actor=sampler, at=at + 10 * MINUTE)
        testing.receive_box(code=label, laboratory=scene.institution("lab"), tubes=None, temperature_c=4.5, actor=lab, at=at + 40 * MINUTE)  # fmt: skip
        ended = at + 75 * MINUTE
        facts = RunFacts(f"P{scene.at:%d%H%M}{n}", scene.institution("lab"), "SLAN-96P", "新冠核酸试剂盒", "20260901", at + 42 * MINUTE, ended)  # fmt: skip
        run = testing.import_run(facts=facts, file=_run(some, codes[POSITIVE]), actor=lab, at=ended)
        if n == 0:
            testing.review_plate(plate_id=run.plate_id, expected_version=1, actor=OWNER, at=ended + 10 * MINUTE)  # fmt: skip


def _run(codes: Sequence[str], positive: str) -> bytes:
    """An instrument's file: one tube of the run may be positive, controls last."""
    text = io.StringIO(newline="")
    write = csv.writer(text)
    write.writerow(("Well", "Sample Name", "ORF1ab", "N", "IC"))
    for n, code in enumerate(codes):
        found = ("30.2", "29.1", "27.5") if code == positive else ("", "", "27.2")
        write.writerow((f"{'ABCDEFGH'[n % 8]}{n // 8 + 1}", code, *found))
    write.writerow(("G12", "POS", "25.0", "25.2", "26.1"))
    write.writerow(("H12", "NEG", "", "", ""))
    return text.getvalue().encode()


def _trace(scene: _Scene) -> None:
    """One of the positive pool is a case; who lives with him is told and goes into quarantine."""
    cdc, at = scene.actor("cdc"), scene.start + 5 * HOUR
    place = scene.institution("quarantine")
    lodging = capacity.open_site(
        facts=LodgingFacts(name="城东隔离点", organization=place, place_code=scene.town), key=uuid7(), actor=OWNER, at=at
    )  # fmt: skip
    capacity.add_rooms(site_id=lodging.id, numbers=[str(201 + n) for n in range(12)], actor=OWNER, at=at)  # fmt: skip
    person = scene.residents[POSITIVE * A_TUBE]
    case = tracing.open_case(
        facts=CaseFacts(Who(resident=person.id), at, sampled_on=legal_day(scene.start), place_code=person.demographics.place_code),
        key=str(uuid7()), actor=cdc, at=at,
    )  # fmt: skip
    tracing.add_household(case_id=case.id, actor=cdc, at=at + 10 * MINUTE)
    rooms = known_sites.rooms(lodging.id, actor=cdc, at=at)
    found = traced.contacts(show=traced.Show.ALL, limit=10, actor=cdc, at=at + 15 * MINUTE)
    for n, (contact, _facts) in enumerate(found.rows):
        tracing.notify(contact_id=contact.id, answer="reached", key=str(uuid7()), actor=cdc, at=at + (20 + n) * MINUTE)  # fmt: skip
        if n % 2 == 0:
            room = rooms[n // 2].id
            quarantine.admit(contact_id=contact.id, room_id=room, arrived_at=at + 30 * MINUTE, key=uuid7(), actor=cdc, at=at + 31 * MINUTE)  # fmt: skip
        else:
            tracing.settle(contact_id=contact.id, where=Where.HOME, place="家中", from_at=at + 30 * MINUTE, key=str(uuid7()), actor=cdc, at=at + 31 * MINUTE)  # fmt: skip


def _exercise(scene: _Scene, order: Order) -> None:
    """Two teams play the script of a positive pool, half of it done by now; helpers from outside are on their way."""
    cdc, home = scene.actor("cdc"), scene.institution("cdc")
    ready = [each.id for each in teamed.team_list(limit=2, actor=cdc, at=scene.start).rows]
    if ready:
        at = scene.start + 2 * HOUR
        drill = teams.plan_drill(
            organization=home, order_id=order.id, script="positive_pool", place=scene.town, team_ids=ready,
            key=uuid7(), actor=cdc, at=at,
        )  # fmt: skip
        drill = teams.start_drill(
            drill_id=drill.id, expected_version=drill.version, actor=cdc, at=at
        )
        for step, minutes in (("report", 4), ("call_out", 13), ("list", 41)):
            drill = teams.do_step(drill_id=drill.id, step=step, expected_version=drill.version, actor=cdc, at=at + minutes * MINUTE)  # fmt: skip
    today = legal_day(scene.at)
    teams.plan_mission(
        facts=MissionFacts(
            task="支援核酸采样", destination="城东街道各采样点", starts_on=today, until_on=today + 3 * DAY,
            from_name="（虚构）邻市医疗支援队", to_organization=home, outside_people=12,
            goods=(Goods("采样拭子", 5000), Goods("防护服", 60)), order_id=order.id,
        ),
        key=uuid7(), actor=cdc, at=scene.at,
    )  # fmt: skip


def _look_after(scene: _Scene, round_id: int) -> int:
    """Doors to knock at: who was not sampled in the grid workers' village, people who need help; how many tasks."""
    township = scene.actor("township")
    village = registry.codes_of_place(organization_id=scene.institution("grid"))[0][:12]
    count = tasks.give_unsampled(round_id=round_id, area=village, actor=township, at=scene.at)
    tasks.propose_needs(area=village, actor=township, at=scene.at)
    needs = asked.needs(area=village, actor=township, at=scene.at)
    for each in needs.rows[:3]:
        tasks.confirm_need(need_id=each.need.id, expected_version=each.need.version, actor=township, at=scene.at)  # fmt: skip
    return count
