"""Line lists to and from neighbouring cities: try, take, accept or refuse with a reason; send, and note the answers."""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, time
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.orders.errors import NoOrderInForce
from kangmai.epidemic.orders.queries import emergency_door, in_force, orders_by_id
from kangmai.epidemic.orders.types import Order, Phase, Purpose
from kangmai.epidemic.tracing import line_files, models, people, rules, sealed
from kangmai.epidemic.tracing.errors import (
    AreaOwn,
    AreaUnreadable,
    ContactUnknown,
    LetterMissing,
    ListUnknown,
    NothingReadable,
    NotInThisState,
    ReasonMissing,
)
from kangmai.epidemic.tracing.judging import judge_new
from kangmai.epidemic.tracing.lists import listed_of, lists_of
from kangmai.epidemic.tracing.reach import INVESTIGATE, contacts_of, places
from kangmai.epidemic.tracing.recording import Found, record
from kangmai.epidemic.tracing.types import (
    CaseState,
    ContactState,
    Direction,
    Given,
    Kind,
    ListedPerson,
    PersonId,
    RowFault,
    RowState,
    Source,
    TriedList,
)
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import require_version, write_down
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import LEGAL_TIME, legal_day
from kangmai.standards.identity_regions import region_name


@emergency_door(Purpose.TRACING)
def try_list(*, data: bytes, actor: Actor, at: datetime) -> TriedList:
    """What a file would bring, row by row; nothing is written.

    Raises:
        NoOrderInForce, NotPermitted, FileUnreadable, TooManyRows.
    """
    require(actor, INVESTIGATE)
    today = legal_day(at)
    return line_files.read_list(data, rule=rules.rule(on=today), today=today)


@emergency_door(Purpose.TRACING)
def receive_list(
    *, data: bytes, other: str, reference: str, key: str, actor: Actor, at: datetime
) -> tuple[UUID, TriedList]:
    """Take the rows of a file that can be read, to be accepted or refused one by one; the same key again takes nothing.

    Rows that cannot be read are refused at once, so that the other side hears of each.

    Raises:
        NoOrderInForce, NotPermitted, AreaUnreadable, AreaOwn, LetterMissing, FileUnreadable, NothingReadable, TooManyRows.
    """
    tried = try_list(data=data, actor=actor, at=at)
    if not tried.rows:
        raise NothingReadable(count=tried.total)
    place = _own_place(actor)
    order = _receiving_order(tried, place, at)
    with transaction.atomic():
        row, is_new = _list(Direction.IN, order, place, other, reference, key, actor, at)
        if is_new:
            rows = [_received(row, number, person) for number, person in tried.rows.items()]
            rows += [_unread(row, number, why, actor, at) for number, why in tried.refused.items()]
            models.ListRow.objects.bulk_create(rows)
    return row.id, tried


def _unread(
    row: models.LineList, number: int, why: str, actor: Actor, at: datetime
) -> models.ListRow:
    return models.ListRow(
        order_id=row.order_id, list=row, number=number, state=RowState.REFUSED.value, reason=why[:200],
        answered_at=at, answered_by=actor.account,
    )  # fmt: skip


def _received(row: models.LineList, number: int, person: ListedPerson) -> models.ListRow:
    key, content = sealed.close("row", f"{row.id}|{number}", line_content(person))
    return models.ListRow(
        order_id=row.order_id, list=row, number=number, content=content, content_key=key, state=RowState.WAITING.value
    )  # fmt: skip


def line_content(person: ListedPerson) -> dict[str, str]:
    """A row of a file as it is sealed."""
    return {
        "name": person.name, "document": person.document, "phone": person.phone, "address": person.address,
        "place_code": person.place_code, "kind": person.kind.value, "relation": person.relation,
        "case_number": person.case_number, "last_exposure_on": person.last_exposure_on.isoformat(),
    }  # fmt: skip


