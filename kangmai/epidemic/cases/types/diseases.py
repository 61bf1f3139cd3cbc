"""Diseases of the list as on one day, and the sections of the card that are theirs."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kangmai.kernel.actor import Label


class DiseaseClass(StrEnum):
    """甲, 乙, 丙 of the law, or none of them."""

    A = "A"
    B = "B"
    C = "C"
    OTHER = "other"


class CaseClass(StrEnum):
    """病例分类 as the card codes it."""

    SUSPECTED = "1"
    CLINICAL = "2"
    CONFIRMED = "3"
    CARRIER = "4"


COUNTED_CLASSES = frozenset({CaseClass.CLINICAL, CaseClass.CONFIRMED})
"""What national counts hold unless they say otherwise."""


@dataclass(frozen=True, slots=True)
class Incubation:
    """Shortest and longest usual incubation."""

    min_days: int
    max_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Disease:
    """A notifiable disease or subtype, as on one day."""

    code: str
    title: Mapping[str, str]
    parent: str
    disease_class: DiseaseClass
    is_managed_as_a: bool
    report_hours: int
    """The legal limit."""
    report_hours_recommended: int
    is_single_case_alert: bool
    is_time_model_alert: bool
    is_carrier_reportable: bool
    needs_acute_chronic: bool
    label: Label
    icd10: tuple[str, ...]
    """Beginnings of codes."""
    transmission: str
    incubation: Incubation | None
    same_case_days: int | None
    """Within so many days two reports of a resident are one case; None for life."""
    sections: tuple[str, ...]
    is_statutory: bool
    is_drafted: bool
    under_years: int | None
    """Only below this age is it drafted."""
    has_subtypes: bool
    is_verified: bool
    investigation: str = ""
    """The form by which a case is investigated; empty where there is none."""

    @property
    def is_urgent(self) -> bool:
        """Whether it is dealt with within two hours, by law or by practice."""
        return self.report_hours_recommended <= 2 or self.is_single_case_alert


@dataclass(frozen=True, slots=True)
class SectionItem:
    """A question of a disease's own section."""

    id: str
    zh: str
    en: str
    type: str
    is_required: bool
    choices: tuple[tuple[str, str, str], ...]
    """Code, Chinese, English."""


@dataclass(frozen=True, slots=True)
class Section:
    """A supplement of the card."""

    id: str
    title: Mapping[str, str]
    items: tuple[SectionItem, ...]
