"""The rules and numbers by which the layers work, and how a city changes them."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from kangmai.kernel.words import Words


class Within(StrEnum):
    """Where the cases of a rule are counted together."""

    CASE = "case"
    PLACE = "place"
    VILLAGE = "village"
    TOWN = "town"
    COUNTY = "county"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRule:
    """n cases in d days in one place, as published; `within` holds one kind of place."""

    id: str
    title: Words
    conditions: frozenset[str]
    cases: int
    days: int
    deaths: int | None
    within: Within
    hours: int
    """Within how many hours the signal must be verified."""
    is_verified: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Conditions that are one thing to an officer."""

    id: str
    title: Words
    conditions: tuple[str, ...]
    severity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How the layers work together; alphas and the least count may be tuned by a decision here."""

    severity: float
    single_case_severity: float
    gap_days: int
    high_alpha: float
    watch_alpha: float
    least_cases: int
    chance_alarms_a_day: float
    history_years: int
    sparse_total: int
    event_weight: float
    nowcast: Mapping[str, int]
    scan: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentileRule:
    """How the national system judges a disease: a percentile of the same weeks of earlier years and their neighbours."""

    percentile: float
    years: int
    neighbours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialInterval:
    """Days from one onset to the next in a chain: mean and standard deviation, as published."""

    mean_days: float
    sd_days: float
    source: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Setting:
    """The numbers that a city may tune."""

    high_alpha: float
    watch_alpha: float
    least_cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """A change of the numbers: proposed with its replay, then in force from a day, or dropped."""

    id: UUID
    setting: Setting
    standing: Setting
    replay: Mapping[str, Any]
    reason: str
    proposed_at: datetime.datetime
    proposed_by: int
    in_force_from: datetime.date | None
    decided_by: int | None
    state: str
    version: int
