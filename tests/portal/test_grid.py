"""The pages of the grid, of quarantine sites and of beds: who opens which, a worker's day on a phone, a contact's room."""

import datetime
import io
import re
from uuid import uuid4

import pytest
from PIL import Image

from kangmai.access.models import Account
from kangmai.epidemic.capacity import models as capacity
from kangmai.epidemic.grid import models as grid
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.quarantine import models as quarantine
from kangmai.epidemic.tasks import models as tasks
from kangmai.epidemic.tracing import models as tracing
from kangmai.epidemic.venues import models as venues
from kangmai.registry.types import OrganizationKind
from kangmai.standards.identity_numbers import make_identity_number
from tests.epidemic.orders.factories import order_in_force
from tests.factories import portal_town
from tests.factories.markup import PageClient

ROOT, TASKS = "/emergency-mode/quarantine/", "/emergency-mode/grid/"
NOW = datetime.datetime.now(datetime.UTC)
TODAY = (NOW + datetime.timedelta(hours=8)).date()
VILLAGE = portal_town.VILLAGE


@pytest.fixture(scope="module")
def scene(town):
    """The town under an order, with those who trace, assign, run a site, drive and knock at doors."""
    order_in_force(
        Purpose.TRACING, Purpose.REGISTRATION, Purpose.QUARANTINE, at=NOW - datetime.timedelta(minutes=5), days=20
    )  # fmt: skip
    for login, name, code in (("cdc", "吴敏", "441202"), ("cdc_there", "吴岚", "441203")):
        centre = portal_town._institution(
            f"CDC-{code}",
            f"{code} 疾控中心",
            "CDC",
            OrganizationKind.CDC,
            code,
            jurisdiction_code=code,
        )
        portal_town._account(login, name, "cdc_epidemiologist", centre)
    portal_town.add_reviewer(town)
    portal_town._account("there", "郑小红", "township_public_health", town.elsewhere)
    portal_town._account("worker", "何网格", "grid_worker", town.station)
    portal_town._account("worker2", "蔡网格", "grid_worker", town.station)
    portal_town._account("runs", "邓管理", "quarantine_manager", town.centre)
    portal_town._account("crew", "冯司机", "ambulance_crew", town.hospital)
    portal_town._account("beds", "曾院办", "institution_administrator", town.hospital)
    return town


def client_of(login, language="en"):
    client = PageClient(SERVER_NAME="localhost")
    client.cookies["django_language"] = language
    client.post("/login/", {"login": login, "password": portal_town.PASSWORD})
    return client


def post(client, path, **form):
    answer = client.post(path, form)
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def toasts(client, path):
    """What the next page says at its edge."""
    return client.get(path).content.decode()


@pytest.fixture(scope="module")
def made(scene):
    """A contact of a case, a site with rooms, an ambulance, two grids with a worker each: all by the pages."""
    cdc, township = client_of("cdc"), client_of("township")
    case = {"who": scene.liang.index_number, "place": VILLAGE, "key": "k1", "onset": f"{TODAY}"}
    post(cdc, "/emergency-mode/tracing/cases/new/", **case)
    add = {"do": "add", "who": scene.chen.index_number, "relation": "same_table", "where": "大排档", "first": f"{TODAY}", "last": f"{TODAY}", "minutes": "45"}  # fmt: skip
    post(cdc, f"/emergency-mode/tracing/cases/{tracing.Case.objects.get().id}/change/", **add)
    where = post(
        cdc, "/capacity/change/", do="site", name="城东酒店", institution="SQ-441202001", place=VILLAGE[:9], key=str(uuid4()),
        address="城东路1号", hospital_km="2.5",
    )  # fmt: skip
    site = capacity.Site.objects.get()
    assert where == f"/capacity/sites/{site.id}/"
    post(
        cdc,
        "/capacity/change/",
        do="rooms",
        site=site.id,
        numbers="301-303",
        kind="single",
        beds="1",
    )
    post(
        cdc,
        "/capacity/change/",
        do="ambulance",
        sign="粤H-120",
        institution="YY-441202-1",
        negative="1",
    )
    for name, login in (("东区", "worker"), ("西区", "worker2")):
        post(township, "/grid/change/", do="found", code=VILLAGE, name=name)
        code = grid.Cell.objects.get(name=name).code
        post(township, "/grid/change/", do="appoint", code=code, role="grid_worker", name=f"{name}网格员", phone="0758-1", login=login)  # fmt: skip
    east = grid.Cell.objects.get(name="东区").code
    post(township, "/grid/change/", do="place", code=east, people=scene.liang.index_number)
    return {"contact": tracing.Contact.objects.get().id, "site": site.id, "east": east}


