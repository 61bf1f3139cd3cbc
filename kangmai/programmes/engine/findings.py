"""Read raised readings and diagnoses out of stored resources, whoever sent them."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson

from kangmai.identity import queries as identity
from kangmai.programmes.engine.actions.suspecting import Finding
from kangmai.programmes.engine.definition.types import Programme, Readings, Suspicion
from kangmai.records.types import Stored
from kangmai.standards.calendars import legal_day
from kangmai.standards.errors import UnitsIncompatible
from kangmai.standards.units import convert, ucum_code

_UNSURE = frozenset(("entered-in-error", "cancelled", "preliminary", "registered", "unknown"))
_NOT_SURE = frozenset(("refuted", "entered-in-error", "differential", "provisional", "unconfirmed"))


def findings(programme: Programme, resources: Sequence[Stored]) -> list[Finding]:
    """What of some Observations and Conditions raises a suspicion, with whose it is."""
    assert programme.suspicion is not None
    raised = [
        (stored, *found)
        for stored in resources
        if stored.subject is not None and (found := _raised(programme.suspicion, stored))
    ]
    owners = identity.residents_of_patients({stored.subject for stored, _, _ in raised})  # type: ignore[misc]
    return [
        Finding(owners[stored.subject], stored.type, stored.id, day, measures, stored.author_org)
        for stored, day, measures in raised
        if stored.subject in owners
    ]


def _raised(suspicion: Suspicion, stored: Stored) -> tuple[date, dict[str, Any]] | None:
    """The day and the measures of a resource that raises a suspicion."""
    if stored.type == "Observation":
        # most Observations are of something else: look before reading
        if suspicion.readings.code.encode() not in stored.body:
            return None
        return _reading(suspicion.readings, orjson.loads(stored.body))
    return _diagnosis(suspicion, orjson.loads(stored.body))


def _reading(readings: Readings, observation: dict[str, Any]) -> tuple[date, dict[str, Any]] | None:
    day = _day(observation.get("effectiveDateTime"))
    if day is None or observation.get("status") in _UNSURE:
        return None
    if (readings.system, readings.code) not in _codings(observation.get("code")):
        return None
    measures = dict.fromkeys(readings.measures) | dict(_measures(readings, observation))
    if not readings.when.holds({**measures, "today": day}):
        return None
    return day, {name: float(value) for name, value in measures.items() if value is not None}


def _measures(readings: Readings, observation: dict[str, Any]) -> Iterator[tuple[str, Decimal]]:
    for component in (observation, *observation.get("component", ())):
        codes = {code for _, code in _codings(component.get("code"))}
        for name, (code, unit) in readings.measures.items():
            value = _quantity(component.get("valueQuantity"), unit) if code in codes else None
            if value is not None:
                yield name, value


def _quantity(quantity: dict[str, Any] | None, unit: str) -> Decimal | None:
    """The value in a unit; None where it is missing or measured in something else."""
    if not quantity or quantity.get("value") is None:
        return None
    given = ucum_code(quantity.get("code") or quantity.get("unit") or "")
    if given is None:
        return None
    try:
        return Decimal(str(round(convert(float(quantity["value"]), given=given, wanted=unit), 6)))
    except UnitsIncompatible:
        return None


def _diagnosis(
    suspicion: Suspicion, condition: dict[str, Any]
) -> tuple[date, dict[str, Any]] | None:
    verified = {code for _, code in _codings(condition.get("verificationStatus"))}
    if verified & _NOT_SURE:
        return None
    for system, code in _codings(condition.get("code")):
        is_of_system = suspicion.diagnosis_system in system.lower()
        if is_of_system and code.upper().startswith(suspicion.diagnosis_prefixes):
            day = _day(condition.get("recordedDate") or condition.get("onsetDateTime"))
            return (day, {"code": code}) if day else None
    return None


def _codings(concept: dict[str, Any] | None) -> list[tuple[str, str]]:
    codings = (concept or {}).get("coding", ())
    return [(each.get("system", ""), each.get("code", "")) for each in codings]


def _day(text: str | None) -> date | None:
    """The legal day of a FHIR date or instant; None where it names no day."""
    if not text or len(text) < 10:
        return None
    if len(text) == 10:
        return date.fromisoformat(text)
    return legal_day(datetime.fromisoformat(text))
