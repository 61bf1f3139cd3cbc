"""Figures as FHIR MeasureReports: one for each indicator and area, in a Bundle.

Source: HL7 FHIR R4 MeasureReport, https://hl7.org/fhir/R4/measurereport.html; populations by
http://terminology.hl7.org/CodeSystem/measure-population; what is not there by the extension
data-absent-reason: masked (small number), unknown (not available), not-applicable (nothing to count against).
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from kangmai.analytics.types import Direction, Figure, Form, Status
from kangmai.governance.reporting.types import Released
from kangmai.standards.calendars import LEGAL_TIME

ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
POPULATIONS = "http://terminology.hl7.org/CodeSystem/measure-population"
IMPROVEMENT = "http://terminology.hl7.org/CodeSystem/measure-improvement-notation"
DIVISIONS = "urn:kangmai:division-code"
UCUM = "http://unitsofmeasure.org"
REASONS = {
    Status.SUPPRESSED: "masked",
    Status.NOT_AVAILABLE: "unknown",
    Status.NO_DATA: "not-applicable",
}


def bundle(found: Iterable[Released], *, base: str, at: datetime) -> dict[str, Any]:
    """The figures as a Bundle of MeasureReports.

    Args:
        base: the address of this installation, in which the measures are named.
    """
    entries = [
        {"resource": _report(each, figure, base)} for each in found for figure in each.figures
    ]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "entry": entries,
    }


def _report(of: Released, figure: Figure, base: str) -> dict[str, Any]:
    period, cutoff = of.result.period, of.result.cutoff
    report: dict[str, Any] = {
        "resourceType": "MeasureReport",
        "id": f"{of.rule.id.replace('_', '-')}-{figure.area}-{period.start:%Y%m%d}-{period.latest_day:%Y%m%d}"[:64],
        "status": "complete",
        "type": "summary",
        "measure": f"{base}/Measure/{of.rule.id}|{of.rule.rule}",
        "subject": {"type": "Location", "identifier": {"system": DIVISIONS, "value": figure.area}},
        "period": {"start": period.start.isoformat(), "end": period.latest_day.isoformat()},
        "group": [_group(of, figure)],
    }  # fmt: skip
    if cutoff is not None:
        report["date"] = cutoff.astimezone(LEGAL_TIME).isoformat(timespec="seconds")
    if of.rule.direction is not Direction.LEVEL:
        code = "increase" if of.rule.direction is Direction.UP else "decrease"
        report["improvementNotation"] = {"coding": [{"system": IMPROVEMENT, "code": code}]}
    return report


def _group(of: Released, figure: Figure) -> dict[str, Any]:
    group: dict[str, Any] = {"code": {"text": of.rule.title.zh}}
    counted = [("numerator", figure.numerator), ("denominator", figure.denominator)]
    if of.rule.form is Form.COUNT:
        counted = [("initial-population", figure.numerator)]
    group["population"] = [_population(code, count, figure.status) for code, count in counted]
    score: dict[str, Any] = {"unit": of.rule.unit.en}
    if of.rule.unit.en == "%":
        score |= {"system": UCUM, "code": "%"}
    if figure.value is not None:
        score["value"] = float(figure.value)
    else:
        score = {"extension": [_absent(figure.status)]}
    group["measureScore"] = score
    return group


def _population(code: str, count: int | None, status: Status) -> dict[str, Any]:
    said = {"code": {"coding": [{"system": POPULATIONS, "code": code}]}}
    if count is not None:
        return {**said, "count": count}
    return {**said, "_count": {"extension": [_absent(status)]}}


def _absent(status: Status) -> dict[str, str]:
    return {"url": ABSENT, "valueCode": REASONS.get(status, "unknown")}
