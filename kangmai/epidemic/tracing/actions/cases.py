"""Begin the investigation of a case, go on site, write down the core facts, conclude."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.orders.queries import emergency_door, in_force
from kangmai.epidemic.orders.types import Order, Purpose
from kangmai.epidemic.tracing import clocks, colours, events, models, people, rules, sealed
from kangmai.epidemic.tracing.errors import (
    AreaUnreadable,
    CaseThere,
    DaysUnfit,
    KeyReused,
    NotInThisState,
    NotSettled,
    ReasonMissing,
)
from kangmai.epidemic.tracing.reach import INVESTIGATE, case_locked
from kangmai.epidemic.tracing.reading import case_of
from kangmai.epidemic.tracing.types import Case, CaseFacts, CaseState, ContactState, Kind, PersonId
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.deeds import announce, require_version, write_down
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day

EARLIEST = date(2019, 1, 1)


@emergency_door(Purpose.TRACING)
def open_case(*, facts: CaseFacts, key: str, actor: Actor, at: datetime) -> Case:
    """Begin the investigation of a case; its clocks run from the moment at which it was found.

    The same key again returns the first case.

    Raises:
        NoOrderInForce, NotPermitted, PersonMissing, AreaUnreadable, DaysUnfit, CaseThere, KeyReused.
    """
    require(actor, INVESTIGATE)
    _require_days(facts, at)
    place = facts.place_code
    if not (place.isascii() and place.isdecimal() and 4 <= len(place) <= 12):
        raise AreaUnreadable(area=place[:14])
    require(actor, INVESTIGATE, place)
    order = in_force(Purpose.TRACING, place=place, at=at)
    with transaction.atomic():
        first = models.Case.objects.filter(created_by=actor.account, key=key).first()
        if first is not None:
            said = (first.place_code, first.onset_on, first.sampled_on)
            if said != (place, facts.onset_on, facts.sampled_on):
                raise KeyReused()
            return case_of(first)
        (person,) = people.enter([facts.person], order_id=order.id, place_code=place, at=at)
        row = enter_case(order, person, facts, key=key, actor=actor, at=at)
    return case_of(row)


def enter_case(
    order: Order, person: PersonId, facts: CaseFacts, *, key: str, actor: Actor, at: datetime
) -> models.Case:
    """A part of actions: write a case of a person, start its clocks, and mark the contact that he was.

    Raises:
        CaseThere
    """
    there = models.Case.objects.filter(person_id=person, is_outside=False).first()
    if there is not None:
        raise CaseThere(number=there.number)
    contact = models.Contact.objects.select_for_update().filter(person_id=person).first()
    row = models.Case.objects.create(
        id=uuid7(),
        order_id=order.id,
        number=_number(order),
        person_id=person,
        card_id=facts.card_id,
        edition=order.edition,
        place_code=facts.place_code,
        organization_id=facts.organization or _own_organization(actor),
        onset_on=facts.onset_on,
        sampled_on=facts.sampled_on,
        found_at=facts.found_at,
        from_at=rules.window_start(
            rules.edition(order.edition), onset_on=facts.onset_on, sampled_on=facts.sampled_on, found_at=facts.found_at
        ),
        was_followed=contact is not None and contact.state == ContactState.FOLLOWED.value,
        state=CaseState.OPEN.value,
        key=key,
        created_by=actor.account,
        created_at=at,
    )  # fmt: skip
    clocks.start(row, at=at)
    colours.show_case(row, at=at)
    if contact is not None:
        contact.state, contact.case, contact.version = ContactState.POSITIVE.value, row, contact.version + 1  # fmt: skip
        contact.save(update_fields=["state", "case", "version"])
        clocks.stop([contact.id], reason=row.number, at=at)
        colours.show_contacts([contact], at=at)
        announce(events.CONTACT_POSITIVE, contact.id, {"order": str(order.id), "case": str(row.id), "place": row.place_code}, at=at)  # fmt: skip
    write_down("tracing.case_opened", "TracingCase", row.id, reason=row.number, actor=actor, at=at)
    announce(events.CASE_OPENED, row.id, {"order": str(order.id), "place": row.place_code}, at=at)
    return row


def _number(order: Order) -> str:
    """The next number of a case under an order: that of the order and a running one."""
    with unit_of_work() as database:
        database.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s))", [f"tracing.number.{order.id}"]
        )
    count = models.Case.objects.filter(order_id=order.id, is_outside=False).count()
    return f"{order.number}-{count + 1:03}"


def _own_organization(actor: Actor) -> int | None:
    for grant in actor.grants:
        if INVESTIGATE in grant.permissions and grant.organization is not None:
            return grant.organization
    return None


def _require_days(facts: CaseFacts, at: datetime) -> None:
    today = legal_day(at)
    for what, day in (("onset", facts.onset_on), ("sampling", facts.sampled_on)):
        if day is not None and not EARLIEST <= day <= today:
            raise DaysUnfit(what=what, day=day.isoformat())
    if facts.found_at > at:
        raise DaysUnfit(what="found", day=legal_day(facts.found_at).isoformat())


@emergency_door(Purpose.TRACING)
def go_on_site(*, case_id: UUID, expected_version: int, actor: Actor, at: datetime) -> Case:
    """Note that the investigators are on site; the 2-hour clock stops.

    Raises:
        NoOrderInForce, NotPermitted, CaseUnknown, ChangedMeanwhile, NotInThisState.
    """
    with transaction.atomic():
        row = _open(case_id, expected_version, actor, at)
        if row.on_site_at is None:
            row.on_site_at = at
            _save(row, "on_site_at")
            clocks.meet("on_site", clocks.CASE, row.id, at=at)
            write_down("tracing.on_site", "TracingCase", row.id, actor=actor, at=at)
    return case_of(row)


@emergency_door(Purpose.TRACING)
def record_core(
    *,
    case_id: UUID,
    summary: str,
    isolated_at: datetime | None,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Case:
    """Write down the core facts, and since when the case is isolated; the 4-hour clock stops.

    Raises:
        NoOrderInForce, NotPermitted, CaseUnknown, ChangedMeanwhile, NotInThisState, ReasonMissing, DaysUnfit.
    """
    if not summary.strip():
        raise ReasonMissing()
    if isolated_at is not None and isolated_at > at:
        raise DaysUnfit(what="isolated", day=legal_day(isolated_at).isoformat())
    with transaction.atomic():
        row = _open(case_id, expected_version, actor, at)
        row.summary_key, row.summary = sealed.close("case", row.id, {"text": summary.strip()[:4000]})  # fmt: skip
        row.isolated_at = isolated_at
        if row.core_at is None:
            row.core_at = at
            clocks.meet("core", clocks.CASE, row.id, at=at)
        _save(row, "summary", "summary_key", "isolated_at", "core_at")
        write_down("tracing.core_recorded", "TracingCase", row.id, actor=actor, at=at)
    return case_of(row)


@emergency_door(Purpose.TRACING)
def conclude(*, case_id: UUID, expected_version: int, actor: Actor, at: datetime) -> Case:
    """End an investigation: core facts written, every contact judged, every close contact settled; the 24-hour clock stops.

    Raises:
        NoOrderInForce, NotPermitted, CaseUnknown, ChangedMeanwhile, NotInThisState, NotSettled.
    """
    with transaction.atomic():
        row = _open(case_id, expected_version, actor, at)
        if row.core_at is None:
            raise NotInThisState(state="core facts missing")
        waiting = row.pairs.filter(judged_at=None, contact__joined_to=None).count()
        loose = row.pairs.filter(
            kind=Kind.CLOSE.value, contact__state=ContactState.FOLLOWED.value, contact__settled_at=None,
            contact__joined_to=None,
        ).count()  # fmt: skip
        if waiting or loose:
            raise NotSettled(waiting=waiting, loose=loose)
        row.state, row.concluded_at = CaseState.CONCLUDED.value, at
        _save(row, "state", "concluded_at")
        clocks.meet("settled", clocks.CASE, row.id, at=at)
        write_down("tracing.case_concluded", "TracingCase", row.id, actor=actor, at=at)
        announce(events.CASE_CONCLUDED, row.id, {"order": str(row.order_id), "place": row.place_code}, at=at)  # fmt: skip
    return case_of(row)


def _open(case_id: UUID, expected_version: int, actor: Actor, at: datetime) -> models.Case:
    row = case_locked(case_id, actor=actor, at=at)
    in_force(Purpose.TRACING, place=row.place_code, at=at)
    require_version(row.version, expected_version)
    if row.state != CaseState.OPEN.value:
        raise NotInThisState(state=row.state)
    return row


def _save(row: models.Case, *fields: str) -> None:
    row.version += 1
    row.save(update_fields=[*fields, "version"])
