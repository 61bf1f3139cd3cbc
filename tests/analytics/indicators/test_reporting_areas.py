"""A zone and an institution count where they report: every part once, dated, and never sideways."""

import datetime

import pytest

from kangmai.analytics import actions, queries
from kangmai.analytics.types import By, Status
from kangmai.kernel.actor import NotPermitted, operator
from kangmai.standards.periods import parse_period
from tests.analytics.indicators.lake_of_rows import write
from tests.factories.actors import actor

OPERATOR, DAY = operator("test"), datetime.date
AT = datetime.datetime(2026, 3, 2, 1, tzinfo=datetime.UTC)
ZONE, CITY, COUNTY = "441284450", "441200", "441284"
RULES = [
    {"rule": "1", "organization": "", "lies_in": ZONE, "reports_to": CITY, "from_on": DAY(2025, 7, 1)},
    {"rule": "2", "organization": "7", "lies_in": "441202001", "reports_to": "441203", "from_on": DAY(2020, 1, 1), "to_on": DAY(2026, 1, 1)},
]  # fmt: skip


def residents() -> list[dict]:
    places = [*[f"{ZONE}001"] * 30, *["441284101001"] * 20, *["441202001002"] * 50]
    return [{"resident": n, "place_code": place} for n, place in enumerate(places, start=1)]


@pytest.fixture
def city(lake):
    beds = [("7", "441202001", 100), ("8", "441202001", 40), ("9", "441203101", 10)]
    write(
        lake,
        {
            "resident": residents(),
            "institution": [
                {"organization": id, "place_code": place, "kind": "hospital", "beds_isolation": n}
                for id, place, n in beds
            ],
            "reporting_place": RULES,
        },
    )


def amounts(indicator: str, period: str, area: str = CITY, by: By | None = By.COUNTY, who=OPERATOR):
    found = queries.compute(
        indicator=indicator, period=parse_period(period), area=area, by=by, actor=who
    )
    return found.total.numerator, {
        each.area: each.numerator for each in found.parts if each.numerator
    }


def test_a_zone_counts_in_the_area_it_reports_to_from_its_day_on(city):
    before = 100, {"441202": 50, COUNTY: 50}
    assert amounts("residents", "2025-06") == before
    assert amounts("residents", "2025-07") == (100, {"": 30, "441202": 50, COUNTY: 20})
    assert amounts("residents", "2025-07", COUNTY, By.TOWN) == (20, {"441284101": 20})
    assert amounts("residents", "2025-07", ZONE, By.VILLAGE) == (30, {f"{ZONE}001": 30})
    assert amounts("residents", "2025-07", by=By.TOWN)[1][ZONE] == 30  # as a town of its own
    behind = {"indicator": "residents", "period": parse_period("2025-07"), "limit": 100}
    for area, count in ((CITY, 100), (COUNTY, 20), (ZONE, 30)):
        assert len(queries.rows_behind(**behind, area=area, actor=OPERATOR)) == count


def test_an_institution_counts_where_it_reports_until_its_day(city):
    assert amounts("isolation_beds", "2025") == (150, {"441202": 40, "441203": 110})
    assert amounts("isolation_beds", "2026") == (150, {"441202": 140, "441203": 10})
    behind = {"indicator": "isolation_beds", "period": parse_period("2025"), "actor": OPERATOR}
    assert queries.rows_behind(**behind, area="441203") == ["7", "9"]
    assert queries.rows_behind(**behind, area="441202") == ["8"]


def test_residents_stay_where_they_live_whatever_the_institution_reports(city):
    assert amounts("residents", "2025-06", "441202", None)[0] == 50


def test_the_card_names_the_rules_that_were_applied(database, city):
    def card(indicator, area):
        found = queries.card(
            indicator=indicator, period=parse_period("2025"), area=area, actor=OPERATOR
        )
        return [(each.lies_in, each.reports_to, each.organization) for each in found.elsewhere]

    zone, hospital = (ZONE, CITY, ""), ("441202001", "441203", "7")
    assert card("residents", COUNTY) == [zone]
    assert card("isolation_beds", CITY) == [zone, hospital]
    assert card("isolation_beds", "441202") == [hospital]
    assert card("residents", "441202") == []


def test_outsiders_do_not_see_a_zone_apart(city):
    outsider = actor(places=(), permissions=("indicators.published",))
    asked = {"indicator": "residents", "period": parse_period("2025-07"), "actor": outsider}
    assert queries.compute(**asked, area=ZONE).total.status is Status.SUPPRESSED
    towns = queries.compute(**asked, area=CITY, by=By.TOWN).parts
    assert {each.area: each.status for each in towns}[ZONE] is Status.SUPPRESSED
    assert queries.compute(**asked, area=CITY).total.numerator == 100


def test_a_frozen_figure_keeps_the_reporting_rule_it_was_counted_by(database, city, lake):
    asked = {"indicator": "residents", "period": parse_period("2025"), "area": COUNTY}
    frozen = actions.freeze(**asked, by=By.TOWN, note="年报", actor=OPERATOR, at=AT)
    assert (frozen.result.total.numerator, amounts("residents", "2025", COUNTY, By.TOWN)[0]) == (
        20,
        20,
    )

    write(
        lake, {"resident": residents(), "reporting_place": RULES[1:]}
    )  # the zone's rule is withdrawn
    assert amounts("residents", "2025", COUNTY, By.TOWN) == (50, {ZONE: 30, "441284101": 20})
    assert queries.get_freeze(freeze_id=frozen.id, actor=OPERATOR) == frozen
    again = queries.compute(**asked, by=By.TOWN, manifest_id=frozen.result.manifest, actor=OPERATOR)
    assert (again.total, again.parts) == (frozen.result.total, frozen.result.parts)
    (kept,) = queries.card(**asked, actor=OPERATOR).freezes
    assert kept.result.total.numerator == 20  # the card shows both, and neither is written over


def test_beds_are_frozen_where_the_hospital_reported_them(database, city, lake):
    asked = {"indicator": "isolation_beds", "period": parse_period("2025"), "area": "441203"}
    frozen = actions.freeze(**asked, actor=OPERATOR, at=AT)
    write(lake, {"institution": [{"organization": "7", "place_code": "441202001", "kind": "hospital", "beds_isolation": 90}], "reporting_place": RULES})  # fmt: skip
    assert (
        queries.compute(**asked, actor=OPERATOR).total.numerator == 90
    )  # still reported there, and corrected
    outsider = actor(places=("441202",), permissions=("indicators.freeze", "indicators.read"))
    with pytest.raises(NotPermitted):
        actions.freeze(**asked, actor=outsider, at=AT)
    published = queries.published(freeze_id=frozen.id, actor=OPERATOR)
    assert (frozen.result.total.numerator, published.total.numerator) == (110, 110)
