"""Figures as a DHIS2 data value set: what is hidden has no line, and names are data."""

import datetime
from pathlib import Path

import pytest

from kangmai.analytics.types import By, Status
from kangmai.governance.reporting import queries, rules
from kangmai.governance.reporting.errors import PeriodNotOfDataValues
from kangmai.governance.reporting.open_data import dhis2
from kangmai.kernel.definitions import Definition, freeze
from kangmai.standards.periods import parse_period
from tests.analytics.indicators.lake_of_rows import write
from tests.governance.factories import CITY, YEAR, people


def test_amounts_that_may_be_seen_go_out_and_nothing_of_the_others(city, database):
    write(city, people(at_target=38))
    (found,) = queries.released(ids=["ht_control_rate"], period=YEAR, area=CITY, by=By.COUNTY)
    hidden = {each.area for each in found.figures if each.status is Status.SUPPRESSED}
    seen = {each.area: each for each in found.figures if each.status is Status.OK}
    sent = rules.data_values([found])
    assert hidden == {"441202", "441203"}
    assert {each["orgUnit"] for each in sent["dataValues"]} == set(seen)
    assert sent["dataValues"][:2] == [
        {"dataElement": "KM_HT_CONTROL_RATE_NUM", "period": "2025", "orgUnit": CITY, "value": str(seen[CITY].numerator)},
        {"dataElement": "KM_HT_CONTROL_RATE_DEN", "period": "2025", "orgUnit": CITY, "value": str(seen[CITY].denominator)},
    ]  # fmt: skip
    assert (sent["dataElementIdScheme"], sent["orgUnitIdScheme"]) == ("CODE", "CODE")
    assert not any(area in str(sent) for area in hidden)
    # every cell is either sent or to be deleted; why one is not shown is not told
    gone = rules.withdrawn_values([found])
    unseen = {each.area for each in found.figures} - set(seen)
    assert {each["orgUnit"] for each in gone["dataValues"]} == unseen > hidden
    assert all(set(each) == {"dataElement", "period", "orgUnit"} for each in gone["dataValues"])
    assert len(gone["dataValues"]) + len(sent["dataValues"]) == 2 * len(found.figures)
    assert {**gone, "dataValues": []} == {**sent, "dataValues": []}


@pytest.mark.parametrize(
    ("period", "written"),
    [("2025-03-01", "20250301"), ("2025-03", "202503"), ("2025Q3", "2025Q3"), ("2025", "2025"), ("2024-10-01/2025-10-01", "2024Oct"), ("2025-02-01/2026-02-01", None), ("2025-01-02/2025-03-04", None)],
)  # fmt: skip
def test_periods(period, written):
    if written is None:
        with pytest.raises(PeriodNotOfDataValues):
            dhis2.data_period(parse_period(period))
    else:
        assert dhis2.data_period(parse_period(period)) == written


def a_map(since: int, **content: object) -> Definition:
    whole = {"data_element_scheme": "UID", "org_unit_scheme": "UID", **content}
    return Definition(
        "governance", "data_value_map", "level_above", {"zh": "上级", "en": "Above"}, "active", {}, True,
        datetime.date(since, 1, 1), None, freeze(whole), Path("level_above.yaml"),
    )  # fmt: skip


def test_the_names_in_force_at_the_end_of_the_period_hold(city, database, monkeypatch):
    def element(name: str) -> list[dict[str, str]]:
        return [{"indicator": "residents", "value": name}]

    maps = [
        a_map(2020, data_elements=element("aBcDeFgHiJ1"), org_units={CITY: "oldOrgUnit1"}),
        a_map(2025, data_elements=element("aBcDeFgHiJ2"), org_units={CITY: "newOrgUnit1"}, data_set="dataSetIdX1"),
    ]  # fmt: skip
    monkeypatch.setattr(dhis2.definitions, "load", lambda room, kind: maps)
    dhis2._names.cache_clear()
    found = queries.released(ids=["residents"], period=YEAR, area=CITY, by=By.COUNTY)
    sent = rules.data_values(found)
    dhis2._names.cache_clear()
    assert sent == {
        "dataElementIdScheme": "UID", "orgUnitIdScheme": "UID", "dataSet": "dataSetIdX1",
        "dataValues": [{"dataElement": "aBcDeFgHiJ2", "period": "2025", "orgUnit": "newOrgUnit1", "value": "120"}],
    }  # fmt: skip


def test_what_cannot_be_is_refused():
    wrong = a_map(
        2025,
        data_elements=[
            {"indicator": "absent", "value": "aBcDeFgHiJ1"},
            {"indicator": "residents", "numerator": "aBcDeFgHiJ1"},
            {"indicator": "ht_control_rate", "numerator": "short"},
            {"indicator": "notifiable_cases", "value": "aBcDeFgHiJ3"},
        ],
        org_units={"999999": "aBcDeFgHiJ9"},
    )
    assert list(dhis2.faults(wrong)) == [
        "/data_elements/0: there is no indicator 'absent'",
        "/data_elements/1: a count has a value, and neither numerator nor denominator",
        "/data_elements/1: 'aBcDeFgHiJ1' is given twice",
        "/data_elements/2: 'short' is no UID of eleven letters and digits",
        "/data_elements/3: figures of outbreaks are published by authority only",
        "/org_units/999999: there is no such division",
    ]
