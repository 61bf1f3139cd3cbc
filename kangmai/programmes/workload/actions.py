"""Draw the sample of an institution's year, judge its records, let the team answer, close it."""

import secrets
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version, write_down, write_down_and_announce
from kangmai.programmes.engine import queries as engine
from kangmai.programmes.workload import counting, events, models, reach, rules
from kangmai.programmes.workload.errors import (
    AlreadyDrawn,
    CheckClosed,
    CheckNotFound,
    NotAllJudged,
    NoteMissing,
    NothingToCheck,
    VerdictUnknown,
)
from kangmai.programmes.workload.reach import ANSWER, CHECK
from kangmai.programmes.workload.rulebook import rule
from kangmai.programmes.workload.types import Verdict
from kangmai.standards.calendars import legal_day

LONGEST_NOTE = 300


def draw(*, organization: int, year: int, seed: str = "", actor: Actor, at: datetime) -> UUID:
    """Draw the sample of an institution's year from the visits that count in it; once, and for good.

    Args:
        seed: by which the sample can be drawn again; left out, one is made by chance and kept.

    Raises:
        NotPermitted, NothingToCheck, AlreadyDrawn
    """
    ranges = [(each.low, each.high) for each in reach.places(actor)]
    found, unseen = rule(on=legal_day(at)), engine.hidden(actor.scope)
    frame = counting.frame(found, year, ranges, organization=organization, without=unseen)
    if not frame:
        raise NothingToCheck(year=year)
    frames = counting.frames(found, year, ranges, without=unseen, limit=10_000)
    place = next(place for id, place, _ in frames if id == organization)
    seed = seed.strip()[:64] or secrets.token_hex(8)
    chosen = rules.sample(frame, seed=seed, size=rules.sample_size(len(frame), rule=found))
    with transaction.atomic():
        row = _insert(
            models.Check(
                organization=organization, place_code=place, year=year, seed=seed,
                frame_count=len(frame), frame_hash=rules.hash_of(frame),
                rule_version=found.version, drawn_at=at, drawn_by=actor.account,
            )
        )  # fmt: skip
        models.Sampled.objects.bulk_create(
            models.Sampled(of=row, number=number, visit=each)
            for number, each in enumerate(chosen, 1)
        )
        data = {"organization": organization, "year": year, "size": len(chosen)}
        write_down_and_announce(events.DRAWN, "Check", row.id, data=data, actor=actor, at=at)
    return row.id


def _insert(row: models.Check) -> models.Check:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "work_check_once_a_year" not in str(error):
            raise
        raise AlreadyDrawn(year=row.year) from None
    return row


def judge(
    *, check_id: UUID, number: int, verdict: str, note: str, actor: Actor, at: datetime
) -> None:
    """Write down what was found in a record; until the check is closed it may be written anew.

    Raises:
        NotPermitted, CheckNotFound, CheckClosed, VerdictUnknown
        NoteMissing: what is not true must be explained.
    """
    if verdict not in [each.value for each in Verdict]:
        raise VerdictUnknown(verdict=verdict[:16])
    note = note.strip()[:LONGEST_NOTE]
    if verdict != Verdict.TRUE and not note:
        raise NoteMissing()
    with transaction.atomic():
        row, record = _record(check_id, number, CHECK, actor)
        record.verdict, record.note = verdict, note
        record.checked_at, record.checked_by = at, actor.account
        record.save()
        _next_version(row)
        details = {"number": number, "verdict": verdict}
        write_down("workload.judged", "Check", row.id, details=details, actor=actor, at=at)


def answer(*, check_id: UUID, number: int, text: str, actor: Actor, at: datetime) -> None:
    """What the team says to a record of its sample.

    Raises:
        NotPermitted, CheckNotFound, CheckClosed, NoteMissing
    """
    text = text.strip()[:LONGEST_NOTE]
    if not text:
        raise NoteMissing()
    with transaction.atomic():
        row, record = _record(check_id, number, ANSWER, actor)
        record.answer, record.answered_at, record.answered_by = text, at, actor.account
        record.save()
        _next_version(row)
        write_down(
            "workload.answered", "Check", row.id, details={"number": number}, actor=actor, at=at
        )


def close(*, check_id: UUID, expected_version: int, actor: Actor, at: datetime) -> None:
    """End a check: from now on what it found reduces the work of the year.

    Raises:
        NotPermitted, CheckNotFound, CheckClosed, ChangedMeanwhile
        NotAllJudged: every record is looked at.
    """
    with transaction.atomic():
        row = reach.locked(check_id, CHECK, actor=actor)
        if row.closed_at is not None:
            raise CheckClosed()
        require_version(row.version, expected_version)
        verdicts = list(row.records.values_list("verdict", flat=True))
        if open_now := verdicts.count(""):
            raise NotAllJudged(open=open_now)
        found = rule(on=legal_day(row.drawn_at))
        row.share_untrue = rules.share_untrue([Verdict(each) for each in verdicts], rule=found)
        row.closed_at, row.closed_by = at, actor.account
        _next_version(row)
        data = {"organization": row.organization, "year": row.year, "share": str(row.share_untrue)}
        write_down_and_announce(events.CLOSED, "Check", row.id, data=data, actor=actor, at=at)


def _record(
    check_id: UUID, number: int, permission: str, actor: Actor
) -> tuple[models.Check, models.Sampled]:
    row = reach.locked(check_id, permission, actor=actor)
    if row.closed_at is not None:
        raise CheckClosed()
    record = row.records.filter(number=number).first()
    if record is None:
        raise CheckNotFound()
    return row, record


def _next_version(row: models.Check) -> None:
    row.version += 1
    row.save()