@emergency_door(Purpose.TRACING)
def accept_row(*, row_id: int, expected_version: int, actor: Actor, at: datetime) -> UUID:
    """Take over somebody from a received list: he becomes a contact of the other city's case, and is followed here.

    Returns:
        the contact's id.

    Raises:
        NoOrderInForce, NotPermitted, ListUnknown, ChangedMeanwhile, NotInThisState.
    """
    with transaction.atomic():
        row = _row(row_id, Direction.IN, expected_version, actor, at)
        said = listed_of(row)
        if said is None:
            raise ListUnknown()
        require(actor, INVESTIGATE, said.place_code)
        in_force(Purpose.TRACING, place=said.place_code, at=at)
        case = _outside_case(row, said, actor, at)
        given = Given(None, None, said.name, said.document, said.phone, said.address, said.place_code)  # fmt: skip
        (who,) = people.enter([given], order_id=row.order_id, place_code=said.place_code, at=at)
        record(case, [_exposure(case, who, said, at)], source=Source.LIST, at=at)
        judge_new(case, [who], actor=actor, at=at)
        contact = models.Contact.objects.get(person_id=who)
        row.contact_id = contact.joined_to_id or contact.id
        _answer(row, RowState.ACCEPTED, "", actor, at)
    return row.contact_id


def _outside_case(
    row: models.ListRow, said: ListedPerson, actor: Actor, at: datetime
) -> models.Case:
    number = f"{row.list.other}/{said.case_number}"[:40]
    found = models.Case.objects.filter(order_id=row.order_id, number=number).first()
    if found is not None:
        return found
    order = in_force(Purpose.TRACING, place=said.place_code, at=at)
    person = people.enter_outside(number, order_id=row.order_id, place_code=row.list.place_code, at=at)  # fmt: skip
    return models.Case.objects.create(
        id=uuid7(), order_id=row.order_id, number=number, person_id=person, edition=order.edition,
        place_code=row.list.place_code, is_outside=True, found_at=row.list.made_at,
        from_at=datetime.combine(said.last_exposure_on, time(), LEGAL_TIME),
        organization_id=_organization(actor), state=CaseState.OPEN.value, key=f"outside:{row.order_id}:{number}"[:64],
        created_by=actor.account, created_at=at,
    )  # fmt: skip


def _exposure(case: models.Case, who: PersonId, said: ListedPerson, at: datetime) -> Found:
    begin = datetime.combine(said.last_exposure_on, time(12), LEGAL_TIME)
    relation = line_files.relation_of(said, rules.rule(on=legal_day(at)))
    return Found(
        of=PersonId(case.person_id or 0), person=who, kind=said.kind, relation=relation, venue=None, place="",
        generation=2 if said.kind is Kind.SECONDARY else 1, day=said.last_exposure_on, first_at=begin, last_at=begin,
        minutes=1,
    )  # fmt: skip


