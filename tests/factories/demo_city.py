"""A small demo city for journeys: the clinic with the most to do, its people, and accounts for them."""

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from kangmai.access import actors
from kangmai.access.models import Account
from kangmai.commandline.city.loading.accounts import PASSWORD
from kangmai.commandline.city.loading.city import ensure_city
from kangmai.commandline.city.state import CityOrder
from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel import feed
from kangmai.programmes.engine import queries
from kangmai.programmes.engine.models import Enrolment as Enrolment_
from kangmai.programmes.engine.types import Enrolment, Filter, Row, Show, State
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day
from tests.factories import portal_town
from tests.factories.portal_town import OPERATOR

DOCTOR = "梁医生"
CITY, RESIDENTS = "440203", 680

SILENCE = datetime.timedelta(days=12)

BUSIEST = """SELECT e.organization FROM programmes_enrolment e JOIN identity_resident r ON r.id = e.resident_id
JOIN registry_organization o ON o.id = e.organization AND o.kind IN ('village_clinic', 'community_station')
WHERE e.programme = 'hypertension' AND e.state = 'managed' AND r.deceased_on IS NULL
GROUP BY e.organization ORDER BY count(*) FILTER (WHERE e.next_opens_on <= %s) DESC, count(*) DESC LIMIT 1"""


@dataclass(frozen=True)
class Demo:
    """Logins of the demo, and people of one clinic who are managed for hypertension.

    due      two who are to be seen; each has an account by his index number
    others   two more, whom nobody saw in the last days
    stranger the name of somebody whom another clinic manages
    """

    doctor: str
    doctor_name: str
    village: str
    hospital: int
    hospital_names: dict[str, str]
    stranger: str
    due: tuple[Resident, Resident]
    others: tuple[tuple[Resident, UUID], tuple[Resident, UUID]]


def build(*, on: datetime.date) -> Demo:
    """Make the city in the database at hand, by the code of `kangmai demo`, as of a day."""
    ensure_city(CityOrder(CITY, RESIDENTS, 1, on))
    feed.drain()
    at = datetime.datetime.now(datetime.UTC)  # its accounts are valid from a moment ago
    organization = _busiest(legal_day(at))
    clinic = registry.get_organization(organization_id=organization, actor=OPERATOR)
    portal_town._account("doctor", DOCTOR, "village_doctor", clinic)
    centre = registry.ancestors(organization_id=organization, actor=OPERATOR)[-1]
    portal_town._account("centre", "周丽华", "township_public_health", centre)
    doctor = actors.actor_for_account(Account.objects.get(login="doctor").id, at=at)
    managed = [
        row
        for row in queries.worklist(filter=Filter(Show.ALL), limit=100, actor=doctor, at=at).rows
        if row.enrolment.programme == "hypertension" and row.enrolment.state is State.MANAGED
    ]
    waiting = [
        row.enrolment.id
        for row in queries.worklist(filter=Filter(Show.TO_SEE), limit=100, actor=doctor, at=at).rows
    ]
    due = [
        row
        for row in managed
        if row.enrolment.id in waiting and row.enrolment.next_service == "followup"
    ]
    people = [_resident(row, at) for row in due[:2]]
    for person in people:
        portal_town._account(
            person.index_number, person.demographics.name, "resident", None, resident=person
        )
    quiet = [
        row
        for row in managed
        if row not in due[:2] and _is_quiet(row.enrolment, legal_day(at) - SILENCE)
    ]
    hospital = Account.objects.get(login="hospital")
    (grant,) = actors.actor_for_account(hospital.id, at=at).grants
    return Demo(
        "doctor",
        DOCTOR,
        people[0].demographics.place_code,
        int(grant.organization or 0),
        _names(int(grant.organization or 0)),
        _stranger(organization, {row.name for row in managed}, at),
        (people[0], people[1]),
        tuple((_resident(row, at), row.enrolment.id) for row in quiet[:2]),  # type: ignore[arg-type]
    )


def _busiest(on: datetime.date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(BUSIEST, [on])
        return int(cursor.fetchone()[0])


def _names(organization: int) -> dict[str, str]:
    found = registry.get_organization(organization_id=organization, actor=OPERATOR)
    return {"zh-hans": found.name, "en": found.name_en or found.name}


def _is_quiet(enrolment: Enrolment, since: datetime.date) -> bool:
    seen = enrolment.latest_visit_on or since
    return seen <= since and (enrolment.enrolled_on or since) <= since


def _stranger(organization: int, known: set[str], at: datetime.datetime) -> str:
    others = Enrolment_.objects.filter(programme="hypertension", state="managed").exclude(
        organization=organization
    )
    ids = list(others.values_list("resident_id", flat=True)[:50])
    names = {
        each.demographics.name
        for each in identity.residents_by_id(ids, actor=OPERATOR, at=at).values()
    }
    return min(names - known)


def _resident(row: Row, at: datetime.datetime) -> Resident:
    return identity.get_resident(row.enrolment.resident_id, actor=OPERATOR, at=at)


__all__ = ["CITY", "PASSWORD", "Demo", "build"]
