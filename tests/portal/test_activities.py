"""Activities on their pages: written with a photo, counted in the year's table, a lead reported and answered; neighbours see nothing."""

import re
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from kangmai.programmes.activities import models
from kangmai.registry.types import OrganizationKind
from tests.factories.portal_town import _account, _institution

ROOT = "/activities/"
NONE = "01890000-0000-7000-8000-000000000001"


@pytest.fixture(scope="module")
def served(town):
    """The town's worker, the county's supervisor, and a worker of the next county."""
    _account("township", "刘芳", "township_public_health", town.centre)
    county = _institution("JD-441202", "端州区卫生监督所", "Duanzhou Supervision", OrganizationKind.SUPERVISION, "441202", jurisdiction_code="441202")  # fmt: skip
    _account("supervisor", "何勇", "supervisor", county)
    _account("township2", "许强", "township_public_health", town.elsewhere)
    return town


def text_of(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return answer.content.decode()


def send(client, address, **said):
    page = text_of(client, address)
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    return client.post(f"{address}change/", {"version": version, **said}, follow=True).content.decode()  # fmt: skip


def photo():
    content = BytesIO()
    Image.new("RGB", (40, 20), "white").save(content, "PNG")
    return SimpleUploadedFile("lecture.png", content.getvalue(), "image/png")


def test_a_lecture_with_its_photo_counts(served, enter):
    town, clinician = enter("township"), enter("clinician")
    form = f"{ROOT}new/?rule=health_education&kind=lecture"
    assert "城东街道社区卫生服务站" in text_of(town, form)
    sent = {"organization": served.centre.id, "on": "2026-11-20", "title": "糖尿病防治", "venue": "三楼会议室", "people": "", "key": NONE}  # fmt: skip
    refused = town.post(form, sent)
    assert refused.status_code == 400 and "how many took part" in refused.content.decode()
    assert "三楼会议室" in refused.content.decode()
    made = town.post(form, sent | {"people": "36", "speaker": "陈医生", "photo": photo()})
    page = text_of(town, made["Location"])
    assert "陈医生" in page and "36" in page
    address = re.search(r'src="(/activities/photos/[^"]+)"', page)[1]
    assert town.get(address)["Content-Type"] == "image/jpeg"
    for each in (address, made["Location"]):
        assert enter("township2").get(each).status_code == 404
        assert clinician.get(each).status_code == 403
    table = text_of(town, f"{ROOT}?rule=health_education")
    assert "1 / 12" in table and "behind" in table and "to be verified" in table
    assert "糖尿病防治" in text_of(town, f"{ROOT}list/?rule=health_education&institution={served.centre.id}")  # fmt: skip
    assert "counts no longer" in send(town, made["Location"], do="withdraw", note="重复")
    assert "1 / 12" not in text_of(town, f"{ROOT}?rule=health_education")


def test_a_lead_goes_to_the_supervisors_and_back(served, enter):
    town, supervisor = enter("township"), enter("supervisor")
    form = f"{ROOT}new/?rule=health_supervision&kind=water"
    sent = {"organization": served.centre.id, "on": "2026-11-20", "venue": "中心小学", "problem": "无消毒记录", "key": str(uuid4())}  # fmt: skip
    address = town.post(form, sent)["Location"]
    assert "not reported" not in text_of(town, address)
    assert 'value="answer"' not in text_of(supervisor, address)
    assert "reported, no answer yet" in send(town, address, do="report", note="区卫生监督所", on="2026-11-20")  # fmt: skip
    assert "中心小学" in text_of(supervisor, f"{ROOT}list/?rule=health_supervision&lead=reported")
    assert "已现场监督" in send(
        supervisor, address, do="answer", note="已现场监督", on="2026-11-20"
    )
    assert "That cannot be done" in send(town, address, do="burn")
    assert models.Activity.objects.get(venue="中心小学").lead == "answered"


def test_lists_as_files_and_the_neighbour(served, enter):
    town, neighbour = enter("township"), enter("township2")
    models.Activity.objects.filter(withdrawn_reason="").delete()
    sent = {"organization": served.centre.id, "on": "2026-11-19", "title": "戒烟", "pieces": "200", "key": str(uuid4())}  # fmt: skip
    assert town.post(f"{ROOT}new/?rule=health_education&kind=print", sent).status_code == 302

    def lines(client, name):
        answer = client.get(f"{ROOT}{name}.csv?rule=health_education&year=2026")
        return b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()

    assert "戒烟" in lines(town, "list")[1] and "1 / 12" in lines(town, "year")[1]
    assert len(lines(neighbour, "list")) == 1
    assert "城东" not in "".join(lines(neighbour, "year"))
    assert b"".join(town.get(f"{ROOT}year.xlsx").streaming_content)[:2] == b"PK"
    assert town.get(f"{ROOT}list.pdf").status_code == 404
    before = models.Activity.objects.count()
    refused = neighbour.post(f"{ROOT}new/?rule=health_education&kind=print", sent | {"key": str(uuid4())})  # fmt: skip
    assert refused.status_code == 403 and models.Activity.objects.count() == before


@pytest.mark.parametrize(
    ("login", "table", "form"),
    [
        ("township", 200, 200), ("village", 200, 200), ("officer", 200, 403), ("supervisor", 200, 403),
        ("clinician", 403, 403), ("admin", 403, 403), ("liang", 403, 403), ("", 302, 302),
    ],
)  # fmt: skip
def test_who_opens_what(served, enter, login, table, form):
    client = enter(login, language="zh-hans")
    found = [client.get(ROOT + each).status_code for each in ("", "list/?rule=tcm_outreach", "new/")]  # fmt: skip
    assert found == [table, table, form]
