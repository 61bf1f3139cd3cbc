"""What would be decided if the answers were saved now, and what stands in the way."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kangmai.forms import queries as forms
from kangmai.forms.types import Fault, Form, Given
from kangmai.kernel.actor import Actor
from kangmai.kernel.errors import Conflict, Incorrect
from kangmai.portal.programmes import clocks, decisions
from kangmai.portal.programmes.decisions import Verdict
from kangmai.portal.programmes.wording import language
from kangmai.portal.shell.errors import words_of
from kangmai.programmes.engine import queries
from kangmai.programmes.engine.types import Decision, Enrolment, Trial, Visit
from kangmai.standards.calendars import legal_day, start_of_day

CONFIRM = "confirm."


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something entered that cannot stay so, or must be confirmed; `place` is the name of the input."""

    place: str
    title: str
    message: str
    confirm_name: str = ""
    confirm_value: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """A trial in words. `missing` are required answers that nobody has given yet.

    `may_save_now`: an alarm may be saved without them.
    """

    verdict: Verdict | None
    faults: tuple[Fault, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    missing: tuple[Wrong, ...] = ()
    problem: str = ""
    may_save_now: bool = False


def attempt(
    enrolment: Enrolment, *, service: str, given: Given, actor: Actor, at: datetime.datetime
) -> Tried:
    """Try a new visit."""
    try:
        tried = queries.try_visit(enrolment.id, service=service, given=given, actor=actor, at=at)
    except (Incorrect, Conflict) as error:
        return Tried(None, problem=words_of(error))
    form = form_of(enrolment.programme, service, on=legal_day(at))
    return told(tried, form=form, programme=enrolment.programme, given=given, at=at)


def form_of(programme: str, service: str, *, on: datetime.date) -> Form:
    """The form by which a service is recorded on a day."""
    found = queries.programme(programme, on=on)
    return forms.form(found.services[service].form, on=on)


def told(tried: Trial, *, form: Form, programme: str, given: Given, at: datetime.datetime) -> Tried:
    """A trial in words: what was entered wrongly apart from what was not entered yet."""
    wrong: list[Wrong] = []
    missing: list[Wrong] = []
    for fault in tried.reading.faults:
        item = form.by_link_id.get(fault.link_id)
        title = item.title[language()] if item else fault.place
        line = Wrong(
            fault.place,
            title,
            fault.message(language()),
            fault.confirm_name,
            fault.confirm_value,
        )
        (wrong if is_entered(given, fault.place) else missing).append(line)
    decision = tried.decision
    verdict = (
        decisions.verdict(
            decision,
            programme=programme,
            on=legal_day(at),
            deadline=clocks.due_on(decision.deadline, at=_begins(decision, at)),
        )
        if decision
        else None
    )
    may_save_now = tried.may_save and not tried.reading.is_sound
    return Tried(
        verdict, tried.reading.faults, tuple(wrong), tuple(missing), may_save_now=may_save_now
    )


def _begins(decision: Decision, at: datetime.datetime) -> datetime.datetime:
    """When a deadline of a decision would begin: now, or with the day of a visit that is entered late."""
    day = decision.facts["visited_on"]
    return start_of_day(day) if isinstance(day, datetime.date) and day != legal_day(at) else at


def is_entered(given: Given, place: str) -> bool:
    """Whether anything stands in an input, or in the words beside it."""
    return any(given.get(name) for name in (place, f"{place}.other"))


def context(tried: Tried, given: Given) -> Mapping[str, Any]:
    """For the part of the page that shows a trial; what was confirmed stays confirmed."""
    return {
        "verdict": tried.verdict,
        "wrong": tried.wrong,
        "missing": tried.missing,
        "problem": tried.problem,
        "may_save_now": tried.may_save_now,
        "confirmed": [
            (name, given[name] if isinstance(given[name], str) else given[name][-1])
            for name in given
            if name.startswith(CONFIRM) and given[name]
        ],
    }


def attempt_correction(
    visit: Visit, *, form: Form, given: Given, actor: Actor, at: datetime.datetime
) -> Tried:
    """Try other answers for a visit that was saved."""
    try:
        tried = queries.try_visit(
            visit.enrolment_id,
            service=visit.service,
            given=given,
            actor=actor,
            at=at,
        )
    except (Incorrect, Conflict) as error:
        return Tried(None, problem=words_of(error))
    return told(tried, form=form, programme=visit.programme, given=given, at=at)
