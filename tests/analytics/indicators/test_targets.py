"""A county may have another target than its city, and a year another than the last."""

import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from kangmai.analytics.indicators import targets
from kangmai.analytics.rules import find_indicator, find_target
from kangmai.kernel.definitions import Definition, freeze
from kangmai.standards.periods import parse_period

RULE = find_indicator("vacc_rate", on=datetime.date(2026, 1, 1))


def definition(
    year: int, *rows: dict, indicator: str = "vacc_rate", to: int | None = None
) -> Definition:
    start, end = datetime.date(year, 1, 1), datetime.date(to, 1, 1) if to else None
    content = {"targets": [{"indicator": indicator, **row} for row in rows]}
    return Definition(
        "analytics", "target", f"t-{year}", {"zh": "目标", "en": "Targets"}, "active", {"document": f"文件 {year}"},
        True, start, end, freeze(content), Path(f"t-{year}.yaml"),
    )  # fmt: skip


@pytest.fixture
def plans(monkeypatch):
    found = [
        definition(2025, {"area": "441200", "value": 95}, {"area": "441284", "value": 92.5}),
        definition(2026, {"area": "441284", "value": 93}, to=2027),
    ]
    goals = [goal for each in found for goal in targets.goals_of(each)]
    monkeypatch.setattr(targets, "_of_areas", lambda: {"vacc_rate": goals})


@pytest.mark.parametrize(
    ("area", "period", "value", "set_for"),
    [
        ("441200", "2024", "90", ""),
        ("441200", "2025", "95", "441200"),
        ("441202", "2025", "95", "441200"),
        ("441202001002", "2025Q3", "95", "441200"),
        ("441284", "2025", "92.5", "441284"),
        ("441284101", "2026-05", "93", "441284"),
        ("441284", "2027", "92.5", "441284"),
        ("370300", "2025", "90", ""),
    ],
)
def test_the_smallest_area_around_and_the_latest_document_decide(
    plans, area, period, value, set_for
):
    found = find_target(RULE, period=parse_period(period), area=area)
    assert (found.value, found.area) == (Decimal(value), set_for)


def test_an_indicator_without_a_target_has_none(plans):
    rule = find_indicator("residents", on=datetime.date(2026, 1, 1))
    assert find_target(rule, period=parse_period("2025"), area="441200") is None


def test_targets_of_what_is_not_there_are_refused():
    row = {"area": "441200", "value": 1}
    assert list(targets.check_target(definition(2025, row))) == []
    assert "no indicator" in next(
        iter(targets.check_target(definition(2025, row, indicator="absent")))
    )
    assert "no division" in next(
        iter(targets.check_target(definition(2025, {"area": "999999", "value": 1})))
    )
    assert "above" in next(iter(targets.check_target(definition(2025, row, row))))
