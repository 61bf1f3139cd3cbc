"""Plain data for the administrator's pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kangmai.kernel.actor import Purpose
from kangmai.kernel.audit import Line, Verdict
from kangmai.kernel.feed import DeadLetter, Lag
from kangmai.portal.shell import words

FAR_BEHIND = 1000
COUNTED_UP_TO = 10_000


@dataclass(frozen=True, slots=True)
class Reader:
    """A subscriber of a feed."""

    name: str
    feed: str
    state: str
    tone: str
    waiting: str
    handled: str
    moved_at: str


def reader(lag: Lag) -> Reader:
    """One row of the feed page."""
    if lag.dead_letters:
        state, tone = _("failed events"), "danger"
    elif lag.waiting > FAR_BEHIND:
        state, tone = _("behind"), "warning"
    else:
        state, tone = _("up to date") if not lag.waiting else _("at work"), "good"
    more = "+" if lag.waiting >= COUNTED_UP_TO else ""
    return Reader(
        lag.subscriber,
        lag.feed,
        state,
        tone,
        words.count(lag.waiting) + more,
        words.count(lag.handled),
        words.instant(lag.moved_at),
    )


@dataclass(frozen=True, slots=True)
class Letter:
    """An event that a reader could not handle."""

    id: int
    subscriber: str
    feed: str
    seq: int
    error: str
    attempts: int
    failed_at: str


def letter(dead: DeadLetter) -> Letter:
    """One row of the list of failed events."""
    return Letter(
        dead.id,
        dead.subscriber,
        dead.feed,
        dead.seq,
        dead.error,
        dead.attempts,
        words.instant(dead.failed_at),
    )


@dataclass(frozen=True, slots=True)
class Deed:
    """A row of the audit trail in words."""

    at: str
    account: str
    role: str
    organization: str
    action: str
    object: str
    purpose: str
    reason: str
    outcome: str
    tone: str


def purpose_words(code: str) -> str:
    """A purpose of use as people call it."""
    known = {
        Purpose.TREATMENT: _("treatment"),
        Purpose.PUBLIC_HEALTH: _("public health"),
        Purpose.OPERATIONS: _("operations"),
        Purpose.ADMINISTRATION: _("administration"),
        Purpose.EMERGENCY: _("emergency"),
        Purpose.RESIDENT: _("own request"),
        Purpose.REPORTING: _("reporting"),
    }
    return known.get(code, code)  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True)
class Names:
    """Words for the ids that stand in rows of the trail."""

    accounts: Mapping[int, str]
    roles: Mapping[str, str]
    organizations: Mapping[int, str]


def deed(line: Line, names: Names) -> Deed:
    """A row of the trail; what has no name any more is shown by its number."""
    who = names.accounts.get(line.account) or f"#{line.account}"
    return Deed(
        words.instant(line.at),
        _("operator") if line.account == 0 else f"{who} · {line.client}" if line.client else who,
        names.roles.get(line.role, line.role),
        names.organizations.get(line.organization or 0, ""),
        line.action,
        f"{line.object_type}/{line.object_id}".strip("/"),
        purpose_words(line.purpose),
        line.reason,
        _("done") if line.outcome == "ok" else line.outcome,
        "good" if line.outcome == "ok" else "danger",
    )


@dataclass(frozen=True, slots=True)
class Soundness:
    """What a check of the whole trail found, in words."""

    is_sound: bool
    blocks: str
    rows: str
    unsealed: str
    head: str
    broken: str


def soundness(verdict: Verdict) -> Soundness:
    """The answer to "Check the chain"."""
    return Soundness(
        not verdict.broken,
        words.count(verdict.blocks),
        words.count(verdict.rows),
        words.count(verdict.unsealed),
        verdict.head,
        ", ".join(map(str, verdict.broken)),
    )


def accounts_in(lines: Iterable[Line]) -> set[int]:
    """The accounts whose names a page of the trail needs."""
    return {line.account for line in lines if line.account}


def organizations_in(lines: Iterable[Line]) -> set[int]:
    """The institutions whose names a page of the trail needs."""
    return {line.organization for line in lines if line.organization}
