"""Registration with a warning, the review queue, merging and undoing, at the pages."""

import datetime
import re
from dataclasses import replace

import pytest

from kangmai.identity import actions, queries
from kangmai.identity.models import Resident
from kangmai.identity.types import Demographics
from kangmai.kernel import feed
from kangmai.kernel.actor import operator
from tests.factories import portal_town
from tests.factories.people import patient_saying, send
from tests.factories.portal_town import AT, VILLAGE

OPERATOR = operator("test")
FORM = {
    "name": "何小燕",
    "kind": "01",
    "number": "",
    "birth_date": "1991-02-03",
    "sex": "2",
    "phone": "13712340001",
    "place": VILLAGE,
    "address": "杏花社区8号",
    "mother": "",
    "key": "0192f0c0-0000-7000-8000-000000000001",
}


@pytest.fixture(scope="module", autouse=True)
def reviewer(town) -> None:
    portal_town.add_reviewer(town)


def named(name: str) -> Demographics:
    """A woman of the village; whoever has another name lives elsewhere and was born another day."""
    mark = sum(map(ord, name)) % 9000
    born = datetime.date(1975, 1, 1) + datetime.timedelta(days=mark)
    phone = f"1371234{mark:04d}"
    return Demographics(name, "2", born, VILLAGE, phones=(phone,), address=f"和平路{mark}号")


def registered(known: Demographics):
    return actions.register_resident(known, managing_org=4, actor=OPERATOR, at=AT)


def filled(known: Demographics) -> dict[str, str]:
    """The form filled in with what is known of somebody."""
    return FORM | {
        "name": known.name,
        "birth_date": known.birth_date.isoformat(),
        "phone": known.phones[0],
        "address": known.address,
        "key": "",
    }


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_registration_page(enter, language):
    page = enter("village", language=language).get("/residents/new/")
    assert page.status_code == 200
    assert f'<option value="{VILLAGE}" selected>' in page.content.decode()


def test_registration_makes_a_resident_and_sending_twice_makes_one(enter):
    client = enter("village")
    for _ in range(2):
        answer = client.post("/residents/new/", FORM)
        assert answer.status_code == 302, answer.content.decode()
    (made,) = queries.search_residents("何小燕", actor=OPERATOR, at=AT)
    assert answer["Location"] == f"/residents/{made.index_number}/"
    assert made.managing_org is not None


def test_who_is_alike_shows_beside_the_form_in_part(enter):
    known = replace(named("司徒静"), documents=())
    resident = registered(known)
    sent = filled(known)
    page = enter("village").post("/residents/new/similar/", sent).content.decode()
    assert "very probably the same person" in page
    assert f'name="seen" value="{resident.id}"' in page
    elsewhere = enter("elsewhere").post("/residents/new/similar/", sent | {"place": "441203101"})
    assert "司**" in elsewhere.content.decode()
    assert "司徒静" not in elsewhere.content.decode()


def test_certain_duplicate_is_refused_until_it_was_compared(enter):
    resident = registered(named("皇甫兰"))
    client, sent = enter("village"), filled(named("皇甫兰"))
    refused = client.post("/residents/new/", sent)
    assert refused.status_code == 409
    assert resident.index_number in refused.content.decode()
    assert client.post("/residents/new/", sent | {"seen": resident.id}).status_code == 302
    assert len(queries.search_residents("皇甫兰", actor=OPERATOR, at=AT)) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "A resident needs a name"),
        ({"number": "441202199102031241"}, "check"),
        ({"birth_date": "2199-01-01"}, "lies after today"),
        ({"birth_date": "3 May"}, "is no date"),
        ({"place": ""}, "Choose where the person lives"),
        ({"sex": "7"}, "not a sex"),
    ],
)
def test_faults_are_told_and_nothing_is_made(enter, change, said):
    before = Resident.objects.count()
    answer = enter("village").post("/residents/new/", FORM | {"key": ""} | change)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Resident.objects.count() == before


