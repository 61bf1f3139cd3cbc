"""Pages of deaths: a certificate through forms by two roles, the list of causes, and who sees nothing of it."""

import datetime
import re
from uuid import uuid4

import pytest

from kangmai.identity import queries as identity
from kangmai.programmes.deaths import models
from kangmai.registry.types import OrganizationKind
from tests.factories import portal_town

CAUSES = {"text-a": "急性心肌梗死", "code-a": "i21.9", "amount-a": "1", "text-b": "冠心病", "code-b": "I25.1", "amount-b": "10", "unit-b": "years"}  # fmt: skip


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture(scope="module")
def ward(town):
    """The CDCs of this county and the next, and somebody who has died."""
    K = OrganizationKind.CDC
    for login, county, name in (("cdc", "441202", "郑医师"), ("cdc_there", "441203", "何医师")):
        cdc = portal_town._institution(f"CDC-{county}", f"{county}疾控", f"CDC {county}", K, county, jurisdiction_code=county)  # fmt: skip
        portal_town._account(login, name, "cdc_epidemiologist", cdc)
    portal_town._account("statistics", "周统计", "statistician", town.bureau)
    return portal_town.resident("周国华", "1", datetime.date(1950, 2, 3), portal_town.VILLAGE, town.station)  # fmt: skip


def deceased_on(resident):
    return identity.get_resident(resident.id, actor=portal_town.OPERATOR, at=portal_town.AT).deceased_on  # fmt: skip


def test_two_roles_and_the_list_of_causes(enter, ward):
    doctor, cdc = enter("clinician"), enter("cdc")
    died = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")  # fmt: skip
    said = {"number": ward.index_number, "name": "周国华", "died_at": died, "place": "1", "level": "2", "basis": "4", "underlying": "", "key": uuid4()}  # fmt: skip
    unlikely = text(doctor.post("/deaths/new/", {**said, "text-a": "心力衰竭", "code-a": "I50.9"}))
    assert "way of dying" in unlikely and 'name="checked"' in unlikely and "I50.9" in unlikely
    assert deceased_on(ward) is None
    page = doctor.post("/deaths/new/", {**said, **CAUSES})["Location"]
    assert deceased_on(ward) is not None
    assert "周国华" in text(doctor.get(page))
    shown = text(cdc.get(page))
    assert all(each in shown for each in ("冠心病", "10 years", "underlying cause", "lowest line"))
    assert doctor.get(f"{page}certificate.pdf")["Content-Type"] == "application/pdf"
    fix = {**said, **CAUSES, "do": "correct", "version": 1, "reason": "补充", "note": "已核"}
    assert doctor.post(page, {**fix, "reason": ""}).status_code == 422
    assert doctor.post(page, fix).status_code == 302
    assert doctor.post(page, {"do": "confirm", "version": 2}).status_code == 422
    assert cdc.post(page, {"do": "confirm", "version": 2}).status_code == 302
    listed = enter("statistics").get("/deaths/causes.csv").content.decode()
    assert "I25.1" in listed and "周国华" not in listed
    assert "已审核" in enter("cdc", language="zh-hans").get("/deaths/?show=all").content.decode()
    assert cdc.post(page, {"do": "void", "version": 3, "reason": "重复"}).status_code == 302
    assert deceased_on(ward) is None


PATHS = ("/deaths/", "/deaths/new/", "/deaths/causes.csv")


def test_who_opens_which_page(enter, ward):
    expected = {
        "clinician": (200, 200, 403),
        "cdc": (200, 403, 200),
        "statistics": (200, 403, 200),
        "officer": (403, 403, 403),
        "village": (403, 403, 403),
        "admin": (403, 403, 403),
        "liang": (403, 403, 403),
    }
    found = {login: tuple(enter(login).get(path).status_code for path in PATHS) for login in expected}  # fmt: skip
    assert found == expected
    assert enter().get("/deaths/").status_code == 302


def test_the_next_county_and_other_roles_see_no_certificate(enter, ward):
    page = f"/deaths/{models.Certificate.objects.get().id}/"
    for login, status in (("cdc_there", 404), ("statistics", 403), ("village", 403), ("liang", 403)):  # fmt: skip
        client = enter(login)
        assert (client.get(page).status_code, client.get(f"{page}certificate.pdf").status_code) == (status, status), login  # fmt: skip
    there = enter("cdc_there")
    assert "周国华" not in text(there.get("/deaths/?show=void"))
    assert "441202" not in there.get("/deaths/causes.csv").content.decode()