@emergency_door(Purpose.TRACING)
def refuse_row(
    *, row_id: int, reason: str, expected_version: int, actor: Actor, at: datetime
) -> None:
    """Give back a row of a received list, with the reason: not here, not found, a double.

    Raises:
        NoOrderInForce, NotPermitted, ListUnknown, ChangedMeanwhile, NotInThisState, ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = _row(row_id, Direction.IN, expected_version, actor, at)
        _answer(row, RowState.REFUSED, reason.strip()[:200], actor, at)


@emergency_door(Purpose.TRACING)
def send_list(
    *,
    contacts: Collection[UUID],
    other: str,
    reference: str,
    key: str,
    actor: Actor,
    at: datetime,
) -> UUID:
    """Put contacts on a line list for a neighbouring city; the same key again makes no second one.

    Raises:
        NoOrderInForce, NotPermitted, ContactUnknown, AreaUnreadable, AreaOwn, LetterMissing.
        NotInThisState: one of them is not followed.
    """
    require(actor, INVESTIGATE)
    place = _own_place(actor)
    with transaction.atomic():
        rows = list(models.Contact.objects.filter(contacts_of(actor, at), id__in=contacts).order_by("id"))  # fmt: skip
        if not rows or len(rows) != len(set(contacts)) or len({row.order_id for row in rows}) > 1:
            raise ContactUnknown()
        order = _order_held(rows[0].order_id, at)
        if any(row.state != ContactState.FOLLOWED.value for row in rows):
            raise NotInThisState(state="not followed")
        made, is_new = _list(Direction.OUT, order, place, other, reference, key, actor, at)
        if is_new:
            models.ListRow.objects.bulk_create(
                models.ListRow(order_id=order.id, list=made, number=n, contact=row, state=RowState.WAITING.value)
                for n, row in enumerate(rows, 1)
            )  # fmt: skip
    return made.id


@emergency_door(Purpose.TRACING)
def take_reply(
    *, list_id: UUID, data: bytes, actor: Actor, at: datetime
) -> tuple[int, tuple[RowFault, ...]]:
    """Note the other city's answers to a list that was sent; rows answered before stay.

    Returns:
        how many rows were answered now, and what is wrong with rows of the file.

    Raises:
        NoOrderInForce, NotPermitted, ListUnknown, FileUnreadable, TooManyRows.
    """
    require(actor, INVESTIGATE)
    answers, faults = line_files.read_reply(data, rule=rules.rule(on=legal_day(at)))
    with transaction.atomic():
        sent = models.LineList.objects.filter(lists_of(actor, at), id=list_id, direction=Direction.OUT.value)  # fmt: skip
        if not sent.exists():
            raise ListUnknown()
        rows = models.ListRow.objects.select_for_update().filter(
            list_id=list_id, number__in=answers
        )
        known = list(rows.order_by("number"))
        answered = [row for row in known if row.state == RowState.WAITING.value]
        for row in answered:
            _answer(row, *answers[row.number], actor, at)
    strange = sorted(answers.keys() - {row.number for row in known})
    return len(answered), (*faults, *map(line_files.not_listed, strange))


def _row(
    row_id: int, direction: Direction, expected_version: int, actor: Actor, at: datetime
) -> models.ListRow:
    require(actor, INVESTIGATE)
    mine = models.LineList.objects.filter(lists_of(actor, at), direction=direction.value)
    rows = models.ListRow.objects.select_for_update(of=("self",)).select_related("list")
    row = rows.filter(id=row_id, list__in=mine.values("id")).first()
    if row is None:
        raise ListUnknown()
    require_version(row.version, expected_version)
    if row.state != RowState.WAITING.value:
        raise NotInThisState(state=row.state)
    return row


def _answer(row: models.ListRow, state: RowState, reason: str, actor: Actor, at: datetime) -> None:
    row.state, row.reason = state.value, reason
    row.answered_at, row.answered_by, row.version = at, actor.account, row.version + 1
    row.save()
    write_down("tracing.row_answered", "TracingListRow", row.id, reason=state.value, actor=actor, at=at)  # fmt: skip


def _list(
    direction: Direction,
    order: Order,
    place: str,
    other: str,
    reference: str,
    key: str,
    actor: Actor,
    at: datetime,
) -> tuple[models.LineList, bool]:
    if not (other.isascii() and other.isdecimal() and 4 <= len(other) <= 12):
        raise AreaUnreadable(area=other[:14])
    if region_name(other[:6].ljust(6, "0"), year=legal_day(at).year) is None:
        raise AreaUnreadable(area=other)
    if other[:4] == place[:4]:
        raise AreaOwn(area=other)
    if not reference.strip():
        raise LetterMissing()
    row, is_new = models.LineList.objects.get_or_create(
        made_by=actor.account, key=key,
        defaults={
            "id": uuid7(), "order_id": order.id, "direction": direction.value, "other": other,
            "reference": reference.strip()[:60], "place_code": place, "made_at": at,
        },
    )  # fmt: skip
    if is_new:
        write_down(f"tracing.list_{direction.value}", "TracingLineList", row.id, reason=reference.strip()[:60], actor=actor, at=at)  # fmt: skip
    return row, is_new


def _receiving_order(tried: TriedList, place: str, at: datetime) -> Order:
    """The order of the people of a file: that of the first place with one, which may be narrower than the receiver's."""
    for code in dict.fromkeys(person.place_code for person in tried.rows.values()):
        with suppress(NoOrderInForce):
            return in_force(Purpose.TRACING, place=code, at=at)
    return in_force(Purpose.TRACING, place=place, at=at)


def _order_held(order_id: UUID, at: datetime) -> Order:
    """The order under which somebody is followed, while it is in force. Raises NoOrderInForce."""
    found = orders_by_id([order_id])[order_id]
    if Purpose.TRACING not in found.purposes or found.phase(at) is not Phase.IN_FORCE:
        raise NoOrderInForce()
    return found


def _own_place(actor: Actor) -> str:
    """Where a list belongs: the first place of the actor's investigations."""
    found = places(actor, INVESTIGATE)
    return found[0].low if found else ""


def _organization(actor: Actor) -> int | None:
    found = (each.organization for each in actor.grants if INVESTIGATE in each.permissions)
    return next((each for each in found if each is not None), None)
