"""Notifiable diseases as on a day, read from their definitions.

Source: 传染病防治法（2025年修订）, 国家卫生健康委公告2026年第3号; which values are from memory is marked there.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from kangmai.epidemic.cases.errors import UnknownDisease
from kangmai.epidemic.cases.types import Disease, DiseaseClass, Incubation
from kangmai.kernel import definitions
from kangmai.kernel.actor import Label
from kangmai.kernel.definitions import Definition

ROOM, KIND = "epidemic", "disease"


def disease(code: str, *, on: date) -> Disease:
    """A disease or subtype as on a day.

    Raises:
        UnknownDisease: no such code was notifiable then.
    """
    found = _on(on).get(code)
    if found is None:
        raise UnknownDisease(code=code, on=on)
    return found


def find_disease(code: str, *, on: date) -> Disease | None:
    """A disease or subtype as on a day, or None."""
    return _on(on).get(code)


def diseases(*, on: date) -> tuple[Disease, ...]:
    """Everything notifiable on a day, by code, subtypes among them."""
    return tuple(_on(on).values())


def codes_of(id: str) -> frozenset[str]:
    """The codes of the disease that a definition is named after; none where the list has no such definition."""
    return frozenset(each.content["code"] for each in definitions.load(ROOM, KIND) if each.id == id)


def top(code: str) -> str:
    """The disease that a subtype belongs to; a disease itself as it is."""
    return _parents().get(code, code)


def family(code: str) -> frozenset[str]:
    """A disease with its subtypes, whatever the day."""
    return frozenset({code, *(sub for sub, parent in _parents().items() if parent == code)})


def title(code: str) -> Mapping[str, str]:
    """The names of a disease, whether or not it is notifiable today; the code where it is unknown."""
    return _titles().get(code, {"zh": code, "en": code})


@cache
def prefixes(on: date) -> tuple[tuple[str, str], ...]:
    """Beginnings of ICD-10 codes with the disease each means, the longest first, subtypes before diseases."""
    pairs = [
        (prefix, each.code, not each.parent)
        for each in diseases(on=on)
        if each.is_drafted
        for prefix in each.icd10
    ]
    ordered = sorted(pairs, key=lambda pair: (-len(pair[0]), pair[2], pair[1]))
    return tuple((prefix, code) for prefix, code, _ in ordered)


def by_icd10(code: str, *, on: date) -> str:
    """The disease that an ICD-10 code means on a day; empty where it means none."""
    given = code.upper().strip()
    return next((found for prefix, found in prefixes(on) if given.startswith(prefix)), "")


@cache
def laboratory_codes() -> Mapping[tuple[str, str], str]:
    """System and code of a laboratory test → the disease that its positive result points to."""
    return {
        (test["system"], test["code"]): each.content["code"]
        for each in definitions.load(ROOM, KIND)
        for test in each.content.get("laboratory", ())
    }


@cache
def _parents() -> Mapping[str, str]:
    return {
        sub["code"]: each.content["code"]
        for each in definitions.load(ROOM, KIND)
        for sub in each.content.get("subtypes", ())
    }


@cache
def _titles() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    for each in definitions.load(ROOM, KIND):
        found[each.content["code"]] = each.title
        found |= {sub["code"]: sub["title"] for sub in each.content.get("subtypes", ())}
    return found


@cache
def _on(on: date) -> Mapping[str, Disease]:
    found = {}
    for each in definitions.load(ROOM, KIND):
        if each.is_effective(on):
            for one in diseases_of(each, on=on):
                found[one.code] = one
    return dict(sorted(found.items()))


def diseases_of(definition: Definition, *, on: date) -> list[Disease]:
    """A definition as the disease and subtypes that were notifiable on a day."""
    whole = definition.content
    both = [
        _disease(definition, whole, {}, on),
        *(_disease(definition, whole, sub, on) for sub in whole.get("subtypes", ())),
    ]
    return [each for each in both if each is not None]


def _disease(
    definition: Definition, whole: Mapping[str, Any], sub: Mapping[str, Any], on: date
) -> Disease | None:
    """The disease itself where `sub` is empty, else the subtype, which inherits what it does not say."""
    rule = _rule(sub.get("rules") or whole["rules"], on)
    if rule is None:
        return None
    own = {**whole, **sub}
    incubation = own.get("incubation")
    return Disease(
        code=own["code"],
        title=own["title"],
        parent=whole["code"] if sub else "",
        disease_class=DiseaseClass(rule["class"]),
        is_managed_as_a=rule["as_class_a"],
        report_hours=rule["report_hours"],
        report_hours_recommended=rule["recommended_hours"],
        is_single_case_alert=own.get("single_case_alert", False),
        is_time_model_alert=own.get("time_model_alert", False),
        is_carrier_reportable=own.get("carrier", False),
        needs_acute_chronic=own.get("acute_chronic", False),
        label=Label[whole["label"].upper()],
        icd10=tuple(own["icd10"]),
        transmission=whole["transmission"],
        incubation=Incubation(**incubation) if incubation else None,
        same_case_days=whole.get("same_case_days"),
        sections=tuple(own.get("sections", ())),
        is_statutory=whole["statutory"],
        is_drafted=whole.get("drafted", True),
        under_years=whole.get("under_years"),
        has_subtypes=not sub and _is_subdivided(whole),
        is_verified=rule["verified"],
        investigation=own.get("investigation", ""),
    )


def _is_subdivided(whole: Mapping[str, Any]) -> bool:
    """Whether the list itself divides a disease; what is only watched apart does not ask for a choice."""
    return any(each["code"][:2] == whole["code"][:2] for each in whole.get("subtypes", ()))


def _rule(rules: tuple[Mapping[str, Any], ...], on: date) -> Mapping[str, Any] | None:
    """The dated row in force on a day."""
    return next(
        (each for each in rules if _day(each["from"]) <= on and on < _day(each.get("to"))), None
    )


def _day(value: str | date | None) -> date:
    if value is None:
        return date.max
    return value if isinstance(value, date) else date.fromisoformat(value)
