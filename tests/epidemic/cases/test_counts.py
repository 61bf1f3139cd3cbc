"""Counts against a slow twin, zero reports, and the bulk load."""

import datetime
from collections import Counter
from dataclasses import replace

import pytest

from kangmai.epidemic.cases import actions, models, queries
from kangmai.epidemic.cases.errors import CasesOnThatDay, PeriodTooLong, ZeroForFuture
from kangmai.epidemic.cases.types import (
    AreaBasis,
    Basis,
    CaseClass,
    DayBasis,
    Level,
    Origin,
    State,
)
from kangmai.kernel.actor import NotPermitted, operator
from kangmai.standards.calendars import legal_day
from tests.factories.cases_town import card

AT = datetime.datetime(2026, 11, 20, 2, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
TODAY = legal_day(AT)
LOADER = operator("test")
HOMES = ("441202001002", "441203101200", "440103001001")

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def loaded(cases):
    """Sixty cards over twenty days, three homes, two reporting institutions and four diseases."""
    drafts = []
    for n in range(60):
        at = AT - n % 20 * DAY
        org = cases.town.hospital if n % 3 else cases.town.elsewhere
        content = card(
            at - DAY * (n % 4),
            name=f"陈{n}",
            disease=("1300", "3900", "9014", "0601")[n % 4],
            case_class="1234"[n % 4] if n % 4 != 3 else "3",
            home_code=HOMES[n % 3],
            origin=("local", "imported", "")[n % 3],
            died_on=TODAY if n == 8 else None,
            onset_on=legal_day(at - DAY * 5),
            sections={"hfmd_severe": "0"} if n % 4 == 1 else {},
        )
        drafts.append(
            actions.CardDraft(
                content=content,
                organization=org.id,
                report_code=org.division_code,
                submitted_at=at,
                county_reviewed_at=at if n % 2 else None,
                final_reviewed_at=at + DAY if n % 4 == 1 else None,
            )
        )
    ids = actions.load_cards(drafts, actor=LOADER, at=AT)
    models.Card.objects.filter(pk=ids[4]).update(state=State.REMOVED.value)
    return ids, drafts


def twin(ids, drafts, basis, figures, low, high, within=lambda home, report: True):
    """The same count the slow way."""
    found = Counter()
    for n, (_id, each) in enumerate(zip(ids, drafts, strict=True)):
        said = each.content
        day = {
            DayBasis.ONSET: said.onset_on,
            DayBasis.DIAGNOSED: legal_day(said.diagnosed_at),
            DayBasis.REPORTED: legal_day(each.submitted_at),
            DayBasis.FINAL_REVIEWED: each.final_reviewed_at and legal_day(each.final_reviewed_at),
        }[basis.day]
        area = said.home_code if basis.area is AreaBasis.HOME else each.report_code
        fits = (
            n != 4
            and day is not None
            and low <= day < high
            and within(said.home_code, each.report_code)
        )
        if fits and said.case_class in basis.classes and basis.origin in ("", said.origin):
            top = {"9014": "4000", "0601": "0600"}.get(said.disease, said.disease)
            found[top, day, area[:figures]] += 1
    return found


@pytest.mark.parametrize("area", AreaBasis)
@pytest.mark.parametrize("day", DayBasis)
def test_counts_equal_the_slow_way(cases, loaded, area, day):
    low, high = TODAY - 14 * DAY, TODAY + 2 * DAY
    for origin, classes in (
        (Origin.ALL, frozenset(CaseClass)),
        (Origin.LOCAL, frozenset({CaseClass.CONFIRMED})),
        (Origin.IMPORTED, frozenset({CaseClass.CLINICAL, CaseClass.CONFIRMED})),
    ):
        basis = Basis(area, day, classes, origin)
        for level, figures in ((Level.COUNTY, 6), (Level.TOWN, 9)):
            found = queries.counts(
                basis=basis, level=level, period_from=low, period_to=high, actor=LOADER
            )
            counted = {(e.disease, e.day, e.area): e.cases for e in found.rows}
            assert counted == dict(twin(*loaded, basis, figures, low, high))
            assert (found.basis, found.level) == (basis, level)


def test_counts_are_of_the_actors_places_by_the_column_counted(cases, loaded):
    basis = Basis(AreaBasis.HOME, DayBasis.REPORTED, frozenset(CaseClass))
    period = {"period_from": TODAY - 30 * DAY, "period_to": TODAY + DAY}
    county = cases.actor("cdc", AT)
    found = queries.counts(basis=basis, level=Level.COUNTY, **period, actor=county)
    assert {each.area for each in found.rows} == {"441202"}
    slow = twin(
        *loaded, basis, 6, *period.values(), within=lambda home, _: home.startswith("441202")
    )
    assert sum(each.cases for each in found.rows) == sum(slow.values())
    reported = replace(basis, area=AreaBasis.REPORTED)
    found = queries.counts(
        basis=reported, level=Level.CITY, **period, actor=cases.actor("city_officer", AT)
    )
    assert {each.area for each in found.rows} == {"441200"}
    one = queries.counts(
        basis=basis,
        level=Level.CITY,
        **period,
        diseases=["4000"],
        within="441203",
        by_subtype=True,
        actor=LOADER,
    )
    assert {(e.disease, e.area) for e in one.rows} == {("9014", "441200")}
    deaths = queries.counts(basis=basis, level=Level.CITY, **period, actor=LOADER)
    assert sum(each.deaths for each in deaths.rows) == 1
    with pytest.raises(NotPermitted):
        queries.counts(basis=basis, level=Level.CITY, **period, actor=cases.actor("doctor", AT))
    with pytest.raises(PeriodTooLong):
        queries.counts(
            basis=basis, level=Level.CITY, period_from=TODAY, period_to=TODAY, actor=LOADER
        )


def test_lines_behind_a_count(cases, loaded):
    basis = Basis(AreaBasis.HOME, DayBasis.REPORTED, frozenset(CaseClass))
    period = {"period_from": TODAY - 30 * DAY, "period_to": TODAY + DAY}
    county = cases.actor("cdc", AT)
    counted = queries.counts(basis=basis, level=Level.COUNTY, **period, actor=county)
    first = queries.lines(basis=basis, **period, limit=15, actor=county, at=AT)
    rest = queries.lines(basis=basis, **period, limit=100, after=first.next, actor=county, at=AT)
    assert len(first.rows) + len(rest.rows) == sum(each.cases for each in counted.rows)
    assert all(each.home_code.startswith("441202") for each in (*first.rows, *rest.rows))
    assert not hasattr(first.rows[0], "name")
    since = queries.reported_since(AT - DAY, diseases=["3900"], actor=LOADER)
    assert {each.disease for each in since} <= {"3900"} and len(since) == 0 + len(
        [d for d in loaded[1] if d.submitted_at > AT - DAY and d.content.disease == "3900"]
    )


def test_load_needs_its_own_permission_and_seals_people(cases, loaded):
    with pytest.raises(NotPermitted):
        actions.load_cards([], actor=cases.actor("cdc", AT), at=AT)
    row = models.Card.objects.get(pk=loaded[0][0])
    assert "陈0".encode() not in bytes(row.details)
    assert queries.get_card(row.id, actor=cases.actor("cdc", AT), at=AT).content.name == "陈0"


def test_zero_is_said_once_and_not_beside_cases(cases):
    doctor, org = cases.actor("doctor", AT), cases.town.hospital.id
    first = actions.report_zero(organization=org, day=TODAY, actor=doctor, at=AT)
    again = actions.report_zero(organization=org, day=TODAY, actor=doctor, at=AT + DAY / 24)
    assert first.stated_at == again.stated_at and models.ZeroReport.objects.count() == 1
    for day in (TODAY + DAY, TODAY - 8 * DAY):
        with pytest.raises(ZeroForFuture):
            actions.report_zero(organization=org, day=day, actor=doctor, at=AT)
    with pytest.raises(NotPermitted):
        actions.report_zero(organization=cases.town.elsewhere.id, day=TODAY, actor=doctor, at=AT)
    actions.begin_card(content=card(AT - DAY), resident_id=None, key="", actor=doctor, at=AT)
    with pytest.raises(CasesOnThatDay):
        actions.report_zero(organization=org, day=TODAY - DAY, actor=doctor, at=AT)
    days = queries.own_days(period_from=TODAY - 2 * DAY, period_to=TODAY + DAY, actor=doctor)
    assert [(each.cards, each.is_zero, each.is_silent) for each in days] == [
        (0, True, False), (1, False, False), (0, False, True),
    ]  # fmt: skip
    county = cases.actor("cdc", AT)
    silent = {
        e.organization: e.is_silent
        for e in queries.silent(day=TODAY, division="441202", actor=county).rows
    }
    assert silent[org] is False and silent[cases.town.centre.id] is True
    with pytest.raises(NotPermitted):
        queries.silent(day=TODAY, division="441203", actor=county)
