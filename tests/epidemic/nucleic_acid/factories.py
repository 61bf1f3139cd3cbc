"""A round under an order, with two sites, a laboratory, people of each role, and residents to sample."""

import csv
import io
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from kangmai.epidemic.nucleic_acid import actions
from kangmai.epidemic.nucleic_acid.types import (
    BoxRecord,
    Given,
    Imported,
    RoundFacts,
    RoundKind,
    RoundState,
    RunFacts,
    SiteFacts,
    TubeRecord,
)
from kangmai.epidemic.orders.types import Order, Purpose
from kangmai.identity import actions as identity
from kangmai.identity.types import Demographics, IdentityDocument, Resident
from kangmai.kernel.actor import Actor, DataScope, Grant, operator, subtree
from kangmai.kernel.actor import Purpose as Use
from kangmai.kernel.ids import AccountId, OrganizationId, ResidentId
from kangmai.standards.identity_numbers import make_identity_number
from tests.epidemic.orders.factories import order_in_force

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LATER = AT + 3 * HOUR
VILLAGE, OTHER_TOWN = "441202001002", "441203101001"
CENTRE, OTHER_CENTRE, LABORATORY = 501, 502, 503
_numbers = itertools.count(1)


def person(
    account: int, permissions: str, *, places: Sequence[str] = (), organization: int | None = None
) -> Actor:
    """Somebody with permissions in places and in an institution."""
    reach = tuple(subtree(each) for each in places)
    home = OrganizationId(organization) if organization else None
    grant = Grant("test", home, reach, frozenset(permissions.split()))
    return Actor(AccountId(account), "test", (grant,), Use.PUBLIC_HEALTH, DataScope(places=reach))


PLANNER = person(11, "testing.read testing.plan testing.follow identity.search", places=["4412"])
SAMPLER = person(12, "testing.sample", organization=CENTRE)
COURIER = person(13, "testing.sample", organization=CENTRE)
TECHNICIAN = person(14, "testing.bench testing.review", organization=LABORATORY)
REVIEWER = person(15, "testing.bench testing.review", organization=LABORATORY)
FOLLOWER = person(
    16, "testing.read testing.sample testing.follow identity.search", places=["441202"], organization=CENTRE
)  # fmt: skip
NEIGHBOUR = person(
    17,
    "testing.read testing.plan testing.sample testing.follow testing.bench testing.review identity.search",
    places=["441203"],
    organization=OTHER_CENTRE,
)


@dataclass(frozen=True)
class Town:
    """What the tests know."""

    order: Order
    round_id: int
    site: int
    other_site: int
    residents: tuple[Resident, ...]


def build(people: int = 12, *, order: Order | None = None) -> Town:
    """An order (its own, if none is given), an open round of 10 in 1, two sites, residents of one village."""
    order = order or order_in_force(Purpose.TESTING, at=AT)
    facts = RoundFacts(
        name="第一轮", kind=RoundKind.SCREENING, areas=("4412",), mode=10, opens_at=AT, closes_at=AT + 24 * HOUR,
        target_people=people, organization=CENTRE,
    )  # fmt: skip
    row = actions.plan_round(facts=facts, key=UUID(int=1), actor=PLANNER, at=AT)
    sites = [
        SiteFacts(code=code, name=name, organization=org, place_code=place, lanes=2, laboratory=LABORATORY)
        for code, name, org, place in (
            ("D1", "城东广场", CENTRE, VILLAGE),
            ("H1", "坑口小学", OTHER_CENTRE, OTHER_TOWN),
        )
    ]  # fmt: skip
    here, there = actions.set_sites(round_id=row.id, sites=sites, actor=PLANNER, at=AT)
    actions.move_round(
        round_id=row.id, to=RoundState.OPEN, expected_version=1, actor=PLANNER, at=AT
    )
    residents = tuple(_resident(n) for n in range(people))
    return Town(order, row.id, here.id, there.id, residents)


def _resident(n: int) -> Resident:
    born = date(1970, 1, 1) + timedelta(days=n)
    number = make_identity_number(region="441202", birth_on=born, sequence=101 + 2 * n)
    known = Demographics(
        name=f"梁{'甲乙丙丁戊己庚辛壬癸子丑寅卯'[n % 14]}",
        sex_code="1",
        birth_date=born,
        place_code=VILLAGE,
        documents=(IdentityDocument("01", number),),
        phones=("13912345678",),
    )
    return identity.register_resident(known, managing_org=None, actor=operator("test"), at=AT)


