"""My work and pay, and the yearly check, on their pages: against a slow count of the same visits."""

import datetime
import io
import uuid
from decimal import Decimal

import openpyxl
import pytest

from kangmai.kernel.actor import operator
from kangmai.programmes.engine import actions as engine
from kangmai.programmes.engine import models
from kangmai.programmes.engine.types import EnrolmentDraft, Method, VisitDraft
from kangmai.programmes.workload import models as kept
from kangmai.programmes.workload import rules
from kangmai.programmes.workload.rulebook import rule
from kangmai.programmes.workload.types import Quarter
from tests.factories import portal_town
from tests.portal.programmes.conftest import NOW, TODAY

OPERATOR = operator("workload")
YEAR = TODAY.year - 1
QUARTER = Quarter(YEAR, 2)
DAYS = [(1, 10), (2, 20), (4, 3), (4, 28), (5, 15), (6, 20)]
"""Six visits of one resident: of the second quarter the first two still count, four a year do."""


@pytest.fixture(scope="module")
def year(town):
    """A year of visits of one resident, one of them by telephone, at the station; another's elsewhere."""
    portal_town.add_quality(town)
    portal_town.add_reviewer(town)
    resident = portal_town.resident(
        "邓少华", "1", datetime.date(1950, 6, 1), portal_town.VILLAGE, town.station
    )
    drafts = [
        EnrolmentDraft(
            resident_id=each.id,
            programme="hypertension",
            enrolled_on=datetime.date(YEAR, 1, 1),
            organization=organization.id,
            place_code=place,
        )
        for each, organization, place in (
            (resident, town.station, portal_town.VILLAGE),
            (town.stranger, town.elsewhere, portal_town.OTHER_TOWN),
        )
    ]
    own, other = engine.load_enrolments(drafts, actor=OPERATOR, at=NOW)
    visits = [visit(own, town.station, datetime.date(YEAR, *day)) for day in DAYS]
    visits.append(visit(own, town.station, datetime.date(YEAR, 5, 30), Method.PHONE))
    visits.append(visit(other, town.elsewhere, datetime.date(YEAR, 5, 2)))
    visits.sort(key=lambda each: (str(each.enrolment_id), each.visited_on))
    engine.load_visits(visits, actor=OPERATOR, at=NOW)
    return own


def visit(enrolment, organization, day, method=Method.FACE_TO_FACE) -> VisitDraft:
    return VisitDraft(
        enrolment_id=enrolment,
        service="followup",
        visited_on=day,
        entered_at=datetime.datetime.combine(day, datetime.time(3), datetime.UTC),
        method=method,
        facts={"systolic": Decimal(136), "diastolic": Decimal(82), "has_reaction": False},
        organization=organization.id,
    )


def test_a_quarter_counts_what_a_slow_count_counts(enter, year, town):
    page = enter("village").get(f"/my-work/?quarter={QUARTER.text}").content.decode()
    row = page.split("Hypertension follow-up")[1].split("</tr>")[0]
    numbers = [each.split("<")[0] for each in row.split('number" data-label=')[1:]]
    cells = [each.split(">")[1] for each in numbers]
    # done 5 in the quarter; the first four of the year count: January, February, 3 and 28 April
    assert cells[:5] == ["5", "2", "2", "1", "—"]
    every = models.Visit.objects.filter(
        enrolment=year, visited_on__year=YEAR, is_counted=True, standing="current"
    ).order_by("visited_on", "id")
    slow = [
        each
        for each in list(every)[:4]
        if QUARTER.begins_on <= each.visited_on < QUARTER.ends_before
    ]
    assert len(slow) == 2
    assert 'strong">20<' in page.replace("number strong", "strong")
    residents = page.split("residents at")[0].split('quiet">')[-1].strip()
    fund = rules.fund_of(QUARTER, int(residents), rule=rule(on=TODAY))
    assert f"{fund.yuan:,.2f}" in page
    assert "to be verified" in page
    assert "not checked yet" in page


def test_the_visits_behind_and_the_file(enter, year):
    client = enter("village")
    page = client.get(f"/my-work/ht_followup/?quarter={QUARTER.text}").content.decode()
    assert page.count("/programmes/visits/") == 5
    book = client.get(f"/my-work/list.xlsx?quarter={QUARTER.text}")
    assert book.status_code == 200
    cells = [
        cell.value
        for line in openpyxl.load_workbook(io.BytesIO(b"".join(book.streaming_content))).active
        for cell in line
    ]
    assert "Hypertension follow-up" in cells and "20" in cells
    assert client.get("/my-work/?quarter=2025-Q9").status_code == 400
    assert client.get("/my-work/nothing/").status_code == 404
    assert "Nothing was done" in client.get(f"/my-work/?quarter={YEAR}-Q4").content.decode()
    mine = client.get(f"/my-work/?quarter={QUARTER.text}&whose=mine").content.decode()
    assert "Nothing was done" in mine


