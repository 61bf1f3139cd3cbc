"""What arrives is counted once, and the rules on cases speak at once."""

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import Subject
from kangmai.epidemic.surveillance import actions, models, queries
from kangmai.epidemic.surveillance.errors import SourceClosed, TableUnreadable, ValueMissing
from kangmai.epidemic.surveillance.types import DayCount, Level, Occurrence, Show, State
from kangmai.kernel.actor import NotPermitted, operator
from kangmai.messages import models as message_models
from kangmai.registry.models import Organization
from tests.factories.access import AT, later

TODAY = dt.date(2026, 3, 1)
TAKER = operator("test.taker")
VILLAGE = "441202001002"


def case(key: str, *, condition: str = "4000", back: int = 0, **more) -> Occurrence:
    facts = {"source": "case_reports", "area_code": VILLAGE, "reporter": "org 1"} | more
    day = TODAY - dt.timedelta(days=back)
    return Occurrence(key=key, condition=condition, day=day, reported_on=day, **facts)


def take(*rows: Occurrence, **more):
    return actions.take_occurrences(rows, actor=TAKER, at=AT, **more)


def daily() -> dict[tuple, int]:
    rows = models.Daily.objects.all()
    return {(r.source, r.condition, r.area_code, r.place_id, r.day): r.count for r in rows}


def twin() -> dict[tuple, int]:
    """The sums as one would make them by hand."""
    sums: Counter = Counter()
    for o in models.Occurrence.objects.filter(is_counted=True, is_withdrawn=False):
        sums[o.source, o.condition, o.area_code[:9], o.place_id or 0, o.day] += o.count
    return dict(sums)


def test_series_follow_every_correction(cast):
    take(*(case(f"c{n}", back=n % 4) for n in range(12)), is_watched=False)
    assert daily() == twin() and sum(daily().values()) == 12
    take(
        case("c1", back=3, condition="3900"),
        case("c2", area_code="441203101"),
        case("c3", is_withdrawn=True),
        case("c4", is_counted=False),
        case("c5", place_id=cast.school),
        is_watched=False,
    )
    assert daily() == twin() and sum(daily().values()) == 11  # c1 stands under both conditions
    before = daily()
    assert take(*(case(f"c{n}", back=n % 4) for n in (6, 7, 8))).new == ()
    assert daily() == before


def test_one_cholera_case_is_a_signal_at_once_with_a_clock_of_two_hours(cast):
    raised = take(case("x1", condition="0200", is_imported=True, is_counted=False))
    (id,) = raised.new
    signal = queries.get_signal(id, actor=cast.cdc)
    assert (signal.level, signal.state, signal.group) == (Level.IMMEDIATE, State.NEW, "0200")
    assert signal.area_code == "441202001" and signal.has_rule and signal.p is None
    (evidence,) = queries.evidence(id, actor=cast.cdc)
    assert (evidence.method, evidence.cases, evidence.detail["imported"]) == ("PHE02", ("x1",), 1)
    (deadline,) = deadlines.of_subject(Subject("signal", str(id)), actor=cast.cdc)
    assert deadline.definition == "signal_verification_2h"
    assert deadline.due_at == AT + dt.timedelta(hours=2)
    (message,) = message_models.Message.objects.filter(subject_kind="Signal")
    assert (message.template, message.link) == ("signal_immediate", f"/signals/{id}/")
    assert take(case("x1", condition="0200", is_imported=True, is_counted=False)).new == ()
    again = take(case("x2", condition="0200"))
    assert again.new == () and again.grown == (id,)
    assert queries.get_signal(id, actor=cast.cdc).observed == 2


def test_others_see_nothing_of_it(cast):
    (id,) = take(case("x1", condition="0200")).new
    assert queries.desk(actor=cast.other_cdc, at=AT).rows == ()
    assert [s.id for s in queries.desk(actor=cast.city_cdc, at=AT).rows] == [id]
    assert [s.id for s in queries.desk(actor=cast.officer, at=AT).rows] == [id]
    with pytest.raises(NotPermitted):
        queries.desk(actor=cast.clinician, at=AT)


