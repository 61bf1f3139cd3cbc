"""Rules on single case reports: one case is enough, n cases in d days, the first in years.

Source: 突发公共卫生事件相关信息报告管理工作规范（试行）2005; thresholds are data of the caller. A window of d days
holds the day of the case and the d - 1 days before it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from kangmai.epidemic.surveillance.evidence import Evidence, Layer


class Place(Enum):
    """Whether cases are counted within an institution (school, site) or within an area."""

    INSTITUTION = "institution"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class CaseReport:
    """What the rules need of a case: codes and a day, no person."""

    id: str
    disease: str
    area: str
    day: dt.date
    institution: str | None = None
    cases: int = 1
    """More than one where a source reports numbers, not persons."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """`cases` of a disease within `days` in one place."""

    disease: str
    cases: int
    days: int
    place: Place


def single_case(reports: Iterable[CaseReport], *, diseases: frozenset[str]) -> list[Evidence]:
    """Every case of a disease of which one is enough."""
    return [
        evidence(r, (r,), f"one case of {r.disease} is enough")
        for r in reports
        if r.disease in diseases
    ]


def clusters(reports: Iterable[CaseReport], *, threshold: Threshold) -> list[Evidence]:
    """The case that brings a place to the threshold, and each later one while it stays there."""
    by_place: dict[str, list[CaseReport]] = defaultdict(list)
    for report in sorted(reports, key=lambda r: (r.day, r.id)):
        place = report.institution if threshold.place is Place.INSTITUTION else report.area
        if report.disease == threshold.disease and place:
            by_place[place].append(report)
    found = []
    for place in sorted(by_place):
        window: list[CaseReport] = []
        for report in by_place[place]:
            earliest = report.day - dt.timedelta(days=threshold.days - 1)
            window = [r for r in window if r.day >= earliest] + [report]
            count = sum(r.cases for r in window)
            if count >= threshold.cases:
                reason = f"{count} cases in {threshold.days} days at {place}, threshold {threshold.cases}"
                found.append(evidence(report, tuple(window), reason))
    return found


def first_in_years(
    reports: Iterable[CaseReport], *, earlier: Iterable[CaseReport], years: int = 5
) -> list[Evidence]:
    """The first case of a disease in an area after so many years of 365.25 days without one.

    `earlier` must reach back that far: where records begin later, every first case is one.
    """
    latest: dict[tuple[str, str], dt.date] = {}
    for r in earlier:
        key = (r.disease, r.area)
        latest[key] = max(r.day, latest.get(key, r.day))
    found = []
    for r in sorted(reports, key=lambda r: (r.day, r.id)):
        before = latest.get((r.disease, r.area))
        if before is None or (r.day - before).days > years * 365.25:
            found.append(
                evidence(r, (r,), f"the first case of {r.disease} in {r.area} in {years} years")
            )
        latest[(r.disease, r.area)] = r.day
    return found


def evidence(report: CaseReport, cases: tuple[CaseReport, ...], reason: str) -> Evidence:
    """Evidence that asks for action by itself."""
    return Evidence(
        Layer.RULE, report.disease, report.area, report.day, "reports", sum(c.cases for c in cases), None, None,
        reason, tuple(c.id for c in cases),
    )  # fmt: skip