def test_newborn_without_a_number(enter):
    sent = FORM | {
        "name": "黄秀珍之女",
        "kind": "",
        "birth_date": "2026-11-01",
        "key": "",
        "phone": "",
    }
    assert enter("village").post("/residents/new/", sent).status_code == 302
    assert queries.search_residents("黄秀珍之女", actor=OPERATOR, at=AT)


def test_choice_of_places_goes_down_step_by_step(enter):
    client = enter("clinician")
    first = client.post("/residents/new/places/", {"place": ""}).content.decode()
    assert '<option value="441202"' in first
    assert VILLAGE not in first
    second = client.post("/residents/new/places/", {"place": "441202001"}).content.decode()
    assert f'<option value="{VILLAGE}"' in second


def waiting(name: str):
    """A resident, and a Patient from outside that resembles him but for a telephone."""
    resident = registered(replace(named(name), phones=(), address=""))
    send(patient_saying(replace(named(name), phones=("13799990000",), address="")), organization=2)
    feed.drain()
    case = next(
        each
        for each in queries.search_reviews(limit=500, actor=OPERATOR, at=AT)
        if each.resident and each.resident.id == resident.id
    )
    return resident, case


def test_review_side_by_side_and_decision(enter):
    resident, case = waiting("上官云")
    client = enter("township")
    queue = client.get("/matching/").content.decode()
    assert f"/matching/{case.id}/" in queue
    page = client.get(f"/matching/{case.id}/").content.decode()
    assert "Only name and birth date agree, and one side has no identity number." in page
    assert "137****0000" in page
    assert "13799990000" not in page
    sent = {"version": case.version, "resident": resident.id, "do": "same", "reason": "电话核实"}
    assert client.post(f"/matching/{case.id}/decide/", sent).status_code == 302
    assert len(queries.get_resident(resident.id, actor=OPERATOR, at=AT).linked_patients) == 1
    assert client.get(f"/matching/{case.id}/").status_code == 404


def test_case_of_another_town_is_not_there(enter):
    _, case = waiting("公孙云")
    client = enter("elsewhere")
    assert client.get("/matching/").status_code == 403  # no reviewer at all
    assert client.get(f"/matching/{case.id}/").status_code == 403
    assert enter("village").get(f"/matching/{case.id}/").status_code == 403


@pytest.mark.parametrize(
    ("language", "shown"), [("en", "How well it matches"), ("zh-hans", "匹配效果")]
)
def test_how_well_it_matches(town, enter, language, shown):
    send(patient_saying(named("申屠雪")), organization=town.hospital.id)
    feed.drain()
    page = enter("township", language=language).get("/matching/evaluation/?from=2000-01-01")
    assert page.status_code == 200
    text = page.content.decode()
    assert shown in text
    assert ("Infants under one year" in text) or ("1 岁以下婴儿" in text)
    empty = enter("township", language=language).get("/matching/evaluation/?from=x&to=1999-01-01")
    assert 'class="empty-state"' in empty.content.decode()
    assert enter("liang", language=language).get("/matching/evaluation/").status_code == 403


def test_merge_and_undo(enter):
    kept, other = registered(named("端木青")), registered(replace(named("端木兰"), phones=()))
    client = enter("township")
    address = f"/residents/{kept.index_number}/merges/"
    sent = {"other": other.index_number, "reason": "同一人"}
    assert client.post(f"{address}add/", sent).status_code == 302
    page = client.get(address).content.decode()
    assert "同一人" in page
    assert queries.current(other.id) == kept.id
    undo = {"retired": other.index_number, "reason": "弄错了"}
    assert client.post(f"{address}undo/", undo).status_code == 302
    assert queries.current(other.id) == other.id
    assert "undone" in client.get(address).content.decode()
    assert enter("village").post(f"{address}add/", sent).status_code == 403


def test_retired_number_leads_to_the_kept_resident(enter):
    kept, other = registered(named("钟离青")), registered(replace(named("钟离兰"), phones=()))
    actions.merge_residents(kept.id, other.id, reason="同一人", actor=OPERATOR, at=AT)
    page = enter("village").get(f"/residents/{other.index_number}/").content.decode()
    assert re.search(r"<h1>钟离青</h1>", page)
