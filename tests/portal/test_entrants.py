"""The page of school entry: a list taken in, the check, rates by school and town, the file; the neighbour sees nothing."""

import datetime
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kangmai.programmes.campaigns import models
from kangmai.programmes.vaccination import standing
from kangmai.registry import actions as registry_actions
from kangmai.registry.types import PlaceKind
from kangmai.standards.calendars import legal_day
from tests.factories import portal_town, registry

PAGE = "/vaccination/entrants/"


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture(scope="module")
def pupils(town):
    """A school and two children of six years without a dose on record."""
    now = datetime.datetime.now(datetime.UTC)
    facts = registry.place_facts(code="S-1", name="城东小学", division_code=portal_town.VILLAGE[:9])
    registry_actions.create_place(facts=facts, actor=registry.ADMIN, at=now)
    portal_town.add_reviewer(town)
    portal_town._account("next_door", "何护士", "township_public_health", town.elsewhere)
    born = legal_day(now) - datetime.timedelta(6 * 366)
    found = [
        portal_town.resident(name, sex, born, portal_town.VILLAGE, town.station)
        for name, sex in (("李小满", "1"), ("周小雨", "2"))
    ]
    standing.judge_due(on=legal_day(now))
    return found


def sent(*lines):
    return {"file": SimpleUploadedFile("list.csv", "\n".join(lines).encode())}


def test_a_list_is_checked_and_counted(enter, pupils):
    nurse = enter("township")
    assert "No list of entrants yet." in text(nurse.get(PAGE))
    lines = [f"{each.index_number},S-1,1,2" for each in pupils]
    told = text(nurse.post(PAGE, sent(*lines), follow=True))
    assert "2 lines: 2 added" in told and "城东小学" in told
    assert nurse.post(PAGE, sent("x")).status_code == 422
    first = models.Entrant.objects.get(resident_id=pupils[0].id)
    told = text(nurse.post(PAGE, {"do": "check", "entrant": first.id, "query": ""}, follow=True))
    assert "1 checked; 1 lacks a dose." in told
    rates = re.search(r'id="rates".*?</table>', told).group(0)
    assert "1 · 50.0%" in rates and "0 · 0.0%" in rates and "0 / 1" in rates
    assert nurse.post(PAGE, {"do": "check", "entrant": first.id}).status_code == 422
    assert nurse.post(PAGE, {"do": "check"}).status_code == 422
    only = text(nurse.get(f"{PAGE}?state=lacking&by=town"))
    assert "李小满" in only and "周小雨" not in only
    file = nurse.get("/vaccination/entrants.csv")
    content = b"".join(file.streaming_content).decode()
    assert "李小满" in content and "周小雨" in content and "城东小学" in content
    assert nurse.get(f"{PAGE}?year=x&school=y&state=z&after=w").status_code == 200


def test_others_see_nothing_or_may_not_check(enter, pupils):
    entrant = models.Entrant.objects.get(resident_id=pupils[1].id)
    stranger = enter("next_door")
    assert "李小满" not in text(stranger.get(PAGE))
    assert "李小满" not in b"".join(stranger.get("/vaccination/entrants.csv").streaming_content).decode()  # fmt: skip
    assert stranger.post(PAGE, {"do": "check", "entrant": entrant.id}).status_code == 422
    assert stranger.post(PAGE, sent(f"{pupils[1].index_number},S-1,1,2")).status_code == 422
    village = enter("village")  # the school stands in the town, whose clinic checks it
    assert "周小雨" not in text(village.get(PAGE))
    assert "周小雨" not in b"".join(village.get("/vaccination/entrants.csv").streaming_content).decode()  # fmt: skip
    assert village.post(PAGE, {"do": "check", "entrant": entrant.id}).status_code == 422
    for login in ("officer", "liang"):
        assert enter(login).get(PAGE).status_code == 403
        assert enter(login).get("/vaccination/entrants.csv").status_code == 403
    entrant.refresh_from_db()
    assert entrant.checked_on is None


@pytest.mark.parametrize(
    "kind, grade, said",
    [("kindergarten", "小班", "junior class, 2"), ("kindergarten", "3", "senior class, 2"), ("nursery", "托大班", "older toddlers&#x27; group, 2"), ("school", "1", "grade 1, 2")],
)  # fmt: skip
def test_a_class_has_the_name_that_its_kind_of_place_gives_it(enter, pupils, kind, grade, said):
    now, code = datetime.datetime.now(datetime.UTC), f"{kind}-{said[0]}"
    facts = registry.place_facts(code=code, kind=PlaceKind(kind), name=f"城东{code}", division_code=portal_town.VILLAGE[:9])  # fmt: skip
    registry_actions.create_place(facts=facts, actor=registry.ADMIN, at=now)
    models.Entrant.objects.all().delete()
    lines = [f"{each.index_number},{code},{grade},2" for each in pupils]
    told = text(enter("township").post(PAGE, sent(*lines), follow=True))
    assert told.count(f'<div class="small-line">{said}</div>') == len(pupils)
