"""The contacts of an event: how each was exposed, how he is day by day, and that he became a case."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.surveillance import contents, models
from kangmai.epidemic.surveillance.actions.line_list import put_new_line, require_facts
from kangmai.epidemic.surveillance.actions.parts import locked_open, next_number, note_part
from kangmai.epidemic.surveillance.errors import DayOutOfRange, PartUnknown, ValueMissing
from kangmai.epidemic.surveillance.types import CaseClass, Certainty, Exposure, LineFacts
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day


def add_contact(
    *,
    outbreak_id: UUID,
    name: str,
    phone: str,
    line_number: int | None,
    exposed_on: date,
    until_on: date,
    exposure: Exposure = Exposure.OTHER,
    where: str = "",
    is_protected: bool | None = None,
    actor: Actor,
    at: datetime,
) -> int:
    """Add a contact, to be asked after every day until a day; returns his number.

    Args:
        exposed_on: the last day on which he was near the case.
        where: where and how, in words; sealed.

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
        outbreak = locked_open(outbreak_id, actor)
        if line_number and not outbreak.lines.filter(number=line_number).exists():
            raise PartUnknown(part=f"line {line_number}")
        row = models.Contact(
            id=uuid7(),
            outbreak=outbreak,
            number=next_number(outbreak.contacts),
            line_number=line_number,
            exposure=exposure.value,
            is_protected=is_protected,
            exposed_on=exposed_on,
            until_on=until_on,
        )
        values = {
            "name": name.strip()[:80],
            "phone": phone.strip()[:40],
            "where": where.strip()[:200],
        }
        row.content_key, row.content = contents.sealed(row.id, values)
        row.save(force_insert=True)
        note_part(outbreak, "contact", row.number, actor, at)
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
        outbreak = locked_open(outbreak_id, actor)
        row = _contact(outbreak, number)
        if not row.exposed_on <= day <= min(row.until_on, legal_day(at)):
            raise DayOutOfRange(day=day, why="outside the follow-up / 不在随访期内")
        models.ContactVisit.objects.update_or_create(
            contact=row,
            day=day,
            defaults={"is_ill": is_ill, "note": note.strip()[:200], "account_id": actor.account},
        )
        note_part(outbreak, "contact", number, actor, at)


def became_case(
    *,
    outbreak_id: UUID,
    number: int,
    onset_on: date | None,
    case_class: CaseClass,
    actor: Actor,
    at: datetime,
) -> int:
    """Put a contact who fell ill into the line list, linked to his case; once said, the same line again.

    Raises:
        NotPermitted, OutbreakUnknown, OutbreakNotOpen, PartUnknown.
        DayOutOfRange: the onset is in the future.
    """
    with transaction.atomic():
        outbreak = locked_open(outbreak_id, actor)
        row = _contact(outbreak, number)
        if row.became_line is not None:
            return int(row.became_line)
        who = contents.opened(row.id, row.content_key, row.content)
        facts = LineFacts(
            name=who.get("name", ""),
            phone=who.get("phone", ""),
            onset_on=onset_on,
            case_class=case_class,
            infected_by=row.line_number,
        )
        require_facts(facts, legal_day(at))
        line = put_new_line(outbreak, facts, actor, at)
        if row.line_number is not None:
            line.link_basis, line.link_certainty = row.exposure, Certainty.PROBABLE.value
            line.save(update_fields=["link_basis", "link_certainty"])
        row.became_line = line.number
        row.version += 1
        row.save()
        note_part(outbreak, "contact", number, actor, at)
    return line.number


def _contact(outbreak: models.Outbreak, number: int) -> models.Contact:
    row = outbreak.contacts.select_for_update().filter(number=number).first()
    if row is None:
        raise PartUnknown(part=f"contact {number}")
    return row
