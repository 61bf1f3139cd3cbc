"""Correct or withdraw what was saved: a new version beside the earlier one, and the Observations after it.

An Observation whose content changes becomes `corrected`; one whose answer is gone, or whose response is
withdrawn, becomes `entered-in-error` and keeps its value, as FHIR asks.
Source: FHIR R4, https://hl7.org/fhir/R4/valueset-observation-status.html
"""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from kangmai.forms import models, savings, writing
from kangmai.forms.actions.save import MayStayOpen, effective_day, repeated, sound_answers
from kangmai.forms.errors import (
    AnswersChanged,
    AnswersWithdrawn,
    ReasonMissing,
)
from kangmai.forms.fhir import About, to_observations, to_response
from kangmai.forms.fhir.response import author_of
from kangmai.forms.fhir.values import Json
from kangmai.forms.queries.answers import get_answers, versions
from kangmai.forms.rules import changes_between
from kangmai.forms.types import Answered, Change, Given, ResponseStatus, Saved
from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor
from kangmai.records import actions as records
from kangmai.records.types import Operation

LONGEST_REASON = 200


def correct_answers(
    *,
    response_id: str,
    given: Given,
    reason: str,
    expected_version: int,
    may_stay_open: MayStayOpen | None = None,
    key: str,
    actor: Actor,
    at: datetime,
) -> Saved:
    """Replace the answers of a response; the earlier ones stay readable (`queries.versions`).

    It is read by the version of the form that was answered. Answers that say the same as before change
    nothing and make no version.

    Raises:
        NotPermitted: also where another institution wrote it.
        ResponseNotFound, ResidentNotFound
        ReasonMissing, KeyMissing, KeyReused, NotForThisResident, AnswersRefused
        AnswersWithdrawn
        AnswersChanged: somebody saved since `expected_version`; `changes` shows what.
    """
    act = _Act("correct", response_id, reason.strip(), expected_version, key, actor, at)
    content = act.content(given)
    with transaction.atomic():
        if (earlier := act.claimed(content)) is not None:
            return earlier
        row, present = act.opened()
        resident = identity.get_resident(present.resident_id, actor=actor, at=at)
        answers, is_open = sound_answers(
            present.form, given, resident, at=at, may_stay_open=may_stay_open
        )
        if answers == present.answers:
            return Saved(
                response_id,
                present.version,
                dict(row.observations),
                answers,
                present.effective_on,
                is_open=is_open,
            )
        effective_on = effective_day(present.form, answers)
        after = replace(
            present, answers=answers, effective_on=effective_on, status=_status(present, is_open)
        )
        return act.write(row, present, after, resident, content)


def withdraw_answers(
    *,
    response_id: str,
    reason: str,
    expected_version: int,
    key: str,
    actor: Actor,
    at: datetime,
) -> Saved:
    """Mark a response and everything taken from it as entered in error; its occasion can be answered anew.

    Raises:
        NotPermitted, ResponseNotFound, ResidentNotFound, ReasonMissing, KeyMissing, KeyReused,
        AnswersWithdrawn, AnswersChanged
    """
    act = _Act("withdraw", response_id, reason.strip(), expected_version, key, actor, at)
    content = act.content({})
    with transaction.atomic():
        if (earlier := act.claimed(content)) is not None:
            return earlier
        row, present = act.opened()
        resident = identity.get_resident(present.resident_id, actor=actor, at=at)
        after = replace(present, status=ResponseStatus.WITHDRAWN)
        return act.write(row, present, after, resident, content)


