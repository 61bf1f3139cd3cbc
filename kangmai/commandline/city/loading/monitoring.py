"""Cards of birth defects and deaths in the invented city, by the actions of their room: checked, waiting, reviewed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import connection

from kangmai.commandline.city.city import InventedCity
from kangmai.forms.types import Given
from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, DataScope, Grant, Purpose, subtree
from kangmai.kernel.ids import AccountId, OrganizationId, ResidentId
from kangmai.programmes.deaths import actions as deaths
from kangmai.programmes.deaths import types as death
from kangmai.programmes.monitoring import actions
from kangmai.programmes.monitoring.types import Card, Judgement, Level, Review
from kangmai.registry import queries as registry

_WOMEN = """SELECT id FROM identity_resident WHERE deceased_on IS NULL AND moved_out_on IS NULL AND sex_code = '2'
    AND birth_date BETWEEN %(on)s::date - 38 * 365 AND %(on)s::date - 22 * 365 ORDER BY birth_date DESC, id LIMIT 7"""

_CHILD = """SELECT id FROM identity_resident WHERE deceased_on IS NULL AND moved_out_on IS NULL
    AND birth_date BETWEEN %(on)s::date - 1400 AND %(on)s::date - 700 ORDER BY birth_date, id LIMIT 1"""

DEFECT = {
    "weeks": "39", "birth_weight": "3100", "sex": "1", "plurality": "1", "outcome": "live", "found": "postnatal", "basis": ("1", "2"),
    "pregnancies": "2", "births": "1", "folic_acid": "2", "exposures": ("0",), "family": ("0",), "doctor": "产科",
}  # fmt: skip
DEFECTS = ((20, ("06",)), (41, ("23", "22")), (66, ("15",)), (3, ("24",)))
"""Days ago, and what was found."""
MATERNAL = {
    "place": "2", "home": "1", "time": "delivery", "weeks": "38", "pregnancies": "3", "births": "2", "checks": "5", "first_check_week": "14",
    "delivery_place": "2", "delivery_way": "3", "cause": "01", "icd10": "O72.1", "basis": "3", "house": "县级医院", "doctor": "产科",
    "narrative": "剖宫产术后子宫收缩乏力，出血约 2500 mL，备血不足，输血延误，转诊途中休克死亡。",
}  # fmt: skip
CHILD = {
    "sex": "2", "weeks": "29", "birth_weight": "1120", "born_where": "2", "home": "1", "place": "1", "treated": "1", "cause": "01",
    "icd10": "P07.3", "basis": "3", "house": "市级医院", "doctor": "新生儿科", "narrative": "早产儿呼吸窘迫综合征，机械通气三天无效。",
}  # fmt: skip
JUDGED = Judgement("avoidable", ("receive",), ("health:knowledge", "health:resources"), "县级备血和产后出血急救演练不足，应建立快速输血通道。")  # fmt: skip


def load_monitoring(city: InventedCity, organizations: Sequence[int], *, actor: Actor, at: datetime) -> None:  # fmt: skip
    """Give the first hospital a few cards, and the maternal and child hospital something to check and to review."""
    keys = {each.key: organizations[each.order] for each in reversed(city.network.institutions)}
    hospital, mch, other = keys["hospital"], keys["mch"], keys["tcm"]
    doctor = _member(hospital, -1, "monitoring.read", "monitoring.report", "registry.read")
    worker = _member(mch, -2, "monitoring.read", "monitoring.check")
    women = _some(_WOMEN, city, actor, at)
    for turn, ((days, found), mother) in enumerate(zip(DEFECTS, women, strict=False)):
        born = (at - timedelta(days)).date().isoformat()
        given = {**DEFECT, "born_on": born, "found_on": born, "defects": found}
        if found == ("24",):
            given |= {"other_defect": "重型α地中海贫血", "other_code": "D56.0"}
        card = _reported("birth_defect", mother, given, doctor, at - timedelta(max(days - 4, 1)))
        if turn in (0, 1):
            _checked(card, worker, at - timedelta(1))
    _awaited(city, hospital, actor, at)
    if len(women) > len(DEFECTS) + 1:
        _deaths(women[len(DEFECTS) :], doctor, worker, other, at)


def _awaited(city: InventedCity, hospital: int, actor: Actor, at: datetime) -> None:
    """A child under five with a certificate of death, whose card is still to come."""
    found = _some(_CHILD, city, actor, at)
    if not found:
        return
    (child,) = found
    told = death.Told(at - timedelta(3), "1", "1", "5", (death.Cause(death.Line.A, "重症肺炎", "J18.9", 6),), death.Line.A)  # fmt: skip
    doctor = _member(hospital, -1, "deaths.read", "deaths.certify")
    paper = deaths.issue(number=child.index_number, name=child.demographics.name, told=told, is_checked=True, key=uuid4(), actor=doctor, at=at - timedelta(2))  # fmt: skip
    actions.follow_certificates([paper.id], actor=actor, at=at)


def _deaths(women: Sequence[Resident], doctor: Actor, worker: Actor, other: int, at: datetime) -> None:  # fmt: skip
    """A maternal death whose review is concluded, and a newborn's that waits for opinions."""
    given = {**MATERNAL, "died_on": _day(at, 48), "ended_on": _day(at, 49)}
    card = _reported("maternal_death", women[0], given, doctor, at - timedelta(45))
    review = _called(card, worker, 12, at)
    for number in (-31, -32):
        expert = _member(other, number, "monitoring.assess", near=card.place_code[:6])
        actions.assess(review_id=review.id, told=JUDGED, actor=expert, at=at - timedelta(14))
    held = (at - timedelta(12)).date()
    actions.conclude(review_id=review.id, told=JUDGED, held_on=held, expected_version=1, actor=worker, at=at - timedelta(11))  # fmt: skip
    given = {**CHILD, "born_on": _day(at, 24), "died_on": _day(at, 21)}
    card = _reported("child_death", women[1], given, doctor, at - timedelta(17))
    _called(card, worker, -14, at)


