"""Pages of family-doctor contracts: from the team to the resident's answer, and who sees nothing of it."""

import datetime
import re
from uuid import uuid4

import pytest

from kangmai.programmes.contracts import models
from kangmai.standards.calendars import legal_day
from tests.factories import portal_town, registry


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture(scope="module")
def clinic(town):
    """A doctor of the centre, its family-doctor account, a neighbour, and a resident who lives here."""
    doctor = registry.staff(town.centre.id, name="欧阳医生")
    registry.post(doctor.id, town.centre.id)
    portal_town._account("fd", "欧阳医生", "family_doctor_team", town.centre)
    portal_town.add_reviewer(town)
    portal_town._account("far", "何护士", "township_public_health", town.elsewhere)
    born = datetime.date(1950, 2, 3)
    mine = portal_town.resident("王福", "1", born, portal_town.VILLAGE, town.station)
    portal_town._account("wang", "王福", "resident", None, resident=mine)
    other = portal_town.resident("李桂英", "2", born, portal_town.VILLAGE, town.station)
    return doctor, mine, other


def test_from_the_team_to_the_residents_answer(enter, clinic):
    doctor, mine, other = clinic
    township, team, resident = enter("township"), enter("fd"), enter("wang")
    facts = {"name": "城东第一团队", "leader": doctor.id, f"duty-{doctor.id}": "general_practitioner", "phone": "0758-2100120"}  # fmt: skip
    assert "欧阳医生" in text(township.get("/contracts/teams/new/"))
    assert township.post("/contracts/teams/new/", {**facts, "name": "队", "key": uuid4()}).status_code == 422  # fmt: skip
    page = township.post("/contracts/teams/new/", {**facts, "key": uuid4()})["Location"]
    changed = {**facts, "do": "change", "version": 1, "name": "城东健康团队"}
    assert township.post(page, changed).status_code == 302
    assert township.post(page, changed).status_code == 422
    assert "城东健康团队" in text(enter("officer").get("/contracts/teams/"))
    chosen = models.Team.objects.get()

    asked = text(resident.get("/my-doctor/"))
    assert "城东健康团队" in asked and "Package for older people" in asked
    assert "Care at home" not in asked
    ask = {"do": "ask", "team": chosen.id, "packages": ["elderly"], "years": 1, "key": uuid4()}
    assert resident.post("/my-doctor/", {**ask, "years": 9}).status_code == 422
    assert resident.post("/my-doctor/", ask).status_code == 302
    listed = text(team.get("/contracts/"))
    assert "王福" in listed and "asked for" in listed
    contract = models.Contract.objects.get()
    one = f"/contracts/{contract.id}/"
    assert team.get(f"{one}agreement.pdf").status_code == 409
    assert team.post(one, {"do": "accept", "version": 1}).status_code == 302
    assert team.get(f"{one}agreement.pdf")["Content-Type"] == "application/pdf"
    today = legal_day(datetime.datetime.now(datetime.UTC)).isoformat()
    done = {"do": "perform", "item": "basic.home_visit", "on": today, "note": "行动不便", "key": uuid4()}  # fmt: skip
    assert team.post(one, {**done, "item": "elderly.exam"}).status_code == 422
    assert team.post(one, done).status_code == 302
    shown = text(team.get(one))
    assert all(each in shown for each in ("行动不便", "0 / 1", "It may be renewed from"))
    assert team.post(one, {"do": "end", "why": "wish", "reason": "", "version": 2}).status_code == 422  # fmt: skip

    own = text(resident.get("/my-doctor/"))
    assert "How was it?" in own and "visit at home" in own
    service = models.Performed.objects.get().id
    rate = {"do": "rate", "contract": contract.id, "kind": "hand", "service": service, "score": 5}
    assert resident.post("/my-doctor/", {**rate, "score": 9}).status_code == 422
    assert resident.post("/my-doctor/", rate).status_code == 302
    assert "How was it?" not in text(resident.get("/my-doctor/"))
    assert "fewer than 5 answers" in text(township.get(f"/contracts/teams/{chosen.id}/"))

    record = text(team.get(f"/residents/{mine.index_number}/"))
    assert "城东健康团队" in record
    assert "Sign a contract" in text(team.get(f"/residents/{other.index_number}/"))
    form = f"/contracts/new/?number={other.index_number}"
    assert "李桂英" in text(team.get(form))
    sign = {"number": other.index_number, "team": chosen.id, "packages": ["elderly", "home_care"], "years": 1, "begins_on": today, "key": uuid4()}  # fmt: skip
    refused = team.post("/contracts/new/", sign)
    assert refused.status_code == 422 and "yuan a year" in text(refused)
    assert team.post("/contracts/new/", {**sign, "fee": "abc"}).status_code == 422
    assert team.post("/contracts/new/", {**sign, "fee": "120.50"}).status_code == 302
    assert "李桂英" in text(team.get(f"/contracts/?show=open_items&team={chosen.id}"))
    assert "王福" in enter("fd", language="zh-hans").get("/contracts/?show=valid").content.decode()
    assert resident.post("/my-doctor/", {"do": "end", "contract": contract.id, "version": 2, "reason": "不需要了"}).status_code == 302  # fmt: skip
    assert "the resident wishes it" in text(team.get(one))


PATHS = ("/contracts/", "/contracts/unsigned/", "/contracts/new/", "/contracts/teams/", "/contracts/teams/new/", "/my-doctor/")  # fmt: skip


def test_who_opens_which_page(enter, clinic):
    expected = {
        "fd": (200, 200, 200, 200, 403, 403),
        "township": (200, 200, 200, 200, 200, 403),
        "village": (200, 200, 200, 200, 403, 403),
        "officer": (403, 403, 403, 200, 403, 403),
        "clinician": (403, 403, 403, 403, 403, 403),
        "admin": (403, 403, 403, 403, 403, 403),
        "wang": (403, 403, 403, 403, 403, 200),
    }
    found = {login: tuple(enter(login).get(path).status_code for path in PATHS) for login in expected}  # fmt: skip
    assert found == expected
    assert enter().get("/contracts/").status_code == 302


def test_the_neighbour_and_other_roles_see_no_contract(enter, clinic):
    contract, team = models.Contract.objects.order_by("id").first(), models.Team.objects.get()
    for login in ("far", "officer", "clinician", "liang", "admin"):
        client = enter(login)
        assert client.get(f"/contracts/{contract.id}/").status_code in (403, 404), login
        assert client.get(f"/contracts/{contract.id}/agreement.pdf").status_code in (403, 404), login  # fmt: skip
        assert client.post(f"/contracts/{contract.id}/", {"do": "end", "why": "wish", "reason": "误", "version": 3}).status_code in (403, 404), login  # fmt: skip
    far = enter("far")
    assert "王福" not in text(far.get("/contracts/?show=over"))
    assert far.get(f"/contracts/teams/{team.id}/").status_code == 404
    assert "城东健康团队" not in text(far.get("/contracts/teams/"))
    assert far.post(f"/contracts/teams/{team.id}/", {"do": "open", "is_open": "0", "version": 2}).status_code == 404  # fmt: skip