def test_the_neighbours_work_is_not_shown(enter, year, town):
    assert enter("clinician").get("/my-work/").status_code == 403
    assert enter("quality").get("/my-work/").status_code == 403
    asked = f"/my-work/?quarter={QUARTER.text}&organization={town.station.id}"
    assert enter("elsewhere").get(asked).status_code == 403
    behind = asked.replace("/my-work/", "/my-work/ht_followup/")
    assert enter("elsewhere").get(behind).status_code == 403
    assert enter("township").get(asked).status_code == 200


def test_a_year_is_checked_by_sample_and_reduces_what_is_paid(enter, year, town):
    quality, team = enter("quality"), enter("village")
    page = quality.get(f"/work-checks/?year={YEAR}").content.decode()
    assert f'value="{town.station.id}"' in page
    asked = {"year": YEAR, "organization": town.station.id, "seed": "2025-station"}
    drawn = quality.post("/work-checks/draw/", asked)
    address = drawn["Location"]
    row = kept.Check.objects.get(pk=uuid.UUID(address.strip("/").split("/")[1]))
    every = models.Visit.objects.filter(
        organization=town.station.id, visited_on__year=YEAR, is_counted=True, standing="current"
    )
    frame = [each.id for each in every if each.enrolment_id != year]
    first_four = every.filter(enrolment=year).order_by("visited_on", "id")[:4]
    frame += [each.id for each in first_four]
    assert row.frame_count == len(frame)
    assert row.frame_hash == rules.hash_of(frame)
    again = rules.sample(frame, seed="2025-station", size=row.records.count())
    assert tuple(row.records.order_by("number").values_list("visit", flat=True)) == again
    assert "already" in quality.post("/work-checks/draw/", asked, follow=True).content.decode()

    shown = quality.get(address).content.decode()
    assert "2025-station" in shown and row.frame_hash in shown
    assert "邓少华" not in shown and "/programmes/visits/" not in shown
    assert "/programmes/visits/" in team.get(address).content.decode()
    for client in (enter("elsewhere"), enter("clinician")):
        assert client.get(address).status_code in (403, 404)
        assert client.post(f"{address}1/judge/", {"verdict": "true"}).status_code == 403
    assert team.post(f"{address}1/judge/", {"verdict": "true"}).status_code == 403

    size = row.records.count()
    early = quality.post(f"{address}close/", {"version": 1}, follow=True).content.decode()
    assert "not judged yet" in early
    bare = quality.post(f"{address}1/judge/", {"verdict": "untrue"}, follow=True)
    assert "what was found" in bare.content.decode()
    untrue = {"verdict": "untrue", "note": "本人称未来访"}
    assert quality.post(f"{address}1/judge/", untrue).status_code == 302
    assert team.post(f"{address}1/answer/", {"text": "当日在家中测量"}).status_code == 302
    for number in range(2, size + 1):
        quality.post(f"{address}{number}/judge/", {"verdict": "true"})
    assert "当日在家中测量" in quality.get(address).content.decode()
    version = kept.Check.objects.get(pk=row.pk).version
    stale = quality.post(f"{address}close/", {"version": version - 1}, follow=True)
    assert "changed" in stale.content.decode()
    assert quality.post(f"{address}close/", {"version": version}).status_code == 302
    closed = kept.Check.objects.get(pk=row.pk)
    assert closed.share_untrue == (Decimal(1) / size).quantize(Decimal("0.0001"))
    late = quality.post(f"{address}2/judge/", untrue, follow=True).content.decode()
    assert "closed" in late
    paid = team.get(f"/my-work/?quarter={QUARTER.text}").content.decode()
    wanted = (20 * (1 - closed.share_untrue)).quantize(Decimal("0.01")).normalize()
    assert f"{wanted:f}" in paid
    assert f"{closed.share_untrue * 100:.2f} %" in paid


def test_checks_are_for_who_draws_or_answers(enter, year):
    assert enter("clinician").get("/work-checks/").status_code == 403
    assert enter("officer").get("/work-checks/").status_code == 403
    assert (
        enter("village").post("/work-checks/draw/", {"year": YEAR, "organization": 1}).status_code
        == 403
    )
    other = enter("elsewhere").get("/work-checks/").content.decode()
    assert "Chengdong" not in other
    empty = enter("quality").post("/work-checks/draw/", {"year": "x"}, follow=True).content.decode()
    assert "Choose an institution" in empty
