"""The parts of an investigation: line list, contacts with their days, control measures."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from kangmai.epidemic.surveillance import contents, events, models
from kangmai.epidemic.surveillance.actions.outbreaks import require_open
from kangmai.epidemic.surveillance.errors import DayOutOfRange, PartUnknown, ValueMissing
from kangmai.epidemic.surveillance.reach import WORK
from kangmai.epidemic.surveillance.types import LineFacts
from kangmai.epidemic.surveillance.writing import locked_outbreak, require_version, write_down
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day

OLDEST_YEARS = 120


def add_line(*, outbreak_id: UUID, facts: LineFacts, actor: Actor, at: datetime) -> int:
    """Add somebody to the list of an event; returns the number of the line.

    Raises:
        NotPermitted, OutbreakUnknown, OutbreakNotOpen, DayOutOfRange, ValueMissing.
    """
    _require_facts(facts, legal_day(at))
    with transaction.atomic():
        outbreak = _locked(outbreak_id, actor)
        row = models.Line(id=uuid7(), outbreak=outbreak, number=_next(outbreak.lines))
        _require_infector(outbreak, facts, row.number)
        _put_line(row, facts)
        row.save(force_insert=True)
        _note(outbreak, "line", row.number, actor, at)
    return row.number


def change_line(
    *,
    outbreak_id: UUID,
    number: int,
    facts: LineFacts,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Correct a line, or say that he is no case. Raises as `add_line`, and PartUnknown, SignalChanged."""
    _require_facts(facts, legal_day(at))
    with transaction.atomic():
        outbreak = _locked(outbreak_id, actor)
        row = outbreak.lines.select_for_update().filter(number=number).first()
        if row is None:
            raise PartUnknown(part=f"line {number}")
        require_version(row.version, expected_version)
        _require_infector(outbreak, facts, number)
        _put_line(row, facts)
        row.version += 1
        row.save()
        _note(outbreak, "line", number, actor, at)


def add_contact(
    *,
    outbreak_id: UUID,
    name: str,
    phone: str,
    line_number: int | None,
    exposed_on: date,
    until_on: date,
    actor: Actor,
    at: datetime,
) -> int:
    """Add a contact, to be asked after every day until a day; returns his number.

    Raises:
        NotPermitted, OutbreakUnknown, OutbreakNotOpen, ValueMissing, DayOutOfRange, PartUnknown.
    """
    if not name.strip():
        raise ValueMissing(what="name / 姓名")
    if exposed_on > legal_day(at):
        raise DayOutOfRange(day=exposed_on, why="the exposure is in the future / 暴露日期晚于今天")
    if until_on < exposed_on:
        raise DayOutOfRange(day=until_on, why="before the exposure / 早于暴露日期")
    with transaction.atomic():
        outbreak = _locked(outbreak_id, actor)
        if line_number and not outbreak.lines.filter(number=line_number).exists():
            raise PartUnknown(part=f"line {line_number}")
        row = models.Contact(
            id=uuid7(),
            outbreak=outbreak,
            number=_next(outbreak.contacts),
            line_number=line_number,
            exposed_on=exposed_on,
            until_on=until_on,
        )
        values = {"name": name.strip()[:80], "phone": phone.strip()[:40]}
        row.content_key, row.content = contents.sealed(row.id, values)
        row.save(force_insert=True)
        _note(outbreak, "contact", row.number, actor, at)
    return row.number


