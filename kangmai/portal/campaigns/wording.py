"""Campaigns in words: needs, answers, states, lists."""

import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import words
from kangmai.portal.vaccination.wording import vaccine
from kangmai.programmes.campaigns.types import (
    By,
    CampaignRule,
    Consent,
    EntryState,
    Need,
    SessionState,
    Show,
    Source,
    Target,
)
from kangmai.registry.queries import class_years


def need(value: Need) -> tuple[str, str]:
    """What somebody needs, and its tone."""
    return {
        Need.NEW: (_("to be judged"), ""),
        Need.READY: (_("may have the dose"), "warning"),
        Need.WAITING: (pgettext("campaign", "later"), "info"),
        Need.DEFERRED: (pgettext("vaccination", "put off"), ""),
        Need.CONTRAINDICATED: (_("contraindicated"), "danger"),
        Need.NOT_NEEDED: (_("not needed"), ""),
        Need.DONE: (pgettext("campaign", "done"), "good"),
    }[value]


def need_line(of: Target) -> str:
    """What somebody needs in a line: the dose, and from when."""
    if of.need in (Need.READY, Need.WAITING, Need.DEFERRED):
        dose = _("%(vaccine)s, dose %(n)s") % {"vaccine": vaccine(of.vaccine), "n": of.dose}
        if of.need is Need.READY or of.ready_on is None:
            return dose
        return _("%(dose)s from %(day)s") % {"dose": dose, "day": words.day(of.ready_on)}
    if of.need is Need.DONE and of.latest_on:
        return _("%(n)s doses, the latest on %(day)s") % {"n": of.given, "day": words.day(of.latest_on)}  # fmt: skip
    return ""


def consent(value: Consent) -> tuple[str, str]:
    """An answer, and its tone."""
    return {
        Consent.ASKED: (_("not answered"), "warning"),
        Consent.AGREED: (pgettext("campaign", "agreed"), "good"),
        Consent.REFUSED: (pgettext("campaign", "refused"), "danger"),
    }[value]


def refusal(value: str, rule: CampaignRule) -> str:
    """Why somebody refused."""
    found = rule.refusals.get(value)
    return found.in_language(language()) if found else value


def state(value: SessionState) -> tuple[str, str]:
    """Where a session is, and its tone."""
    return {
        SessionState.PLANNED: (pgettext("campaign", "planned"), "info"),
        SessionState.ENDED: (pgettext("campaign", "ended"), "good"),
        SessionState.CANCELLED: (pgettext("campaign", "cancelled"), ""),
    }[value]


def show(value: Show) -> str:
    """Which people of a list."""
    return {
        Show.ALL: pgettext("campaign", "everybody"),
        Show.TO_VACCINATE: _("to be vaccinated"),
        Show.ASK: _("to be asked"),
        Show.CATCH_UP: _("to catch up"),
        Show.WAITING: _("next dose later"),
        Show.OFF: _("put off or contraindicated"),
        Show.REFUSED: pgettext("campaign", "refused"),
        Show.DONE: pgettext("campaign", "done"),
    }[value]


def entry(value: EntryState) -> tuple[str, str]:
    """Where the check of an entrant is, and its tone."""
    return {
        EntryState.LISTED: (pgettext("entrants", "not checked yet"), ""),
        EntryState.COMPLETE: (pgettext("entrants", "complete"), "good"),
        EntryState.LACKING: (_("lacks doses"), "warning"),
        EntryState.CAUGHT_UP: (_("caught up"), "good"),
    }[value]


def by(value: By) -> str:
    """By what progress is counted."""
    return {
        By.TOWN: _("by town"),
        By.SCHOOL: _("by school"),
        By.AGE: _("by year of birth"),
    }[value]


def source(value: Source) -> str:
    """Where a list comes from."""
    return {
        Source.RESIDENTS: _("all residents of the cohort"),
        Source.SCHOOLS: _("lists of schools"),
    }[value]


def seat(grade: int | None, room: str, kind: str) -> str:
    """A class in a kind of place: a year of a kindergarten or nursery by its name, of a school by its number."""
    if grade is None:
        return ""
    named = class_years(kind).get(grade)
    year = named.in_language(language()) if named else _("grade %(grade)s") % {"grade": grade}
    return _("%(year)s, %(room)s") % {"year": year, "room": room} if room else year


def hours(begins: datetime.time, ends: datetime.time) -> str:
    """From when to when."""
    return f"{begins:%H:%M}–{ends:%H:%M}"


def percent(part: int, whole: int) -> str:
    """A share with one decimal, or a dash."""
    return f"{part / whole:.1%}" if whole else "—"
