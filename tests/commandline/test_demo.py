"""The invented city is made once, through the rooms, in every area, and goes on where it was cut off."""

import datetime
from uuid import UUID

import orjson
import psycopg
import pytest
from django.db import connection

from kangmai.analytics import actions as analytics
from kangmai.analytics import queries as figures
from kangmai.analytics.types import Figure, Form, Status
from kangmai.commandline.city import space
from kangmai.commandline.city.city import invent
from kangmai.commandline.city.city import towns as towns_of
from kangmai.commandline.city.loading.city import ensure_city
from kangmai.commandline.city.loading.work import Progress, progress
from kangmai.commandline.city.state import STATE, CityOrder, HalfMade, OtherCity, require_whole_city
from kangmai.kernel import feed
from kangmai.kernel.actor import operator
from kangmai.kernel.state import find_state
from kangmai.records import queries
from kangmai.records.fhir.definitions import resource_types
from kangmai.standards.periods import parse_period
from kangmai.standards.pinyin import full_pinyin
from tests.analytics.indicators.test_hypertension import CONTROLLED
from tests.commandline.figures_by_hand import QUERIES

ON = datetime.date(2026, 3, 1)
SMALL = CityOrder("440203", 300, 1, ON)


def test_district_without_a_commission_has_its_accounts(database):
    from kangmai.access.models import Account
    from kangmai.programmes.contracts.models import Contract
    from kangmai.programmes.engine.models import Enrolment, Visit
    from kangmai.programmes.points.models import Statement

    lines = ensure_city(SMALL)
    assert any("village_doctor" in line for line in lines)
    assert Account.objects.filter(login="officer").exists()
    counts = queries.count_types(actor=operator("test"))
    assert counts["Patient"] >= SMALL.residents
    assert counts["Encounter"] > 0

    served = set(Enrolment.objects.values_list("programme", flat=True))
    assert {"hypertension", "diabetes", "elderly", "child"} <= served
    assert 20 < Contract.objects.filter(state="signed", promised__gt=0).count() < 300
    seen = Visit.objects.exclude(outcome="").values_list("enrolment__programme", flat=True)
    assert {"diabetes", "elderly", "child"} <= set(seen)
    before = Visit.objects.filter(visited_on__lt=ON - datetime.timedelta(365))
    assert "diabetes" in set(before.values_list("enrolment__programme", flat=True))
    planned = Enrolment.objects.filter(programme="elderly", next_due_on=None)
    assert not planned.exists()

    # four places in nurseries for a thousand would be one for three hundred; there is a nursery to look at all the same
    assert [each.size for each in Statement.objects.filter(point__kind="nursery")] == [10]

    assert ensure_city(SMALL) == lines  # the second start only greets
    assert queries.count_types(actor=operator("test")) == counts
    with pytest.raises(OtherCity):
        ensure_city(CityOrder("440203", 2000, 1, ON))


