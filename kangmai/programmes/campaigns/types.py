"""Campaigns as doors see them: rules, campaigns, the people on their lists, sessions, progress."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from uuid import UUID

from kangmai.kernel.words import Words


class Source(StrEnum):
    """Where the list of a campaign comes from."""

    RESIDENTS = "residents"
    """Everybody of the cohort who lives in the area."""
    SCHOOLS = "schools"
    """The lists of schools that were taken in."""


class Need(StrEnum):
    """What somebody on the list needs."""

    NEW = "new"
    """Not judged yet."""
    READY = "ready"
    WAITING = "waiting"
    DEFERRED = "deferred"
    CONTRAINDICATED = "contraindicated"
    NOT_NEEDED = "not_needed"
    DONE = "done"


OPEN_NEEDS = (Need.NEW, Need.READY, Need.WAITING, Need.DEFERRED)
"""Of whom an answer is still asked."""


class Consent(StrEnum):
    """What was answered when consent was asked beforehand."""

    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"


class SessionState(StrEnum):
    """Where a session is."""

    PLANNED = "planned"
    ENDED = "ended"
    CANCELLED = "cancelled"


class Show(StrEnum):
    """Which people of a list are shown."""

    TO_VACCINATE = "to_vaccinate"
    ASK = "ask"
    CATCH_UP = "catch_up"
    WAITING = "waiting"
    OFF = "off"
    REFUSED = "refused"
    DONE = "done"
    ALL = "all"


class By(StrEnum):
    """By what progress is counted."""

    SCHOOL = "school"
    TOWN = "town"
    AGE = "age"


@dataclass(frozen=True, slots=True)
class CampaignRule:
    """A rule by which a campaign is made."""

    id: str
    version: str
    title: Words
    is_verified: bool
    series: tuple[str, ...]
    is_advised_only: bool
    sex_code: str
    """`1`, `2`, or empty for everybody."""
    from_years: int
    below_years: int
    born_from: date | None
    needs_consent: bool
    doses_per_station_hour: int
    longest_days: int
    refusals: Mapping[str, Words]
    clinic_refusal: str
    """The reason kept for whoever refuses at the clinic, which asks for none."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign."""

    id: UUID
    rule: str
    rule_version: str
    title: str
    place_code: str
    organization: int
    source: Source
    sex_code: str
    born_from: date
    born_until: date
    starts_on: date
    ends_on: date
    closed_on: date | None
    version: int


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody on the list of a campaign."""

    id: int
    campaign: UUID
    resident_id: int
    place_code: str
    birth_on: date
    sex_code: str
    school: int | None
    grade: int | None
    room: str
    need: Need
    vaccine: str
    dose: int | None
    given: int
    ready_on: date | None
    until: date | None
    latest_on: date | None
    consent: Consent
    consent_by: str
    consent_on: date | None
    refusal: str
    note: str
    session: UUID | None
    visit: UUID | None
    missed: int


@dataclass(frozen=True, slots=True)
class Session:
    """A day's vaccinating at one place, with its plan of doses."""

    id: UUID
    campaign: UUID
    organization: int
    school: int | None
    site: str
    place_code: str
    on: date
    begins: time
    ends: time
    stations: int
    doses: int
    """Planned."""
    state: SessionState
    reason: str
    listed: int
    """People on its list."""
    came: int
    given: int
    version: int


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of people is narrowed to."""

    show: Show = Show.ALL
    place: str = ""
    school: int | None = None
    grade: int | None = None
    room: str = ""
    session: UUID | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign has come in one school, town or birth year; `key` is its id, code or year."""

    key: str
    total: int
    done: int
    begun: int
    """With a dose that counts, those done among them."""
    ready: int
    waiting: int
    off: int
    refused: int
    unasked: int
    not_needed: int

    @property
    def wanted(self) -> int:
        """Those for whom the campaign is: the base of the rate."""
        return self.total - self.not_needed


@dataclass(frozen=True, slots=True)
class Listed:
    """What came of taking in a list: how many were found, added, and the lines left out with the reason."""

    lines: int
    added: int
    changed: int
    unknown: tuple[int, ...]
    outside: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Candidates:
    """People who agreed and may be vaccinated by a day, of one school (or of none) and town."""

    school: int | None
    place_code: str
    count: int


@dataclass(frozen=True, slots=True)
class Answered:
    """Consent of one person of a campaign, as the clinic asks for it."""

    campaign: str
    by: str
    on: date
    vaccine: str


class EntryState(StrEnum):
    """Where the check of an entrant's vaccinations is."""

    LISTED = "listed"
    """Not checked yet."""
    COMPLETE = "complete"
    """Nothing was overdue at the check."""
    LACKING = "lacking"
    CAUGHT_UP = "caught_up"
    """What was overdue at the check has been given since."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """A child who enters a nursery or school this year, and the check of its vaccinations."""

    id: int
    resident_id: int
    school: int
    grade: int
    room: str
    checked_on: date | None
    missing: int | None
    """Doses overdue at the check."""
    late: int
    """Doses overdue now."""
    state: EntryState


@dataclass(frozen=True, slots=True)
class EntryRates:
    """Of the entrants of a school or town: how many were checked, complete at the check, and caught up since."""

    key: str
    total: int
    checked: int
    complete: int
    caught_up: int

    @property
    def lacking(self) -> int:
        """Those who lacked something at the check."""
        return self.checked - self.complete
