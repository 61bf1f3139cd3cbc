"""The night: an outbreak over three towns becomes one signal, quiet series none; budget, weights, silence."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kangmai.epidemic.surveillance import actions, models, queries
from kangmai.epidemic.surveillance.alarm_budget import affordable_alpha, attained, tail
from kangmai.epidemic.surveillance.evidence import Evidence, Layer
from kangmai.epidemic.surveillance.joining import Standing, alerts, home_of, summary
from kangmai.epidemic.surveillance.rule_book import plan
from kangmai.epidemic.surveillance.types import Level, State
from kangmai.epidemic.surveillance.watch import daily, space_time, weekly
from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.ids import uuid7
from tests.epidemic.signals.test_arrivals import TODAY, case, take
from tests.factories.access import AT, later

TOWNS = ("441202001", "441202003", "441202005")


def background(seed: int = 7, weeks: int = 270) -> list:
    """Five quiet years: about two cases a week in each of three towns."""
    rng = np.random.default_rng(seed)
    rows = []
    for town in TOWNS:
        for week, n in enumerate(rng.poisson(2, weeks)):
            for i in range(n):
                back = 7 * week + int(rng.integers(1, 8))
                rows.append(
                    case(f"{town} {week} {i}", condition="3100", back=back, area_code=f"{town}001")
                )
    return rows


@pytest.fixture
def quiet(cast) -> None:
    take(*background(), is_watched=False)


def night(cast, on: dt.date = TODAY, hours: int = 0):
    return actions.detect(on=on, actor=cast.city_cdc, at=later(hours=hours))


def test_an_outbreak_over_three_towns_is_one_signal_that_grows(cast, quiet):
    said = night(cast)
    assert (said.new, said.alarms) == (0, 0) and said.tests > 100
    ill = [
        case(f"new {town} {n}", condition="3100", back=n % 5, area_code=f"{town}001")
        for town in TOWNS
        for n in range(11)
    ]
    take(*ill, is_watched=False)
    said = night(cast)
    assert said.new == 1 and said.alarms >= 4
    (signal,) = queries.desk(actor=cast.city_cdc, at=AT).rows
    assert (signal.group, signal.level, signal.state) == ("3100", Level.HIGH, State.NEW)
    found = queries.evidence(signal.id, actor=cast.city_cdc)
    assert {each.area_code for each in found} >= {*TOWNS, "441202", "441200"}
    assert {each.layer for each in found} >= {"weekly"}
    city = next(e for e in found if e.area_code == "441200" and e.layer == "weekly")
    assert 33 <= city.observed < 50 and 3 < city.expected < 9
    assert len(city.detail["weeks"]) == 156 and city.detail["used"][-2] is False
    assert city.detail["nowcast"] == 1.0, "everybody was reported on the day"
    before = models.Evidence.objects.count()
    assert (night(cast, hours=1).new, models.Evidence.objects.count()) == (0, before)
    again = night(cast, on=TODAY + dt.timedelta(days=1), hours=24)
    assert (again.new, again.grown) == (0, 1)
    run = models.Run.objects.order_by("at").first()
    assert run.latest_occurrence > 0 and run.settings["least_cases"] == 3


def reported_late(rows: list) -> list:
    """The same cases, reported nought to six days later in turn, as far as the reports are in by today."""
    late = (
        replace(each, reported_on=each.day + dt.timedelta(days=n % 7))
        for n, each in enumerate(rows)
    )
    return [each for each in late if each.reported_on <= TODAY]


def test_what_is_not_reported_yet_is_added_before_a_week_is_judged(cast):
    ill = [
        case(f"new {town} {n}", condition="3100", back=n % 7, area_code=f"{town}001")
        for n in range(8)
        for town in TOWNS
    ]
    seen = reported_late(ill)
    assert 10 <= len(seen) <= 16, "of 24 about half are reported"
    take(*reported_late(background()), *seen, is_watched=False)
    assert night(cast).new == 1
    (signal,) = queries.desk(actor=cast.city_cdc, at=AT).rows
    found = queries.evidence(signal.id, actor=cast.city_cdc)
    city = next(e for e in found if e.area_code == "441200" and e.layer == "weekly")
    assert 1.3 < city.detail["nowcast"] < 2.5
    reported = city.detail["counts"][-1]
    assert reported < city.observed == pytest.approx(reported * city.detail["nowcast"], abs=1)


def test_cases_of_unknown_areas_and_of_the_future_are_counted_and_not_lost(cast, quiet):
    take(
        case("far", condition="3100", area_code="110101"),
        case("odd", condition="3100", area_code="441299999"),
        case("ahead", condition="3100", back=-3),
        case("long ago", condition="3100", area_code="110101", back=30),
        is_watched=False,
    )
    said = night(cast)
    assert (said.elsewhere, said.future, said.new) == (2, 1, 0)
    (run,) = queries.runs(actor=cast.cdc)
    assert (run.elsewhere, run.future) == (2, 1)
    assert night(cast, on=TODAY + dt.timedelta(days=3), hours=72).future == 0


def test_the_detectors_are_not_for_everybody(cast):
    with pytest.raises(NotPermitted):
        actions.detect(on=TODAY, actor=cast.clinician, at=AT)


def test_the_worker_catches_up_once(cast, quiet):
    assert actions.detect_missing(at=AT) == 1
    assert actions.detect_missing(at=later(hours=1)) == 0
    assert actions.detect_missing(at=later(days=3)) == 3


def test_a_replay_counts_what_other_numbers_would_have_said(cast, quiet):
    from kangmai.epidemic.surveillance.types import Setting

    # a disease that was never here before is judged too: its earlier weeks are known to be without cases
    new = [case(f"n{n}", condition="2300", back=2, area_code=f"{TOWNS[0]}001") for n in range(9)]
    take(*new, is_watched=False)
    setting = {"setting": Setting(0.0005, 0.002, 8), "reason": "试", "at": AT}
    made = actions.propose(actor=cast.cdc, **setting)
    assert made.replay["weeks"] == 52 and made.replay["series"] > 100
    assert made.replay["proposed"]["alarms"] <= made.replay["standing"]["alarms"]
    assert min(made.replay[name]["by_condition"]["2300"] for name in ("standing", "proposed")) >= 1


def test_the_national_percentile_is_counted_for_comparison():
    from kangmai.epidemic.surveillance import rule_book
    from kangmai.epidemic.surveillance.watch import percentile

    rule = rule_book.percentile_rule("3100", TODAY)
    assert (rule.percentile, rule.years, rule.neighbours) == (60, 5, 1)
    assert rule_book.percentile_rule("9014", TODAY) is None
    weeks = np.random.default_rng(5).poisson(3, (52 * 6 + 4, 2)).astype(float)
    slow = 0
    for week in range(len(weeks) - 52, len(weeks)):
        for unit in range(2):
            history = [
                weeks[week - 52 * year + step, unit] for year in range(1, 6) for step in (-1, 0, 1)
            ]
            slow += weeks[week, unit] > np.percentile(history, 60) and weeks[week, unit] >= 1
    assert percentile.alarms(weeks, latest=52, rule=rule) == slow > 0
    assert percentile.alarms(weeks[-150:], latest=10, rule=rule) is None


def test_a_replay_takes_events_out_of_baselines_and_not_out_of_the_weeks_it_judges(cast, quiet):
    from kangmai.epidemic.surveillance.types import Setting

    ill = [
        case(f"o{n}", condition="3100", back=100 + n % 5, area_code=f"{TOWNS[0]}001")
        for n in range(40)
    ]
    take(*ill, is_watched=False)
    event = past_event(area=TOWNS[0], first_day=TODAY - dt.timedelta(days=104))
    for n in range(40):
        line(event, n + 1, case_id=f"o{n}")
    setting = {"setting": Setting(0.001, 0.01, 5), "reason": "试", "at": AT}
    made = actions.propose(actor=cast.cdc, **setting).replay
    for each in (made["standing"], made["proposed"]):
        assert (each["events"], each["met"]) == (1, 1) and each["high"] >= 3


def test_a_slow_rise_of_visits_is_seen_though_no_day_is_unusual(cast):
    """600 days of about twelve visits a day; over the last three weeks they grow by half."""
    rng = np.random.default_rng(11)
    rows = []
    for back in range(600):
        day = TODAY - dt.timedelta(days=back)
        mean = 12 * (0.5 if day.weekday() >= 5 else 1.0) * (1.5 if back < 21 else 1.0)
        visits = {"source": "visit_syndromes", "count": int(rng.poisson(mean))}
        rows.append(case(f"v{back}", condition="diarrhoea", back=back, **visits))
    take(*rows, is_watched=False)
    assert night(cast).new == 1
    (signal,) = queries.desk(actor=cast.city_cdc, at=AT).rows
    found = {
        e.area_code: e
        for e in queries.evidence(signal.id, actor=cast.city_cdc)
        if e.layer == "slow"
    }
    assert set(found) == {"441202", "441200"}
    city = found["441200"]
    assert (
        city.p < 0.001 and city.observed > 1.2 * city.expected and city.detail["since_days"] >= 14
    )


def test_a_short_history_is_judged_against_the_city(cast):
    """Ten weeks of one case a week over the city; then six in one town."""
    take(*(case(f"b{n}", condition="3100", back=7 * n + 8) for n in range(10)), is_watched=False)
    take(
        *(case(f"n{n}", condition="3100", area_code="441202003") for n in range(6)),
        is_watched=False,
    )
    assert night(cast).new == 1
    (signal,) = queries.desk(actor=cast.city_cdc, at=AT).rows
    found = queries.evidence(signal.id, actor=cast.city_cdc)
    assert "sparse" in {each.layer for each in found}


@given(
    st.lists(
        st.tuples(st.floats(0.01, 40), st.one_of(st.just(1.0), st.floats(1.01, 5))),
        min_size=1,
        max_size=5,
    ),
    st.floats(0.0005, 0.05),
    st.integers(1, 5),
)
def test_the_attained_level_is_the_exact_tail_beyond_the_threshold(series, alpha, least):
    mean, phi = (np.array(x) for x in zip(*series, strict=True))
    said = attained(mean, phi, least_cases=least, alpha=alpha)
    for m, f, found in zip(mean, phi, said, strict=True):
        law = stats.poisson(m) if f == 1 else stats.nbinom(m / (f - 1), 1 / f)
        counts = np.arange(least, 600)
        beyond = law.sf(counts - 1)
        first = beyond[beyond <= alpha * (1 + 1e-9)][0]
        assert found <= alpha * (1 + 1e-6)
        assert found == pytest.approx(first, rel=1e-6, abs=1e-12)


def test_the_budget_is_kept_and_costs_nothing_where_nothing_can_alarm():
    mean, phi = np.full(4240, 0.05), np.ones(4240)
    assert affordable_alpha(mean, phi, least_cases=3, alarms=2, highest=0.025) == 0.025
    busy = np.full(4240, 20.0)
    alpha = affordable_alpha(busy, phi, least_cases=3, alarms=2, highest=0.025)
    assert attained(busy, phi, least_cases=3, alpha=alpha).sum() <= 2
    assert attained(busy, phi, least_cases=3, alpha=alpha / 0.8).sum() > 2


def test_the_tail_is_exact():
    found = tail(np.array([0.0, 3.0, np.nan]), np.array([1.0, 1.0, 1.0]), np.ones(3))
    assert (
        found[0] == 1 and found[1] == pytest.approx(stats.poisson(1).sf(2)) and np.isnan(found[2])
    )


def test_days_off_are_judged_by_days_off():
    counts = np.array([[1.0], [9.0]] * 40 + [[9.0]])
    kind = np.array([False, True] * 40 + [True])
    assert daily.judge(counts, same_kind=kind).p[0] > 0.1
    assert daily.judge(counts, same_kind=~kind | np.append(np.zeros(80, bool), True)).p[0] < 0.001
    assert np.isnan(daily.judge(counts[-5:], same_kind=kind[-5:]).p[0])


def test_counts_are_compared_as_shares_where_everybody_says_of_how_many():
    """Ten of a hundred visits a day; twice as many visits bring twice as many, and that is no alarm."""
    kind = np.ones(40, bool)
    counts, bases = np.full((40, 3), 10.0), np.full((40, 3), 100.0)
    counts[-1], bases[-1, 0] = 20, 200  # the first unit had twice as many visits today
    bases[5:, 1] = np.nan  # the second does not say of how many: judged by its counts
    said = daily.judge(counts, same_kind=kind, bases=bases)
    assert said.expected.tolist() == [20, 10, 10]
    assert said.p[0] > 0.4 and said.p[1] == said.p[2] < 0.01
    assert said.base[[0, 2]].tolist() == [200, 100] and np.isnan(said.base[1])
    alike = daily.judge(counts, same_kind=kind)
    assert alike.p[1] == said.p[1] and alike.expected[0] == 10


def test_a_year_too_short_a_giant_week_and_silence_have_a_stated_outcome():
    rng = np.random.default_rng(3)
    weeks = rng.poisson(4, (270, 3)).astype(float)
    weeks[:, 2] = weeks[:, :2].sum(axis=1)
    weeks[100, 0] = 400  # one giant week weighs itself down
    share, args = np.array([0.5, 0.5, 1.0]), {"pool": 2, "years": 5, "sparse_total": 20}
    said = weekly.judge(weeks, share=share, **args)
    assert said.is_regression.all() and said.expected[0, 0] < 12
    short = weekly.judge(weeks[-20:], share=share, **args)
    assert not short.is_regression.any() and np.isfinite(short.p).all()
    none = weekly.judge(weeks[-6:], share=share, **args)
    assert np.isnan(none.p).all()
    zero = weekly.judge(np.zeros((270, 3)), share=share, **args)
    assert (zero.p == 1).all()
    weeks[-1, 1] = np.nan
    assert np.isnan(weekly.judge(weeks, share=share, **args).p[0, 1])


def past_event(*, area: str = "441202", **more) -> models.Outbreak:
    usual = {
        "id": uuid7(), "title": "x", "group": "3100", "condition": "3100", "area_code": area, "label": 0,
        "state": "closed", "first_day": TODAY - dt.timedelta(days=70), "opened_at": AT, "opened_by": 1,
        "confirmed_at": AT,
    }  # fmt: skip
    return models.Outbreak.objects.create(**(usual | more))


def line(event: models.Outbreak, number: int, **more) -> None:
    usual = {"case_class": "confirmed", "content": b"", "content_key": 1}
    models.Line.objects.create(id=uuid7(), outbreak=event, number=number, **(usual | more))


def weighed(weight: float = 0.0, weeks: int = 20):
    """Counts of three towns, the county and the city: as they are, weighted down, and the weeks touched."""
    from kangmai.epidemic.surveillance import city_series, past_events
    from kangmai.kernel.connections import reading

    units = city_series.units_of("441200")
    columns = [units.names.index(name) for name in (*TOWNS, "441202", "441200")]
    with reading() as database:
        asked = {"source": "case_reports", "on": TODAY}
        tables = city_series.week_counts(database, units=units, weeks=weeks, **asked)
        before = tables["3100"].copy()
        touched = past_events.weigh_down(
            database, tables, names=units.names, weight=weight, **asked
        )
    taken = (before - tables["3100"])[:, columns]
    return taken, touched.get("3100", np.zeros(weeks, dtype=bool))


def test_cases_of_a_confirmed_event_leave_the_baseline_of_every_area_that_counts_them(cast, quiet):
    """An event of a county, its cases in two towns: some by card, some by hand, one struck out."""
    past = [
        case(f"o{n}", condition="3100", back=60, area_code=f"{TOWNS[n % 2]}001") for n in range(12)
    ]
    usual = [case(f"u{n}", condition="3100", back=60, area_code=f"{TOWNS[0]}001") for n in range(3)]
    take(*past, *usual, is_watched=False)
    event = past_event()
    for n in range(12):
        struck = {"case_class": "not_a_case"} if n == 11 else {}
        line(event, n + 1, case_id=f"o{n}", **struck)
    hand = {"onset_on": TODAY - dt.timedelta(days=60), "area_code": f"{TOWNS[0]}001"}
    line(event, 13, **hand)
    line(event, 14, onset_on=TODAY)  # of the judged week: stays
    week = 20 - 1 - 60 // 7
    taken, touched = weighed()
    assert touched.nonzero()[0].tolist() == [week]
    assert taken[week].tolist() == [7, 5, 0, 12, 12] and taken.sum() == 36
    assert weighed(weight=0.5)[0][week].tolist() == [3.5, 2.5, 0, 6, 6]
    models.Outbreak.objects.update(confirmed_at=None)  # what nobody confirmed stays
    assert weighed()[0].sum() == 0


def test_an_event_without_a_list_is_known_by_what_its_signals_rest_on(cast, quiet):
    ill = [case(f"s{n}", condition="3100", back=40, area_code=f"{TOWNS[0]}001") for n in range(9)]
    take(*ill, is_watched=False)
    event = past_event(area=TOWNS[0])
    signal = models.Signal.objects.create(
        id=uuid7(), group="3100", condition="3100", area_code=TOWNS[0], label=0, level="high", state="closed",
        priority=1, first_day=TODAY, latest_day=TODAY, observed=9, has_rule=True, sources=["case_reports"],
        raised_at=AT, outbreak=event,
    )  # fmt: skip
    for n, keys in enumerate((["s1", "s2"], [f"s{n}" for n in range(9)])):
        models.Evidence.objects.create(
            id=uuid7(), signal=signal, layer="rule", method=f"R{n}", source="case_reports", condition="3100",
            area_code=TOWNS[0], day=TODAY, observed=9, cases=keys, detail={}, found_at=AT,
        )  # fmt: skip
    week = 20 - 1 - 40 // 7
    assert weighed()[0][week].tolist() == [9, 0, 0, 9, 9]
    line(event, 1, case_id="s3", case_class="not_a_case")
    line(event, 2, case_id="s4")
    assert weighed()[0][week].tolist() == [8, 0, 0, 8, 8]


def test_days_of_an_event_leave_the_daily_baseline_without_becoming_zero(cast):
    from kangmai.epidemic.surveillance import past_events

    on = TODAY
    spell = past_events.Spell(
        "gastroenteritis",
        TOWNS[0],
        cast.school,
        on - dt.timedelta(days=6),
        on - dt.timedelta(days=3),
    )
    units = [(TOWNS[0], cast.school), (TOWNS[0], cast.other_school), (TOWNS[0], 0), ("441202", 0)]
    counts = np.full((10, 4), 5.0)
    usual = {"units": units, "on": on, "found": (spell,)}
    cleaned = past_events.blank_days(counts, condition="vomiting_diarrhoea", **usual)
    blank = np.isnan(cleaned)
    assert blank[:, 0].nonzero()[0].tolist() == blank[:, 2].nonzero()[0].tolist() == [3, 4, 5, 6]
    assert not blank[:, [1, 3]].any() and (counts == 5).all()
    open_ended = (
        past_events.Spell("gastroenteritis", "441202", 0, on - dt.timedelta(days=90), on),
    )
    last = past_events.blank_days(
        counts, condition="vomiting_diarrhoea", **(usual | {"found": open_ended})
    )
    assert np.isnan(last[:-1]).all() and (last[-1] == 5).all()
    other = past_events.blank_days(counts, condition="fever_rash", **usual)
    assert not np.isnan(other).any()


def test_one_town_that_rises_while_the_others_do_not_is_a_cluster():
    rng = np.random.default_rng(1)
    counts = rng.poisson(0.4, (28, 12)).astype(float)
    counts[-3:, 4] += 5
    towns = tuple(f"t{n}" for n in range(12))
    places = {"towns": towns, "positions": rng.random((12, 2)), "population": np.ones(12)}
    search = {"nearest": 4, "replicates": 199, "recurrence_days": 365}
    found = space_time.search(counts, **places, **search)
    assert found is not None and found.towns == ("t4",) and found.days == 3
    assert found.cases >= 15 > found.expected and found.recurrence_days > 365
    counts[-3:, 4] -= 5
    assert space_time.search(counts, **places, **search) is None


def piece(area: str, *, p: float | None = 0.001, hours: int = 24, place: str = "") -> Evidence:
    layer = Layer.RULE if p is None else Layer.WEEKLY
    detail = {"hours": hours}
    return Evidence(
        layer,
        "g",
        area,
        TODAY,
        "case_reports",
        5,
        1.0,
        p,
        "",
        condition="g",
        place=place,
        detail=detail,
    )


def test_evidence_joins_its_own_area_first_then_around_then_inside():
    inside = {"441202001": "441202", "441202": "441200"}
    ((alert, parts),) = alerts([piece("441202"), piece("441202001")], inside=inside, gap_days=7)
    assert alert.area == "441202" and len(parts) == 2
    day = dt.timedelta(days=1)

    def standing(
        id: str, area: str, *, state=State.NEW, level=Level.HIGH, back: int = 0
    ) -> Standing:
        return Standing(id, "g", area, TODAY - back * day, TODAY - back * day, level, state, 1.0)

    here, city = standing("here", "441202"), standing("city", "441200")
    town, other = standing("town", "441202001"), standing("other", "441203")
    find = {"gap_days": 7}
    assert home_of(alert, Level.HIGH, [town, city, here, other], **find).id == "here"
    assert home_of(alert, Level.HIGH, [town, city, other], **find).id == "city"
    assert home_of(alert, Level.HIGH, [town, other], **find).id == "town"
    assert home_of(alert, Level.HIGH, [other, standing("old", "441202", back=9)], **find) is None
    excluded = standing("x", "441202", state=State.EXCLUDED, level=Level.WATCH)
    assert home_of(alert, Level.WATCH, [excluded], **find).id == "x"
    assert home_of(alert, Level.HIGH, [excluded], **find) is None
    closed = standing("c", "441202", state=State.CLOSED)
    assert home_of(alert, Level.WATCH, [closed], **find) is None


def test_a_rule_leads_and_all_evidence_counts():
    said = summary(
        [piece("441202"), piece("441202001", p=None, place="7")], severity=2, plan=plan(TODAY)
    )
    assert (said.level, said.place, said.has_rule, said.p) == (Level.HIGH, "7", True, 0.001)
    assert said.priority == 8.0
    fast = summary([piece("441202", p=None, hours=2)], severity=5, plan=plan(TODAY))
    assert (fast.level, fast.priority) == (Level.IMMEDIATE, 20.0)
    assert summary([piece("441202", p=0.02)], severity=1, plan=plan(TODAY)).level is Level.WATCH
