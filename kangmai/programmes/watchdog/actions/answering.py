"""The team answers; quality control closes, or asks again. Advice, not punishment."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines.types import Met, Subject
from kangmai.kernel.actor import Actor, NotPermitted, require
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.programmes.watchdog import events, models
from kangmai.programmes.watchdog.actions.watching import SUBJECT, start_clock
from kangmai.programmes.watchdog.errors import (
    AnswerUnknown,
    FindingClosed,
    NoteMissing,
    OwnFinding,
)
from kangmai.programmes.watchdog.reach import ANSWER, is_near, locked, require_reader, review_of
from kangmai.programmes.watchdog.reading import finding_of
from kangmai.programmes.watchdog.rulebook import rule
from kangmai.programmes.watchdog.types import Answer, Deed, Finding, State
from kangmai.standards.calendars import legal_day

SHORTEST, LONGEST = 4, 500


def answer(
    *,
    finding_id: UUID,
    code: str,
    note: str,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Finding:
    """Say for the team how it came to this. A later answer stands beside the earlier one.

    Raises:
        NotPermitted, FindingNotFound, FindingClosed, ChangedMeanwhile, AnswerUnknown, NoteMissing
    """
    require(actor, ANSWER)
    with transaction.atomic():
        row = _open(finding_id, expected_version, actor=actor, at=at)
        _require_near(row, ANSWER, actor)
        rules = rule(on=legal_day(at))
        row.answer, row.state = _known(code, rules.answers), State.ANSWERED.value
        _step(row, Deed.ANSWERED, row.answer, note, actor=actor, at=at)
        met = Met(rules.deadline, _subject(row), met_at=at, proof_kind="answer", proof_id=row.answer)  # fmt: skip
        deadlines.meet([met], actor=actor, at=at)
        return _written(row, events.ANSWERED, row.answer, actor=actor, at=at)


def send_back(
    *, finding_id: UUID, note: str, expected_version: int, actor: Actor, at: datetime
) -> Finding:
    """Ask the team again, which has its time anew.

    Raises:
        NotPermitted, FindingNotFound, FindingClosed, ChangedMeanwhile, NoteMissing, OwnFinding
    """
    require_reader(actor)
    with transaction.atomic():
        row = _reviewed(finding_id, expected_version, actor=actor, at=at)
        _step(row, Deed.RETURNED, "", note, actor=actor, at=at)
        row.state = State.TEAM.value
        # what the team let pass is not awaited beside the new time
        deadlines.cancel_of([_subject(row)], reason="asked again", actor=actor, at=at)
        row.due_at = start_clock(row, rule(on=legal_day(at)), actor=actor, at=at)
        return _written(row, events.RETURNED, "", actor=actor, at=at)


def close(
    *,
    finding_id: UUID,
    code: str,
    note: str,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Finding:
    """Close a finding with a reason. Visits entered until now are not asked about again by this detector.

    Raises:
        NotPermitted, FindingNotFound, FindingClosed, ChangedMeanwhile, AnswerUnknown, NoteMissing, OwnFinding
    """
    require_reader(actor)
    with transaction.atomic():
        row = _reviewed(finding_id, expected_version, actor=actor, at=at)
        row.closing = _known(code, rule(on=legal_day(at)).closings)
        row.state, row.closed_at = State.CLOSED.value, at
        _step(row, Deed.CLOSED, row.closing, note, actor=actor, at=at)
        deadlines.cancel_of([_subject(row)], reason="closed", actor=actor, at=at)
        return _written(row, events.CLOSED, row.closing, actor=actor, at=at)


def _open(finding_id: UUID, expected: int, *, actor: Actor, at: datetime) -> models.Finding:
    row = locked(finding_id, actor=actor, at=at)
    if row.state == State.CLOSED:
        raise FindingClosed()
    require_version(row.version, expected)
    return row


def _reviewed(finding_id: UUID, expected: int, *, actor: Actor, at: datetime) -> models.Finding:
    row = _open(finding_id, expected, actor=actor, at=at)
    if any(grant.organization == row.organization for grant in actor.grants):
        raise OwnFinding()
    _require_near(row, review_of(row.circle), actor)
    return row


def _require_near(row: models.Finding, permission: str, actor: Actor) -> None:
    if not is_near(row, actor, permission):
        raise NotPermitted(permission=permission)


def _subject(row: models.Finding) -> Subject:
    return Subject(SUBJECT, str(row.id))


def _known(code: str, among: Mapping[str, Answer]) -> str:
    if code not in among:
        raise AnswerUnknown(answer=code[:32], known=", ".join(among))
    return code


def _step(
    row: models.Finding, deed: Deed, code: str, note: str, *, actor: Actor, at: datetime
) -> None:
    said = " ".join(note.split())
    if not SHORTEST <= len(said) <= LONGEST:
        raise NoteMissing()
    row.steps.create(deed=deed.value, code=code, note=said, account=actor.account, at=at)


def _written(row: models.Finding, event: str, code: str, *, actor: Actor, at: datetime) -> Finding:
    row.version += 1
    row.save()
    data = {"detector": row.detector, "organization": row.organization, "code": code}
    write_down_and_announce(event, "Finding", row.id, data=data, actor=actor, at=at)
    return finding_of(row)
