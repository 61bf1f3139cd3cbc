"""Find the contacts of a case: in the scans (two persons, written down), in the household, told by somebody."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.orders.queries import emergency_door, in_force
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tracing import models, people, rules
from kangmai.epidemic.tracing.errors import (
    DaysUnfit,
    NotInThisState,
    NotRegistered,
    SearchUnknown,
    WordUnknown,
)
from kangmai.epidemic.tracing.judging import judge_new, refresh
from kangmai.epidemic.tracing.reach import INVESTIGATE, case_locked
from kangmai.epidemic.tracing.reading import search_of
from kangmai.epidemic.tracing.recording import Found, record
from kangmai.epidemic.tracing.types import CaseState, Given, Kind, Met, PersonId, Search, Source
from kangmai.epidemic.venues import actions as venues
from kangmai.epidemic.venues import queries as scans
from kangmai.epidemic.venues.types import Exposure as Scanned
from kangmai.epidemic.venues.types import LookupKind, PersonKey
from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import write_down
from kangmai.kernel.ids import ResidentId, uuid7
from kangmai.standards.calendars import LEGAL_TIME, legal_day

DAY = timedelta(days=1)
MOST_MINUTES = 24 * 60


@emergency_door(Purpose.TRACING)
def ask_scans(*, case_id: UUID, reason: str, key: str, actor: Actor, at: datetime) -> Search:
    """Ask who was somewhere together with a case; a second person decides at the page of questions.

    The window begins where the edition says and ends when the case was isolated, or now; the edition also says
    whether contacts of contacts are looked for.

    Raises:
        NoOrderInForce, NotPermitted, CaseUnknown, NotInThisState, NotRegistered, ReasonMissing, WindowTooLong.
    """
    with transaction.atomic():
        row = _open(case_id, actor, at)
        until = min(row.isolated_at or at, at)
        rule = rules.edition(row.edition)
        has_second = rule.managed[Kind.SECONDARY].is_followed
        lookup = venues.ask_lookup(
            kind=LookupKind.GENERATIONS if has_second else LookupKind.CONTACTS,
            case_number=row.number,
            persons=_keys(row, at),
            from_at=row.from_at,
            until_at=until,
            reason=reason,
            key=key,
            actor=actor,
            at=at,
        )
        found, _ = models.Search.objects.get_or_create(
            lookup_id=lookup.id,
            defaults={"id": uuid7(), "order_id": row.order_id, "case": row, "asked_at": at},
        )
    return search_of(found)


def _keys(row: models.Case, at: datetime) -> tuple[PersonKey, ...]:
    """Under which keys a case was registered for scanning."""
    person = row.person
    if person is None:
        raise NotRegistered()
    keys = {PersonKey(person.venue_person)} if person.venue_person is not None else set()
    if person.resident_id is not None:
        same = identity.same_resident_ids(ResidentId(person.resident_id))
        for some in scans.persons_of_residents(residents=same, at=at).values():
            keys |= set(some)
    if not keys:
        raise NotRegistered()
    return tuple(sorted(keys))


@emergency_door(Purpose.TRACING)
def take_scans(*, search_id: UUID, actor: Actor, at: datetime) -> Search:
    """Read the answer to an approved question into the contacts of its case; again, it doubles nothing.

    The contacts are suggestions: an investigator judges each.

    Raises:
        NoOrderInForce, NotPermitted, SearchUnknown, CaseUnknown, NotInThisState, NotApproved.
    """
    require(actor, INVESTIGATE)
    with transaction.atomic():
        search = models.Search.objects.filter(id=search_id).first()
        if search is None:
            raise SearchUnknown()
        row = _open(search.case_id, actor, at)
        rule = rules.edition(row.edition)
        carrying = rule.carrying if rule.managed[Kind.SECONDARY].is_followed else None
        answer = scans.answer_exposures(
            lookup_id=search.lookup_id, carrying=carrying, actor=actor, at=at
        )
        new = record(row, _found(row, answer, at), source=Source.SCAN, at=at)
        judged = row.pairs.filter(judged_at__isnull=False, source=Source.SCAN.value)
        refresh(row, set(judged.values_list("contact_id", flat=True)), actor=actor, at=at)
        search.taken_at, search.found = at, search.found + new
        search.save(update_fields=["taken_at", "found"])
        write_down("tracing.scans_taken", "TracingCase", row.id, actor=actor, at=at, details={"contacts": new, "lookup": str(search.lookup_id)})  # fmt: skip
    return search_of(search)


def _found(row: models.Case, answer: Sequence[Scanned], at: datetime) -> list[Found]:
    """Exposures in the words of tracing, each with the kind that the edition suggests."""
    carrying = rules.edition(row.edition).carrying
    keys = sorted({each.person for each in answer} | {each.of for each in answer})
    entered = people.enter(
        [Given(venue_person=key) for key in keys], order_id=row.order_id, place_code=row.place_code, at=at
    )  # fmt: skip
    who = dict(zip(keys, entered, strict=True))
    names = scans.venue_names({each.venue for each in answer})
    return [
        Found(
            of=who[each.of],
            person=who[each.person],
            kind=Kind.SECONDARY if each.generation == 2 else Kind.CLOSE if carrying.takes(each) else Kind.GENERAL,
            generation=each.generation,
            relation="of_contact" if each.generation == 2 else "same_venue",
            venue=each.venue,
            place=names.get(each.venue, ""),
            day=each.day,
            first_at=each.first_at,
            last_at=each.last_at,
            minutes=each.minutes,
        )
        for each in answer
        if who[each.of] != who[each.person]
    ]  # fmt: skip


@emergency_door(Purpose.TRACING)
def add_contact(
    *,
    case_id: UUID,
    person: Given,
    relation: str,
    met: Sequence[Met],
    source: Source = Source.HAND,
    actor: Actor,
    at: datetime,
) -> UUID:
    """Write down a contact whom the case or somebody else named; the relation says the kind, and that is judged.

    The same contact told again, with the same days and places, stays one.

    Returns:
        the contact's id.

    Raises:
        NoOrderInForce, NotPermitted, CaseUnknown, NotInThisState, PersonMissing, WordUnknown, DaysUnfit.
    """
    known = rules.rule(on=legal_day(at)).relations
    if relation not in known:
        raise WordUnknown(word=relation[:24], what="relations")
    with transaction.atomic():
        row = _open(case_id, actor, at)
        days = [_checked(each, row, at) for each in met]
        if not days:
            raise DaysUnfit(what="exposure", day="—")
        (who,) = people.enter([person], order_id=row.order_id, place_code=row.place_code, at=at)
        if who == row.person_id:
            raise NotInThisState(state="the case himself")
        kind = known[relation].kind
        generation = 2 if kind is Kind.SECONDARY else 1
        found = [_told(row, who, kind, generation, relation, each) for each in days]
        record(row, found, source=source, at=at)
        judge_new(row, [who], actor=actor, at=at)
        contact = models.Contact.objects.select_related("joined_to").get(person_id=who)
        write_down("tracing.contact_added", "TracingContact", contact.id, actor=actor, at=at, reason=row.number)  # fmt: skip
    return contact.joined_to_id or contact.id


def _checked(met: Met, row: models.Case, at: datetime) -> Met:
    if not legal_day(row.from_at) <= met.day <= legal_day(at):
        raise DaysUnfit(what="exposure", day=met.day.isoformat())
    return Met(met.day, met.place.strip()[:120], max(1, min(met.minutes, MOST_MINUTES)))


def _told(
    row: models.Case, who: PersonId, kind: Kind, generation: int, relation: str, met: Met
) -> Found:
    begin = datetime.combine(met.day, time(12), LEGAL_TIME)
    return Found(
        of=PersonId(row.person_id or 0), person=who, kind=kind, generation=generation, relation=relation,
        venue=None, place=met.place, day=met.day, first_at=begin, last_at=begin + timedelta(minutes=met.minutes),
        minutes=met.minutes,
    )  # fmt: skip


@emergency_door(Purpose.TRACING)
def add_household(*, case_id: UUID, actor: Actor, at: datetime) -> int:
    """Write down as close contacts those of the case's household in the index, and those whose passes share a phone.

    They count as exposed on every day from the beginning of the window until the case was isolated, or today.

    Returns:
        how many contacts the case got that it had not before.

    Raises:
        NoOrderInForce, NotPermitted, CaseUnknown, NotInThisState.
    """
    with transaction.atomic():
        row = _open(case_id, actor, at)
        given = _household(row, actor=actor, at=at)
        entered = people.enter(given, order_id=row.order_id, place_code=row.place_code, at=at)
        family = sorted(set(entered) - {row.person_id})
        until = min(row.isolated_at or at, at)
        days = [
            Met(day, "", MOST_MINUTES) for day in _days(legal_day(row.from_at), legal_day(until))
        ]
        found = [
            _told(row, who, Kind.CLOSE, 1, "household_and_room", each) for who in family for each in days
        ]  # fmt: skip
        new = record(row, found, source=Source.HOUSEHOLD, at=at)
        judge_new(row, family, actor=actor, at=at)
        write_down("tracing.household_added", "TracingCase", row.id, actor=actor, at=at, details={"contacts": new})  # fmt: skip
    return new


def _household(row: models.Case, *, actor: Actor, at: datetime) -> list[Given]:
    person = row.person
    if person is None:
        return []
    residents: list[ResidentId] = []
    if person.resident_id is not None:
        case = ResidentId(person.resident_id)
        residents = [each.id for each in identity.housemates(case, actor=actor, at=at)]
    try:
        phones = scans.sharing_a_phone(keys=_keys(row, at), at=at)
    except NotRegistered:
        phones = ()
    return [*(Given(resident=each) for each in residents), *(Given(venue_person=each) for each in phones)]  # fmt: skip


def _days(first: date, latest: date) -> list[date]:
    return [first + n * DAY for n in range((latest - first).days + 1)]


def _open(case_id: UUID, actor: Actor, at: datetime) -> models.Case:
    row = case_locked(case_id, actor=actor, at=at)
    in_force(Purpose.TRACING, place=row.place_code, at=at)
    if row.state != CaseState.OPEN.value:
        raise NotInThisState(state=row.state)
    return row
