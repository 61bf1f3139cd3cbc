"""The town of the portal with its CDCs, their officers, a school, and history for the detectors."""

import datetime
from dataclasses import dataclass

from kangmai.epidemic.surveillance import actions
from kangmai.epidemic.surveillance.types import Occurrence
from kangmai.registry import actions as registry
from kangmai.registry.types import OrganizationFacts, OrganizationKind, PlaceFacts, PlaceKind
from kangmai.standards.calendars import legal_day
from tests.factories.portal_town import OPERATOR, VILLAGE, _account

SCHOOL_CODE = "XX-441202-1"
TOWNS = ("441202001", "441202003", "441202005")


@dataclass(frozen=True)
class Warned:
    """What tests know of it."""

    cdc: int
    other_cdc: int
    school: int


def build(at: datetime.datetime) -> Warned:
    """Add two county CDCs with an officer each and a school to the town of the portal."""
    made = [_cdc(code, name, at) for code, name in (("441202", "端州区"), ("441203", "鼎湖区"))]
    _account("duty", "周明", "cdc_epidemiologist", made[0])
    _account("dutyelse", "吴岚", "cdc_epidemiologist", made[1])
    school = registry.create_place(
        facts=PlaceFacts(
            code=SCHOOL_CODE,
            kind=PlaceKind.SCHOOL,
            name="城东小学",
            division_code=VILLAGE,
            headcount=900,
            is_invented=True,
        ),
        actor=OPERATOR,
        at=at,
    )
    return Warned(made[0].id, made[1].id, school.id)


def quiet_school(warned: Warned, at: datetime.datetime, *, days: int = 40) -> None:
    """Weeks in which one child or none a day vomits."""
    today = legal_day(at)
    rows = [
        occurrence(
            f"place {warned.school} {today - datetime.timedelta(days=back)}",
            "vomiting_diarrhoea",
            today - datetime.timedelta(days=back),
            source="school_absence",
            reporter=f"place {warned.school}",
            place_id=warned.school,
            area_code=VILLAGE,
            count=back % 2,
            base=900,
        )
        for back in range(1, days)
    ]
    actions.take_occurrences(rows, is_watched=False, actor=OPERATOR, at=at)


def occurrence(key: str, condition: str, day: datetime.date, **more: object) -> Occurrence:
    """One thing that counts."""
    usual = {"source": "case_reports", "area_code": VILLAGE, "reported_on": day}
    return Occurrence(key=key, condition=condition, day=day, **(usual | more))  # type: ignore[arg-type]


def _cdc(code: str, name: str, at: datetime.datetime):
    facts = OrganizationFacts(
        code=f"CDC-{code}",
        name=f"{name}疾病预防控制中心",
        kind=OrganizationKind.CDC,
        division_code=code,
        jurisdiction_code=code,
        is_invented=True,
    )
    return registry.create_organization(facts=facts, actor=OPERATOR, at=at)
