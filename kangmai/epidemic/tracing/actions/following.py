"""Follow a contact: tell him, see him into quarantine, check him daily, test him, release him or take him as a case."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.orders.queries import emergency_door, orders_by_id
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tracing import clocks, colours, events, models, rules
from kangmai.epidemic.tracing.actions.cases import enter_case
from kangmai.epidemic.tracing.errors import (
    CheckUnreadable,
    DaysUnfit,
    NotInThisState,
    NotReleasable,
    ReasonMissing,
    WordUnknown,
)
from kangmai.epidemic.tracing.group import stays_of, tests_of
from kangmai.epidemic.tracing.reach import INVESTIGATE, contact_locked
from kangmai.epidemic.tracing.reading import case_of, contact_of
from kangmai.epidemic.tracing.types import (
    Case,
    CaseFacts,
    Contact,
    ContactState,
    Given,
    Half,
    Kind,
    Outcome,
    PersonId,
    Where,
)
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import announce, require_version, write_down
from kangmai.messages import actions as messages
from kangmai.messages.types import Draft, to_permission
from kangmai.standards.calendars import legal_day

REACHED = "reached"
LOWEST_C, HIGHEST_C = 34.0, 43.0


@emergency_door(Purpose.TRACING)
def notify(*, contact_id: UUID, answer: str, key: str, actor: Actor, at: datetime) -> Contact:
    """Write down that a contact was told, or that somebody tried to; the same key again writes nothing new.

    Raises:
        NoOrderInForce, NotPermitted, ContactUnknown, NotInThisState, WordUnknown.
    """
    if answer not in rules.rule(on=legal_day(at)).answers:
        raise WordUnknown(word=answer[:24], what="answers")
    with transaction.atomic():
        row = _followed(contact_id, actor, at)
        _, is_new = models.Call.objects.get_or_create(
            account_id=actor.account, key=key,
            defaults={"order_id": row.order_id, "contact": row, "at": at, "answer": answer},
        )  # fmt: skip
        if is_new and answer == REACHED and row.told_at is None:
            row.told_at = at
            _save(row, "told_at")
        if is_new:
            _write("tracing.notified", row, actor, at, answer)
    return contact_of(row)


@emergency_door(Purpose.TRACING)
def settle(
    *,
    contact_id: UUID,
    where: Where,
    place: str,
    room: str = "",
    from_at: datetime,
    key: str,
    actor: Actor,
    at: datetime,
) -> Contact:
    """Write down where a contact is in quarantine now; what was before ends. The clock of the transfer stops.

    Raises:
        NoOrderInForce, NotPermitted, ContactUnknown, NotInThisState, DaysUnfit.
        ReasonMissing: a quarantine place without its name.
    """
    if where is Where.PLACE and not place.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = _followed(contact_id, actor, at)
        if not row.found_at - timedelta(days=14) <= from_at <= at:
            raise DaysUnfit(what="quarantine", day=legal_day(from_at).isoformat())
        if models.Stay.objects.filter(account_id=actor.account, key=key).exists():
            return contact_of(row)
        before = row.stays.filter(until_at=None).first()
        if before is not None:
            if from_at < before.from_at:
                raise DaysUnfit(what="quarantine", day=legal_day(from_at).isoformat())
            before.until_at = from_at
            before.save(update_fields=["until_at"])
        models.Stay.objects.create(
            order_id=row.order_id, contact=row, where=where.value, place=place.strip()[:120],
            room=room.strip()[:20], from_at=from_at, account_id=actor.account, key=key,
        )  # fmt: skip
        if row.settled_at is None:
            row.settled_at = from_at
        _save(row, "settled_at")
        clocks.meet("transfer", clocks.CONTACT, row.id, at=at)
        _write("tracing.settled", row, actor, at, where.value)
        announce(events.CONTACT_SETTLED, row.id, {"order": str(row.order_id), "place": row.place_code, "where": where.value}, at=at)  # fmt: skip
    return contact_of(row)


@emergency_door(Purpose.TRACING)
def check(
    *,
    contact_id: UUID,
    day: date,
    half: Half,
    temperature_c: float | None,
    symptoms: Collection[str],
    actor: Actor,
    at: datetime,
) -> Contact:
    """Write down a daily check; a second one of the same half day replaces the first.

    Fever or a symptom calls the investigators of the place.

    Raises:
        NoOrderInForce, NotPermitted, ContactUnknown, NotInThisState, WordUnknown, CheckUnreadable, DaysUnfit.
    """
    rule = rules.rule(on=legal_day(at))
    for symptom in symptoms:
        if symptom not in rule.symptoms:
            raise WordUnknown(word=symptom[:24], what="symptoms")
    if temperature_c is not None and not LOWEST_C <= temperature_c <= HIGHEST_C:
        raise CheckUnreadable(value=round(temperature_c, 1))
    with transaction.atomic():
        row = _followed(contact_id, actor, at)
        if not legal_day(row.found_at) <= day <= legal_day(at):
            raise DaysUnfit(what="check", day=day.isoformat())
        models.Check.objects.update_or_create(
            contact=row, day=day, half=half.value,
            defaults={
                "order_id": row.order_id, "temperature_c": temperature_c, "symptoms": sorted(set(symptoms)),
                "at": at, "account_id": actor.account,
            },
        )  # fmt: skip
        has_fever = temperature_c is not None and temperature_c >= rule.fever_c
        if has_fever or symptoms:
            _call_for_help(row, day, actor, at)
        _write("tracing.checked", row, actor, at)
    return contact_of(row)


def _call_for_help(row: models.Contact, day: date, actor: Actor, at: datetime) -> None:
    row.unwell_at = at
    _save(row, "unwell_at")
    draft = Draft(
        template="contact_unwell",
        to=to_permission("tracing.investigate", row.place_code or ""),
        parameters={"place": (row.place_code or "")[:9]},
        link=f"/emergency-mode/tracing/contacts/{row.id}/",
        subject=(clocks.CONTACT, str(row.id)),
        key=f"unwell:{row.id}:{day}",
    )
    messages.notify([draft], actor=actor, at=at)
    announce(events.CONTACT_UNWELL, row.id, {"order": str(row.order_id), "place": row.place_code}, at=at)  # fmt: skip


@emergency_door(Purpose.TRACING)
def test(
    *,
    contact_id: UUID,
    reference: str,
    sampled_at: datetime,
    outcome: Outcome,
    actor: Actor,
    at: datetime,
) -> Contact:
    """Write down a test by the number of its tube or report; the same number again is its result.

    Raises:
        NoOrderInForce, NotPermitted, ContactUnknown, NotInThisState, ReasonMissing, DaysUnfit.
    """
    if not reference.strip():
        raise ReasonMissing()
    if sampled_at > at:
        raise DaysUnfit(what="sampling", day=legal_day(sampled_at).isoformat())
    with transaction.atomic():
        row = _followed(contact_id, actor, at)
        if legal_day(sampled_at) < legal_day(row.found_at) - timedelta(days=14):
            raise DaysUnfit(what="sampling", day=legal_day(sampled_at).isoformat())
        models.Test.objects.update_or_create(
            contact=row, reference=reference.strip()[:40],
            defaults={
                "order_id": row.order_id, "sampled_at": sampled_at, "outcome": outcome.value,
                "account_id": actor.account,
            },
        )  # fmt: skip
        _write("tracing.tested", row, actor, at, outcome.value)
    return contact_of(row)


@emergency_door(Purpose.TRACING)
def release(*, contact_id: UUID, expected_version: int, actor: Actor, at: datetime) -> Contact:
    """Let a contact go whose days have passed and whose tests are all negative.

    Raises:
        NoOrderInForce, NotPermitted, ContactUnknown, ChangedMeanwhile, NotInThisState.
        NotReleasable: says what is missing.
    """
    with transaction.atomic():
        row = _followed(contact_id, actor, at)
        require_version(row.version, expected_version)
        lacking = missing_of(row, at)
        if lacking:
            raise NotReleasable(missing=", ".join(lacking))
        row.state, row.released_at = ContactState.RELEASED.value, at
        _save(row, "state", "released_at")
        models.Stay.objects.filter(contact=row, until_at=None).update(until_at=at)
        clocks.stop([row.id], reason="released", at=at)
        colours.show_contacts([row], at=at)
        _write("tracing.released", row, actor, at)
        announce(events.CONTACT_RELEASED, row.id, {"order": str(row.order_id), "place": row.place_code}, at=at)  # fmt: skip
    return contact_of(row)


def missing_of(row: models.Contact, at: datetime) -> tuple[str, ...]:
    """What stands between a contact and his release."""
    plan = rules.plan(
        rules.edition(row.edition), Kind(row.kind), last_exposure_on=row.last_exposure_on,
        determined_on=legal_day(row.judged_at or at),
    )  # fmt: skip
    if plan is None:
        return ()
    return rules.missing(plan, tests_of(row.id, at=at), stays_of(row.id), today=legal_day(at))


@emergency_door(Purpose.TRACING)
def become_case(
    *,
    contact_id: UUID,
    found_at: datetime,
    onset_on: date | None,
    sampled_on: date | None,
    key: str,
    actor: Actor,
    at: datetime,
) -> Case:
    """Take a contact who tested positive as a case; following ends and the clocks of an investigation run.

    Raises:
        NoOrderInForce, NotPermitted, ContactUnknown, NotInThisState, DaysUnfit, CaseThere.
    """
    require(actor, INVESTIGATE)
    with transaction.atomic():
        first = models.Case.objects.filter(created_by=actor.account, key=key).first()
        if first is not None:
            return case_of(first)
        row = contact_locked(contact_id, actor=actor, at=at)
        if row.state not in (ContactState.FOLLOWED.value, ContactState.RELEASED.value, ContactState.FOUND.value):  # fmt: skip
            raise NotInThisState(state=row.state)
        if found_at > at or any(day and day > legal_day(at) for day in (onset_on, sampled_on)):
            raise DaysUnfit(what="found", day=legal_day(found_at).isoformat())
        place = row.place_code or ""
        require(actor, INVESTIGATE, place)
        facts = CaseFacts(Given(), found_at, onset_on, sampled_on, place[:12])
        order = orders_by_id([row.order_id])[row.order_id]
        case = enter_case(order, PersonId(row.person_id or 0), facts, key=key, actor=actor, at=at)
        models.Stay.objects.filter(contact=row, until_at=None).update(until_at=at)
    return case_of(case)


def _followed(contact_id: UUID, actor: Actor, at: datetime) -> models.Contact:
    row = contact_locked(contact_id, actor=actor, at=at)
    if row.state != ContactState.FOLLOWED.value:
        raise NotInThisState(state=row.state)
    return row


def _save(row: models.Contact, *fields: str) -> None:
    row.version += 1
    row.save(update_fields=[*fields, "version"])


def _write(action: str, row: models.Contact, actor: Actor, at: datetime, reason: str = "") -> None:
    write_down(action, "TracingContact", row.id, reason=reason, actor=actor, at=at)