def _day(at: datetime, days_ago: int) -> str:
    return (at - timedelta(days_ago)).date().isoformat()


def _called(card: Card, worker: Actor, days_ago: int, at: datetime) -> Review:
    _checked(card, worker, at - timedelta(16))
    return actions.call_review(card_id=card.id, level=Level.COUNTY, meets_on=(at - timedelta(days_ago)).date(), actor=worker, at=at - timedelta(15))  # fmt: skip


def _checked(card: Card, worker: Actor, at: datetime) -> None:
    actions.check(card_id=card.id, expected_version=card.version, actor=worker, at=at)


def _reported(kind: str, of: Resident, given: Given, doctor: Actor, at: datetime) -> Card:  # fmt: skip
    return actions.report(kind=kind, number=of.index_number, name=of.demographics.name, given=given, key=uuid4(), actor=doctor, at=at)  # fmt: skip


def _member(organization: int, account: int, *permissions: str, near: str = "") -> Actor:
    """Somebody of an institution; the accounts that a newcomer tries are others, so that the next step is theirs."""
    _division, jurisdiction = registry.codes_of_place(organization_id=organization)
    places = tuple(subtree(each) for each in (near or jurisdiction,) if each)
    grant = Grant("member", OrganizationId(organization), places, frozenset(permissions))
    scope = DataScope(places=places, organizations=frozenset({OrganizationId(organization)}))
    return Actor(AccountId(account), "—", (grant,), Purpose.PUBLIC_HEALTH, scope)


def _some(which: str, city: InventedCity, actor: Actor, at: datetime) -> list[Resident]:
    with connection.cursor() as cursor:
        cursor.execute(which, {"on": city.on})
        ids = [ResidentId(row[0]) for row in cursor.fetchall()]
    return list(identity.residents_by_id(ids, actor=actor, at=at).values())