def follow_up(
    *,
    outbreak_id: UUID,
    number: int,
    day: date,
    is_ill: bool,
    note: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Write down how a contact is on a day; the same day again replaces it.

    Raises:
        NotPermitted, OutbreakUnknown, OutbreakNotOpen, PartUnknown.
        DayOutOfRange: the day is not within his time, or not yet there.
    """
    with transaction.atomic():
        outbreak = _locked(outbreak_id, actor)
        row = outbreak.contacts.select_for_update().filter(number=number).first()
        if row is None:
            raise PartUnknown(part=f"contact {number}")
        if not row.exposed_on <= day <= min(row.until_on, legal_day(at)):
            raise DayOutOfRange(day=day, why="outside the follow-up / 不在随访期内")
        models.ContactVisit.objects.update_or_create(
            contact=row,
            day=day,
            defaults={"is_ill": is_ill, "note": note.strip()[:200], "account_id": actor.account},
        )
        _note(outbreak, "contact", number, actor, at)


def add_measure(
    *, outbreak_id: UUID, what: str, who: str, due_on: date, actor: Actor, at: datetime
) -> UUID:
    """Ask for a control measure by a day. Raises NotPermitted, OutbreakUnknown, OutbreakNotOpen, ValueMissing."""
    if not what.strip() or not who.strip():
        raise ValueMissing(what="measure and who does it / 措施与责任人")
    with transaction.atomic():
        outbreak = _locked(outbreak_id, actor)
        row = models.Measure.objects.create(
            id=uuid7(),
            outbreak=outbreak,
            what=what.strip()[:200],
            who=who.strip()[:80],
            due_on=due_on,
        )
        _note(outbreak, "measure", None, actor, at)
    return row.id


def finish_measure(
    *,
    outbreak_id: UUID,
    measure_id: UUID,
    done_on: date,
    note: str = "",
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Say that a measure was taken. Raises as `add_measure`, and PartUnknown, SignalChanged, DayOutOfRange."""
    if done_on > legal_day(at):
        raise DayOutOfRange(day=done_on, why="in the future / 晚于今天")
    with transaction.atomic():
        outbreak = _locked(outbreak_id, actor)
        row = outbreak.measures.select_for_update().filter(id=measure_id).first()
        if row is None:
            raise PartUnknown(part="measure")
        require_version(row.version, expected_version)
        row.done_on, row.note = done_on, note.strip()[:300]
        row.version += 1
        row.save()
        _note(outbreak, "measure", None, actor, at)


def _locked(outbreak_id: UUID, actor: Actor) -> models.Outbreak:
    row = locked_outbreak(outbreak_id, None, WORK, actor)
    require_open(row)
    return row


def _next(rows: Any) -> int:
    return int(rows.aggregate(most=Max("number"))["most"] or 0) + 1


def _require_facts(facts: LineFacts, today: date) -> None:
    if facts.onset_on and facts.onset_on > today:
        raise DayOutOfRange(day=facts.onset_on, why="the onset is in the future / 发病日期晚于今天")
    if facts.age_years is not None and not 0 <= facts.age_years <= OLDEST_YEARS:
        raise ValueMissing(what=f"age from 0 to {OLDEST_YEARS} / 年龄 0–{OLDEST_YEARS}")
    if not facts.name.strip() and not facts.case_id:
        raise ValueMissing(what="name / 姓名")


def _require_infector(outbreak: models.Outbreak, facts: LineFacts, number: int) -> None:
    """A transmission tree names lines of the same list, and nobody infects himself."""
    if facts.infected_by is None:
        return
    known = outbreak.lines.filter(number=facts.infected_by).exists()
    if facts.infected_by == number or not known:
        raise PartUnknown(part=f"line {facts.infected_by}")


def _put_line(row: models.Line, facts: LineFacts) -> None:
    row.sex, row.age_years, row.unit = facts.sex, facts.age_years, facts.unit.strip()[:60]
    row.onset_on, row.case_class = facts.onset_on, facts.case_class.value
    row.outcome, row.case_id = facts.outcome.strip()[:60], facts.case_id
    row.infected_by = facts.infected_by
    values: Mapping[str, Any] = {
        "name": facts.name.strip()[:80],
        "phone": facts.phone.strip()[:40],
        "own": dict(facts.own),
    }
    row.content_key, row.content = contents.sealed(row.id, values)


def _note(
    outbreak: models.Outbreak, part: str, number: int | None, actor: Actor, at: datetime
) -> None:
    data: dict[str, object] = {"part": part, "number": number}
    write_down(events.MOVED, [outbreak.id], object_type="Outbreak", data=data, actor=actor, at=at)
