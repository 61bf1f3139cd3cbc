"""A case under an order, people who scanned where he was, and those who investigate and follow."""

import itertools
from datetime import date, datetime, timedelta
from uuid import UUID

from kangmai.epidemic.orders.types import Order, Purpose
from kangmai.epidemic.tracing import actions
from kangmai.epidemic.tracing.types import Case, CaseFacts, Given, Met
from kangmai.epidemic.venues import actions as venues
from kangmai.identity import actions as identity
from kangmai.identity.types import Demographics, IdentityDocument, Resident
from kangmai.kernel.actor import Actor, operator
from kangmai.standards.calendars import legal_day
from kangmai.standards.identity_numbers import make_identity_number
from tests.epidemic.orders.factories import AT, in_role, order_in_force

TOWN, OTHER_TOWN = "441202001", "441203101"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
_INVESTIGATING = frozenset(
    {"tracing.investigate", "tracing.follow", "tracing.count", "venues.trace", "identity.search"}
)
INVESTIGATOR = in_role("cdc_epidemiologist", 601, place="441202", permissions=_INVESTIGATING)
SECOND = in_role("cdc_epidemiologist", 602, place="441202", permissions=_INVESTIGATING)
NEIGHBOUR = in_role("cdc_epidemiologist", 603, place="441203", permissions=_INVESTIGATING)
FOLLOWER = in_role(
    "township_public_health", 604, place=TOWN, permissions=frozenset({"tracing.follow"})
)
OTHER_FOLLOWER = in_role(
    "township_public_health", 605, place=OTHER_TOWN, permissions=frozenset({"tracing.follow"})
)
OFFICER = in_role("commission_officer", 606, permissions=frozenset({"tracing.count"}))
_numbers = itertools.count(1)


def woken(at: datetime = AT, **more: object) -> Order:
    """An order for everything that tracing needs."""
    return order_in_force(
        Purpose.REGISTRATION, Purpose.SCANNING, Purpose.TRACING, at=at, days=20, **more
    )  # type: ignore[arg-type]


def resident(n: int, *, place: str = f"{TOWN}002") -> Resident:
    """Somebody of the index."""
    born = date(1970, 1, 1) + timedelta(days=n)
    number = make_identity_number(region="441202", birth_on=born, sequence=101 + 2 * n)
    known = Demographics(
        name=f"梁{'甲乙丙丁戊己庚辛壬癸'[n % 10]}", sex_code="1", birth_date=born, place_code=place,
        documents=(IdentityDocument("01", number),), phones=(f"139{n:08}",),
    )  # fmt: skip
    return identity.register_resident(known, managing_org=None, actor=operator("test"), at=AT)


def named(n: int = 0, *, place: str = f"{TOWN}002") -> Given:
    """Somebody who is known by name and phone only."""
    n = n or next(_numbers)
    return Given(name=f"张{n}", phone=f"138{n:08}", place_code=place)


def case(
    person: Given | None = None,
    *,
    at: datetime = AT,
    found_at: datetime | None = None,
    place: str = f"{TOWN}002",
    actor: Actor = INVESTIGATOR,
    key: str = "",
) -> Case:
    """A case found just now, with onset today."""
    facts = CaseFacts(
        person or named(), found_at or at, onset_on=legal_day(found_at or at), place_code=place
    )
    return actions.open_case(facts=facts, key=key or f"c{next(_numbers)}", actor=actor, at=at)


def close_contact(
    of: Case, person: Given | None = None, *, at: datetime = AT, days_ago: int = 0
) -> UUID:
    """Somebody who sat at the same table."""
    met = [Met(legal_day(at) - days_ago * DAY, "大排档", 60)]
    return actions.add_contact(
        case_id=of.id, person=person or named(), relation="same_table", met=met, actor=INVESTIGATOR, at=at,
    )  # fmt: skip


def approved_scans(of: Case, *, at: datetime, key: str = "k") -> UUID:
    """A question to the scans that a second person approved."""
    search = actions.ask_scans(case_id=of.id, reason="流调", key=key, actor=INVESTIGATOR, at=at)
    venues.decide_lookup(
        lookup_id=search.lookup_id, approves=True, expected_version=1, actor=SECOND, at=at
    )
    return search.id
