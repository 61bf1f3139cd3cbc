"""Pages of monitoring: a death from the hospital's form to the conclusion of its review, and who sees nothing of it."""

import re
from uuid import uuid4

import pytest

from kangmai.programmes.monitoring import models
from kangmai.registry.types import OrganizationKind
from tests.factories import portal_town
from tests.programmes.monitoring.factories import MATERNAL


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture(scope="module")
def wards(town):
    """The maternal and child hospitals of this county and the next, experts, and a woman who has died."""
    K = OrganizationKind
    for login, county, name in (("mch", "441202", "郑医师"), ("mch_there", "441203", "何医师")):
        house = portal_town._institution(f"MCH-{county}", f"{county}妇幼", f"MCH {county}", K.MATERNAL_CHILD, county, jurisdiction_code=county)  # fmt: skip
        portal_town._account(login, name, "mch_worker", house)
        if login == "mch":
            for number in (1, 2):
                portal_town._account(f"expert{number}", f"专家{number}", "mch_expert", house)
            portal_town._account("colleague", "吴医生", "hospital_clinician", house)
    import datetime

    return portal_town.resident("林晓燕", "2", datetime.date(1996, 3, 1), portal_town.VILLAGE, town.station)  # fmt: skip


def posted(woman, **changes):
    return {"about_number": woman.index_number, "about_name": "林晓燕", "key": uuid4().hex, "form_version": "2012-01-01", **MATERNAL, "confirm.died_on": MATERNAL["died_on"], **changes}  # fmt: skip


def test_a_death_from_the_form_to_the_conclusion(enter, wards):
    doctor, mch = enter("clinician"), enter("mch")
    page = "/monitoring/new/maternal_death/"
    assert "疾病" in enter("clinician", language="zh-hans").get(page).content.decode()
    wrong = doctor.post(page, posted(wards, about_name="林晓"))
    assert (wrong.status_code, "No resident has this index number" in text(wrong)) == (422, True)
    off = doctor.post(page, posted(wards, weeks="50"))
    assert (off.status_code, models.Card.objects.count()) == (422, 0)
    off = doctor.post(page, posted(wards, icd10="出血"))
    assert (off.status_code, "is written like O72.1" in text(off)) == (422, True)
    done = doctor.post(page, posted(wards))
    assert done.status_code == 302, text(done)[:3000]
    card = done.headers["Location"]
    assert "产科出血" in enter("clinician", language="zh-hans").get(card).content.decode()
    assert doctor.get(f"{card}card.pdf")["Content-Type"] == "application/pdf"
    listed = text(mch.get("/monitoring/?kind=maternal_death"))
    assert "林＊＊" in listed and "林晓燕" not in listed
    assert mch.post(card, {"do": "give_back", "version": 1, "reason": ""}).status_code == 422
    assert mch.post(card, {"do": "check", "version": 1}).status_code == 302
    call = {"do": "call", "level": "county", "meets_on": "2026-11-25"}
    assert mch.post(f"{card}review/", call).status_code == 302
    review = models.Review.objects.get()
    case = f"/monitoring/cases/{review.id}/"
    told = {
        "avoidable": "avoidable",
        "delay": ["receive"],
        "cell": ["health:knowledge"],
        "text": "输血延误",
    }
    for number in (1, 2):
        expert = enter(f"expert{number}")
        assert case in text(expert.get("/monitoring/"))
        shown = text(expert.get(case))
        assert "林晓燕" not in shown and "某某" in shown and "2026-05" not in shown
        assert expert.post(case, {**told, "avoidable": ""}).status_code == 422
        assert expert.post(case, told).status_code == 302
        assert expert.get(card).status_code == 403
    end = {
        "do": "conclude",
        "review": str(review.id),
        "version": 1,
        "held_on": "2026-11-20",
        **told,
    }
    assert mch.post(f"{card}review/", end).status_code == 302
    shown = text(mch.get(card))
    assert "health services × knowledge and skill" in shown and "reviewed without the name" in shown
    lines = mch.get("/monitoring/lines.csv?kind=maternal_death&from=2026-01-01").content.decode()
    assert "MD441202-2026-00001" in lines and "林晓燕" not in lines


PATHS = ("/monitoring/", "/monitoring/new/birth_defect/", "/monitoring/lines.csv?kind=birth_defect")


def test_who_opens_which_page(enter, wards):
    expected = {
        "clinician": (200, 200, 403),
        "mch": (200, 403, 200),
        "expert1": (200, 403, 403),
        "officer": (403, 403, 403),
        "village": (403, 403, 403),
        "admin": (403, 403, 403),
        "liang": (403, 403, 403),
    }
    found = {login: tuple(enter(login).get(path).status_code for path in PATHS) for login in expected}  # fmt: skip
    assert found == expected
    assert enter("clinician").get("/monitoring/new/nothing/").status_code == 404


def test_only_cards_about_children_ask_which_of_them(enter, wards):
    asked = {
        kind: "about_ordinal" in text(enter("clinician").get(f"/monitoring/new/{kind}/"))
        for kind in ("birth_defect", "child_death", "maternal_death")
    }
    assert asked == {"birth_defect": True, "child_death": True, "maternal_death": False}


def test_whoever_does_no_village_work_has_no_kit_and_no_pay(enter, wards):
    mch = enter("mch")
    start = text(mch.get("/"))
    assert 'href="/follow-ups/"' in start
    assert 'href="/kit/"' not in start and 'href="/my-work/"' not in start
    assert mch.get("/my-work/").status_code == 403


def test_the_next_county_and_another_hospital_see_no_card(enter, wards):
    card = models.Card.objects.get()
    for login, status in (("mch_there", 404), ("colleague", 404), ("village", 403), ("expert1", 403)):  # fmt: skip
        client = enter(login)
        page = f"/monitoring/cards/{card.id}/"
        assert (client.get(page).status_code, client.get(f"{page}card.pdf").status_code) == (status, status), login  # fmt: skip
    assert card.number not in text(
        enter("mch_there").get("/monitoring/?kind=maternal_death&show=all")
    )
    assert "MD441202" not in enter("mch_there").get("/monitoring/lines.csv?kind=maternal_death&from=2026-01-01").content.decode()  # fmt: skip
