"""The clinic in words: steps, states, verdicts, names of vaccines and series."""

import datetime
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kangmai.kernel.words import joined
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell.choices import Choice, choices
from kangmai.programmes.vaccination import rules
from kangmai.programmes.vaccination.types import (
    AefiState,
    Coded,
    DoseState,
    EntryKind,
    Evidence,
    JudgedDose,
    Rule,
    Severity,
    Step,
    Verdict,
)


def vaccine(code: str) -> str:
    """The name of a vaccine in the language of the page."""
    return rules.vaccine_words(code).in_language(language()) if code else ""


def listed(codes: Iterable[str]) -> str:
    """Several vaccines in one line."""
    return joined(map(vaccine, codes), language())


def vaccines(codes: tuple[str, ...]) -> str:
    """Several vaccines in one line; all where none is named."""
    return listed(codes) if codes else _("all vaccines")


def vaccine_choices(current: str = "", *, among: Iterable[str] | None = None) -> tuple[Choice, ...]:
    """Vaccines for a list; every one where none are named."""
    codes = rules.vaccine_codes() if among is None else among
    return choices(((code, f"{vaccine(code)} {code}") for code in codes), current=current)


def step(value: Step) -> tuple[str, str]:
    """A step and its tone."""
    return {
        Step.ARRIVED: (_("waits for the pre-check"), "warning"),
        Step.CLEARED: (_("waits for consent"), "warning"),
        Step.AGREED: (_("waits for the injection"), "warning"),
        Step.OBSERVED: (_("under observation"), "info"),
        Step.DONE: (pgettext("vaccination", "released"), "good"),
        Step.DEFERRED: (pgettext("vaccination", "put off"), ""),
        Step.LEFT: (_("went away"), ""),
    }[value]


def dose_state(value: DoseState) -> tuple[str, str]:
    """What became of a planned dose, and its tone."""
    return {
        DoseState.PLANNED: (pgettext("vaccination", "planned"), "warning"),
        DoseState.GIVEN: (_("given"), "good"),
        DoseState.DROPPED: (pgettext("vaccination", "left out"), ""),
    }[value]


def drop_reason(value: str, rule: Rule) -> str:
    """Why a dose was left out: a question of the pre-check, a refusal, or what was typed."""
    if value == "refused":
        return _("refused by the guardian")
    asked = rule.question(value)
    return asked.title.in_language(language()) if asked else value


def validity(of: JudgedDose) -> tuple[str, str]:
    """Whether a dose counts, and its tone."""
    if of.is_duplicate:
        return _("second report"), ""
    if of.is_valid is None:
        return _("not judged"), ""
    return (_("valid"), "good") if of.is_valid else (_("does not count"), "danger")


def status(value: str) -> tuple[str, str]:
    """Where a dose of the schedule stands, and its tone."""
    return {
        "due": (_("due"), "warning"),
        "overdue": (pgettext("vaccination", "overdue"), "danger"),
        "upcoming": (_("soon due"), "info"),
        "not_yet": (_("later"), ""),
        "not_needed": (_("not needed"), ""),
        "contraindicated": (_("contraindicated"), "danger"),
        "aged_out": (_("too old for it"), ""),
    }[value]


def entry(value: EntryKind) -> str:
    """A kind of entry of the ledger."""
    return {
        EntryKind.RECEIPT: _("Vaccines received"),
        EntryKind.MOVE: _("Moved"),
        EntryKind.INJECTION: _("Injection"),
        EntryKind.WASTE: _("Thrown away"),
        EntryKind.COUNT: _("Counted"),
    }[value]


def verdict(value: Verdict) -> tuple[str, str]:
    """A decision on doses put aside, and its tone."""
    return {
        Verdict.OPEN: (pgettext("vaccination", "to be decided"), "danger"),
        Verdict.RELEASED: (_("released for use"), "good"),
        Verdict.DISCARDED: (_("discarded"), ""),
    }[value]


def severity(value: Severity) -> str:
    """How grave a reaction is."""
    return {
        Severity.ORDINARY: _("ordinary"),
        Severity.SEVERE: _("severe"),
        Severity.DISABILITY: _("disability"),
        Severity.DEATH: _("death"),
        Severity.CLUSTER: _("cluster"),
        Severity.CONCERN: _("public concern"),
    }[value]


def card_state(value: AefiState) -> tuple[str, str]:
    """Where a report card is, and its tone."""
    return {
        AefiState.DRAFT: (_("to be reported"), "danger"),
        AefiState.REPORTED: (_("to be classified"), "warning"),
        AefiState.RETURNED: (pgettext("vaccination", "returned"), "danger"),
        AefiState.REVIEWED: (_("classified"), "good"),
    }[value]


def evidence(value: Evidence) -> str:
    """On what a dose given elsewhere is entered."""
    return {
        Evidence.CERTIFICATE: _("certificate seen"),
        Evidence.OTHER_SYSTEM: _("another system"),
        Evidence.RECALL: _("told by the guardian"),
    }[value]


def guardian(value: str) -> str:
    """Who agreed."""
    return {
        "self": _("the vaccinee"),
        "parent": _("father or mother"),
        "guardian": _("guardian"),
        "other": _("somebody with a power of attorney"),
        "": "",
    }[value]


def coded(values: dict[str, Coded], current: str = "") -> tuple[Choice, ...]:
    """Codes of the clinic's rule for a list."""
    return choices(
        ((each.id, each.title.in_language(language())) for each in values.values()), current=current
    )


def minutes_left(until: datetime.datetime, at: datetime.datetime) -> int:
    """How many minutes are left, begun ones counted."""
    return max(0, -int((at - until).total_seconds() // 60))
