"""Begin deadlines, many at once, and begin one anew."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from kangmai.deadlines import events, models, rules
from kangmai.deadlines.actions.locking import WRITE, locked
from kangmai.deadlines.errors import OwnerMissing, ReasonMissing, StartInFuture
from kangmai.deadlines.queries import deadline_of
from kangmai.deadlines.types import UNSETTLED, Deadline, Start, State
from kangmai.deadlines.writing import close_messages, write_down
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.connections import joined
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day

Key = tuple[str, str, str]


def start(starts: Sequence[Start], *, actor: Actor, at: datetime) -> tuple[Deadline, ...]:
    """Begin deadlines within the caller's transaction; returns them in the order given.

    While a deadline of the same definition and thing is unsettled it is returned as it is, and so is a
    settled one that had begun then or later: the same start may be said any number of times.

    Raises:
        NotPermitted, UnknownDefinition, OwnerMissing, StartInFuture.
    """
    require(actor, WRITE)
    if not starts:
        return ()
    drafts = [row_of(each, actor, at) for each in starts]
    with joined():
        known = _standing(drafts)
        new = {_key(row): row for row in drafts if not _is_known(row, known)}
        models.Deadline.objects.bulk_create(
            sorted(new.values(), key=_key), ignore_conflicts=True
        )  # another transaction may begin the same one now: the constraint lets one through
        found = _standing(drafts)
        ours = {row.id for row in new.values()}
        written = [row for row in found.values() if row.id in ours]
        write_down(written, events.STARTED, actor=actor, at=at)
    return tuple(deadline_of(found[_key(row)]) for row in drafts)


def restart(
    *,
    deadline_id: UUID,
    started_at: datetime,
    reason: str,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Deadline:
    """Count a deadline anew from another instant, by the rule in force then; also one that was cancelled.

    Raises:
        NotPermitted, DeadlineUnknown, DeadlineChanged, DeadlineSettled (it was met), ReasonMissing, StartInFuture.
    """
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = locked(deadline_id, expected_version, actor, but=(State.MET,))
        if started_at > at:
            raise StartInFuture(
                definition=row.definition, subject=row.subject_id, started_at=started_at.isoformat()
            )
        rule = rules.rule(row.definition, on=legal_day(started_at))
        row.started_at, row.rule_from = started_at, rule.valid_from
        row.state, row.level, row.reason = State.OPEN.value, 0, reason.strip()[:300]
        count_from(row, rule)
        row.version += 1
        row.save()
        close_messages([row], actor=actor, at=at)
        write_down([row], events.STARTED, reason=row.reason, actor=actor, at=at)
    return deadline_of(row)


def count_from(row: models.Deadline, rule: rules.Rule) -> None:
    """Set limit and first step of a row from its start."""
    due = rules.limit(rule.duration, row.started_at)
    row.due_at, row.provisional = due.at, due.provisional
    steps = rules.steps(rule, due.at)
    # a warning whose time was before the start warns of nothing
    row.step = next(n for n, each in enumerate(steps) if each.at > row.started_at)
    row.next_at = steps[row.step].at


def row_of(given: Start, actor: Actor, at: datetime) -> models.Deadline:
    """A deadline as it begins, not yet written. Raises UnknownDefinition, OwnerMissing, StartInFuture."""
    named = {"definition": given.definition, "subject": f"{given.subject.kind} {given.subject.id}"}
    if not given.owner_org:
        raise OwnerMissing(**named)
    if given.started_at > at:
        raise StartInFuture(**named, started_at=given.started_at.isoformat())
    rule = rules.rule(given.definition, on=legal_day(given.started_at))
    row = models.Deadline(
        id=uuid7(),
        definition=rule.id,
        rule_from=rule.valid_from,
        subject_kind=given.subject.kind,
        subject_id=given.subject.id,
        resident_id=given.resident,
        owner_org=given.owner_org,
        owner_role=given.owner_role,
        owner_account=given.owner_account,
        place_code=given.place_code,
        label=rule.label if given.label is None else given.label,
        started_at=given.started_at,
        state=State.OPEN.value,
        created_at=at,
        created_by=actor.account,
    )
    count_from(row, rule)
    return row


def _key(row: models.Deadline) -> Key:
    return row.definition, row.subject_kind, row.subject_id


def _standing(drafts: Sequence[models.Deadline]) -> dict[Key, models.Deadline]:
    """What stands for each draft: the unsettled deadline, else the one that began last."""
    about = Q(pk__in=[])
    for kind in {row.subject_kind for row in drafts}:
        ids = {row.subject_id for row in drafts if row.subject_kind == kind}
        about |= Q(subject_kind=kind, subject_id__in=ids)
    rows = models.Deadline.objects.filter(about, definition__in={d.definition for d in drafts})
    ordered = sorted(rows, key=lambda row: (row.state in UNSETTLED, row.started_at))
    return {_key(row): row for row in ordered}


def _is_known(draft: models.Deadline, known: dict[Key, models.Deadline]) -> bool:
    found = known.get(_key(draft))
    return found is not None and (found.state in UNSETTLED or found.started_at >= draft.started_at)