def as_resident(resident: Resident) -> Actor:
    """A resident at his own page."""
    grant = Grant("resident", None, (), frozenset({"own.record"}))
    scope = DataScope(residents=frozenset({ResidentId(resident.id)}))
    return Actor(AccountId(900), "resident", (grant,), Use.RESIDENT, scope)


def code() -> str:
    """A tube label nobody used."""
    return f"T{next(_numbers):011d}"


def tube(
    numbers: Sequence[str], *, label: str = "", minute: int = 10, **more: object
) -> TubeRecord:
    """A closed tube with some people in it, swabbed from that minute of the round on."""
    first = AT + minute * MINUTE
    people = tuple(Given(each, first + n * MINUTE / 6) for n, each in enumerate(numbers))
    values: dict[str, object] = {
        "client_id": UUID(int=10_000 + next(_numbers)),
        "code": label or code(),
        "people": people,
        "closed_at": first + 5 * MINUTE,
        "mode": 10,
    }
    return TubeRecord(**{**values, **more})  # type: ignore[arg-type]


def take(town: Town, *records: TubeRecord, actor: Actor = SAMPLER, at: datetime = LATER):
    """Upload tubes of the first site."""
    return actions.take_tubes(site_id=town.site, records=records, actor=actor, at=at)


def box(*tubes: str, label: str = "", **more: object) -> BoxRecord:
    """A packed box."""
    values: dict[str, object] = {
        "client_id": UUID(int=50_000 + next(_numbers)),
        "code": label or f"BOX-{next(_numbers):05d}",
        "tubes": tuple(tubes),
        "packed_at": AT + 30 * MINUTE,
    }
    return BoxRecord(**{**values, **more})  # type: ignore[arg-type]


def deliver(town: Town, *tubes: str, at: datetime = LATER) -> None:
    """Pack, send and receive a box of the first site."""
    record = box(*tubes)
    actions.pack_boxes(site_id=town.site, records=[record], actor=SAMPLER, at=at)
    actions.send_boxes(codes=[record.code], carrier="王师傅", actor=COURIER, at=at)
    actions.receive_box(
        code=record.code, laboratory=LABORATORY, tubes=None, temperature_c=4.0, actor=TECHNICIAN, at=at
    )  # fmt: skip


NEGATIVE, POSITIVE, GREY, VOID = ("", "", "27.1"), ("29.3", "28.4", "27.0"), ("", "36.2", "27"), ("", "", "")  # fmt: skip
CONTROLS = {"POS": ("25.0", "25.5", "26.0"), "NEG": ("", "", "")}


def run_file(cycles: dict[str, tuple[str, str, str]], *, controls=CONTROLS) -> bytes:
    """An instrument's file: a line a well and target, controls last."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["Instrument", "SLAN-96P"])
    writer.writerow(["Well", "Sample Name", "Target Name", "Task", "Ct"])
    for n, (sample, values) in enumerate([*cycles.items(), *controls.items()]):
        well = f"{'ABCDEFGH'[n % 8]}{n // 8 + 1:02d}"
        task = {"POS": "Positive", "NEG": "NTC"}.get(sample, "Unknown")
        for target, value in zip(("ORF1ab", "N", "IC"), values, strict=True):
            writer.writerow([well, sample, target, task, value or "Undetermined"])
    return text.getvalue().encode()


def run(label: str = "", *, at: datetime = LATER) -> RunFacts:
    """What the laboratory says of a run that ended at `at`."""
    return RunFacts(
        code=label or f"P{next(_numbers):05d}", laboratory=LABORATORY, instrument="SLAN-96P", kit="KIT-A", lot="L1",
        started_at=at - HOUR, ended_at=at,
    )  # fmt: skip


def test_tubes(
    cycles: dict[str, tuple[str, str, str]], *, at: datetime = LATER, publish: bool = True, **more
) -> Imported:
    """Import a run and have a colleague publish it."""
    imported = actions.import_run(
        facts=run(at=at), file=run_file(cycles, **more), actor=TECHNICIAN, at=at
    )
    if publish:
        actions.review_plate(plate_id=imported.plate_id, expected_version=1, actor=REVIEWER, at=at)
    return imported


test_tubes.__test__ = False  # type: ignore[attr-defined]