@dataclass(frozen=True, slots=True)
class _Act:
    """One change of a response: what was asked, by whom and when."""

    deed: str
    response_id: str
    reason: str
    expected_version: int
    key: str
    actor: Actor
    at: datetime

    def content(self, given: Given) -> bytes:
        """A hash of all that is asked. Raises: ReasonMissing."""
        if not 0 < len(self.reason) <= LONGEST_REASON:
            raise ReasonMissing(most=LONGEST_REASON)
        asked = {
            "deed": self.deed,
            "response": self.response_id,
            "given": dict(given),
            "reason": self.reason,
        }
        return savings.content_hash(asked)

    def claimed(self, content: bytes) -> Saved | None:
        """What this key gave before."""
        earlier = savings.claim(self.key, content, actor=self.actor)
        return repeated(earlier, actor=self.actor, at=self.at) if earlier else None

    def opened(self) -> tuple[models.Response, Answered]:
        """The response, held for this transaction and still as its changer saw it."""
        row = savings.locked(self.response_id)
        present = get_answers(self.response_id, actor=self.actor, at=self.at)
        if present.status is ResponseStatus.WITHDRAWN:
            raise AnswersWithdrawn(response=self.response_id)
        if present.version != self.expected_version:
            raise AnswersChanged(
                response=self.response_id,
                current=present.version,
                expected=self.expected_version,
                changes=self._changes(present),
            )
        return row, present

    def _changes(self, present: Answered) -> tuple[Change, ...]:
        """What others changed since the version the changer saw; nothing where that never was."""
        seen = versions(self.response_id, actor=self.actor, at=self.at)
        before = [each for each in seen if each.version == self.expected_version]
        return changes_between(present.form, before[0].answers, present.answers) if before else ()

    def write(
        self,
        row: models.Response,
        present: Answered,
        after: Answered,
        resident: Resident,
        content: bytes,
    ) -> Saved:
        """Store the new version of the response with every Observation that it changes."""
        about = About(f"Patient/{resident.patient_id}", author_of(self.actor), self.at)
        response = to_response(after.form, after.answers, about=about, status=after.status)
        # whoever measured stays the performer, whoever corrects
        measured = replace(about, author=savings.first_author(row))
        link_ids, operations = _observation_changes(row, present, after, measured)
        outcomes = records.transact(
            [
                writing.update(response, self.response_id, expected_version=present.version),
                *operations,
            ],
            actor=self.actor,
            at=self.at,
        )
        ids = {link: outcome.id for link, outcome in zip(link_ids, outcomes[1:], strict=True)}
        row.observations = {**row.observations, **ids}
        row.effective_on, row.version = after.effective_on, outcomes[0].version
        row.is_withdrawn = after.status is ResponseStatus.WITHDRAWN
        row.save()
        savings.note(
            row,
            version=row.version,
            key=self.key,
            content=content,
            reason=self.reason,
            deed=f"forms.{self.deed}",
            subject=resident.patient_rid,
            actor=self.actor,
            at=self.at,
        )
        return Saved(
            self.response_id,
            row.version,
            row.observations,
            after.answers,
            after.effective_on,
            is_open=after.status is ResponseStatus.OPEN,
        )


def _status(present: Answered, is_open: bool) -> ResponseStatus:
    """What a response becomes: one that was open is completed, one that was complete is amended."""
    if is_open:
        return ResponseStatus.OPEN
    was_open = present.status is ResponseStatus.OPEN
    return ResponseStatus.COMPLETED if was_open else ResponseStatus.AMENDED


def _observation_changes(
    row: models.Response, present: Answered, after: Answered, about: About
) -> tuple[list[str], list[Operation]]:
    """The link ids of Observations that change, and the operation for each."""
    before = _observations(present, about)
    now = {} if after.status is ResponseStatus.WITHDRAWN else _observations(after, about)
    changed: dict[str, Operation] = {}
    for link_id, resource in now.items():
        id = row.observations.get(link_id)
        if id is None:
            changed[link_id] = writing.create(resource)
        elif before.get(link_id) != resource:
            changed[link_id] = writing.update({**resource, "status": "corrected"}, id)
    for link_id in before.keys() - now.keys():
        gone = {**before[link_id], "status": "entered-in-error"}
        changed[link_id] = writing.update(gone, row.observations[link_id])
    return list(changed), list(changed.values())


def _observations(answered: Answered, about: About) -> dict[str, Json]:
    return to_observations(
        answered.form,
        answered.answers,
        about=about,
        effective_on=answered.effective_on,
        response=f"QuestionnaireResponse/{answered.response_id}",
    )