def test_who_opens_which_page(scene, made):
    pages = (
        "/capacity/", "/capacity/new/", "/capacity/report/", "/capacity/sites/{site}/", "/grid/", "/grid/{east}/", ROOT,
        ROOT + "sites/{site}/", ROOT + "assign/?contact={contact}", ROOT + "rides/", TASKS, TASKS + "board/", TASKS + "give/",
        TASKS + "needs/",
    )  # fmt: skip
    expected = {
        "cdc": (200, 200, 403, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
        "township": (200, 403, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
        "officer": (200, 200, 403, 200, 200, 200, 200, 403, 403, 403, 302, 200, 403, 403),
        "runs": (200, 403, 403, 200, 403, 403, 302, 200, 403, 403, 403, 403, 403, 403),
        "crew": (200, 403, 403, 404, 403, 403, 200, 403, 403, 200, 403, 403, 403, 403),
        "worker": (403, 403, 403, 403, 403, 403, 403, 403, 403, 403, 200, 403, 403, 403),
        "beds": (200, 403, 200, 404, 403, 403, 200, 403, 403, 403, 403, 403, 403, 403),
        "cdc_there": (200, 200, 403, 404, 200, 404, 200, 404, 404, 200, 200, 200, 200, 200),
    }
    found = {
        login: tuple(client_of(login).get(page.format(**made)).status_code for page in pages)
        for login in expected
    }
    assert found == expected


def test_a_contact_gets_a_room_is_taken_in_checked_and_lets_it_go_clean(scene, made):
    cdc, runs = client_of("cdc"), client_of("runs")
    page = cdc.get(f"/emergency-mode/tracing/contacts/{made['contact']}/").content.decode()
    link = f"{ROOT}assign/?contact={made['contact']}"
    assert link in page
    page = cdc.get(link).content.decode()
    assert "城东酒店" in page and '<option value="' in page
    room = capacity.Room.objects.get(number="301")
    form = {"contact": str(made["contact"]), "room": room.id, "key": str(uuid4())}
    address = post(cdc, f"{ROOT}assign/", **form)
    assert post(cdc, f"{ROOT}assign/", **form) == address  # the form sent twice is one room
    assert "held" in runs.get(f"/capacity/sites/{made['site']}/").content.decode()
    page = runs.get(f"{ROOT}sites/{made['site']}/").content.decode()
    assert "陈" in page and "1 expected" in page
    stay = quarantine.Stay.objects.get()
    for nobody in ("cdc_there", "there"):
        assert client_of(nobody).get(address).status_code == 404
        client_of(nobody).post(f"{address}change/", {"do": "arrive", "version": 1})
    stay.refresh_from_db()
    assert stay.state == "expected"
    post(runs, f"{address}change/", do="arrive", version=1)
    post(runs, f"{address}change/", do="check", version=2, half="am", temperature="36.6")
    assert tracing.Check.objects.get().temperature_c is not None
    page = client_of("township").get(f"/emergency-mode/tracing/contacts/{made['contact']}/").content.decode()  # fmt: skip
    assert "城东酒店" in page and "36.6" in page
    post(runs, f"{address}change/", do="leave", version=2, how="home", handed_to="城东社区")
    assert "Tracing has not released" in toasts(runs, address)
    post(runs, f"{address}change/", do="leave", version=2, how="hospital", handed_to="市一医院")
    assert "to hospital" in toasts(runs, address)
    room.refresh_from_db()
    assert room.state == "cleaning"
    post(
        runs,
        "/capacity/change/",
        do="finish",
        site=made["site"],
        room=room.id,
        version=room.version,
    )
    room.refresh_from_db()
    assert room.state == "free"
    chinese = client_of("runs", "zh-hans").get(f"{ROOT}sites/{made['site']}/").content.decode()
    assert "在住 0 人" in chinese


def test_an_ambulance_is_called_and_its_crew_writes_down_each_step(scene, made):
    cdc, crew = client_of("cdc"), client_of("crew")
    address = f"{ROOT}rides/call/?contact={made['contact']}"
    capacity.Ambulance.objects.update(place_code=VILLAGE)
    far = capacity.Ambulance.objects.get()
    far.pk, far.call_sign, far.place_code = None, "AA-1", "441202999001"  # of another town
    far.save()
    page = cdc.get(address).content.decode()
    assert 0 < page.index("粤H-120 · negative pressure · ") < page.index("AA-1")
    far.delete()
    assert f"site:{made['site']}" in page
    car = capacity.Ambulance.objects.get()
    form = {"contact": str(made["contact"]), "ambulance": car.id, "goal": f"site:{made['site']}", "crew": "冯、陈", "key": str(uuid4())}  # fmt: skip
    post(cdc, f"{ROOT}rides/call/", **form)
    page = crew.get(f"{ROOT}rides/").content.decode()
    assert "陈" in page and "Left the station" in page
    assert "粤H-120" not in client_of("cdc_there").get(f"{ROOT}rides/?show=all").content.decode()
    trip = quarantine.Trip.objects.get()
    for n, step in enumerate(("left", "arrived", "handed over", "disinfected"), start=1):
        post(crew, f"{ROOT}rides/{trip.id}/change/", do="step", step=step, version=n)
    trip.refresh_from_db()
    car.refresh_from_db()
    assert trip.disinfected_at is not None and car.state == "ready"
    assert "No trip under way" in crew.get(f"{ROOT}rides/").content.decode()


def test_beds_are_reported_and_shown_with_their_age(scene, made):
    beds = client_of("beds")
    page = beds.get("/capacity/report/").content.decode()
    assert "ICU beds" in page
    wrong = {"key": str(uuid4()), "icu-set_up": "10", "icu-staffed": "8", "icu-occupied": "9"}
    answer = beds.post("/capacity/report/", wrong)
    assert "more than the 8 that are staffed" in answer.content.decode()
    assert 'value="9"' in answer.content.decode() and not capacity.BedReport.objects.exists()
    post(beds, "/capacity/report/", **wrong | {"icu-occupied": "5"})
    page = client_of("officer").get("/capacity/").content.decode()
    assert re.search(r"ICU beds</span><strong class=\"number\">3</strong>", page)
    assert "free of 8 staffed" in page and "institutions never reported" not in page
    report = capacity.BedReport.objects.get()
    report.reported_at -= datetime.timedelta(hours=20)
    report.save()
    assert "1 report is old" in client_of("officer").get("/capacity/").content.decode()
    assert "ICU beds" not in client_of("cdc_there").get("/capacity/").content.decode()


def photo():
    made = io.BytesIO()
    Image.new("RGB", (800, 600), "red").save(made, "JPEG")
    made.name = "door.jpg"
    made.seek(0)
    return made


def test_a_worker_registers_who_lives_in_his_grid_and_nobody_elses(scene, made):
    address = f"{TASKS}register/"
    cells = {
        each.name[0]: each.code for each in grid.Cell.objects.filter(name__in=("东区", "西区"))
    }
    worker, there = client_of("worker"), client_of("worker2")
    assert address in worker.get(TASKS).content.decode()
    page = worker.get(address).content.decode()
    assert cells["东"] in page
    assert cells["西"] not in page
    number = make_identity_number(region="441202", birth_on=datetime.date(1951, 3, 4), sequence=77)
    old = {"name": "陆阿婆", "document_kind": "01", "document_number": number, "phone": "", "address": "村口 3 号"}  # fmt: skip
    for cell in (cells["西"], "", "441202001002"):
        refused = worker.post(address, {**old, "cell": cell})
        assert refused.status_code == 400
        assert "You do not look after this grid" in refused.content.decode()
        assert "陆阿婆" in refused.content.decode()
    told = worker.post(address, {**old, "cell": cells["东"]})
    assert told.status_code == 200
    assert "pass-qr" in told.content.decode()
    assert 'value="村口 3 号"' in told.content.decode()
    registered = venues.Person.objects.get(origin="grid", place_code=cells["东"][:12])
    assert registered.registered_by == Account.objects.get(login="worker").id
    # of who is registered another worker learns nothing, not even that he is
    other = there.post(address, {**old, "name": "别人", "cell": cells["西"]})
    assert other.status_code == 400
    assert "pass-qr" not in other.content.decode()
    for nobody in ("township", "cdc", "crew"):
        assert client_of(nobody).get(address).status_code == 403
        assert client_of(nobody).post(address, {**old, "cell": cells["东"]}).status_code == 403
    assert worker.get("/emergency-mode/people/").status_code == 403


def test_a_worker_does_a_task_on_his_phone_and_another_grid_sees_nothing(scene, made):
    township, worker = client_of("township"), client_of("worker")
    form = {
        "kind": "delivery",
        "people": scene.liang.index_number,
        "note": "米 10 公斤",
        "key": "g1",
    }
    for _ in range(2):
        post(township, f"{TASKS}give/", **form)
    page = worker.get(TASKS + "?show=open").content.decode()
    assert "梁秀英" in page and "米 10 公斤" in page
    task = tasks.Task.objects.get()
    address = f"{TASKS}tasks/{task.id}/"
    there = worker.get(f"{TASKS}?show=open&area={task.cell[:12]}").content.decode()
    assert "梁秀英" in there and f'value="{task.cell[:12]}" selected' in there
    assert "梁秀英" not in worker.get(f"{TASKS}?show=open&area=441202002001").content.decode()
    for nobody in ("worker2", "there", "cdc_there"):
        assert "梁秀英" not in client_of(nobody).get(TASKS + "?show=open").content.decode()
        assert client_of(nobody).get(address).status_code == 404
    post(worker, f"{address}change/", do="start", version=1)
    post(worker, f"{address}change/", do="finish", version=2, result="delivered", photo=io.BytesIO(b"not a photo"))  # fmt: skip
    assert "no photo that can be read" in toasts(worker, address)
    post(
        worker,
        f"{address}change/",
        do="finish",
        version=2,
        result="delivered",
        remark="放在门口",
        photo=photo(),
    )
    task.refresh_from_db()
    assert task.state == "done"
    page = township.get(address).content.decode()
    picture = re.search(rf"{TASKS}photos/[0-9a-f-]+/", page).group(0)
    answer = township.get(picture)
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/jpeg", "no-store")
    assert Image.open(io.BytesIO(answer.content)).size == (800, 600)
    assert client_of("worker2").get(picture).status_code == 404
    board = township.get(f"{TASKS}board/?area={VILLAGE}").content.decode()
    assert "东区" in board and "1 of 1 in time" in board
    assert (
        "东区" not in client_of("cdc_there").get(f"{TASKS}board/?area={VILLAGE}").content.decode()
    )


def test_needs_are_entered_served_and_their_reason_is_for_some_only(scene, made):
    township, worker, cdc = client_of("township"), client_of("worker"), client_of("cdc")
    post(township, f"{TASKS}needs/", do="add", people=scene.liang.index_number, kind="dialysis")
    page = township.get(f"{TASKS}needs/?state=confirmed").content.decode()
    assert '<td data-label="Why">Dialysis' in page and "Bring to hospital" in page
    seen = cdc.get(f"{TASKS}needs/?state=confirmed").content.decode()
    assert (
        '<td data-label="Why">needs help' in seen
        and "Your role sees what is done, not why." in seen
    )
    phone = worker.get(f"{TASKS}?show=open").content.decode()
    assert "Bring to hospital" in phone and "ialysis" not in phone
    assert "梁秀英" not in client_of("there").get(f"{TASKS}needs/?state=confirmed").content.decode()
    need = tasks.Need.objects.get()
    client_of("there").post(
        f"{TASKS}needs/{need.id}/change/", {"do": "end", "version": need.version}
    )
    need.refresh_from_db()
    assert need.state == "confirmed"
    post(township, f"{TASKS}needs/", do="propose", area=VILLAGE)
    post(township, f"{TASKS}send/", do="needs", area=VILLAGE)
    assert "0 new tasks" in toasts(township, f"{TASKS}board/?area={VILLAGE}")
    post(township, f"{TASKS}needs/{need.id}/change/", do="end", version=need.version)
    assert "Bring to hospital · " not in worker.get(f"{TASKS}?show=open").content.decode()


def test_the_tree_is_read_in_both_languages_and_names_faults(scene, made):
    township = client_of("township")
    page = township.get("/grid/").content.decode()
    assert re.search(r"Grids: 2, micro-grids: 0, workers: 2, households placed: 1", page)
    village = township.get(f"/grid/{VILLAGE}/").content.decode()
    assert "东区" in village and "In no grid yet" in village
    post(
        township,
        "/grid/change/",
        do="appoint",
        code=made["east"],
        role="volunteer",
        name="王五",
        login="nobody",
    )
    assert "There is no account" in toasts(township, f"/grid/{made['east']}/")
    chinese = client_of("township", "zh-hans").get(f"/grid/{made['east']}/").content.decode()
    assert "负责人员" in chinese and "网格员" in chinese
    officer = client_of("officer")
    assert officer.get("/grid/999999/").status_code == 400
    assert "Duanzhou District" in officer.get("/grid/441200/").content.decode()
