"""An order under which every room of the mode was used: something in each of its tables, each word of it marked.

Whoever the resident index does not know, and whatever is written freely, carries `MARK`; residents have ids that
stand nowhere by chance. So what is left of them is found by looking for words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid4

from django.db import connection
from PIL import Image

from kangmai.epidemic.bulletin import actions as bulletins
from kangmai.epidemic.capacity import actions as capacity
from kangmai.epidemic.grid import models as grid
from kangmai.epidemic.nucleic_acid import actions as testing
from kangmai.epidemic.nucleic_acid import models as tested
from kangmai.epidemic.nucleic_acid import rules
from kangmai.epidemic.nucleic_acid.types import Antigen, Duty
from kangmai.epidemic.nucleic_acid.types import Given as Swabbed
from kangmai.epidemic.orders.types import Order, Purpose
from kangmai.epidemic.quarantine import actions as quarantine
from kangmai.epidemic.quarantine.types import Leaving
from kangmai.epidemic.tasks import actions as tasks
from kangmai.epidemic.tasks import queries as given
from kangmai.epidemic.tasks.types import Finish, Show
from kangmai.epidemic.tracing import actions as tracing
from kangmai.epidemic.tracing import queries as followed
from kangmai.epidemic.tracing.types import Case, CaseFacts, Given, Half, Kind, Met, Outcome
from kangmai.epidemic.venues import actions as venues
from kangmai.epidemic.venues.actions import intake
from kangmai.epidemic.venues.types import ArrivalFacts, LookupKind, Person, VenueFacts
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day
from tests.epidemic.bulletin.factories import DRAFTER
from tests.epidemic.capacity import factories as sites
from tests.epidemic.grid.factories import cell, placed
from tests.epidemic.nucleic_acid import factories as round_
from tests.epidemic.orders.factories import AT, in_role, order_in_force
from tests.epidemic.tracing import factories as traced
from tests.epidemic.venues import factories as doors
from tests.factories.access import account

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MARK = "痕迹"
PHONE = "1387700"
"""How every phone begins that is written under the order."""
FIRST_RESIDENT = 771_330_001
DESK = sites.actor(
    "tasks.give", "tasks.count", "tasks.do", "needs.reason", "testing.read", "testing.plan", "identity.search",
    place="441202001", account=811,
)  # fmt: skip
WORKER = sites.actor("tasks.do", account=821)


@dataclass(frozen=True)
class WholeOrder:
    """What was filled, and by which words it is found again."""

    order: Order
    words: tuple[str, ...]
    residents: tuple[int, ...]
    venue: int


def fill() -> WholeOrder:
    """An order with something in every table of the mode."""
    intake.throttle.clear()
    _number_residents()
    order = order_in_force(*Purpose, at=AT, days=2)
    someone, place = register_and_scan(order)
    colour(someone)
    town = test(order)
    case = trace(someone, town.residents[0])
    look_up(someone, case)
    guest = traced.named()
    follow(case, replace(guest, name=f"{MARK}客", phone=f"{PHONE}0009", address=f"{MARK}路 9 号"))
    visit(town.residents[1])
    bulletins.draft(order_id=order.id, key=uuid4(), actor=DRAFTER, at=AT + 4 * HOUR)
    words = (MARK, PHONE, someone.pass_code, str(doors.number_of(someone)))
    return WholeOrder(order, words, tuple(each.id for each in town.residents), place)


def _number_residents() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('identity_resident', 'id'), %s, false)",
            [FIRST_RESIDENT],
        )


def _facts(n: int) -> Mapping[str, str]:
    return {"name": f"{MARK}张{n}", "phone": f"{PHONE}{n:04}"}


def register_and_scan(order: Order) -> tuple[Person, int]:
    """A registered person with a child, a venue, its reader, scans taken and refused, a guest of a hotel."""
    someone = doors.person(**_facts(1))
    child = doors.facts(1_000_009, **_facts(2) | {"phone": ""})
    venues.register_family(guardian_pass=doors.number_of(someone), facts=child, at=AT)
    market = VenueFacts(
        "第一市场", "market", doors.TOWN, manager=f"{MARK}店长", manager_phone=f"{PHONE}0003"
    )
    place = venues.open_venue(facts=market, entrances=["东门"], key="market", actor=doors.KEEPER, at=AT)  # fmt: skip
    venues.add_device(name=f"{MARK}的闸机", venue_id=place.id, actor=doors.KEEPER, at=AT)
    own = doors.number_of(someone)
    rows = [(1, own, AT), (2, own, AT), (3, own + 1, AT), (4, own, AT + DAY)]
    batch = doors.scans(rows, place.entrances[0].code)
    venues.take_scans(scans=batch, upload=order.id, at=AT)
    arrive()
    return someone, place.id


def arrive() -> None:
    """Somebody at the desk of a hotel, who left again."""
    hotel, clerk = doors.venue(kind="hotel"), account("desk")
    venues.appoint_clerk(venue_id=hotel.id, login="desk", actor=doors.KEEPER, at=AT)
    said = doors.facts(1_000_010, **_facts(4))
    desk = in_role("desk_clerk", clerk.id, permissions=frozenset({"venues.desk"}))
    guest = ArrivalFacts(said.name, "01", said.document_number, f"{MARK}广州", AT, said.phone, "301", f"{MARK}车")  # fmt: skip
    came = venues.check_in(venue_id=hotel.id, facts=guest, key="k", actor=desk, at=AT)
    venues.change_room(arrival_id=came.id, room="302", expected_version=came.version, actor=desk, at=AT)  # fmt: skip
    venues.check_out(
        arrival_id=came.id, left_at=AT + HOUR, went_to=f"{MARK}家", expected_version=came.version + 1,
        actor=desk, at=AT + HOUR,
    )  # fmt: skip


def colour(someone: Person) -> None:
    """A colour by two hands, an appeal and its answer."""
    decision = venues.propose_colour(
        person=someone.key, reason="contact_in_quarantine", evidence_kind="contact_record", evidence=f"{MARK}JL-7",
        key="d", actor=doors.TRACER, at=AT,
    )  # fmt: skip
    venues.decide_colour(
        decision_id=decision.id, approves=True, expected_version=1, actor=doors.SECOND, at=AT
    )
    filed = venues.file_appeal(pass_number=doors.number_of(someone), text=f"{MARK}我不在场", at=AT)
    venues.answer_appeal(
        appeal_id=filed.id, lifts=False, answer=f"{MARK}查过", expected_version=1, actor=doors.THIRD, at=AT
    )  # fmt: skip


def look_up(someone: Person, case: Case) -> None:
    """A question where somebody was, answered."""
    asked = venues.ask_lookup(
        kind=LookupKind.PLACES, case_number=case.number, persons=[someone.key], from_at=AT - DAY, until_at=AT,
        reason=f"{MARK}流调", key="l", actor=doors.TRACER, at=AT,
    )  # fmt: skip
    venues.decide_lookup(
        lookup_id=asked.id, approves=True, expected_version=1, actor=doors.SECOND, at=AT
    )


def test(order: Order) -> round_.Town:
    """A round with its plan, lanes, lists and bookings; a positive pool; boxes that differ; things held and refused."""
    town = round_.build(order=order)
    prepare(town)
    known = [each.index_number for each in town.residents]
    pool = round_.tube(known[:2])
    guest = Swabbed("E12345678", AT + 20 * round_.MINUTE, name=f"{MARK}韦", phone=f"{PHONE}0005", address=f"{MARK}巷")  # fmt: skip
    stranger = replace(round_.tube([], minute=20), people=(guest,))
    twice = Swabbed(known[0], AT + HOUR, reason=f"{MARK}再采")
    again = replace(round_.tube([], minute=60), people=(twice,))
    other = replace(stranger, client_id=uuid4(), people=(replace(guest, name=f"{MARK}另一人"),))
    round_.take(town, pool, stranger, again, other)
    deliver(town, pool.code)
    round_.test_tubes({pool.code: round_.POSITIVE})
    hold_and_find(pool.code)
    testing.void_tube(code=stranger.code, reason=f"{MARK}漏液", actor=round_.SAMPLER, at=round_.LATER)  # fmt: skip
    incident = tested.Incident.objects.filter(settled_at=None).order_by("at", "id").first()
    assert incident is not None
    testing.settle_incident(
        incident_id=incident.id, how=testing.How.ACCEPT, note=f"{MARK}核对", expected_version=1,
        actor=round_.SAMPLER, at=round_.LATER,
    )  # fmt: skip
    return town


test.__test__ = False  # type: ignore[attr-defined]


def prepare(town: round_.Town) -> None:
    """Who is on the list, who booked, who stands in the lane, by which plan boxes travel, who tested himself."""
    planner, at = round_.PLANNER, round_.LATER
    testing.list_people(
        round_id=town.round_id, numbers={town.residents[3].index_number: "screening"}, actor=planner, at=at
    )  # fmt: skip
    me = round_.as_resident(town.residents[4])
    testing.book(site_id=town.site, slot_at=AT + 4 * HOUR, actor=me, at=at)
    testing.report_antigen(key=uuid4(), result=Antigen.NEGATIVE, taken_at=at, brand=f"{MARK}牌", actor=me, at=at)  # fmt: skip
    testing.staff_lane(
        site_id=town.site, lane=1, people={71: Duty.SAMPLER}, from_at=AT, to_at=AT + HOUR, actor=planner, at=AT
    )  # fmt: skip
    question = rules.Question(
        demands=(rules.Demand(str(town.site), 400, 112.46, 23.05),),
        laboratories=(rules.Laboratory(str(round_.LABORATORY), 2_400, 112.48, 23.06),),
        mode=10, sampling_hours=8.0, prevalence=0.0005, capacity=rules.edition(on=AT.date()).capacity,
    )  # fmt: skip
    plan = testing.save_plan(round_id=town.round_id, question=question, note=f"{MARK}一套", key=uuid4(), actor=planner, at=AT)  # fmt: skip
    testing.release_plan(plan_id=plan.id, expected_version=1, actor=planner, at=AT)


def deliver(town: round_.Town, tube: str) -> None:
    """A box that arrives with a tube missing and one whose record is not there yet."""
    box = round_.box(tube, "T99999999998", "T99999999999")
    testing.pack_boxes(site_id=town.site, records=[box], actor=round_.SAMPLER, at=round_.LATER)
    trip = tested.PlannedTrip.objects.order_by("id").first()
    assert trip is not None
    testing.take_trip(trip_id=trip.id, is_mine=True, expected_version=1, actor=round_.COURIER, at=round_.LATER)  # fmt: skip
    testing.send_boxes(
        codes=[box.code], carrier=f"{MARK}王师傅", actor=round_.COURIER, at=round_.LATER
    )
    row = testing.receive_box(
        code=box.code, laboratory=round_.LABORATORY, tubes=[tube, "T99999999998"], temperature_c=4.0,
        actor=round_.TECHNICIAN, at=round_.LATER,
    )  # fmt: skip
    for by in (round_.SAMPLER, round_.TECHNICIAN):
        row = testing.sign_difference(
            box_id=row.id,
            note=f"{MARK}少一管",
            expected_version=row.version,
            actor=by,
            at=round_.LATER,
        )


def hold_and_find(tube: str) -> None:
    """Where the people of the positive pool are."""
    pool = tested.Pool.objects.get(tube__code=tube)
    found = {hold.id: f"{MARK}在家" for hold in pool.holds.all()}
    testing.note_whereabouts(
        pool_id=pool.id, found=found, expected_version=pool.version, actor=round_.FOLLOWER, at=round_.LATER
    )  # fmt: skip


def trace(someone: Person, resident: Resident) -> Case:
    """Two cases, who infected whom, a question to the scans, contacts, a line list in and one out."""
    facts = CaseFacts(Given(venue_person=someone.key), AT, onset_on=legal_day(AT), place_code=f"{doors.TOWN}002")  # fmt: skip
    first = tracing.open_case(facts=facts, key="first", actor=traced.INVESTIGATOR, at=AT)
    second = traced.case(Given(resident=resident.id, place_code=f"{doors.TOWN}002"))
    tracing.record_core(
        case_id=first.id, summary=f"{MARK}摊主", isolated_at=None, expected_version=1, actor=traced.INVESTIGATOR, at=AT
    )  # fmt: skip
    link = tracing.assert_link(
        from_case=first.id, to_case=second.id, evidence="video", note=f"{MARK}监控", actor=traced.INVESTIGATOR, at=AT
    )  # fmt: skip
    tracing.withdraw_link(
        link_id=link.id, reason=f"{MARK}测序不符", actor=traced.INVESTIGATOR, at=AT
    )
    traced.approved_scans(first, at=AT)
    lines = (
        "姓名,证件号码,联系电话,现住区划代码,现住址,接触者类别,与病例关系,病例编号,末次暴露日期\n"
        f"{MARK}李,,{PHONE}0006,441202001002,{MARK}里,密切接触者,同桌就餐,GZ-7,2026-11-19\n"
        f"{MARK}李二,,{PHONE}0007,441202001002,{MARK}里,密切接触者,同桌就餐,GZ-7,2026-11-19\n"
    )
    listed, _ = tracing.receive_list(
        data=lines.encode(),
        other="440100",
        reference="穗 12 号",
        key="l",
        actor=traced.INVESTIGATOR,
        at=AT,
    )
    _answer(listed)
    return first


def _answer(listed: UUID) -> None:
    _, (one, two) = followed.get_list(listed, actor=traced.INVESTIGATOR, at=AT)
    tracing.accept_row(row_id=one.id, expected_version=1, actor=traced.INVESTIGATOR, at=AT)
    tracing.refuse_row(row_id=two.id, reason=f"{MARK}查无此人", expected_version=1, actor=traced.INVESTIGATOR, at=AT)  # fmt: skip


def follow(case: Case, person: Given) -> None:
    """A contact judged, called, fetched by an ambulance, housed, checked, tested, moved and sent to hospital; one at home."""
    by: dict[str, object] = {"actor": traced.INVESTIGATOR, "at": AT}
    met = [Met(legal_day(AT), f"{MARK}大排档", 60)]
    contact = tracing.add_contact(
        case_id=case.id, person=person, relation="same_table", met=met, **by
    )  # type: ignore[arg-type]
    (pair,) = followed.pairs(case.id, actor=traced.INVESTIGATOR, at=AT).rows
    tracing.judge(case_id=case.id, kinds={pair.id: Kind.SECONDARY}, reason=f"{MARK}隔桌", **by)  # type: ignore[arg-type]
    tracing.notify(contact_id=contact, answer="reached", key="n", actor=traced.FOLLOWER, at=AT)
    tracing.send_list(contacts=[contact], other="440600", reference="肇 3 号", key="o", **by)  # type: ignore[arg-type]
    place = sites.site(sites.institution(), rooms="301-304")
    manager = _with(traced.INVESTIGATOR, "quarantine.assign", "quarantine.run", "quarantine.dispatch", "capacity.read")  # fmt: skip
    ride(contact, place.id, manager)
    first, second = sites.rooms_of(place)[:2]
    stay = quarantine.admit(contact_id=contact, room_id=first.id, arrived_at=AT, key=uuid4(), actor=manager, at=AT)  # fmt: skip
    quarantine.check(stay_id=stay.id, half=Half.MORNING, temperature_c=36.4, symptoms=["cough"], actor=manager, at=AT)  # fmt: skip
    tracing.test(
        contact_id=contact, reference=f"{MARK}T1", sampled_at=AT, outcome=Outcome.NEGATIVE, actor=traced.FOLLOWER, at=AT
    )  # fmt: skip
    moved = quarantine.move(
        stay_id=stay.id, room_id=second.id, reason=f"{MARK}漏水", expected_version=stay.version, key=uuid4(),
        actor=manager, at=AT + HOUR,
    )  # fmt: skip
    quarantine.leave(
        stay_id=moved.id, how=Leaving.HOSPITAL, handed_to=f"{MARK}王医生", left_at=AT + 2 * HOUR,
        expected_version=moved.version, actor=manager, at=AT + 2 * HOUR,
    )  # fmt: skip


def ride(contact: UUID, site: int, by: Actor) -> None:
    car = capacity.add_ambulance(
        call_sign="120-7",
        organization=sites.institution(),
        is_negative_pressure=True,
        actor=sites.MANAGER,
        at=AT,
    )
    trip = quarantine.call_ambulance(
        ambulance_id=car.id,
        contact_id=contact,
        to_site=site,
        crew=f"{MARK}甲、乙",
        key=uuid4(),
        actor=by,
        at=AT,
    )
    quarantine.call_off(trip_id=trip.id, reason=f"{MARK}自驾", expected_version=1, actor=by, at=AT)


def _with(someone: Actor, *permissions: str) -> Actor:
    first = someone.grants[0]
    return replace(someone, grants=(replace(first, permissions=first.permissions | {*permissions}),))  # fmt: skip


def visit(neighbour: Resident) -> None:
    """Somebody needs help and is visited: with a note, a remark and a photo."""
    home = cell()
    grid.Worker.objects.create(
        id=uuid7(), cell_id=home.code, role="grid_worker", name="网格员", account_id=WORKER.account,
        from_on=legal_day(AT),
    )  # fmt: skip
    placed(home, neighbour)
    tasks.add_need(resident=neighbour.id, kind="disabled", actor=DESK, at=AT)
    tasks.give(kind="delivery", residents=[neighbour.id], note=f"{MARK}米", key="k", actor=DESK, at=AT)  # fmt: skip
    tasks.give(
        kind="visit", residents=[neighbour.id], note=f"{MARK}看望", key="v", actor=DESK, at=AT
    )
    off = next(
        line.task for line in given.tasks(show=Show.OPEN, actor=DESK, at=AT).rows if line.task.kind == "visit"
    )  # fmt: skip
    tasks.cancel(
        task_id=off.id, reason=f"{MARK}已出院", expected_version=off.version, actor=DESK, at=AT
    )
    for line in given.tasks(show=Show.OPEN, actor=WORKER, at=AT).rows:
        result = "delivered" if line.task.kind == "delivery" else "well"
        said = Finish(result, f"{MARK}放在门口", photos=(photo(),))
        tasks.finish(task_id=line.task.id, said=said, expected_version=line.task.version, actor=WORKER, at=AT)  # fmt: skip


def photo() -> bytes:
    made = BytesIO()
    Image.new("RGB", (200, 100), "red").save(made, "JPEG")
    return made.getvalue()
