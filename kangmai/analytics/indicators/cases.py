"""Work out the examples beside an indicator: rows given by hand, and the figure they must make.

- name: the latest visit decides
  period: "2025"
  given:
    enrolment: [{resident: 1, enrolled_on: 2024-05-01}]
    visit: [{resident: 1, visited_on: 2025-03-01, target_met: true}, …]
  usual: {visit: {standing: current, …}}        # what every row of a view has unless it says otherwise
  expect: {numerator: 1, denominator: 2, value: "50.00"}
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from kangmai.analytics.engines import twin
from kangmai.analytics.engines.measure import Measure
from kangmai.analytics.indicators.definition import indicator_of
from kangmai.analytics.published import ColumnType, published_views
from kangmai.kernel.definitions import Definition
from kangmai.standards.periods import Period, parse_period


def run_case(definition: Definition, example: Mapping[str, Any]) -> str:
    """What is wrong with an example, or nothing."""
    indicator = indicator_of(definition)
    period = parse_period(str(example["period"]))
    tables = {
        view: [
            _row(view, {**example.get("usual", {}).get(view, {}), **row}, n)
            for n, row in enumerate(rows)
        ]
        for view, rows in example["given"].items()
    }
    whole, part = _sums(indicator.counted, tables, period)
    numerator, denominator = (
        (part, whole) if indicator.counted and indicator.counted.part else (whole, None)
    )
    if indicator.against:
        denominator = _sums(indicator.against, tables, period)[0]
    value = indicator.value(numerator, denominator)
    found = {
        "numerator": numerator,
        "denominator": denominator,
        "value": None if value is None else str(value),
    }
    expected = dict(example["expect"])
    wrong = {name: found[name] for name in expected if found[name] != expected[name]}
    return f"{example['name']}: found {wrong}, expected {expected}" if wrong else ""


def _sums(measure: Measure | None, tables: Mapping[str, Any], period: Period) -> tuple[int, int]:
    if measure is None:
        return 0, 0
    cells = twin.count(measure, {**dict.fromkeys(measure.views(), ()), **tables}, period)
    return sum(cell.whole for cell in cells), sum(cell.part for cell in cells)


def _row(view: str, given: Mapping[str, Any], number: int) -> dict[str, Any]:
    """A row with every column of its view; a key that is not given counts the rows."""
    published = published_views()[view]
    row: dict[str, Any] = dict.fromkeys(published.columns)
    row.update(dict.fromkeys(published.key, f"{number:04d}"))
    for name, value in given.items():
        row[name] = _value(published.columns[name].type, value)
    return row


def _value(type: ColumnType, value: Any) -> Any:
    if type is ColumnType.DATE and isinstance(value, str):
        return date.fromisoformat(value)
    if type is ColumnType.INSTANT and isinstance(value, str):
        return datetime.fromisoformat(value)
    return value
