"""A schedule: doses, plans, series. A dose rule knows the rule it replaced."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kangmai.programmes.immunization.schedule.conditions import Condition


@dataclass(frozen=True, slots=True, eq=False)
class DoseRule:
    """One dose of the schedule. Ages and intervals in days or calendar months, as named."""

    vaccine: str
    dose: int
    accepts: frozenset[str]
    due_months: int
    min_age_days: int
    accepted_from_age_days: int
    min_interval_days: int
    min_days_after_dose: tuple[int, int] | None
    min_days_after_vaccine: tuple[str, int] | None
    advised_interval_months: int
    after_gestational_weeks: int | None
    timely_before_months: int | None
    timely_within_days: int | None
    overdue_after_days: int
    passes_at_age_days: int | None
    upper_age_months: int
    available_from: int
    replaced: "DoseRule | None" = None
    since: int = 0

    def as_of(self, day: int) -> "DoseRule":
        """The rule for this dose that was in force on a day, or the first that is known."""
        rule = self
        while day < rule.since and rule.replaced is not None:
            rule = rule.replaced
        return rule


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence of a definition, for the vaccine and dose it names, under a condition."""

    when: Condition
    zh: str
    en: str
    vaccine: str | None = None
    dose: int | None = None
    is_at_latest_dose: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The doses of a series for those whom its condition describes."""

    when: Condition
    doses: tuple[DoseRule, ...]


@dataclass(frozen=True, slots=True)
class InactivatedOnly:
    """When a fourth inactivated polio dose ends the series."""

    min_age_days: int
    min_interval_days: int


@dataclass(frozen=True, slots=True)
class CatchUp:
    """How diphtheria and tetanus are filled up beyond the age of DTaP; `rules`: by vaccine, then by doses so far."""

    is_scheduled: bool
    doses_in_all: int
    rules: Mapping[str, tuple[DoseRule, ...]]

    def rule(self, vaccine: str, *, so_far: int) -> DoseRule:
        """The rule of a vaccine after so many doses of any kind."""
        rules = self.rules[vaccine]
        return rules[min(so_far, len(rules) - 1)]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """The doses against one disease by one version of the rule."""

    id: str
    method: str
    effective_from: date
    vaccines: tuple[str, ...]
    plans: tuple[Plan, ...]
    upper_age_months: int
    is_offered_to_all: bool
    ended_by: frozenset[str]
    ended_words: Words | None
    beyond_upper_age: Words | None
    not_needed: tuple[Words, ...] = ()
    withheld: tuple[Words, ...] = ()
    notes: tuple[Words, ...] = ()
    inactivated_only: InactivatedOnly | None = None
    two_inactivated_if_born_from: int = 0
    catch_up: CatchUp | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """A programme with the series in force on one day."""

    rule_version: str
    series: tuple[Series, ...]
    upcoming_days: int
    repeat_after_days: int
    live_injected: frozenset[str]
    live_interval_days: int
    immunoglobulin_vaccines: frozenset[str]
    immunoglobulin_months: int
    before_immunoglobulin_vaccines: frozenset[str]
    before_immunoglobulin_days: int
