"""Figures as a DHIS2 data value set: one amount of one area and period a line, by the names of the level above.

Only amounts that may be seen are in it: what is hidden, missing or has no data has no line at all, and no
comment either. What is not shown can be had apart, to be deleted there. Names of data elements and organisation units are a definition of the kind `data_value_map`.

Source: DHIS2 Developer Guide, "Data values" (JSON of /api/dataValueSets) and "Date and period format",
https://docs.dhis2.org/en/develop/ (from memory).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from kangmai.analytics.rules import indicators, kinds_of
from kangmai.analytics.types import Figure, Form, Status
from kangmai.governance.reporting.errors import PeriodNotOfDataValues
from kangmai.governance.reporting.types import Released
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition, register_checker
from kangmai.standards.divisions import find_division
from kangmai.standards.periods import Period

ROOM, KIND = "governance", "data_value_map"
AMOUNTS = ("value", "numerator", "denominator")
UID_LENGTH = 11
YEARS = {1: "", 4: "April", 7: "July", 10: "Oct", 11: "Nov"}
"""The month in which a year begins, and how DHIS2 writes such years after their first calendar year."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the level above calls our indicators and areas."""

    data_element_scheme: str
    org_unit_scheme: str
    data_set: str
    data_elements: Mapping[tuple[str, str], str]
    org_units: Mapping[str, str]

    def org_unit(self, area: str) -> str | None:
        """The organisation unit of an area; its division code where codes are meant and no other is named."""
        own = area if self.org_unit_scheme == "CODE" else None
        return self.org_units.get(area, own)


def data_values(found: Iterable[Released]) -> dict[str, Any]:
    """The figures as one data value set.

    Raises:
        PeriodNotOfDataValues: DHIS2 has no period of these days.
    """
    return _value_set(
        found, lambda cell, value: None if value is None else {**cell, "value": value}
    )


def withdrawn_values(found: Iterable[Released]) -> dict[str, Any]:
    """The amounts that the figures do not show, as a data value set to be sent with `importStrategy=DELETE`.

    What is hidden now may have been sent before: a value that was once accepted stays until it is deleted. The
    set names everything that is not shown, for whatever reason, so that it tells no more than the values do.

    Raises:
        PeriodNotOfDataValues: DHIS2 has no period of these days.
    """
    return _value_set(found, lambda cell, value: cell if value is None else None)


Cell = dict[str, str]


def _value_set(
    found: Iterable[Released], line: Callable[[Cell, str | None], Cell | None]
) -> dict[str, Any]:
    """The head by which a DHIS2 reads the names, and the lines that are wanted of all cells."""
    every = tuple(found)
    names = _names(max((each.result.period.latest_day for each in every), default=date.max))
    head: dict[str, Any] = {
        "dataElementIdScheme": names.data_element_scheme,
        "orgUnitIdScheme": names.org_unit_scheme,
    }
    if names.data_set:
        head["dataSet"] = names.data_set
    lines = (line(cell, value) for each in every for cell, value in _cells(each, names))
    return {**head, "dataValues": [each for each in lines if each is not None]}


def _cells(of: Released, names: Names) -> Iterator[tuple[Cell, str | None]]:
    """Every cell that has names there, and its value as text, None where it may not be seen or is not there."""
    named = {each: names.data_elements.get((of.rule.id, each)) for each in AMOUNTS}
    if not any(named.values()):
        return
    period = data_period(of.result.period)
    for figure in of.figures:
        org_unit = names.org_unit(figure.area)
        for amount, data_element in named.items():
            if org_unit and data_element:
                cell = {"dataElement": data_element, "period": period, "orgUnit": org_unit}
                yield cell, _amount(figure, amount)


def _amount(figure: Figure, amount: str) -> str | None:
    """One amount of a figure as text, None where it may not be seen or is not there."""
    if figure.status is not Status.OK:
        return None
    if amount == "value":
        return None if figure.value is None else f"{figure.value:f}"
    counted = figure.numerator if amount == "numerator" else figure.denominator
    return None if counted is None else str(counted)


def data_period(period: Period) -> str:
    """A period as DHIS2 writes it: 20250301, 202503, 2025Q1, 2025, and 2024Oct for October to September.

    Raises:
        PeriodNotOfDataValues: it has no period of these days.
    """
    kinds, start = kinds_of(period), period.start
    if "day" in kinds:
        return f"{start:%Y%m%d}"
    if "month" in kinds:
        return f"{start:%Y%m}"
    if "quarter" in kinds:
        return f"{start.year}Q{(start.month + 2) // 3}"
    if "year" in kinds and start.month in YEARS:
        return f"{start.year}{YEARS[start.month]}"
    raise PeriodNotOfDataValues(period=str(period))


@cache
def _names(on: date) -> Names:
    """The names in force on a day: those of the latest definition that had begun, else of the first."""
    every = [each for each in definitions.load(ROOM, KIND) if each.status == "active"]
    begun = [each for each in every if each.effective_from <= on]
    content = (begun[-1] if begun else every[0]).content
    return Names(
        data_element_scheme=content["data_element_scheme"],
        org_unit_scheme=content["org_unit_scheme"],
        data_set=content.get("data_set", ""),
        data_elements={
            (row["indicator"], each): row[each]
            for row in content["data_elements"]
            for each in AMOUNTS
            if each in row
        },
        org_units=dict(content.get("org_units", {})),
    )


def faults(definition: Definition) -> Iterator[str]:
    """What the schema cannot say of a map: indicators and areas there are not, amounts they have not, names given twice."""
    content = definition.content
    known = {each.id: each for each in indicators(on=date.max)}
    given: set[str] = set()
    for position, row in enumerate(content["data_elements"]):
        rule, where = known.get(row["indicator"]), f"/data_elements/{position}"
        if rule is None:
            yield f"{where}: there is no indicator {row['indicator']!r}"
        elif rule.is_outbreak:
            yield f"{where}: figures of outbreaks are published by authority only"
        elif rule.form is Form.COUNT and {"numerator", "denominator"} & set(row):
            yield f"{where}: a count has a value, and neither numerator nor denominator"
        for name in (row[each] for each in AMOUNTS if each in row):
            yield from _name_faults(name, where, given, content["data_element_scheme"])
    units: set[str] = set()
    for area, name in content.get("org_units", {}).items():
        if find_division(area) is None:
            yield f"/org_units/{area}: there is no such division"
        yield from _name_faults(name, f"/org_units/{area}", units, content["org_unit_scheme"])


def _name_faults(name: str, where: str, given: set[str], scheme: str) -> Iterator[str]:
    if name in given:
        yield f"{where}: {name!r} is given twice"
    given.add(name)
    is_uid = len(name) == UID_LENGTH and name.isalnum() and name[0].isalpha()
    if scheme == "UID" and not is_uid:
        yield f"{where}: {name!r} is no UID of eleven letters and digits"


register_checker(ROOM, KIND, faults)
