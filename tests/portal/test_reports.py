"""Reports, tables, commitments, other cities and open data through the pages: who sees which, and nobody sideways."""

import datetime
import html
import io
import re

import pytest
from django.conf import settings
from openpyxl import Workbook

from kangmai.access import actions as access
from kangmai.analytics import actions as analytics
from kangmai.governance.reporting.models import Commitment, PeerFigure, Report
from tests.factories import reporting
from tests.factories.portal_town import AT, OPERATOR

PERIOD = "2025-11-01/2026-11-01"


@pytest.fixture(scope="module")
def people(town, tmp_path_factory):
    """Those who write, check and issue in the city's bureau; a neighbour county's writer; the lake of the town."""
    before = settings.LAKE
    settings.LAKE = tmp_path_factory.mktemp("reports") / "lake"
    reporting.people(town)
    reporting.managed(town)
    analytics.sync(report=lambda progress: None, actor=OPERATOR, at=AT)
    yield town
    settings.LAKE = before


def text_of(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def version(client, address):
    return re.search(r'name="version" value="(\d+)"', client.get(address).content.decode())[1]


def step(client, address, do, **more):
    given = {"do": do, **more}
    found = re.search(r'name="version" value="(\d+)"', client.get(address).content.decode())
    if found:
        given["version"] = found[1]
    return client.post(f"{address}change/", given, follow=True)


PAGES = {
    "/reports/": (200, 200, 200, 200, 403, 403),
    "/reports/tables/": (403, 200, 403, 403, 403, 403),
    "/reports/cities/": (200, 200, 200, 403, 403, 403),
    "/reports/outside/": (200, 200, 403, 403, 403, 403),
    "/reports/elsewhere/": (200, 200, 200, 200, 403, 403),
    "/reports/open-data/": (200, 200, 200, 200, 200, 403),
    "/reports/open-data/file/?period=2025": (200, 200, 200, 200, 200, 403),
    "/commitments/": (200, 200, 200, 403, 403, 403),
    "/commitments/new/": (200, 200, 403, 403, 403, 403),
    "/commitments/statement.html": (200, 200, 200, 403, 403, 403),
}
LOGINS = ("officer", "statistics", "leader", "inspector", "village", "clinician")


@pytest.mark.parametrize("login", LOGINS)
def test_everybody_opens_the_pages_of_the_own_role(people, enter, login):
    client = enter(login)
    found = {path: client.get(path).status_code for path in PAGES}
    assert found == {path: statuses[LOGINS.index(login)] for path, statuses in PAGES.items()}


def test_visitors_are_sent_to_the_login(people, enter):
    for path in PAGES:
        assert enter().get(path)["Location"].startswith("/login/?next="), path


def test_a_report_from_draft_to_issue_by_three_and_what_others_see_of_it(people, enter):
    writer, officer, leader, neighbour, inspector = map(enter, ("statistics", "officer", "leader", "county", "inspector"))  # fmt: skip
    begun = {"template": "annual_review", "area": "441200", "period": PERIOD}
    assert "does not include" in text_of(officer.post("/reports/", begun, follow=True))
    here = writer.post("/reports/", begun)["Location"]
    assert "not frozen" in text_of(writer.get(here))
    assert "holds a number (3)" in text_of(
        step(writer, here, "edit", **{"remark-people": "新增3人"})
    )
    for client in (neighbour, inspector):
        assert client.get(here).status_code == 404
        assert client.get(f"{here}file.html").status_code == 404
    refused = html.unescape(text_of(step(writer, here, "submit")))
    assert "cannot be printed" in refused and "Press 'Freeze what is missing'" in refused
    step(writer, here, "freeze")
    authority = {"authority": "省卫生健康委", "document": "文号"}
    refused = html.unescape(text_of(step(writer, here, "authorize", **authority)))
    assert "does not include 'Issue reports'" in refused
    step(writer, here, "submit")
    waits = "A report of Zhaoqing waits for you"
    assert waits in text_of(officer.get("/inbox/"))
    step(officer, here, "comment", text="口径请再核")
    step(officer, here, "give_back", reason="补充说明")
    assert "补充说明" in text_of(writer.get(here))
    assert waits in text_of(writer.get("/inbox/"))
    assert waits not in text_of(officer.get("/inbox/"))
    step(writer, here, "submit")
    step(officer, here, "check")
    step(leader, here, "authorize", **authority)
    step(leader, here, "issue")
    row = Report.objects.get()
    assert (row.state, row.drafted_by_name, row.checked_by_name, row.issued_by_name) == ("issued", "statistics", "李卫东", "leader")  # fmt: skip
    assert neighbour.get(here).status_code == 404
    page = inspector.get(here)
    numbers = re.findall(rf'href="({here}figures/[a-z_0-9]+/)"', page.content.decode())
    assert f"{here}figures/institutions/" in numbers
    for address in dict.fromkeys(numbers):
        assert "As the report states it" in text_of(inspector.get(address)), address
        assert neighbour.get(address).status_code == 404
    # three residents are too few to print
    assert "Registered residents: the number is small and is not published." in text_of(page)
    for kind, begin in (("html", b"<!doctype"), ("docx", b"PK")):
        assert inspector.get(f"{here}file.{kind}?language=en").content.startswith(begin)
    assert inspector.get(f"{here}file.exe").status_code == 404
    assert "Begin a correction" in text_of(writer.get(here))
    again = writer.post("/reports/", begun)
    assert again["Location"] == here  # there the correction is begun
    assert "This report was issued as No. " in text_of(writer.get(here))
    wrong = text_of(writer.post("/reports/", {**begun, "period": "2026-10"}, follow=True))
    assert (
        "'Annual review' is written for a year (twelve months), and October 2026 is not that."
        in html.unescape(wrong)
    )
    assert "Begin a correction" not in text_of(inspector.get(here))


def test_a_table_is_bound_and_refused_cells_are_named(people, enter):
    writer, neighbour = enter("statistics"), enter("county")
    book = Workbook()
    book.active.append(["地区", "人数"])
    book.active.append(["全市", None])
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    file.name = "表.xlsx"
    here = writer.post("/reports/tables/", {"file": file})["Location"]
    said = step(writer, here, "bind", sheet="Sheet", cell="A1", indicator="residents", area="441200", part="value", when="now")  # fmt: skip
    assert "Sheet!A1: the cell holds words; no figure goes there." in text_of(said)
    step(writer, here, "bind", sheet="Sheet", cell="B2", indicator="residents", area="441200", part="value", when="now")  # fmt: skip
    assert "Sheet!B2" in text_of(writer.get(here))
    empty = writer.get(f"{here}filled.xlsx?period=2024", follow=True)
    assert "Sheet!B2 Registered residents Zhaoqing 2024." in text_of(empty)
    analytics.freeze(indicator="residents", period=_period(), area="441200", actor=OPERATOR, at=AT)
    content = b"".join(writer.get(f"{here}filled.xlsx?period=2026-09"))
    assert content.startswith(b"PK")
    for path in (here, f"{here}filled.xlsx?period=2026-09"):
        assert neighbour.get(path, follow=True).status_code in (404,), path


def _period():
    from kangmai.standards.periods import parse_period

    return parse_period("2026-09")


def test_a_commitment_from_the_form_to_its_end(people, enter):
    officer, neighbour = enter("officer"), enter("county")
    said = {
        "title": "心理咨询室80%以上", "owner": str(people.hospital.id), "due_on": "2026-12-31", "source": "要点",
        "milestones": "2026-11-01 名单确定\n2026-12-31 开诊",
    }  # fmt: skip
    assert "lacks" in text_of(officer.post("/commitments/new/", {**said, "milestones": ""}))
    wrong = officer.post(
        "/commitments/new/", {**said, "milestones": "2026-03-31 名单\n\n建成 2026-06-30"}
    )
    assert "Line 3 of the milestones, “建成 2026-06-30”, is to be a day" in text_of(wrong)
    here = officer.post("/commitments/new/", said)["Location"]
    assert "1 step late" in text_of(officer.get("/commitments/?year=2026&show=behind"))
    first = Commitment.objects.get().milestones.order_by("due_on").first()
    step(officer, here, "milestone", milestone=str(first.id), proof="纪要", on="2026-11-01")
    step(officer, here, "evidence", text="名单已定", document="纪要")
    assert "名单已定" in text_of(officer.get(here))
    assert "not done are 开诊" in text_of(step(officer, here, "conclude", standing="kept", words="完成"))  # fmt: skip
    step(officer, here, "conclude", standing="missed", words="场地未就绪")
    assert Commitment.objects.get().standing == "missed"
    assert neighbour.get(here).status_code == 404
    assert neighbour.post(f"{here}change/", {"do": "evidence", "text": "x", "document": "y"}, follow=True).status_code == 404  # fmt: skip
    assert "心理咨询室" not in text_of(neighbour.get("/commitments/?year=2026"))


def test_other_cities_count_after_a_person_said_so(people, enter):
    writer, neighbour = enter("statistics"), enter("county")
    file = io.BytesIO(
        "示例市公报（2025年）\n2025年管理人群血压控制率达71.3%，电子健康卡覆盖率达60%，接种.64万剂次。".encode()
    )
    file.name = "公报.txt"
    nameless = text_of(writer.post("/reports/cities/", {"file": file, "origin": " "}, follow=True))
    assert "Say where the bulletin was published" in nameless and "公报.txt" not in nameless
    file.seek(0)
    here = writer.post("/reports/cities/", {"file": file, "origin": "网页"})["Location"]
    page = text_of(writer.get(here))
    assert "digits lost" in page and "3 wait for a person" in page
    assert neighbour.get(here).status_code == 404
    row = PeerFigure.objects.get(indicator="ht_control_rate")
    decide = f"/reports/cities/figures/{row.id}/"
    given = {"do": "confirm", "version": "1", "indicator": "ht_control_rate", "place": "示例市", "period": "2025"}  # fmt: skip
    neighbour.post(decide, given)
    assert "No figure of another city is confirmed yet" in text_of(writer.get("/reports/cities/"))
    writer.post(decide, given)
    assert 'name="place" value="示例市"' in writer.get(here).content.decode()
    side = text_of(writer.get("/reports/cities/"))
    assert "管理人群血压控制率达71.3%" in side and "Base: " in side
    assert "71.3%" not in text_of(neighbour.get("/reports/cities/"))


def test_a_table_from_outside_names_its_lines_and_the_card_shows_where_it_is_from(people, enter):
    writer = enter("statistics")
    head = "指标,区划代码,期间,数值,分子,分母,提供单位,文号或来源,收到日期\n"

    def send(line):
        file = io.BytesIO((head + line).encode())
        file.name = "外部.csv"
        return writer.post("/reports/outside/", {"file": file}, follow=True)

    refused = send("county_inpatient_rate,999999,2025,,9,10,医保局,函,2026-02-01")
    assert refused.status_code == 400 and "Line 2: No division has the code" in text_of(refused)
    assert "1 figure was taken in" in text_of(send("县域住院率（县域内住院率）,441200,2025,,932,1000,医保局,函3号,2026-02-01"))  # fmt: skip
    again = text_of(
        send("县域住院率（县域内住院率）,441200,2025,,932,1000,医保局,函3号,2026-02-01")
    )
    assert "1 figure was known already" in again and "taken in." not in again
    card = text_of(writer.get("/indicators/county_inpatient_rate/card/?area=441200&period=2025"))
    assert "93.2" in card and "医保局 · 函3号" in card
    other = text_of(writer.get("/indicators/city_inpatient_rate/card/?area=441200&period=2025"))
    assert "insurer settlement data are needed" in other and "healthcare security bureau" in other


def test_open_data_over_http_ask_for_a_token_with_the_scope(people, enter):
    visitor = enter()
    address = "/api/open-data/figures?period=2026-09&area=441200"
    assert visitor.get(address).status_code == 401
    assert visitor.get("/api/open-data/openapi.json").json()["openapi"] == "3.0.3"
    at = datetime.datetime.now(datetime.UTC)

    def asking(scope):
        made = access.issue_operator_token(scope=scope, ttl_seconds=600, organization_id=None, actor=OPERATOR, at=at)  # fmt: skip
        return {"HTTP_AUTHORIZATION": f"Bearer {made.token}"}

    assert visitor.get(address, **asking("system/Patient.rs")).status_code == 403
    may = asking("system/MeasureReport.rs")
    lines = visitor.get(address, **may).content.decode().splitlines()
    (residents,) = [each for each in lines if ",RESIDENTS," in each]
    assert residents.startswith("KANGMAI:FIGURES(1.0),M,RESIDENTS,441200,2026-09,,residents,,,M,N,")
    bundle = visitor.get(f"{address}&format=fhir", **may).json()
    assert bundle["resourceType"] == "Bundle" and bundle["entry"]
    structure = visitor.get(f"{address}&format=sdmx-structure", **may)
    assert structure["Content-Type"].startswith("application/vnd.sdmx.structure+xml")
    assert b'id="RESIDENTS"' in structure.content and b'id="NOTIFIABLE_CASES"' not in structure.content  # fmt: skip
    sent = visitor.get(f"{address}&format=dhis2", **may)
    assert sent["Content-Type"] == "application/json"
    values = sent.json()
    assert (values["dataElementIdScheme"], values["orgUnitIdScheme"]) == ("CODE", "CODE")
    assert {each["period"] for each in values["dataValues"]} <= {"202609"}
    assert not any(
        each["dataElement"].startswith("KM_RESIDENTS") for each in values["dataValues"]
    )  # three: hidden
    year = "/api/open-data/figures?period=2025-02-01%2F2026-02-01&area=441200&indicator=residents"
    refused = visitor.get(f"{year}&format=dhis2", **may)
    assert refused.status_code == 400
    assert "DHIS2 has no period 2025-02-01/2026-02-01" in refused.json()["message"]["en"]
    assert visitor.get(f"{address}&format=dhis2", **asking("system/Patient.rs")).status_code == 403
    assert visitor.get(f"{address}&format=dhis2").status_code == 401
    page = "/reports/open-data/file/?period=2026-09&format=dhis2"
    assert enter("clinician").get(page).status_code == 403
    taken = enter("officer").get(page)
    assert taken["Content-Disposition"] == 'attachment; filename="open-data-441200-2026-09.json"'
    assert taken.json() == values  # the page and the interface give the same
    back = enter("officer").get(
        page.replace("2026-09", "2025-02-01%2F2026-02-01&indicator=residents")
    )
    assert back["Location"] == "/reports/open-data/"
    gone = visitor.get(f"{address}&format=dhis2-deletions", **may).json()
    assert {"dataElement": "KM_RESIDENTS", "period": "202609", "orgUnit": "441200"} in gone["dataValues"]  # fmt: skip
    assert "notifiable_cases" not in visitor.get("/api/open-data/indicators", **may).content.decode()  # fmt: skip
    for wrong, status in (
        ("&format=pdf", 404),
        ("&by=institution", 404),
        ("&indicator=nothing", 404),
    ):
        assert visitor.get(f"{address}{wrong}", **may).status_code == status
    assert visitor.get("/api/open-data/figures?area=441200&period=soon", **may).status_code == 400


def test_a_program_sends_figures_from_outside_for_its_own_area(people, enter):
    visitor, at = enter(), datetime.datetime.now(datetime.UTC)
    address = "/api/outside-figures"

    def asking(scope, organization=None):
        made = access.issue_operator_token(scope=scope, ttl_seconds=600, organization_id=organization, actor=OPERATOR, at=at)  # fmt: skip
        return {"HTTP_AUTHORIZATION": f"Bearer {made.token}"}

    def send(content, of="application/json", **headers):
        return visitor.post(address, content, content_type=of, **headers)

    given = {"indicator": "alos", "area": "441202", "period": "2025", "value": 8.4,
             "supplier": "市统计信息中心", "document": "年报 7 号", "received_on": "2026-02-01"}  # fmt: skip
    assert send({"figures": [given]}).status_code == 401
    for scope in ("system/*.cruds", "system/MeasureReport.rs"):  # by name, and not to read only
        assert send({"figures": [given]}, **asking(scope)).json()["error"] == "ScopeMissing"
    may = asking("system/MeasureReport.c")
    wrong = send({"figures": [given, {**given, "area": "999999"}]}, **may)
    assert wrong.status_code == 400
    assert [(each["line"], each["error"]) for each in wrong.json()["faults"]] == [(2, "AreaUnknown")]  # fmt: skip
    for content, of in (("[]", "application/json"), ('{"figures": [{"colour": "red"}]}', "application/json"), ("{", "application/json"), ("x", "text/plain")):  # fmt: skip
        assert send(content, of, **may).json()["error"] == "FiguresUnreadable"
    assert (
        visitor.get(f"{address}?area=441202", **may).json()["figures"] == []
    )  # nothing was taken in

    taken = send({"figures": [given]}, **may).json()
    assert (taken["taken"], taken["known"]) == (1, 0)
    again = send({"figures": [given]}, **may).json()
    assert (again["taken"], again["known"], again["figures"]) == (0, 1, taken["figures"])
    head = "指标,区划代码,期间,数值,分子,分母,提供单位,文号或来源,收到日期\n"
    later = send(f"{head}alos,441202,2025,8.1,,,市统计信息中心,更正 2 号,2026-03-01", "text/csv", **may).json()  # fmt: skip
    assert (later["taken"], later["figures"][0]["value"]) == (1, "8.1")
    back = visitor.get(f"{address}?area=441202", **may).json()["figures"]
    assert [(each["value"], each["document"], each["recorded_by"]) for each in back] == [("8.1", "更正 2 号", "token"), ("8.4", "年报 7 号", "token")]  # fmt: skip

    own = asking("system/MeasureReport.c", people.bureau.id)
    assert send({"figures": [{**given, "period": "2024"}]}, **own).json()["taken"] == 1
    sideways = [given, {**given, "area": "370300"}]
    assert send({"figures": sideways}, **own).json()["error"] == "NotPermitted"
    assert visitor.get(f"{address}?area=370300", **own).status_code == 403
    assert visitor.get("/api/outside-figures/openapi.json").json()["paths"].keys() == {address}


def test_a_registrar_says_what_is_counted_elsewhere(people, enter):
    officer, address = enter("officer"), "/reports/elsewhere/"
    assert "Everything is counted where it lies" in text_of(officer.get(address))

    def add(what, to, by=officer, **more):
        given = {
            "do": "add",
            "what": what,
            "reports_to": to,
            "on": "2026-01-01",
            "document": "统计函 1 号",
            **more,
        }
        return text_of(by.post(address, given, follow=True))

    assert "It was written down" in add("441284450", "441200")
    assert "It was written down" in add(people.hospital.code, "441203")
    assert "It was written down" not in add(people.centre.code, "441203", document=" ")
    for what, to in (("999999", "441200"), ("441284450", "441284450"), ("无此机构", "441200")):
        assert "It was written down" not in add(what, to)
    shown = text_of(officer.get(address))
    assert shown.count("统计函 1 号") == 2 and "First People" in shown
    analytics.sync(report=lambda progress: None, actor=OPERATOR, at=AT)
    card = text_of(officer.get("/indicators/institutions/card/?area=441200&period=2026"))
    assert "Counted elsewhere than where it lies" in card and "First People" in card
    for login in ("statistics", "county"):
        assert "It was written down" not in add("441284450", "441203", by=enter(login))
    rule, seen = re.search(r'name="rule" value="(\d+)"><input type="hidden" name="version" value="(\d+)"', officer.get(address).content.decode()).groups()  # fmt: skip
    ended = officer.post(address, {"do": "end", "rule": rule, "version": seen, "on": "2026-06-01"}, follow=True)  # fmt: skip
    assert "2026-01-01 – 2026-06-01" in text_of(ended)
