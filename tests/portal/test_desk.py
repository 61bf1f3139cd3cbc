"""The pages of a hotel's desk: a clerk's day on a phone, his town's view, and everybody else's refusal."""

import datetime
import re
from uuid import uuid4

import pytest
from django.test import Client

from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import models
from kangmai.standards.calendars import LEGAL_TIME
from kangmai.standards.identity_numbers import make_identity_number
from tests.epidemic.orders.factories import order_in_force
from tests.factories import portal_town

NOW = datetime.datetime.now(datetime.UTC)
DESKS = "/emergency-mode/desk/"
GUEST = make_identity_number(region="440106", birth_on=datetime.date(1980, 3, 4), sequence=21)


def client_of(login, language="en"):
    client = Client(SERVER_NAME="localhost")
    client.cookies["django_language"] = language
    client.post("/login/", {"login": login, "password": portal_town.PASSWORD})
    return client


@pytest.fixture(scope="module")
def hotel(town):
    """A hotel with a clerk and a station with another, opened by the township on its pages."""
    order_in_force(Purpose.REGISTRATION, Purpose.SCANNING, at=NOW - datetime.timedelta(minutes=5))
    portal_town._account("front", "潘前台", "desk_clerk", town.centre)
    portal_town._account("station", "袁站务", "desk_clerk", town.centre)
    portal_town._account("idle", "严登记", "desk_clerk", town.centre)
    portal_town._account("there", "郑小红", "township_public_health", town.elsewhere)
    portal_town.add_reviewer(town)
    keeper = client_of("township")
    for kind, name, login in (
        ("hotel", "江滨宾馆", "front"),
        ("transport", "端州汽车站", "station"),
    ):
        facts = {"name": name, "kind": kind, "place_code": "441202001", "entrances": "大堂"}
        page = keeper.post("/emergency-mode/venues/", {**facts, "key": login})["Location"]
        answer = keeper.post(f"{page}change/", {"do": "appoint", "login": login}, follow=True)
        assert answer.status_code == 200 and "Who stands at the desk" in answer.content.decode()
        wrong = keeper.post(f"{page}change/", {"do": "appoint", "login": "nobody"}, follow=True)
        assert "no account of this name" in wrong.content.decode()
    return models.Venue.objects.get(kind="hotel").id


def form(**more):
    return {
        "key": uuid4().hex,
        "name": "何远",
        "document_kind": "01",
        "document_number": GUEST,
        "arrived_from": "广州",
        "arrived_at": f"{NOW.astimezone(LEGAL_TIME):%Y-%m-%dT%H:%M}",
        "room": "301",
        **more,
    }


def test_a_clerks_day(hotel):
    clerk, page = client_of("front"), f"{DESKS}{hotel}/"
    assert clerk.get(DESKS)["Location"] == page  # who stands at one desk goes there at once
    home = clerk.get("/", follow=True).content.decode()
    assert "Hotels and ports" in home and "/emergency-mode/venues/" not in home
    wrong = clerk.post(page, form(room=""))
    assert (wrong.status_code, models.Arrival.objects.count()) == (400, 0)
    assert "何远" in wrong.content.decode()  # what was typed stays
    said = clerk.post(page, form()).content.decode()
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", said)[0]
    assert "Hand over the pass" in said and GUEST not in said and GUEST[-4:] in said
    again = clerk.post(page, form())
    assert again.status_code == 400 and "is here already" in again.content.decode()
    step = f"{page}arrivals/{models.Arrival.objects.get().id}/"
    clerk.post(step, {"do": "room", "room": "502", "version": "1"})
    left = {"do": "leave", "left_at": form()["arrived_at"], "went_to": "深圳", "version": "2"}
    assert "written down" in clerk.post(step, left, follow=True).content.decode()
    assert "Nobody is here now" in clerk.get(page).content.decode()
    gone = clerk.get(f"{page}?show=left").content.decode()
    assert "502" in gone and "深圳" in gone and code in gone
    assert "宾馆和口岸" in client_of("front", "zh-hans").get(page).content.decode()


@pytest.mark.parametrize(
    ("login", "list_status", "desk_status", "write_status"),
    [
        ("front", 302, 200, 400),
        ("station", 302, 404, 404),
        ("idle", 200, 404, 404),
        ("township", 200, 200, 403),
        ("there", 200, 404, 404),
        ("officer", 403, 403, 403),
        ("clinician", 403, 403, 403),
        ("village", 200, 404, 404),
    ],
)
def test_who_opens_the_desk(hotel, login, list_status, desk_status, write_status):
    client, page = client_of(login), f"{DESKS}{hotel}/"
    assert client.get(DESKS).status_code == list_status
    assert client.get(page).status_code == desk_status
    assert client.post(page, form(name="")).status_code == write_status
    for other in ("/emergency-mode/people/", "/emergency-mode/venues/"):
        if login in ("front", "station", "idle"):
            assert client.get(other).status_code == 403
