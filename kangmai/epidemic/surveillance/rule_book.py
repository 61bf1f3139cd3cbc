"""The rules of early warning as they stand in the definitions, by the day for which they are asked."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from kangmai.epidemic.cases import rules as diseases
from kangmai.epidemic.cases.types import Disease
from kangmai.epidemic.surveillance.errors import ConditionUnknown
from kangmai.epidemic.surveillance.types import (
    CaseRule,
    Grade,
    Group,
    PercentileRule,
    Plan,
    SerialInterval,
    Source,
    SourceKind,
    Within,
)
from kangmai.kernel import definitions
from kangmai.kernel.actor import Label
from kangmai.kernel.words import Words

SINGLE_CASE_HOURS = (2, 24)


@lru_cache(maxsize=64)
def sources(on: date) -> Mapping[str, Source]:
    """The sources in force, by id."""
    found = definitions.load("epidemic", "signal_source")
    return {each.id: _source(each) for each in found if each.is_effective(on)}


@lru_cache(maxsize=64)
def syndromes(on: date) -> Mapping[str, Mapping[str, Any]]:
    """The syndromes in force, by id: their codes, words and titles."""
    rows = _entry("syndrome", "standard", on)["syndromes"]
    return {row["id"]: row for row in rows}


@lru_cache(maxsize=64)
def plan(on: date) -> Plan:
    """How the layers work together, as defined; a tuning in force is laid over it by `tuning`."""
    content = _entry("warning_plan", "standard", on)
    return Plan(**{name: content[name] for name in Plan.__dataclass_fields__})


@lru_cache(maxsize=64)
def case_rules(on: date) -> tuple[CaseRule, ...]:
    """Every rule on cases, one for each kind of place it counts in; single cases of the disease list besides."""
    found = []
    for entry in definitions.load("epidemic", "outbreak_threshold"):
        if entry.is_effective(on):
            found += [
                _rule(row, within) for row in entry.content["rules"] for within in row["within"]
            ]
    covered = {c for rule in found if rule.within is Within.CASE for c in rule.conditions}
    return (*found, *_single_cases(on, covered))


@lru_cache(maxsize=64)
def grades(on: date) -> tuple[Grade, ...]:
    """The grades of events, the gravest first."""
    rows = _entry("event_grade", "standard", on)["grades"]
    return tuple(
        Grade(
            id=row["id"],
            title=Words(row["zh"], row["en"]),
            response=Words(**row["response"]),
            rank=row["rank"],
            is_verified=row["verified"],
        )
        for row in sorted(rows, key=lambda row: -row["rank"])
    )


def group_of(condition: str, on: date) -> str:
    """The group of a condition: its own code where it stands in none."""
    return _groups(on)[1].get(condition, condition)


def members(group: str, on: date) -> tuple[str, ...]:
    """The conditions of a group."""
    found = _groups(on)[0].get(group)
    return found.conditions if found else (group,)


def severity(group: str, on: date) -> float:
    """How grave a group is; of one that stands nowhere, as its rules and the plan say."""
    found = _groups(on)[0].get(group)
    if found:
        return found.severity
    is_single = any(
        group in rule.conditions for rule in case_rules(on) if rule.within is Within.CASE
    )
    return plan(on).single_case_severity if is_single else plan(on).severity


def title(code: str, on: date) -> Words:
    """What a condition, a syndrome or a group is called; its code where nobody named it."""
    group = _groups(on)[0].get(code)
    if group:
        return group.title
    syndrome = syndromes(on).get(code)
    if syndrome:
        return Words(syndrome["zh"], syndrome["en"])
    disease = _disease(code, on)
    return Words(disease.title["zh"], disease.title["en"]) if disease else Words(code, code)


def label(condition: str, on: date) -> Label:
    """How sensitive it is that somebody has a condition."""
    disease = _disease(condition, on)
    return disease.label if disease else Label.NORMAL


def percentile_rule(condition: str, on: date) -> PercentileRule | None:
    """How the national system judges a disease by its percentile; None where it does not."""
    content = _entry("moving_percentile", "cidars", on)
    known = {row["disease"]: row["percentile"] for row in content["percentiles"]}
    if condition not in known:
        return None
    return PercentileRule(
        percentile=known[condition], years=content["years"], neighbours=content["neighbours"]
    )


@lru_cache(maxsize=8)
def _intervals(on: date) -> Mapping[str, SerialInterval]:
    return {
        row["disease"]: SerialInterval(
            mean_days=row["mean_days"],
            sd_days=row["sd_days"],
            source=row["source"],
            is_verified=row["verified"],
        )
        for row in _entry("serial_interval", "published", on)["intervals"]
    }


def serial_interval(condition: str, on: date) -> SerialInterval | None:
    """The serial interval of a disease; None where none is published here."""
    return _intervals(on).get(condition)


def require_counted(source: Source, condition: str, on: date) -> None:
    """Let pass a condition that a source counts. Raises ConditionUnknown."""
    known = source.conditions or (*syndromes(on), *(each.code for each in diseases.diseases(on=on)))
    if condition not in known:
        raise ConditionUnknown(source=source.id, condition=condition)


def forget() -> None:
    """Read everything anew; for tests that change definitions."""
    for each in (sources, syndromes, plan, case_rules, grades, _groups, _intervals):
        each.cache_clear()


@lru_cache(maxsize=64)
def _groups(on: date) -> tuple[Mapping[str, Group], Mapping[str, str]]:
    rows = _entry("condition_group", "standard", on)["groups"]
    groups = {
        row["id"]: Group(
            id=row["id"],
            title=Words(row["zh"], row["en"]),
            conditions=tuple(row["conditions"]),
            severity=row["severity"],
        )
        for row in rows
    }
    return groups, {c: group.id for group in groups.values() for c in group.conditions}


def _entry(kind: str, id: str, on: date) -> Mapping[str, Any]:
    return definitions.get("epidemic", kind, id, on=on).content


def _source(entry: definitions.Definition) -> Source:
    content = entry.content
    return Source(
        id=entry.id,
        title=Words(entry.title["zh"], entry.title["en"]),
        kind=SourceKind(content["kind"]),
        layers=frozenset(content["layers"]),
        conditions=tuple(content["conditions"]),
        reporters=Words(**content["reporters"]),
        least_completeness=content["least_completeness"],
    )


def _rule(row: Mapping[str, Any], within: str) -> CaseRule:
    return CaseRule(
        id=row["id"],
        title=Words(row["zh"], row["en"]),
        conditions=frozenset(row["conditions"]),
        cases=row["cases"],
        days=row["days"],
        deaths=row.get("deaths"),
        within=Within(within),
        hours=int(row["answer"].removesuffix("h")),
        is_verified=row["verified"],
        note=row.get("note", ""),
    )


def _single_cases(on: date, covered: set[str]) -> list[CaseRule]:
    """The diseases whose own definition says that one case is enough."""
    return [
        CaseRule(
            id=f"ONE{each.code}",
            title=Words(each.title["zh"], each.title["en"]),
            conditions=frozenset({each.code}),
            cases=1,
            days=1,
            deaths=None,
            within=Within.CASE,
            hours=SINGLE_CASE_HOURS[each.report_hours_recommended > SINGLE_CASE_HOURS[0]],
            is_verified=each.is_verified,
            note="",
        )
        for each in diseases.diseases(on=on)
        if each.is_single_case_alert and each.code not in covered
    ]


def _disease(code: str, on: date) -> Disease | None:
    return diseases.find_disease(code, on=on) if code.isdecimal() else None
