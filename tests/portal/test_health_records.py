"""Health records: which lie dead and why, the rate of use, cover and use of one, opening one; for whom."""

import csv
import datetime
import io
from decimal import Decimal

import pytest
from django.test import Client

from kangmai.identity.models import Resident
from kangmai.kernel.ids import OrganizationId
from kangmai.programmes.engine import actions
from kangmai.programmes.engine.types import EnrolmentDraft, Method, VisitDraft
from kangmai.standards.calendars import legal_day
from tests.factories import portal_town
from tests.factories.portal_town import OPERATOR, OTHER_TOWN, VILLAGE

NOW = datetime.datetime.now(datetime.UTC)
TODAY = legal_day(NOW)


def months_ago(count: int) -> datetime.date:
    return TODAY - datetime.timedelta(days=31 * count)


def _enrol(resident, organization, place, programme, since):
    draft = EnrolmentDraft(
        resident_id=resident.id,
        programme=programme,
        enrolled_on=since,
        organization=OrganizationId(organization.id),
        place_code=place,
    )
    (made,) = actions.load_enrolments([draft], actor=OPERATOR, at=NOW)
    return made


def _visit(enrolment, organization, service, day, **facts):
    draft = VisitDraft(
        enrolment_id=enrolment,
        service=service,
        visited_on=day,
        entered_at=datetime.datetime.combine(day, datetime.time(2), datetime.UTC),
        method=Method.FACE_TO_FACE,
        facts=facts,
        organization=OrganizationId(organization.id),
    )
    actions.load_visits([draft], actor=OPERATOR, at=NOW)


@pytest.fixture(scope="module")
def people(town: portal_town.Town) -> dict[str, Resident]:
    """A used one, one used long ago, one never written, one out of date, one without a number; a stranger."""
    born = datetime.date(1958, 4, 1)
    station = town.station
    names = ("文用之", "文久闲", "文空白", "文未新", "文无号")
    found = {
        name: portal_town.resident(name, "1", born.replace(day=1 + n), VILLAGE, station)
        for n, name in enumerate(names)
    }
    found["文在外"] = portal_town.resident("文在外", "2", born, OTHER_TOWN, town.elsewhere)
    for serial, name in enumerate(("文用之", "文久闲", "文空白", "文未新"), 11):
        Resident.objects.filter(id=found[name].id).update(record_number=f"{VILLAGE}{serial:05d}")
    Resident.objects.filter(id=found["文在外"].id).update(record_number="44120310100100001")
    for name, written, renewed in (("文用之", 30, 2), ("文久闲", 26, 20), ("文未新", 30, 18)):
        enrolment = _enrol(found[name], station, VILLAGE, "resident_record", months_ago(31))
        for ago in (written, renewed):
            _visit(enrolment, station, "basic_information", months_ago(ago), is_allergic=False)
    treated = _enrol(found["文未新"], station, VILLAGE, "hypertension", months_ago(31))
    values = {"systolic": Decimal(132), "diastolic": Decimal(80), "has_reaction": False}
    _visit(treated, station, "followup", months_ago(1), **values)
    return found


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def names(page: str) -> list[str]:
    rows = page.split('<th scope="row">')[1:]
    return [row.split("</a>")[0].split(">")[-1].strip() for row in rows if "/health-record/" in row]


@pytest.mark.parametrize(
    ("show", "expected"),
    [
        ("", ["文久闲", "文空白", "文未新"]),
        ("unused", ["文久闲", "文空白"]),
        ("blank", ["文空白"]),
        ("stale", ["文久闲", "文未新"]),
    ],
)
def test_the_dead_are_listed_with_their_reasons(enter, people, show, expected):
    page = enter("village").get(f"/health-records/?show={show}").content.decode()
    assert sorted(names(page)) == sorted(expected)


def test_the_rate_of_use_counts_every_record_of_the_village_and_nobody_without_one(enter, people):
    page = enter("village").get("/health-records/").content.decode()
    row = page.split('<h2 id="use-title">')[1].split("</tbody>")[0]
    assert [cell.split("<")[0] for cell in row.split('number" data-label=')[1:]] == [
        '"Records">4', '"Used within a year">2', '"Dynamic use">50.0 %', '"Never written">1', '"Out of date">2',
    ]  # fmt: skip


