"""A town with a clinic, its village and a neighbour, children, packages; what matters is written in the test."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import orjson

from kangmai.identity import actions as identity
from kangmai.identity.types import Demographics, IdentityDocument, Resident
from kangmai.kernel.actor import Actor, DataScope, Grant, Purpose, operator, subtree
from kangmai.kernel.ids import AccountId, OrganizationId
from kangmai.programmes.vaccination import actions, queries, rules
from kangmai.programmes.vaccination.types import Evidence, PackageLine, Visit
from kangmai.records import actions as records
from kangmai.records.types import Operation, Source, Verb
from kangmai.registry.types import OrganizationKind
from kangmai.standards.identity_numbers import make_identity_number
from tests.factories import registry

AT = datetime.datetime(2026, 11, 22, 2, tzinfo=datetime.UTC)
TODAY = datetime.date(2026, 11, 22)
OPERATOR = operator("test")
COUNTY, TOWN, VILLAGE, NEIGHBOUR = "441202", "441202001", "441202001002", "441203101"
DESK = (
    "vaccination.read",
    "vaccination.work",
    "vaccination.keep",
    "vaccination.decide",
    "records.read",
    "records.search",
    "records.create",
    "records.update",
    "identity.search",
    "registry.read",
    "deadlines.write",
    "deadlines.read",
)
CDC = ("vaccination.read", "vaccination.decide", "vaccination.recall", "vaccination.review", "vaccination.keep", "identity.search", "records.search", "records.read", "registry.read")  # fmt: skip
CHECKS = rules.checks_of(rules.rule(on=TODAY))


@dataclass(frozen=True)
class Town:
    centre: int
    station: int
    neighbour: int
    cdc: int


def build() -> Town:
    K = OrganizationKind
    centre = registry.organization(code="C1", name="城东中心", kind=K.COMMUNITY_CENTRE, division_code=TOWN, jurisdiction_code=TOWN).id  # fmt: skip
    station = registry.organization(code="S1", name="城东站", kind=K.COMMUNITY_STATION, division_code=VILLAGE, jurisdiction_code=VILLAGE, parent_id=centre).id  # fmt: skip
    neighbour = registry.organization(code="N1", name="邻镇中心", kind=K.COMMUNITY_CENTRE, division_code=NEIGHBOUR, jurisdiction_code=NEIGHBOUR).id  # fmt: skip
    cdc = registry.organization(code="D1", name="区疾控", kind=K.CDC, division_code=COUNTY, jurisdiction_code=COUNTY).id  # fmt: skip
    return Town(centre, station, neighbour, cdc)


def actor(organization: int, *permissions: str, place: str, account: int = 5) -> Actor:
    places = (subtree(place),)
    grant = Grant("desk", OrganizationId(organization), places, frozenset(permissions))
    scope = DataScope(places=places, organizations=frozenset({OrganizationId(organization)}))
    return Actor(AccountId(account), "陈慧敏", (grant,), Purpose.PUBLIC_HEALTH, scope)


def desk(town: Town, account: int = 5) -> Actor:
    return actor(town.centre, *DESK, place=TOWN, account=account)


def next_door(town: Town) -> Actor:
    return actor(town.neighbour, *DESK, place=NEIGHBOUR, account=8)


def cdc(town: Town) -> Actor:
    return actor(town.cdc, *CDC, place=COUNTY, account=9)


_sequence = iter(range(1, 999, 2))


def child(
    born: datetime.date, *, name: str = "李小满", sex: str = "1", place: str = VILLAGE
) -> Resident:
    sequence = next(_sequence) + (sex == "2")
    number = make_identity_number(region="441202", birth_on=born, sequence=sequence)
    known = Demographics(
        name=name, sex_code=sex, birth_date=born, place_code=place,
        documents=(IdentityDocument("01", number),),
    )  # fmt: skip
    return identity.register_resident(known, managing_org=None, actor=OPERATOR, at=AT)


def on_record(resident: Resident, *doses: tuple[str, str], by: int = 1) -> None:
    """Doses that the record holds already: vaccine and day."""
    bodies = [
        {
            "resourceType": "Immunization",
            "status": "completed",
            "vaccineCode": {"coding": [{"system": "urn:kangmai:code-set:vaccine", "code": vaccine}]},
            "patient": {"reference": f"Patient/{resident.patient_id}"},
            "occurrenceDateTime": day,
        }
        for vaccine, day in doses
    ]  # fmt: skip
    operations = [Operation(Verb.CREATE, "Immunization", raw=orjson.dumps(each)) for each in bodies]
    records.transact(operations, source=Source("test", OrganizationId(by)), actor=OPERATOR, at=AT)


def elsewhere(resident: Resident, vaccine: str, day: str, *, by: Actor, **more: object):  # type: ignore[no-untyped-def]
    said = {"evidence": Evidence.CERTIFICATE, "key": uuid4(), "at": AT, **more}
    return actions.enter_earlier(
        resident_id=resident.id, vaccine=vaccine, day=datetime.date.fromisoformat(day), actor=by, **said
    )  # fmt: skip


PRODUCTS = {"HepB": 8100001, "BCG": 8100002, "IPV": 8100003, "DTaP": 8100005, "MMR": 8100008, "JE-L": 8100009}  # fmt: skip


def code(vaccine: str, number: int) -> str:
    return f"{PRODUCTS[vaccine]}{number:013d}"


def line(
    vaccine: str,
    number: int,
    *,
    lot: str = "A1",
    expires_on: datetime.date = datetime.date(2027, 11, 22),
    doses: int = 1,
) -> PackageLine:
    return PackageLine(code(vaccine, number), vaccine, f"{vaccine} 示例产品", "示例生物", lot, expires_on, doses)  # fmt: skip


def fridge(town: Town, name: str = "1号冰箱", kind: str = "refrigerator") -> UUID:
    return actions.add_fridge(name=name, kind=kind, actor=desk(town), at=AT).id


def stock(
    town: Town, lines: Sequence[PackageLine], *, into: UUID | None = None, key: UUID | None = None
) -> UUID:
    place = into or fridge(town)
    actions.receive(fridge_id=place, lines=lines, key=key or uuid4(), actor=desk(town), at=AT)
    return place


def arrive(resident: Resident, *, by: Actor, at: datetime.datetime = AT) -> Visit:
    return actions.check_in(resident_id=resident.id, key=uuid4(), actor=by, at=at)


def agreed(resident: Resident, *chosen: str, by: Actor, at: datetime.datetime = AT) -> Visit:
    """Through pre-check and consent, to the chair."""
    visit = arrive(resident, by=by, at=at)
    vaccines = chosen or tuple(each.vaccine for each in visit.doses)
    visit = actions.pre_check(
        visit_id=visit.id, temperature=36.5, chosen=vaccines, expected_version=visit.version, actor=by, at=at
    )  # fmt: skip
    return actions.consent(
        visit_id=visit.id, by="parent", expected_version=visit.version, actor=by, at=at
    )


def give(visit: Visit, vaccine: str, scanned: str, *, by: Actor, **more: object):  # type: ignore[no-untyped-def]
    site, route = rules.site_proposed(vaccine, age_days=90)
    said = {"site": site, "route": route, "confirmed": CHECKS, "key": uuid4(), "at": AT, **more}
    return actions.inject(visit_id=visit.id, vaccine=vaccine, code=scanned, actor=by, **said)


def left(town: Town) -> dict[str, tuple[int, int]]:
    """Vaccine → usable and put aside, at the centre."""
    return {
        each.lot.vaccine: (each.usable, each.quarantined)
        for each in queries.held(organization=town.centre, actor=desk(town))
    }
