"""Those who write, check and issue reports in the town's bureau, and somebody to count: a resident under management."""

import datetime
from decimal import Decimal

from kangmai.programmes.engine import actions as programmes
from kangmai.programmes.engine.types import EnrolmentDraft, Method, VisitDraft
from kangmai.registry.types import OrganizationKind as K
from tests.factories.portal_town import AT, OPERATOR, VILLAGE, Town, _account, _institution


def people(town: Town) -> None:
    """A statistician and a head beside the officer; a neighbour county's statistician; an inspector who only reads."""
    for login, role in (("statistics", "statistician"), ("leader", "commission_leader")):
        _account(login, login, role, town.bureau)
    county = _institution("WJ-441203", "鼎湖区卫生健康局", "Dinghu", K.BUREAU, "441203", jurisdiction_code="441203")  # fmt: skip
    _account("county", "吴晓东", "statistician", county)
    office = _institution("JD-4412", "市卫生监督所", "Supervision", K.SUPERVISION, "441200", jurisdiction_code="441200")  # fmt: skip
    _account("inspector", "何敏", "supervisor", office)


def managed(town: Town) -> None:
    """One of the residents is managed for hypertension, with a visit at target."""
    draft = EnrolmentDraft(
        resident_id=town.liang.id, programme="hypertension", enrolled_on=datetime.date(2025, 6, 1),
        organization=town.station.id, place_code=VILLAGE, anchors={},
    )  # fmt: skip
    (id,) = programmes.load_enrolments([draft], actor=OPERATOR, at=AT)
    visit = VisitDraft(
        enrolment_id=id, service="followup", visited_on=datetime.date(2026, 3, 1), entered_at=AT,
        method=Method.FACE_TO_FACE, facts={"systolic": Decimal(128), "diastolic": Decimal(78)},
    )  # fmt: skip
    programmes.load_visits([visit], actor=OPERATOR, at=AT)