def test_cut_off_city_goes_on_where_it_stopped(database, monkeypatch):
    from kangmai.commandline.city.loading import towns

    blocks = iter(range(4))
    load_history = towns.load_history

    def break_off(*args: object, **options: object) -> None:
        if next(blocks, None) is None:
            raise KeyboardInterrupt
        load_history(*args, **options)

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(towns, "load_history", break_off)
        broken.setattr(towns, "BLOCK", 100)
        ensure_city(SMALL)
    cut = queries.count_types(actor=operator("test"))["Patient"]
    assert 0 < cut <= 400
    state = find_state(STATE)
    assert state is not None
    assert state["accounts"] is None and state["indexes"]
    with pytest.raises(HalfMade):
        require_whole_city()
    ensure_city(SMALL)
    require_whole_city()
    assert 300 <= queries.count_types(actor=operator("test"))["Patient"] < 350
    assert find_state(STATE)["indexes"] == []
    assert progress() == Progress(0, frozenset())


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT i.indexrelid::regclass || ' ' || i.indrelid::regclass || ' ' || i.indkey::text || i.indisunique
               FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = 'public'::regnamespace
               UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
               UNION ALL SELECT relname || ' ' || reloptions::text FROM pg_class WHERE reloptions IS NOT NULL"""
        )
        return {text for (text,) in cursor.fetchall()}


def test_processes_make_the_residents_that_the_columns_say(database):
    before = indexes()
    ensure_city(SMALL, processes=2)
    assert indexes() == before
    wanted = [
        (int(number), str(UUID(bytes=bytes(id))))
        for chunk in towns_of(invent(code="440203", residents=SMALL.residents, seed=1, on=ON))
        for number, id in zip(chunk.residents.number, chunk.residents.patient_id, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, patient_id FROM identity_resident ORDER BY id")
        found = cursor.fetchall()
        assert found[: len(wanted)] == wanted
        # those whose birth was registered on a page are residents, too
        cursor.execute("SELECT count(*) FROM births_birth WHERE child_id > %s", [wanted[-1][0]])
        assert len(found) == len(wanted) + cursor.fetchone()[0]
    assert all(lag.waiting == 0 for lag in feed.lags())


@pytest.fixture(scope="module")
def small_city(shared_database):
    ensure_city(SMALL)
    return shared_database


@pytest.fixture(scope="module")
def city_lake(small_city, tmp_path_factory):
    """The lake of the small city."""
    from django.conf import settings

    before, settings.LAKE = settings.LAKE, tmp_path_factory.mktemp("city") / "lake"
    now = datetime.datetime.now(datetime.UTC)
    analytics.sync(report=lambda progress: None, actor=operator("test"), at=now)
    yield small_city
    settings.LAKE = before


def test_every_counted_indicator_equals_an_independent_query(city_lake):
    period = parse_period("2025-04-01/2026-04-01")
    counted = {
        each.id
        for each in figures.indicators(on=period.latest_day)
        if each.form is not Form.OUTSIDE
    }
    assert counted - {"ht_control_rate", "ht_std_rate"} == set(QUERIES)
    differing, something = {}, 0
    with psycopg.connect(city_lake) as database:
        for indicator, query in QUERIES.items():
            row = database.execute(query, {"start": period.start, "end": period.end}).fetchone()
            numerator, denominator = (*row, None)[:2]
            found = figures.compute(
                indicator=indicator, period=period, area=SMALL.code, actor=operator("test")
            )
            total = found.total
            if (
                found.total.status is Status.NOT_AVAILABLE
            ):  # a table without rows: the query has none, too
                total = Figure(SMALL.code, Status.OK, None, 0, denominator)
            if (total.numerator, total.denominator) != (numerator, denominator):
                differing[indicator] = (
                    (total.numerator, total.denominator),
                    (numerator, denominator),
                )
            something += 0 < total.numerator != total.denominator
    assert differing == {}
    assert something >= 25


def test_the_figures_of_the_city_equal_an_independent_query(city_lake):
    small_city, actor = city_lake, operator("test")
    period = parse_period("2025")
    with psycopg.connect(small_city) as database:
        rows = database.execute(CONTROLLED, {"start": period.start, "end": period.end}).fetchall()
    managed, controlled, standard = (sum(row[column] for row in rows) for column in (1, 2, 3))
    for indicator, expected in (("ht_control_rate", controlled), ("ht_std_rate", standard)):
        asked = {"indicator": indicator, "period": period, "area": SMALL.code, "actor": actor}
        total = figures.compute(**asked).total
        assert (total.numerator, total.denominator) == (expected, managed)
        assert 0 < expected < managed
        inside = figures.rows_behind(**asked, in_part=True, limit=1000)
        outside = figures.rows_behind(**asked, in_part=False, limit=1000)
        assert (len(inside), len(inside) + len(outside)) == (expected, managed)


def test_cases_of_the_city_are_counted_by_early_warning_and_have_their_clocks(small_city):
    from kangmai.deadlines.models import Deadline
    from kangmai.epidemic.cases import queries as cases
    from kangmai.epidemic.cases.models import Card, Step
    from kangmai.epidemic.cases.types import AreaBasis, Basis, DayBasis, Level
    from kangmai.epidemic.surveillance.models import Daily
    from kangmai.handover.models import Entry

    cards = Card.objects.count()
    assert cards > 3
    counted = cases.counts(
        basis=Basis(AreaBasis.HOME, DayBasis.DIAGNOSED),
        level=Level.TOWN,
        period_from=ON - datetime.timedelta(days=1300),
        period_to=ON,
        actor=operator("test"),
    ).rows
    assert sum(each.cases for each in counted) == cards
    series = Daily.objects.filter(source="case_reports").values_list("area_code", "day", "count")
    assert sum(count for _, _, count in series) == cards
    by_cell: dict[tuple[str, datetime.date], int] = {}
    for each in counted:
        by_cell[each.area, each.day] = by_cell.get((each.area, each.day), 0) + each.cases
    for area, day, count in series:
        by_cell[area, day] -= count
    assert set(by_cell.values()) == {0}
    clocked = Card.objects.exclude(clock="")
    assert 0 < clocked.count() < cards
    assert Deadline.objects.filter(subject_kind="case_card").count() == 2 * clocked.count()
    assert Entry.objects.filter(subject_kind="case_card").count() == clocked.count()
    assert Step.objects.count() >= 2 * clocked.count()
    met = Deadline.objects.filter(definition="report_24h", state="met").first()
    assert met is not None and Entry.objects.get(id=met.proof_id).receipt_number.startswith("INV")


def test_a_resident_of_the_city_is_found_with_his_record(small_city):
    actor = operator("test")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject FROM res WHERE rt = %s LIMIT 1", [resource_types()["Condition"]]
        )
        rid = cursor.fetchone()[0]
    (patient,) = queries.by_row_ids([(resource_types()["Patient"], rid)], actor=actor)
    name = orjson.loads(patient.body)["name"][0]["text"]
    assert rid in queries.find_people(name, limit=50, actor=actor)
    assert rid in queries.find_people(full_pinyin(name), limit=50, actor=actor)


@pytest.mark.parametrize("residents", [1_000, 50_000, 4_113_594])
def test_a_city_without_room_is_refused_before_anything_is_made(residents, tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(space, "_free_mb", lambda path: 0)
    with pytest.raises(space.NotEnoughSpace) as refused:
        space.require_space(residents, tmp_path)
    needed = refused.value.details["needed_mb"]
    assert isinstance(needed, int)
    assert needed < 700 + residents * 12.5 / 1024 + 3_000
    monkeypatch.setattr(space, "_free_mb", lambda path: needed)
    space.require_space(residents, tmp_path)
    monkeypatch.setattr(space, "machine_memory_mb", lambda: 1000)
    with pytest.raises(space.NotEnoughSpace):
        space.require_space(residents, tmp_path)
    (tmp_path / "postgres").mkdir()
    space.require_space(residents, tmp_path)