def test_the_dead_of_a_village_are_a_file_of_the_same_lines(enter, people):
    client = enter("village")
    table = list(
        csv.reader(
            io.StringIO(
                body(client.get("/health-records/list.csv?show=unused")).decode("utf-8-sig")
            )
        )
    )
    assert sorted(row[1] for row in table[1:]) == ["文久闲", "文空白"]
    assert table[1][0] == "441202-001-002-00012"
    assert body(client.get("/health-records/list.pdf")).startswith(b"%PDF")
    assert client.get("/health-records/list.docx").status_code == 404


def test_a_neighbour_sees_his_own_in_list_file_rate_and_cover(enter, people):
    client = enter("elsewhere")
    for path in (
        "/health-records/",
        f"/health-records/?place={VILLAGE}",
        "/health-records/list.csv",
    ):
        page = body(client.get(path)).decode("utf-8-sig")
        assert not any(name in page for name in people if name != "文在外"), path
    for path in ("", "cover.pdf"):
        address = f"/residents/{people['文用之'].index_number}/health-record/{path}"
        assert client.get(address).status_code == 404
    assert (
        client.post(
            f"/residents/{people['文无号'].index_number}/health-record/", {"version": 1}
        ).status_code
        == 404
    )
    assert Resident.objects.get(id=people["文无号"].id).record_number is None


@pytest.mark.parametrize("login", ["admin", "officer", "liang", "clinician"])
def test_others_see_no_list(enter, people, login):
    client: Client = enter(login)
    for path in (
        "/health-records/",
        "/health-records/list.csv",
        f"/residents/{people['文用之'].index_number}/health-record/",
        f"/residents/{people['文用之'].index_number}/health-record/cover.pdf",
    ):
        assert client.get(path).status_code in (403, 404), path


def test_a_page_of_the_list_begins_where_the_one_before_ended(people):
    from kangmai.programmes.health_records import queries
    from kangmai.programmes.health_records.errors import RecordCursorUnreadable

    found, after = [], ""
    while True:
        page = queries.dead_records(place=VILLAGE, after=after, limit=1, on=TODAY, actor=OPERATOR)
        found += [each.resident for each in page.rows]
        after = page.after
        if not after:
            break
    assert sorted(found) == sorted(people[name].id for name in ("文久闲", "文空白", "文未新"))
    with pytest.raises(RecordCursorUnreadable):
        queries.dead_records(after="x' OR 1=1", on=TODAY, actor=OPERATOR)


def test_a_labelled_visit_keeps_a_record_alive_and_is_told_to_nobody_without_the_label(
    enter, town, people
):
    born = datetime.date(1971, 1, 1)
    patient = portal_town.resident("文心宁", "1", born, VILLAGE, town.station)
    Resident.objects.filter(id=patient.id).update(record_number=f"{VILLAGE}00031")
    written = _enrol(patient, town.station, VILLAGE, "resident_record", months_ago(20))
    _visit(written, town.station, "basic_information", months_ago(2), is_allergic=False)
    secret = _enrol(patient, town.station, VILLAGE, "smd", months_ago(20))
    _visit(secret, town.station, "followup", months_ago(1), risk_level="0")
    page = (
        enter("village").get(f"/residents/{patient.index_number}/health-record/").content.decode()
    )
    assert str(months_ago(2)) in page
    assert str(months_ago(1)) not in page
    assert "mental" not in page.lower()


def test_the_cover_shows_number_and_opening_and_is_printed(enter, people):
    client = enter("village")
    page = client.get(f"/residents/{people['文用之'].index_number}/health-record/").content.decode()
    assert "441202-001-002-00011" in page
    assert str(months_ago(30)) in page
    assert "in use and up to date" in page
    printed = client.get(f"/residents/{people['文用之'].index_number}/health-record/cover.pdf")
    assert printed["Content-Type"] == "application/pdf"
    assert body(printed).startswith(b"%PDF")
    assert (
        "not looked through for a year"
        in client.get(f"/residents/{people['文未新'].index_number}/health-record/").content.decode()
    )


def test_a_record_is_opened_once_with_the_next_number_of_the_village(enter, people):
    client = enter("village")
    address = f"/residents/{people['文无号'].index_number}/health-record/"
    assert client.get(f"{address}cover.pdf").status_code == 404
    version = Resident.objects.get(id=people["文无号"].id).version
    assert client.post(address, {"version": version}).status_code == 302
    given = Resident.objects.get(id=people["文无号"].id).record_number
    highest = max(
        Resident.objects.filter(record_number__startswith=VILLAGE).values_list(
            "record_number", flat=True
        )
    )
    assert given == highest
    assert client.post(address, {"version": version + 1}).status_code == 409
    assert Resident.objects.get(id=people["文无号"].id).record_number == given
