"""Births and deaths of the invented city at its first hospital, by the actions of their rooms, a little while ago.

A newborn without certificate, one whose errands run, one whose errands are late; certificates of death that wait
for the CDC, one of them with a cause that the doctor chose himself.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.db import connection

from kangmai.commandline.city.city import InventedCity
from kangmai.identity import queries as identity
from kangmai.identity.family import actions as family
from kangmai.identity.family.types import Kind
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, DataScope, Grant, Purpose
from kangmai.kernel.ids import AccountId, OrganizationId, ResidentId
from kangmai.programmes.births import actions as births
from kangmai.programmes.births.types import ItemState, Named, Parent, Told
from kangmai.programmes.deaths import actions as deaths
from kangmai.programmes.deaths import types as death

PERMISSIONS = ("births.read", "births.issue", "births.chain", "deaths.read", "deaths.certify", "identity.search", "identity.write", "registry.read")  # fmt: skip
BLANKS = 30
FIRST = "X449000001"
DAYS = (1, 4, 26)
"""Days ago on which the children were born."""
GIVEN = ("安然", "子墨", "一诺")
_YOUNG = (
    """sex_code = '2' AND birth_date BETWEEN %(on)s::date - 36 * 365 AND %(on)s::date - 24 * 365"""
)
_OLD = """birth_date < %(on)s::date - 50 * 365 AND NOT EXISTS (
    SELECT 1 FROM programmes_enrolment e WHERE e.resident_id = r.id AND e.state <> 'closed')"""
_SOME = """SELECT id FROM identity_resident r WHERE deceased_on IS NULL AND moved_out_on IS NULL AND {} ORDER BY birth_date, id LIMIT 3"""


def load_births_and_deaths(
    city: InventedCity,
    organizations: Sequence[int],
    *,
    guardian: Resident,
    actor: Actor,
    at: datetime,
) -> None:
    """Give the first hospital a few births and deaths; `guardian` acts for the second child."""
    hospital = next(each for each in city.network.institutions if each.key == "hospital")
    house = organizations[hospital.order]
    midwife = _clinician(house)
    births.receive_blanks(organization=house, first=FIRST, count=BLANKS, key=uuid4(), actor=actor, at=at - timedelta(60))  # fmt: skip
    mothers = _some(_YOUNG, city.on, actor, at)
    for mother, days, given in zip(mothers, DAYS, GIVEN, strict=False):
        child = _birth(mother, days, given, midwife, at)
        if days == DAYS[1]:
            family.record_authority(child, holder=guardian.id, kind=Kind.GUARDIAN, powers=("record",), evidence="birth_certificate", actor=actor, at=at)  # fmt: skip
    for turn, someone in enumerate(_some(_OLD, city.on, actor, at)):
        _death(someone, turn, midwife, at)


def _clinician(organization: int) -> Actor:
    grant = Grant("ward", OrganizationId(organization), (), frozenset(PERMISSIONS))
    scope = DataScope(organizations=frozenset({OrganizationId(organization)}))
    return Actor(AccountId(0), "—", (grant,), Purpose.TREATMENT, scope)


def _some(which: str, on: date, actor: Actor, at: datetime) -> list[Resident]:
    with connection.cursor() as cursor:
        cursor.execute(_SOME.format(which), {"on": on})
        ids = [ResidentId(row[0]) for row in cursor.fetchall()]
    return list(identity.residents_by_id(ids, actor=actor, at=at).values())


def _birth(mother: Resident, days: int, given: str, midwife: Actor, at: datetime) -> ResidentId:
    """A child born so many days ago; one day old it has no certificate yet."""
    then = at - timedelta(days)
    known = mother.demographics
    told = Told(then, "21"[days % 2], 39, 3180 + 10 * days, 50)
    birth = births.register_birth(mother_number=mother.index_number, mother_name=known.name, told=told, key=uuid4(), actor=midwife, at=then)  # fmt: skip
    if days == DAYS[0]:
        return birth.child
    issued = then + timedelta(days=1)
    named = Named(f"{known.name[0]}{given}", Parent(known.name))
    birth = births.issue(birth_id=birth.id, named=named, key=uuid4(), expected_version=birth.version, actor=midwife, at=issued)  # fmt: skip
    for item, state, reason in (
        ("vaccination", ItemState.DONE, ""),
        ("allowance", ItemState.NOT_APPLICABLE, "未参加职工生育保险"),
        ("household", ItemState.SUBMITTED, ""),
    ):
        births.write_item(birth_id=birth.id, item=item, state=state, on=issued.date(), reason=reason, expected_version=1, actor=midwife, at=issued)  # fmt: skip
    return birth.child


CHAINS = (
    (death.Line.B, (("a", ("急性心肌梗死", "I21.9", 2)), ("b", ("冠状动脉粥样硬化性心脏病", "I25.1", 4380)), ("other", ("2型糖尿病", "E11.9", 5475)))),
    (death.Line.A, (("a", ("肺恶性肿瘤", "C34.9", 420)),)),
    (death.Line.A, (("a", ("脑梗死", "I63.9", 9)), ("b", ("原发性高血压", "I10", 7300)))),
)  # fmt: skip


def _death(someone: Resident, turn: int, doctor: Actor, at: datetime) -> None:
    underlying, rows = CHAINS[turn]
    died_at = at - timedelta(days=2 + 8 * turn)
    told = death.Told(
        died_at=died_at,
        place="1" if turn else "3",
        level="2",
        basis="4",
        causes=tuple(death.Cause(death.Line(line), *rest) for line, rest in rows),
        underlying=underlying,
    )
    deaths.issue(number=someone.index_number, name=someone.demographics.name, told=told, is_checked=True, key=uuid4(), actor=doctor, at=at - timedelta(days=1))  # fmt: skip
