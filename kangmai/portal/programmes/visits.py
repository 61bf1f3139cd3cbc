"""Visits as pages show them: a line of the list, the page of one, what another person saved meanwhile."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from kangmai.forms import queries as forms
from kangmai.handover import queries as handover
from kangmai.handover.types import Entry
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.kernel.ids import uuid7
from kangmai.portal.programmes import catalogue, decisions, wording
from kangmai.portal.programmes.decisions import Verdict
from kangmai.portal.shell import words
from kangmai.programmes.engine import queries
from kangmai.programmes.engine.types import (
    Enrolment,
    Judgement,
    Method,
    Reached,
    Standing,
    Visit,
)

READ_HANDOVER = "handover.read"


@dataclass(frozen=True, slots=True)
class Line:
    """A visit in a list."""

    day: str
    service: str
    method: str
    value: str
    outcome: str
    tone: str
    target: str
    next_on: str
    remark: str
    is_counted: bool
    is_late: bool
    is_open: bool
    is_rejudged: bool
    is_corrected: bool
    organization: str
    handover: str
    handover_tone: str
    address: str


def lines(
    found: Sequence[Visit],
    *,
    on: datetime.date,
    teams: Mapping[int, str],
    ledger: Mapping[str, "Sent"],
) -> tuple[Line, ...]:
    """Visits in the order in which they came."""
    return tuple(line(each, on=on, teams=teams, ledger=ledger) for each in found)


def line(
    visit: Visit,
    *,
    on: datetime.date,
    teams: Mapping[int, str] | None = None,
    ledger: Mapping[str, "Sent"] | None = None,
) -> Line:
    """One visit."""
    sent = (ledger or {}).get(str(visit.first_id), Sent("", ""))
    verdict = decisions.verdict_of(visit)
    return Line(
        day=words.day(visit.visited_on),
        service=catalogue.occasion_title(visit, on=on),
        method=wording.method(visit.method),
        value=catalogue.headline(visit.programme, visit.measures, on=on, service=visit.service),
        outcome=verdict.title if verdict else "",
        tone=verdict.tone if verdict else "",
        target=_target(visit),
        next_on=words.day(visit.next_on) if visit.next_on else "",
        remark=wording.not_counted(visit.not_counted),
        is_counted=visit.is_counted,
        is_late=visit.is_late_entry,
        is_open=visit.is_open,
        is_rejudged=visit.rejudged_at is not None,
        is_corrected=visit.standing is Standing.CORRECTED,
        organization=(teams or {}).get(visit.organization or 0, ""),
        handover=sent.label,
        handover_tone=sent.tone,
        address=reverse("visit", args=[visit.id]),
    )


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the rules said of a visit before an entry of an earlier day."""

    when: str
    title: str
    reasons: tuple[str, ...]
    next_on: str
    address: str


def earlier(visit: Visit, judgement: Judgement) -> Earlier:
    """An earlier judgement in words."""
    return Earlier(
        when=words.instant(judgement.replaced_at),
        title=catalogue.class_title(visit.programme, judgement.outcome, on=visit.visited_on),
        reasons=decisions.reasons(judgement.reasons),
        next_on=words.day(judgement.next_on) if judgement.next_on else "",
        address=reverse("visit", args=[judgement.because_of]),
    )


def _target(visit: Visit) -> str:
    if visit.target_met is None:
        return ""
    return _("at target") if visit.target_met else _("not at target")


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a visit stands on its way to the system that must hold it, too."""

    label: str
    tone: str
    system: str = ""
    receipt: str = ""
    reason: str = ""


def ledger(shown: Sequence[Visit], *, actor: Actor) -> dict[str, Sent]:
    """The state of visits on their way up, by the id of the first entry, which corrections keep."""
    if not shown or not is_permitted(actor, READ_HANDOVER):
        return {}
    ids = sorted({str(each.first_id) for each in shown})
    found = handover.of_subjects("visit", ids, actor=actor)
    return {id: sent(entries[-1]) for id, entries in found.items() if entries}


def sent(entry: Entry) -> Sent:
    """An entry of the ledger in words."""
    label, tone = {
        "prepared": (_("to be sent up"), "info"),
        "sent": (_("sent up"), "info"),
        "received": (_("received above"), "good"),
        "rejected": (_("rejected above"), "danger"),
        "changed": (_("changed since it was sent"), "warning"),
        "withdrawn": (_("withdrawn"), ""),
    }[str(entry.state)]
    return Sent(label, tone, entry.system, entry.receipt_number, entry.reason)


@dataclass(frozen=True, slots=True)
class Conflicting:
    """What somebody else did with an enrolment while a form lay open."""

    who: str
    when: str
    visit: Line
    verdict: Verdict | None
    is_latest: bool
    """Whether nothing was done with the enrolment after it (an attempt, a handing over)."""


def conflicting(enrolment: Enrolment, *, actor: Actor, at: datetime.datetime) -> Conflicting | None:
    """The visit that was saved last; None where there is none."""
    found = queries.visits_of(enrolment.id, limit=1, actor=actor, at=at)
    if not found:
        return None
    visit = found[0]
    who, saved_at = "", visit.entered_at
    if visit.response_id:
        version = forms.versions(visit.response_id, actor=actor, at=at)[0]
        who, saved_at = version.account_name, version.saved_at
    return Conflicting(
        who,
        words.instant(saved_at),
        line(visit, on=at.date()),
        decisions.verdict_of(visit),
        # the record store keeps instants to the millisecond
        is_latest=enrolment.updated_at - saved_at < datetime.timedelta(milliseconds=1),
    )


def phones(resident: Resident) -> tuple[tuple[str, str], ...]:
    """Telephone numbers: as a link dials them, and as they are shown."""
    return tuple(
        (each, words.masked(each, head=3, tail=4)) for each in resident.demographics.phones
    )


def reached_choices() -> list[tuple[str, str]]:
    """What may have come of an attempt."""
    return [(each.value, wording.reached(each)) for each in Reached]


def attempt_methods() -> list[tuple[str, str]]:
    """How one may have tried."""
    return [(each.value, wording.method(each)) for each in Method]


def new_key() -> str:
    """A key for one showing of a form, by which sending it twice is noticed."""
    return uuid7().hex
