"""The line list of an event: lines written by hand or taken from report cards, and who infected whom."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.cases import queries as cases
from kangmai.epidemic.cases.types import CaseClass as CardClass
from kangmai.epidemic.cases.types import CaseLine, Person
from kangmai.epidemic.surveillance import behind, contents, models, transmission
from kangmai.epidemic.surveillance.actions.parts import locked_open, next_number, note_part
from kangmai.epidemic.surveillance.errors import (
    AreaUnknown,
    DayOutOfRange,
    PartUnknown,
    ValueMissing,
)
from kangmai.epidemic.surveillance.types import CaseClass, Certainty, Exposure, LineFacts
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import find_division

OLDEST_YEARS = 120
CLASSES = {
    CardClass.SUSPECTED.value: CaseClass.SUSPECTED,
    CardClass.CLINICAL.value: CaseClass.PROBABLE,
    CardClass.CONFIRMED.value: CaseClass.CONFIRMED,
}
"""What a card's class is in a list; a carrier is suspected until the case definition says otherwise."""


def add_line(*, outbreak_id: UUID, facts: LineFacts, actor: Actor, at: datetime) -> int:
    """Add somebody to the list of an event; returns the number of the line.

    Raises:
        NotPermitted, OutbreakUnknown, OutbreakNotOpen, DayOutOfRange, ValueMissing, AreaUnknown, PartUnknown.
    """
    require_facts(facts, legal_day(at))
    with transaction.atomic():
        outbreak = locked_open(outbreak_id, actor)
        row = put_new_line(outbreak, facts, actor, at)
        note_part(outbreak, "line", row.number, actor, at)
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
    """Correct a line, or say that he is no case. Raises as `add_line`, and ChangedMeanwhile, LinkCircle."""
    require_facts(facts, legal_day(at))
    with transaction.atomic():
        outbreak = locked_open(outbreak_id, actor)
        row = _line(outbreak, number)
        require_version(row.version, expected_version)
        _put(row, facts)
        _put_infector(outbreak, row, facts.infected_by, actor, at)
        row.version += 1
        row.save()
        note_part(outbreak, "line", number, actor, at)


def take_cases(*, outbreak_id: UUID, actor: Actor, at: datetime) -> tuple[int, ...]:
    """Put the report cards behind an event into its list that do not stand there yet; returns their numbers.

    Which cards: those that its signals rest on, and those of its conditions, area (and place) and time.
    A card that somebody struck out as no case stays as it is.

    Raises:
        NotPermitted: also without the right to read report cards.
        OutbreakUnknown, OutbreakNotOpen.
    """
    with transaction.atomic():
        outbreak = locked_open(outbreak_id, actor)
        known = set(outbreak.lines.exclude(case_id="").values_list("case_id", flat=True))
        wanted = [id for id in behind.cards(outbreak, legal_day(at)) if str(id) not in known]
        lines = cases.lines_by_id(wanted, actor=actor, at=at)
        people = cases.persons(
            list(lines), purpose=f"line list of {outbreak.title}", actor=actor, at=at
        )
        chosen = sorted(lines.values(), key=lambda each: (str(each.onset_on), each.number))
        numbers = [
            put_new_line(outbreak, _facts_of(each, people.get(each.card_id)), actor, at).number
            for each in chosen
        ]
        if numbers:
            note_part(outbreak, "cards", len(numbers), actor, at)
    return tuple(numbers)


