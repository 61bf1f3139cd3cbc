"""Two rule versions on a page before a change takes effect; a child's growth as curves and numbers."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

import pytest
from django.test import Client

from kangmai.programmes.engine import actions
from kangmai.programmes.engine.types import EnrolmentDraft, Method, VisitDraft
from tests.factories import portal_town, programme_town
from tests.factories.portal_town import OPERATOR, VILLAGE
from tests.portal.programmes.conftest import NOW, TODAY

Enter = Callable[..., Client]
OTHER_RULES = "second=hypertension_primary_care%402025-01-01"


def text_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


def test_whoever_decides_on_rules_sees_figures_and_teams_see_whom_they_touch(
    served: programme_town.Served, enter: Enter
) -> None:
    page = text_of(enter("officer"), f"/programmes/compare/?{OTHER_RULES}")
    assert "The rate would change by" in page and "−" in page
    assert "Your role sees the figures" in page and "何桂芳" not in page
    portal_town.add_reviewer(served.town)
    township = enter("township")
    page = text_of(township, f"/programmes/compare/?{OTHER_RULES}")
    # 136/84 is at target by the specification and not by the guideline of 2025 below 80 years
    assert "何桂芳" in page and "no longer at target" in page
    assert "冯文静" not in page and "何文静" not in page
    # the same rule twice moves nobody
    same = "first=hypertension%402017-02-28&second=hypertension%402017-02-28"
    assert "Nobody you serve would change sides" in text_of(
        township, f"/programmes/compare/?{same}"
    )
    # a place that is not one's own is not shown: the own one is
    page = text_of(township, f"/programmes/compare/?{OTHER_RULES}&place=441203")
    assert "冯文静" not in page and "何文静" not in page
    for login in ("village", "clinician", "liang"):
        text_of(enter(login), "/programmes/compare/", 403)


@pytest.fixture(scope="module")
def child(town: portal_town.Town) -> UUID:
    """A boy of nine months, who has fallen across two lines since he was three months old."""
    born = TODAY - datetime.timedelta(275)
    boy = portal_town.resident("陈子轩", "1", born, VILLAGE, town.station)
    (enrolment,) = actions.load_enrolments(
        [EnrolmentDraft(boy.id, "child", born, town.station.id, VILLAGE)], actor=OPERATOR, at=NOW
    )
    facts = ((92, "6.7", "62.0", "40.5"), (275, "7.6", "71.5", "44.8"))
    actions.load_visits(
        [
            VisitDraft(
                enrolment_id=enrolment, service="check", visited_on=born + datetime.timedelta(age),
                entered_at=NOW, method=Method.FACE_TO_FACE, organization=town.station.id,
                facts={"weight": Decimal(weight), "length": Decimal(length), "head": Decimal(head)},
            )
            for age, weight, length, head in facts
        ],
        actor=OPERATOR,
        at=NOW,
    )  # fmt: skip
    return enrolment


def test_growth_as_curves_and_numbers(
    served: programme_town.Served, child: UUID, enter: Enter
) -> None:
    doctor = enter("village")
    assert f"/programmes/enrolments/{child}/growth/" in text_of(
        doctor, f"/programmes/enrolments/{child}/"
    )
    page = text_of(doctor, f"/programmes/enrolments/{child}/growth/")
    assert page.count('class="growth-chart"') == 5 and page.count('class="growth-point"') == 10
    assert "+0.40" in page and "−3" in page and "WS/T 423-2022" in page
    assert "weak child" in text_of(doctor, f"/programmes/enrolments/{child}/")
    # a programme that measures no growth has no such page to lead to; an empty one says so
    other = served.enrolments["梁秀英"]
    assert "/growth/" not in text_of(doctor, f"/programmes/enrolments/{other}/")
    assert "Nothing was measured yet" in text_of(doctor, f"/programmes/enrolments/{other}/growth/")
    text_of(enter("elsewhere"), f"/programmes/enrolments/{child}/growth/", 404)
    text_of(enter("clinician"), f"/programmes/enrolments/{child}/growth/", 403)
