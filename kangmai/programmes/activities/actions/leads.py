"""Report what a patrol found to the supervision institute, which says what came of it."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.programmes.activities import events, models, reach
from kangmai.programmes.activities.actions.doing import require_standing
from kangmai.programmes.activities.errors import DayWrong, NoteMissing, NothingFound
from kangmai.programmes.activities.reach import ANSWER, WRITE
from kangmai.programmes.activities.reading import activity_of
from kangmai.programmes.activities.types import Activity, Lead
from kangmai.standards.calendars import legal_day

LEADS = {
    Lead.NONE: ("nothing was found", "未发现问题"),
    Lead.FOUND: ("not reported yet", "尚未上报"),
    Lead.REPORTED: ("reported", "已上报"),
    Lead.ANSWERED: ("answered", "已反馈"),
}


def report(
    *, activity_id: UUID, to: str, on: date, expected_version: int, actor: Actor, at: datetime
) -> Activity:
    """Say to whom and when a lead was reported.

    Raises:
        NotPermitted, ActivityNotFound, ChangedMeanwhile, Withdrawn, NothingFound, DayWrong, NoteMissing
    """
    with transaction.atomic():
        row = _row(activity_id, WRITE, Lead.FOUND, expected_version, actor=actor)
        _require_day(on, first=row.on, at=at)
        row.reported_to, row.reported_on = _said(to)[:80], on
        return _written(row, Lead.REPORTED, events.REPORTED, actor=actor, at=at)


def answer(
    *, activity_id: UUID, result: str, on: date, expected_version: int, actor: Actor, at: datetime
) -> Activity:
    """Say what came of a lead, for the supervision institute of the place.

    Raises:
        NotPermitted, ActivityNotFound, ChangedMeanwhile, Withdrawn, NothingFound, DayWrong, NoteMissing
    """
    with transaction.atomic():
        row = _row(activity_id, ANSWER, Lead.REPORTED, expected_version, actor=actor)
        _require_day(on, first=row.reported_on or row.on, at=at)
        row.result, row.result_on = _said(result), on
        return _written(row, Lead.ANSWERED, events.ANSWERED, actor=actor, at=at)


def _row(
    activity_id: UUID, permission: str, lead: Lead, expected: int, *, actor: Actor
) -> models.Activity:
    row = reach.locked(activity_id, permission, actor=actor)
    require_version(row.version, expected)
    require_standing(row)
    if row.lead != lead:
        english, chinese = LEADS[Lead(row.lead)]
        raise NothingFound(lead=english, lead_zh=chinese)
    return row


def _require_day(on: date, *, first: date, at: datetime) -> None:
    if not first <= on <= legal_day(at):
        raise DayWrong(day=on, first=first, last=legal_day(at))


def _said(text: str) -> str:
    said = " ".join(text.split())[:300]
    if len(said) < 2:
        raise NoteMissing()
    return said


def _written(
    row: models.Activity, lead: Lead, event: str, *, actor: Actor, at: datetime
) -> Activity:
    row.lead, row.version = lead.value, row.version + 1
    row.save()
    data = {"rule": row.rule, "kind": row.kind, "organization": row.organization}
    write_down_and_announce(event, "Activity", row.id, data=data, actor=actor, at=at)
    return activity_of(row)