def link(
    *,
    outbreak_id: UUID,
    infected: int,
    infector: int,
    basis: Exposure,
    certainty: Certainty,
    note: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Assert that one line has it from another; a link that stood for him is replaced.

    Raises:
        NotPermitted, OutbreakUnknown, OutbreakNotOpen, PartUnknown.
        LinkCircle: he would, over others, have it from himself.
    """
    with transaction.atomic():
        outbreak = locked_open(outbreak_id, actor)
        row = _line(outbreak, infected)
        _require_infector(outbreak, infected, infector)
        _put_link(row, infector, basis, certainty, note, actor, at)
        row.version += 1
        row.save()
        note_part(outbreak, "link", infected, actor, at)


def unlink(*, outbreak_id: UUID, infected: int, actor: Actor, at: datetime) -> None:
    """Take a link back. Raises NotPermitted, OutbreakUnknown, OutbreakNotOpen, PartUnknown."""
    with transaction.atomic():
        outbreak = locked_open(outbreak_id, actor)
        row = _line(outbreak, infected)
        if row.infected_by is None:
            raise PartUnknown(part=f"link of line {infected}")
        _clear_link(row)
        row.version += 1
        row.save()
        note_part(outbreak, "unlink", infected, actor, at)


def require_facts(facts: LineFacts, today: date) -> None:
    """Let pass a line that can be one. Raises DayOutOfRange, ValueMissing, AreaUnknown."""
    if facts.onset_on and facts.onset_on > today:
        raise DayOutOfRange(day=facts.onset_on, why="the onset is in the future / 发病日期晚于今天")
    if facts.age_years is not None and not 0 <= facts.age_years <= OLDEST_YEARS:
        raise ValueMissing(what=f"age from 0 to {OLDEST_YEARS} / 年龄 0–{OLDEST_YEARS}")
    if not facts.name.strip() and not facts.case_id:
        raise ValueMissing(what="name / 姓名")
    if facts.area_code and find_division(facts.area_code) is None:
        raise AreaUnknown(code=facts.area_code)


def put_new_line(
    outbreak: models.Outbreak, facts: LineFacts, actor: Actor, at: datetime
) -> models.Line:
    """A new line of a locked event."""
    row = models.Line(id=uuid7(), outbreak=outbreak, number=next_number(outbreak.lines))
    _put(row, facts)
    _put_infector(outbreak, row, facts.infected_by, actor, at)
    row.save(force_insert=True)
    return row


def _line(outbreak: models.Outbreak, number: int) -> models.Line:
    row = outbreak.lines.select_for_update().filter(number=number).first()
    if row is None:
        raise PartUnknown(part=f"line {number}")
    return row


def _put(row: models.Line, facts: LineFacts) -> None:
    row.sex, row.age_years, row.unit = facts.sex, facts.age_years, facts.unit.strip()[:60]
    row.onset_on, row.case_class = facts.onset_on, facts.case_class.value
    row.outcome, row.case_id = facts.outcome.strip()[:60], facts.case_id
    row.area_code = facts.area_code
    values: Mapping[str, Any] = {
        "name": facts.name.strip()[:80],
        "phone": facts.phone.strip()[:40],
        "own": dict(facts.own),
    }
    row.content_key, row.content = contents.sealed(row.id, values)


def _put_infector(
    outbreak: models.Outbreak, row: models.Line, infector: int | None, actor: Actor, at: datetime
) -> None:
    """A form of the line names an infector at most: what a link rests on is said with the link."""
    if infector == row.infected_by:
        return
    if infector is None:
        _clear_link(row)
        return
    _require_infector(outbreak, row.number, infector)
    _put_link(row, infector, Exposure.OTHER, Certainty.POSSIBLE, "", actor, at)


def _require_infector(outbreak: models.Outbreak, infected: int, infector: int) -> None:
    """A link names a line of the same list, nobody himself, and closes no circle."""
    lines: Collection[tuple[int, int | None]] = outbreak.lines.values_list("number", "infected_by")
    links = {number: above for number, above in lines if above is not None}
    if infector not in {number for number, _ in lines}:
        raise PartUnknown(part=f"line {infector}")
    transmission.require_no_circle(links, infected=infected, infector=infector)


def _put_link(
    row: models.Line,
    infector: int,
    basis: Exposure,
    certainty: Certainty,
    note: str,
    actor: Actor,
    at: datetime,
) -> None:
    row.infected_by, row.link_basis, row.link_certainty = infector, basis.value, certainty.value
    row.link_note, row.link_account, row.link_at = note.strip()[:200], actor.account, at


def _clear_link(row: models.Line) -> None:
    row.infected_by = row.link_account = row.link_at = None
    row.link_basis = row.link_certainty = row.link_note = ""


def _facts_of(card: CaseLine, who: Person | None) -> LineFacts:
    return LineFacts(
        name="" if who is None or who.is_masked else who.name,
        phone="" if who is None or who.is_masked else who.phone,
        sex=card.sex_code if card.sex_code in ("1", "2") else "",
        age_years=card.age_years,
        onset_on=card.onset_on,
        case_class=CLASSES.get(card.case_class, CaseClass.SUSPECTED),
        case_id=str(card.card_id),
        area_code=card.home_code if find_division(card.home_code) is not None else "",
        outcome="死亡" if card.died_on else "",
    )