def test_a_school_reaches_the_threshold_with_its_fifth_child(cast):
    pupils = [
        case(f"n{n}", condition="9014", back=2 - n // 2, place_id=cast.school) for n in range(5)
    ]
    assert take(*pupils[:4]).new == ()
    assert take(case("far", condition="9014", place_id=cast.other_school)).new == ()
    (id,) = take(pupils[4]).new
    signal = queries.get_signal(id, actor=cast.cdc)
    assert (signal.place_id, signal.observed, signal.group) == (cast.school, 5, "gastroenteritis")
    (evidence,) = queries.evidence(id, actor=cast.cdc)
    assert evidence.method == "PHE29" and evidence.threshold == 5
    assert evidence.detail["verified"] is False and len(evidence.cases) == 5


def test_a_death_is_enough(cast):
    (id,) = take(case("d1", condition="4000", deaths=1, place_id=cast.school)).new
    assert queries.evidence(id, actor=cast.cdc)[0].method == "PHE21D"


def test_the_first_case_in_five_years_needs_five_years_of_history(cast):
    assert take(case("m1", condition="2400")).new == ()
    take(case("old", condition="1300", back=2000), is_watched=False)
    (id,) = take(case("m2", condition="2400", area_code="441203101")).new
    assert queries.get_signal(id, actor=cast.other_cdc).area_code == "441203"
    assert take(case("m3", condition="2400", area_code="441203101")).new == ()


def test_a_withdrawn_report_shakes_the_signal_and_leaves_it(cast):
    (id,) = take(case("x1", condition="0200")).new
    take(case("x1", condition="0200", is_withdrawn=True))
    signal = queries.get_signal(id, actor=cast.cdc)
    assert signal.is_shaken and signal.state is State.NEW


def count(**changes: str) -> DayCount:
    usual = {
        "day": "2026-03-01", "condition": "vomiting_diarrhoea", "place_code": "XX-1", "area": "", "count": "2",
        "base": "400",
    }  # fmt: skip
    return DayCount(**(usual | changes))


def test_counts_by_hand_are_checked_row_by_row(cast):
    rows = [
        count(),
        count(day="2026-03-02"),
        count(day="20260301x"),
        count(condition="cough"),
        count(place_code="XX-9"),
        count(place_code="", area="441299"),
        count(place_code=""),
        count(place_code="XX-2"),
        count(count="-1"),
        count(base="1"),
        count(),
    ]
    intake = {"source": "school_absence", "rows": rows, "actor": cast.cdc, "at": AT}
    tried = actions.take_counts(**intake, is_trial=True)
    assert models.Occurrence.objects.count() == 0
    report = actions.take_counts(**intake)
    assert [(f.line, f.code) for f in report.faults] == [
        (3, "future"), (4, "day"), (5, "condition"), (6, "place"), (7, "area"), (8, "where"), (9, "reach"),
        (10, "count"), (11, "base"), (12, "twice"),
    ]  # fmt: skip
    assert (report.lines, report.taken, tried.taken) == (11, 1, 1)
    assert tried.faults == report.faults
    again = actions.take_counts(
        source="school_absence", rows=[count()], actor=cast.cdc, at=later(hours=1)
    )
    assert (again.taken, again.same) == (0, 1)
    actions.take_counts(
        source="school_absence", rows=[count(count="3")], actor=cast.cdc, at=later(hours=2)
    )
    assert list(daily().values()) == [3]


def test_fever_clinics_and_causes_of_death_are_counted_by_institution_and_town(cast):
    hospital = Organization.objects.filter(
        kind="hospital", division_code__startswith="441202"
    ).first()
    days = [f"2026-02-{n:02d}" for n in range(1, 29)] + ["2026-03-01"]
    visits = [
        count(
            day=day,
            condition="fever_respiratory",
            place_code=hospital.code,
            count=str(4 + n % 3),
            base="90",
        )
        for n, day in enumerate(days)
    ]
    visits[-1] = replace(visits[-1], count="40")
    assert (
        actions.take_counts(source="fever_clinic", rows=visits, actor=cast.cdc, at=AT).taken == 29
    )
    town = {"place_code": "", "area": "441202001", "base": ""}
    deaths = [
        count(day=day, condition="death_respiratory", count=str(n % 2), **town)
        for n, day in enumerate(days)
    ]
    deaths[-1] = replace(deaths[-1], count="9")
    assert (
        actions.take_counts(source="death_causes", rows=deaths, actor=cast.cdc, at=AT).taken == 29
    )
    assert set(models.Occurrence.objects.values_list("reporter", flat=True)) == {
        f"org {hospital.id}", "area 441202001",
    }  # fmt: skip
    found = {c.source: c for c in queries.completeness(on=TODAY, actor=cast.cdc)}
    assert [(found[id].reported, found[id].expected) for id in ("fever_clinic", "death_causes")] == [
        (1, 1), (1, 1),
    ]  # fmt: skip
    actions.detect(on=TODAY, actor=operator("test"), at=AT)
    groups = {signal.group: signal for signal in models.Signal.objects.all()}
    assert set(groups) == {"influenza_like", "excess_deaths"}
    assert groups["influenza_like"].sources == ["fever_clinic"]
    assert groups["excess_deaths"].observed == 9
    other = count(place_code=hospital.code, condition="fever_respiratory")
    report = actions.take_counts(source="fever_clinic", rows=[other], actor=cast.other_cdc, at=AT)
    assert [fault.code for fault in report.faults] == ["reach"]


def test_counts_are_refused_for_other_sources_and_roles(cast):
    with pytest.raises(SourceClosed):
        actions.take_counts(source="case_reports", rows=[count()], actor=cast.cdc, at=AT)
    with pytest.raises(NotPermitted):
        actions.take_counts(source="school_absence", rows=[count()], actor=cast.clinician, at=AT)
    with pytest.raises(TableUnreadable):
        actions.read_table(b"\xff\xfe")
    with pytest.raises(TableUnreadable):
        actions.read_table("日期,人数\n2026-03-01,2\n".encode())
    table = actions.read_table(
        "\ufeffday,condition,count,place_code\n2026-03-01,x,2,XX-1\n".encode()
    )
    assert table == [
        DayCount(day="2026-03-01", condition="x", place_code="XX-1", area="", count="2")
    ]


def test_who_is_missing_is_said(cast):
    days = [count(day=f"2026-02-2{n}") for n in range(5)]
    actions.take_counts(source="school_absence", rows=days, actor=cast.cdc, at=AT)
    found = {c.source: c for c in queries.completeness(on=TODAY, actor=cast.cdc)}
    school = found["school_absence"]
    assert (school.reported, school.expected, school.share) == (0, 1, 0.0)
    assert school.latest == dt.date(2026, 2, 24)
    assert found["pharmacy_sales"].share is None


def test_anybody_with_the_right_may_report_what_is_unusual(cast):
    said = {
        "condition": "unusual_event", "place_code": "XX-1", "area": "", "count": 7, "first_day": TODAY,
        "note": "三年级多名学生呕吐", "key": "k1", "actor": cast.clinician, "at": AT,
    }  # fmt: skip
    (id,) = actions.report_unusual(**said).new
    assert actions.report_unusual(**said).new == ()
    signal = queries.get_signal(id, actor=cast.cdc)
    assert (signal.sources, signal.level, signal.observed) == (("people",), Level.HIGH, 7)
    (line,) = queries.history(id, actor=cast.cdc)
    assert line.account == cast.clinician.account and "三年级" in line.note
    with pytest.raises(ValueMissing):
        actions.report_unusual(**(said | {"note": " "}))
    assert queries.counts(actor=cast.cdc, at=AT)[Show.NEW] == 1
