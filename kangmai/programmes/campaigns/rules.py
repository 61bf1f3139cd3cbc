"""Whom a campaign may be for, how many doses a session can give, and what keeps somebody from coming. Pure."""

from datetime import date, datetime, time, timedelta

from kangmai.programmes.campaigns.rulebook import rule, rule_of_version, rules_on
from kangmai.programmes.campaigns.types import CampaignRule, Consent, Need
from kangmai.programmes.vaccination.types import Course, CourseState

__all__ = [
    "cohort",
    "doses_at_most",
    "look_on",
    "may_come",
    "need_of",
    "ready_on",
    "rule",
    "rule_of_version",
    "rules_on",
]

NEEDS = {each: Need(each.value) for each in Course}


def cohort(found: CampaignRule, *, starts_on: date, ends_on: date) -> tuple[date, date]:
    """First and last birthday of those whom a rule is for in a campaign: old enough by its last day, and not
    too old on its first."""
    oldest = _years_before(starts_on, found.below_years) + timedelta(1)
    if found.born_from is not None:
        oldest = max(oldest, found.born_from)
    return oldest, _years_before(ends_on, found.from_years)


def _years_before(day: date, years: int) -> date:
    """The same day so many years earlier; for 29 February the last of the month."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def doses_at_most(found: CampaignRule, *, stations: int, begins: time, ends: time) -> int:
    """How many doses so many stations can give in these hours."""
    day = date(2000, 1, 1)
    span = datetime.combine(day, ends) - datetime.combine(day, begins)
    return int(stations * found.doses_per_station_hour * span.total_seconds() / 3600)


def need_of(state: CourseState) -> Need:
    """What somebody needs by where he is in the course."""
    return NEEDS[state.state]


def ready_on(found: CampaignRule, state: CourseState) -> date | None:
    """From which day his next dose may be given in the campaign."""
    day = state.advised if found.is_advised_only else state.earliest
    if day is not None and state.until is not None:
        return max(day, state.until + timedelta(1))
    return day if state.state is not Course.CONTRAINDICATED else None


def look_on(found: CampaignRule, state: CourseState) -> date | None:
    """The next day on which what he needs changes of itself."""
    return ready_on(found, state) if state.state in (Course.WAITING, Course.DEFERRED) else None


def may_come(found: CampaignRule, consent: Consent) -> bool:
    """Whether the answer lets somebody be asked to a session."""
    return consent is Consent.AGREED or (consent is Consent.ASKED and not found.needs_consent)
