"""Deadlines as pages: one's own at the start, the list of an area, one with its forms; nothing of a neighbour's."""

import datetime

import pytest

from kangmai.deadlines import actions, models
from kangmai.deadlines.types import Start, Subject
from tests.factories.portal_town import AT, OPERATOR, VILLAGE


@pytest.fixture
def begun(town):
    models.Deadline.objects.all().delete()
    started = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=20)
    return actions.start(
        [
            Start(
                definition="hypertension_referral_follow_up",
                subject=Subject("enrolment", "1"),
                started_at=started,
                owner_org=town.station.id,
                place_code=VILLAGE,
                resident=town.liang.id,
            )
        ],
        actor=OPERATOR,
        at=max(AT, started),
    )[0]


def test_the_start_page_lists_one_s_own_with_the_time_left(enter, begun):
    page = enter("village").get("/").content.decode()
    assert "Follow-up within two weeks" in page
    assert "1 overdue" in page and "overdue by 5 days" in page
    assert "梁秀英" in page
    assert "Your deadlines" not in enter("clinician").get("/").content.decode()


@pytest.mark.parametrize(
    ("login", "status", "sees", "names"),
    [
        ("village", 200, True, True),
        ("officer", 200, True, False),
        ("clinician", 200, False, False),
        ("elsewhere", 200, False, False),
        ("admin", 403, False, False),
        ("liang", 403, False, True),  # her own name stands in the head of every page
    ],
)
def test_who_sees_a_deadline_and_whose_it_is(enter, begun, login, status, sees, names):
    client = enter(login)
    answer = client.get("/deadlines/?show=overdue")
    assert answer.status_code == status
    assert (f"/deadlines/{begun.id}/" in answer.content.decode()) == sees
    page = client.get(f"/deadlines/{begun.id}/")
    assert page.status_code == (200 if sees else 404 if status == 200 else 403)
    assert ("梁秀英" in page.content.decode()) == names


def test_it_is_met_by_hand_with_a_note(enter, begun):
    village = enter("village")
    path = f"/deadlines/{begun.id}/change/"
    village.post(path, {"do": "meet", "reason": " ", "version": "1"})
    assert "Say why." in village.get(f"/deadlines/{begun.id}/").content.decode()
    village.post(path, {"do": "meet", "reason": "已面访", "version": "1"})
    assert "met late" in village.get(f"/deadlines/{begun.id}/").content.decode()
    assert f"/deadlines/{begun.id}/" in village.get("/deadlines/?show=met_late").content.decode()
    village.post(path, {"do": "cancel", "reason": "x", "version": "2"})
    assert "already" in village.get("/deadlines/").content.decode()
    assert village.post(path, {"do": "burn", "reason": "x", "version": "2"}).status_code == 302


def test_nobody_changes_a_neighbour_s(enter, begun):
    form = {"do": "cancel", "reason": "x", "version": "1"}
    path = f"/deadlines/{begun.id}/change/"
    found = {n: enter(n).post(path, form).status_code for n in ("elsewhere", "officer", "liang")}
    assert found == {"elsewhere": 404, "officer": 403, "liang": 403}
    assert models.Deadline.objects.get().version == 1


def test_the_share_on_time_by_deadline_and_town(enter, begun):
    officer = enter("officer")
    period = f"{begun.due_at:%Y-%m}"
    page = officer.get(f"/deadlines/on-time/?period={period}").content.decode()
    assert "0.0%" in page
    for by, label in (
        ("county", "Duanzhou District"),
        ("town", "Chengdong"),
        ("owner", "Health Station"),
    ):
        page = officer.get(f"/deadlines/on-time/?period={period}&by={by}").content.decode()
        assert label in page
    assert officer.get("/deadlines/on-time/?period=soon").status_code == 400
    assert enter("village").get("/deadlines/on-time/").status_code == 403


def test_a_list_costs_the_same_number_of_queries_whatever_its_length(enter, town, begun):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    village = enter("village")
    counts = []
    for _ in range(2):
        village.get("/deadlines/")
        with CaptureQueriesContext(connection) as captured:
            village.get("/deadlines/")
        counts.append(len(captured))
        starts = [
            Start(
                definition="report_24h",
                subject=Subject("case", str(n)),
                started_at=AT - datetime.timedelta(days=1),
                owner_org=town.station.id,
                place_code=VILLAGE,
                resident=town.chen.id,
            )
            for n in range(20)
        ]
        actions.start(starts, actor=OPERATOR, at=AT)
    assert counts[0] == counts[1]
