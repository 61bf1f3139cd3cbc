"""POST /api/cards/verify and /api/cards/uses, GET /api/cards/keys."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from kangmai.identity.cards import actions, models, rules
from kangmai.kernel.ids import uuid7
from tests.factories.cards import himself
from tests.factories.people import LI, OPERATOR, register
from tests.factories.registry import organization


def call(path: str, body: object = None, *, token: str = "") -> tuple[int, dict]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if body is None:
        answer = Client(SERVER_NAME="localhost").get(path, headers=headers)
    else:
        raw = body if isinstance(body, str) else json.dumps(body)
        answer = Client(SERVER_NAME="localhost").post(
            path, raw, content_type="application/json", headers=headers
        )
    return answer.status_code, json.loads(answer.content)


@pytest.fixture(scope="module")
def li(shared_database):
    resident = register(LI)
    actions.issue_card(resident.id, key=uuid7(), actor=OPERATOR, at=datetime.now(UTC))
    return resident


@pytest.fixture(scope="module")
def hospital(shared_token, li) -> tuple[int, str]:
    """An institution with a program that reads Patients."""
    own = organization(code="reader-1").id
    return own, shared_token("system/Patient.rs", organization=own)


def code(li, *, at: datetime | None = None) -> str:
    return actions.show_code(li.id, actor=himself(li), at=at or datetime.now(UTC)).text


def test_a_program_reads_a_card_once(li, hospital):
    own, token = hospital
    sent = {"code": code(li), "scene": "pharmacy", "terminal": "窗口3"}
    status, found = call("/api/cards/verify", sent, token=token)
    assert (status, found["outcome"], found["holder"]["index_number"]) == (
        200,
        "accepted",
        li.index_number,
    )
    assert found["holder"]["birth_date"] == "1986-04-12"
    row = models.CardUse.objects.get(id=found["use"])
    assert (row.organization, row.scene, row.terminal) == (own, "pharmacy", "窗口3")
    status, again = call("/api/cards/verify", sent, token=token)
    assert (status, again["outcome"], again["holder"]) == (200, "replayed", None)
    assert again["answer"]["zh"] and again["answer"]["en"]


def test_who_may_not_read_cards(li, shared_token):
    before = models.CardUse.objects.count()
    sent = {"code": code(li)}
    assert call("/api/cards/verify", sent)[0] == 401
    assert call("/api/cards/verify", sent, token="no-such-token")[0] == 401
    status, found = call("/api/cards/verify", sent, token=shared_token("system/Observation.rs"))
    assert (status, found["error"]) == (403, "NotPermitted")
    assert models.CardUse.objects.count() == before


@pytest.mark.parametrize(
    "body",
    ["{", "[]", {}, {"code": ""}, {"code": 7}, {"code": "x", "scene": "cinema"}, {"code": "a\0b"}],
)
def test_wrong_requests_are_400(hospital, body):
    assert call("/api/cards/verify", body, token=hospital[1])[0] == 400
    assert call("/api/cards/uses", {"uses": [body]}, token=hospital[1])[0] == 400


def test_get_is_no_way_to_read_a_card(hospital):
    assert call("/api/cards/verify", token=hospital[1])[0] == 400


def test_reader_without_a_line_uses_the_public_keys_and_reports_later(li, hospital):
    status, listed = call("/api/cards/keys")
    assert status == 200
    keys = rules.read_key_list(json.dumps(listed), place="answer")
    now = datetime.now(UTC)
    text = code(li, at=now - timedelta(minutes=10))
    read_at = now - timedelta(minutes=10) + timedelta(seconds=20)
    reader = rules.Reader(keys, policy=rules.policy(on=now.date()))
    assert reader.read(text, at=read_at).outcome == "accepted"
    sent = {"uses": [{"code": text, "read_at": read_at.isoformat(), "scene": "follow_up"}]}
    status, found = call("/api/cards/uses", sent, token=hospital[1])
    assert (status, [each["outcome"] for each in found["uses"]]) == (200, ["accepted"])
    assert found["uses"][0]["used_at"] == read_at.isoformat()
    wrong = {"uses": [{"code": text, "read_at": "2026-01-01T00:00:00"}]}
    assert call("/api/cards/uses", wrong, token=hospital[1])[0] == 400
