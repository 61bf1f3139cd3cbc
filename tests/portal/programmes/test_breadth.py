"""Pages of programmes besides hypertension: days that are asked for, weeks shown, labels, joint visits."""

import datetime
import uuid

import pytest

from kangmai.programmes.engine import models
from tests.factories import portal_town
from tests.factories.portal_town import VILLAGE
from tests.portal.programmes.conftest import TODAY, version_in


@pytest.fixture(scope="module")
def mother(served):
    born = datetime.date(1996, 2, 3)
    return portal_town.resident("林晓燕", "2", born, VILLAGE, served.town.station)


@pytest.fixture(scope="module")
def carer(served):
    portal_town._account("carer", "吴敏", "mental_health_worker", served.town.station)
    return "carer"


def enrolling(resident, programme: str, **given: str):
    address = f"/residents/{resident.index_number}/enrol/"
    usual = {"programme": programme, "state": "managed", "way": "hand", "key": uuid.uuid4().hex}
    return address, {**usual, "on": str(TODAY), **given}


@pytest.mark.parametrize(
    ("language", "label", "missing", "weeks"),
    [
        ("en", "first day of the last period", "which is not given", "11 weeks + 3"),
        ("zh-hans", "末次月经", "请填写该日期", "11 周 + 3 天"),
    ],
)
def test_a_pregnancy_asks_for_its_last_period_and_shows_its_weeks(
    enter, served, language, label, missing, weeks
):
    born = datetime.date(1995, 1, 1 + len(language))
    woman = portal_town.resident("周小燕", "2", born, VILLAGE, served.town.station)
    client = enter("village", language=language)
    address, given = enrolling(woman, "maternal")
    page = client.get(f"{address}?programme=maternal").content.decode()
    assert label in page
    assert 'name="anchor-last_period"' in page
    assert "anchor-delivery" not in page
    refused = client.post(address, given)
    assert (refused.status_code, missing in refused.content.decode()) == (422, True)
    unreadable = client.post(address, {**given, "anchor-last_period": "yesterday"})
    assert unreadable.status_code == 422
    given["anchor-last_period"] = str(TODAY - datetime.timedelta(80))
    page = client.post(address, given, follow=True).content.decode()
    assert weeks in page
    row = models.Enrolment.objects.get(resident_id=woman.id)
    form = client.get(f"/programmes/enrolments/{row.id}/visit/antenatal/").content.decode()
    assert weeks in form


def test_a_sensitive_programme_is_on_no_page_of_others(enter, served, mother, carer):
    own, village, elsewhere = enter(carer), enter("village"), enter("elsewhere")
    address, given = enrolling(mother, "smd")
    assert 'value="smd"' in own.get(address).content.decode()
    assert 'value="smd"' not in village.get(address).content.decode()
    assert village.post(address, given).status_code == 403
    assert own.post(address, given).status_code == 302
    row = models.Enrolment.objects.get(resident_id=mother.id, programme="smd")
    pages = (
        f"/programmes/enrolments/{row.id}/",
        f"/programmes/enrolments/{row.id}/visit/followup/",
    )
    for path in pages:
        assert own.get(path).status_code == 200
        assert village.get(path).status_code == elsewhere.get(path).status_code == 404
    listed = own.get("/follow-ups/?show=all").content.decode()
    assert "林**" in listed
    assert "林晓燕" not in listed
    record = f"/residents/{mother.index_number}/"
    for client in (village, own):
        page = client.get(record).content.decode()
        assert (str(row.id) in page) is (client is own)
    assert str(row.id) not in village.get("/follow-ups/?show=all").content.decode()
    exported = village.get("/follow-ups/list.csv?show=all").getvalue().decode("utf-8-sig")
    assert "林晓燕" not in exported
    assert "李少芬" in exported


def test_a_joint_visit_leads_on_to_the_other_form(enter, served, answers):
    client, person = enter("village"), served.residents["周丽仪"]
    address, given = enrolling(person, "diabetes")
    assert client.post(address, given).status_code == 302
    pressure = models.Enrolment.objects.get(resident_id=person.id, programme="hypertension")
    sugar = models.Enrolment.objects.get(resident_id=person.id, programme="diabetes")
    path = f"/programmes/enrolments/{pressure.id}/visit/followup/"
    version = version_in(client.get(path).content.decode())
    saved = client.post(path, answers(expected_version=version), follow=True).content.decode()
    onward = f"/programmes/enrolments/{sugar.id}/visit/followup/"
    assert onward in saved
    assert "Joint visit: go on with" in saved
    assert "136/84" in client.get(onward).content.decode()
