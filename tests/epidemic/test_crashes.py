"""Nothing is lost or doubled when the process is killed (kill -9) in the middle, and two never get one room.

Each deed is begun by a process that dies at one of its steps, then done again: what is there at the end is what one
undisturbed deed leaves, and what was acknowledged before the crash is there throughout.
"""

import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections

from kangmai.epidemic.capacity import queries as places
from kangmai.epidemic.capacity.errors import RoomFull
from kangmai.epidemic.nucleic_acid import actions as testing
from kangmai.epidemic.nucleic_acid import models as tested
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.quarantine import actions as quarantine
from kangmai.epidemic.venues import actions as venues
from kangmai.epidemic.venues.types import Channel, Scan
from tests.epidemic.capacity.factories import institution, rooms_of, site
from tests.epidemic.nucleic_acid import factories as testers
from tests.epidemic.nucleic_acid.factories import LATER, NEGATIVE, POSITIVE, SAMPLER, TECHNICIAN
from tests.epidemic.orders.factories import AT, order_in_force
from tests.epidemic.quarantine.test_stays import CDC
from tests.epidemic.tracing.factories import case, close_contact
from tests.epidemic.venues import factories as doors
from tests.factories.crashing import armed, killed

MINUTE = timedelta(minutes=1)
INTAKE = "kangmai.epidemic.nucleic_acid.actions.intake"
PLATES = "kangmai.epidemic.nucleic_acid.actions.plates"
SCANS = "kangmai.epidemic.venues.actions.intake"


@pytest.fixture(scope="module")
def town(shared_database: str) -> testers.Town:
    return testers.build()


def counted(table: str, condition: str = "true") -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {condition}")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("step", ["_settle_rest", "_write_down"])
def test_a_tube_whose_upload_dies_is_there_once_after_the_next(town, step):
    numbers = [each.index_number for each in town.residents[:6]]
    record = testers.tube(numbers[:3] if step == "_write_down" else numbers[3:])
    before = counted("nucleic_acid_sample")

    def upload() -> object:
        return testing.take_tubes(site_id=town.site, records=[record], actor=SAMPLER, at=LATER)

    killed(upload, at=f"{INTAKE}:{step}")
    assert counted("nucleic_acid_sample") == before
    assert not tested.Tube.objects.filter(code=record.code).exists()
    upload()
    killed(upload, at=f"{INTAKE}:find_place", after=True)  # a retry that dies does no harm either
    upload()
    assert counted("nucleic_acid_sample") == before + 3
    assert tested.Tube.objects.get(code=record.code).people == 3


@pytest.mark.parametrize("step", ["_write_wells", "_touch_tubes", "step", "write_down"])
def test_a_plate_whose_import_dies_is_there_whole_or_not_at_all(town, step):
    numbers = [each.index_number for each in town.residents[6:]]
    tubes = [testers.tube([number], minute=20) for number in numbers[:2]]
    testers.take(town, *tubes)
    testers.deliver(town, *(each.code for each in tubes))
    file = testers.run_file({tubes[0].code: NEGATIVE, tubes[1].code: POSITIVE, "T99999999998": NEGATIVE})  # fmt: skip
    facts = testers.run(f"CRASH-{step}")

    def upload() -> object:
        return testing.import_run(facts=facts, file=file, actor=TECHNICIAN, at=LATER)

    before = counted("nucleic_acid_well"), counted("nucleic_acid_incident")
    for after in (False, True):
        killed(upload, at=f"{PLATES}:{step}", after=after)
        assert not tested.Plate.objects.filter(code=facts.code).exists()
        assert (counted("nucleic_acid_well"), counted("nucleic_acid_incident")) == before
        assert not tested.Tube.objects.filter(code=tubes[0].code, tested_at__isnull=False).exists()
    assert not upload().is_again
    assert upload().is_again
    assert counted("nucleic_acid_well") == before[0] + 5
    assert counted("nucleic_acid_incident") == before[1] + 1


@pytest.fixture(scope="module")
def market(town) -> tuple[str, int]:
    """A door under an order for scanning, and a pass."""
    doors.woken(at=AT, key="market")
    someone = doors.person(at=AT)
    return doors.venue(at=AT).entrances[0].code, doors.number_of(someone)


@pytest.mark.parametrize(("step", "after"), [("_insert", False), ("_insert", True), ("_log", True)])
def test_scans_whose_intake_dies_are_there_once_after_the_next(market, step, after):
    code, number = market
    start = 1_000 * (1 + ["_insert", "_log"].index(step) * 2 + after)
    rows = [(start + n, number, AT + (n % 20) * MINUTE) for n in range(60)]
    batch = doors.scans(rows, code, source=start)
    mine = f"source = {start}"

    def upload() -> object:
        return venues.take_scans(scans=batch, upload=UUID(int=start), at=AT + 30 * MINUTE)

    killed(upload, at=f"{SCANS}:{step}", after=after)
    assert counted("venues_scan", mine) in (0, 60)  # one transaction: all of them or none
    found = upload()
    assert counted("venues_scan", mine) == 60 and found.taken + found.repeated == 60
    again = upload()
    assert (again.taken, again.repeated) == (0, 60)
    assert counted("venues_upload", f"id = '{UUID(int=start)}'") == 1


def test_what_a_door_answered_is_kept_when_the_process_dies(market, tmp_path):
    """A child answers scan after scan, writes down each answer, and is killed while it is at another."""
    code, number = market
    said = tmp_path / "answers"

    def answer() -> None:
        with said.open("a") as answers:
            for n in range(12):
                if n == 9:
                    armed(f"{SCANS}:_told")
                at = AT + n * MINUTE
                venues.scan(scan=Scan(f"door-{n}", at, code, number, 0, Channel.PHONE), at=AT + 20 * MINUTE)  # fmt: skip
                answers.write(f"{n}\n")
                answers.flush()

    killed(answer, at="")
    acknowledged = said.read_text().split()
    assert acknowledged == [str(n) for n in range(9)]
    phone = "channel = 1 AND source < 0"
    assert counted("venues_scan", phone) >= 9
    for n in range(12):  # the phone sends everything again
        venues.scan(scan=Scan(f"door-{n}", AT + n * MINUTE, code, number, 0, Channel.PHONE), at=AT + 20 * MINUTE)  # fmt: skip
    assert counted("venues_scan", phone) == 12


def test_two_who_race_for_the_last_bed_get_it_once(town):
    order_in_force(Purpose.TRACING, Purpose.QUARANTINE, Purpose.REGISTRATION, Purpose.SCANNING, days=20, key="race")  # fmt: skip
    place = site(institution(), rooms="401", beds=1)
    (room,) = rooms_of(place)
    opened = case()
    contacts = [close_contact(opened) for _ in range(2)]
    start, outcomes = threading.Barrier(2), []

    def take(contact: UUID) -> None:
        start.wait()
        try:
            quarantine.assign(contact_id=contact, room_id=room.id, caregiver_for=None, key=uuid4(), actor=CDC, at=AT)  # fmt: skip
            outcomes.append("got it")
        except RoomFull:
            outcomes.append("full")
        finally:
            connections.close_all()

    racers = [threading.Thread(target=take, args=(each,)) for each in contacts]
    for each in racers:
        each.start()
    for each in racers:
        each.join(30)
    assert sorted(outcomes) == ["full", "got it"]
    assert places.room_by_id([room.id])[room.id].taken == 1
    assert counted("quarantine_stay", "state = 'expected'") == 1
