"""Pages of births: a birth, its certificate and its errands through forms, and who sees nothing of it."""

import datetime
import re
from uuid import uuid4

import pytest

from kangmai.programmes.births import models
from tests.factories import portal_town


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture(scope="module")
def ward(town):
    """The neighbour's midwife, and a mother who lives in the centre's village."""
    portal_town._account("next_door", "何护士", "township_public_health", town.elsewhere)
    portal_town._account("newborn", "梁护士", "newborn_screener", town.hospital)
    portal_town.add_reviewer(town)
    born = datetime.date(1996, 2, 3)
    mother = portal_town.resident("王芳", "2", born, portal_town.VILLAGE, town.station)
    portal_town._account("mother", "王芳", "resident", None, resident=mother)
    return town, mother


def test_from_the_ward_to_the_parents_page(enter, ward):
    town, mother = ward
    midwife, officer = enter("clinician"), enter("officer")
    batch = {"do": "receive", "organization": town.hospital.id, "first": "U440012345", "count": "2"}
    assert officer.post("/births/numbers/", {**batch, "first": "U44", "key": uuid4()}).status_code == 422  # fmt: skip
    assert officer.post("/births/numbers/", {**batch, "key": uuid4()}).status_code == 302
    assert "U440012345" in text(midwife.get("/births/numbers/"))

    born = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")  # fmt: skip
    said = {"number": mother.index_number, "name": "王芳", "born_at": born, "sex": "2", "weeks": "39", "weight": "3250", "length": "50", "ordinal": "1"}  # fmt: skip
    wrong = midwife.post("/births/new/", {**said, "name": "王方", "key": uuid4()})
    assert wrong.status_code == 422
    assert mother.index_number in text(wrong)
    page = midwife.post("/births/new/", {**said, "key": uuid4()})["Location"]
    assert "王芳之女" in text(midwife.get("/births/?show=uncertified"))
    assert "Metabolic screening" in text(enter("newborn").get(page))
    assert "Metabolic screening" not in text(midwife.get(page))

    named = {"child": "李晓彤", "mother": "王芳", "mother_document": "441202199602030028", "father": "李强"}  # fmt: skip
    assert midwife.post(page, {"do": "issue", "version": 1, "key": uuid4(), **named, "child": "王芳之女"}).status_code == 422  # fmt: skip
    assert midwife.get(f"{page}certificate.pdf").status_code == 409
    assert midwife.post(page, {"do": "issue", "version": 1, "key": uuid4(), **named}).status_code == 302  # fmt: skip
    assert midwife.get(f"{page}certificate.pdf")["Content-Type"] == "application/pdf"
    shown = text(officer.get(page))
    assert all(each in shown for each in ("李晓彤", "U440012345", "Household registration"))
    item = {"do": "item", "item": "household", "version": 1, "state": "refused", "on": born[:10]}
    assert officer.post(page, item).status_code == 422
    assert officer.post(page, {**item, "reason": "材料不全"}).status_code == 302
    assert officer.post(page, {**item, "reason": "材料不全"}).status_code == 422

    own = text(enter("mother").get("/my-births/"))
    assert all(each in own for each in ("李晓彤", "材料不全", "U440012345", "Resident medical insurance"))  # fmt: skip
    assert "李晓彤" not in text(enter("liang").get("/my-births/"))
    birth = str(models.Birth.objects.get().id)
    handed = {
        "birth": birth,
        "item": "household",
        "version": 2,
        "on": born[:10],
        "receipt": "HK-0017",
    }
    assert enter("liang").post("/my-births/", handed).status_code == 422
    assert enter("mother").post("/my-births/", {**handed, "version": 1}).status_code == 422
    assert enter("mother").post("/my-births/", {**handed, "on": "2099-01-01"}).status_code == 422
    assert enter("mother").post("/my-births/", handed).status_code == 302
    assert "HK-0017" in text(enter("mother").get("/my-births/"))
    assert "handed in by the parents" in text(officer.get(page))
    assert (
        officer.post(
            page,
            {"do": "item", "item": "household", "version": 3, "state": "done", "on": born[:10]},
        ).status_code
        == 302
    )
    assert enter("mother").post("/my-births/", {**handed, "version": 4}).status_code == 422
    assert "李晓彤" in enter("mother", language="zh-hans").get("/my-births/").content.decode()

    version = models.Birth.objects.get().version
    assert midwife.post(page, {"do": "void", "version": version, "reason": "骗领"}).status_code == 422  # fmt: skip
    replaced = {"do": "replace", "kind": "lost", "version": version, "reason": "遗失", "key": uuid4(), **named}  # fmt: skip
    assert midwife.post(page, replaced).status_code == 302
    assert "U440012346" in text(enter("township").get(page))


PATHS = ("/births/", "/births/new/", "/births/numbers/", "/my-births/")


def test_who_opens_which_page(enter, ward):
    expected = {
        "clinician": (200, 200, 200, 403),
        "township": (200, 200, 200, 403),
        "next_door": (200, 200, 200, 403),
        "officer": (200, 403, 200, 403),
        "village": (403, 403, 403, 403),
        "admin": (403, 403, 403, 403),
        "liang": (403, 403, 403, 200),
    }
    found = {login: tuple(enter(login).get(path).status_code for path in PATHS) for login in expected}  # fmt: skip
    assert found == expected
    assert enter().get("/births/").status_code == 302


def test_the_neighbour_and_other_roles_see_no_birth(enter, ward):
    birth = models.Birth.objects.get()
    for login, status in (("next_door", 404), ("liang", 404), ("village", 404), ("admin", 404)):
        client = enter(login)
        assert client.get(f"/births/{birth.id}/").status_code == status, login
        assert client.get(f"/births/{birth.id}/certificate.pdf").status_code == status, login
        assert client.post(f"/births/{birth.id}/", {"do": "item", "item": "costs", "version": 1, "state": "done", "on": "2026-11-20"}).status_code in (403, 404), login  # fmt: skip
    listed = text(enter("next_door").get("/births/?show=all"))
    assert "李晓彤" not in listed and "No birth in this list." in listed
