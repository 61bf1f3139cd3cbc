"""An institution reports a birth defect or a death on its card, and corrects what it wrote."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kangmai.forms.types import Given
from kangmai.identity import queries as identity
from kangmai.identity.errors import ResidentNotFound
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version
from kangmai.kernel.ids import uuid7
from kangmai.programmes.monitoring import models, rules
from kangmai.programmes.monitoring.actions.steps import HOUSE, begin_clock, save, step
from kangmai.programmes.monitoring.errors import CardStands, KeyReused, NotNamed, WrongState
from kangmai.programmes.monitoring.reach import REPORT, county_desk, desk, locked
from kangmai.programmes.monitoring.reading import card_of, content_of, seal_content
from kangmai.programmes.monitoring.types import Card, CardRule, Content, Deed, Person, State


def report(
    *, kind: str, number: str, name: str, given: Given, ordinal: int = 1, key: UUID, actor: Actor, at: datetime
) -> Card:  # fmt: skip
    """Write a card; the same key again returns the first result.

    Args:
        number, name: of the woman or the child, both as on a document: she may live anywhere in the city.
        ordinal: tells children of one birth apart.

    Raises:
        NotPermitted, KindUnknown, NotNamed, KeyReused, CardStands and what `rules.read_content` raises
    """
    organization, division = desk(actor)
    on = rules.today(at)
    of = rules.rule(kind, on=on)
    with transaction.atomic():
        resident = _named(number, name, at)
        if earlier := models.Card.objects.filter(key=key).first():
            if earlier.resident_id != resident.id or earlier.kind != kind:
                raise KeyReused()
            return card_of(earlier)
        content = rules.read_content(of, given, person=_person(resident), version=None, on=on)
        row = models.Card(
            id=uuid7(),
            kind=kind,
            resident_id=resident.id,
            ordinal=ordinal if of.of_several else 1,
            organization=organization,
            place_code=resident.demographics.place_code,
            entered_on=on,
            key=key,
            account=actor.account,
            reported_at=at,
        )
        _say(row, of, content)
        _require_none(row)
        row.is_late = rules.is_late(of, event_on=row.event_on, on=on)
        row.number = _next_number(of, division[:6], on)
        row.save(force_insert=True)
        _settle_awaited(row, of)
        begin_clock(row, of.deadline, county_desk(organization), at)
        step(row, Deed.REPORTED, actor=actor, at=at)
    return card_of(row)


def correct(
    *, card_id: UUID, given: Given, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Card:
    """Say something else on a card; what it said before is kept, and it is checked anew.

    Raises:
        NotPermitted, CardNotFound, ChangedMeanwhile, ReasonMissing, WrongState, CardStands
        and what `rules.read_content` raises
    """
    why = rules.given_reason(reason)
    with transaction.atomic():
        row = locked(card_id, REPORT, actor=actor)
        require_version(row.version, expected_version)
        if row.state == State.VOID:
            raise WrongState(state=row.state)
        of = rules.rule(row.kind, on=row.entered_on)
        before = (row.content_key, bytes(row.content))
        person = content_of(row).person
        on = rules.today(at)
        content = rules.read_content(of, given, person=person, version=row.form_version, on=on)
        row.entered_on = on
        _say(row, of, content)
        _require_none(row)
        row.state, row.account, row.checked_by = State.REPORTED.value, actor.account, None
        save(row)
        begin_clock(row, of.deadline, county_desk(row.organization), at)
        step(row, Deed.CORRECTED, reason=why, before=before, actor=actor, at=at)
    return card_of(row)


def _named(number: str, name: str, at: datetime) -> Resident:
    try:
        id = identity.current(identity.resident_numbered("".join(number.split())))
        found = identity.get_resident(id, actor=HOUSE, at=at)
    except ResidentNotFound:
        raise NotNamed() from None
    if found.demographics.name != name.strip():
        raise NotNamed()
    return found


def _person(of: Resident) -> Person:
    known = of.demographics
    return Person(known.name, known.sex_code, known.birth_date, of.index_number)


def _say(row: models.Card, of: CardRule, content: Content) -> None:
    on = content.answers.day(of.day_item)
    assert on is not None
    row.event_on, row.rule, row.form_version = on, of.version, content.form.version
    row.codes = rules.codes_of(of, content.answers)
    row.kept = rules.kept_of(of, content.answers)
    row.is_counted = of.counted.holds(rules.facts_of(of, content.answers))
    row.content_key, row.content = seal_content(row.id, content)


def _require_none(row: models.Card) -> None:
    ids = identity.same_resident_ids(row.resident_id)
    same = models.Card.objects.select_for_update().filter(
        kind=row.kind, resident_id__in=ids, event_on=row.event_on, ordinal=row.ordinal
    )
    for there in same.exclude(state=State.VOID.value).exclude(pk=row.id)[:1]:
        raise CardStands(number=there.number)


def _next_number(of: CardRule, county: str, on: date) -> str:
    models.Serial.objects.get_or_create(kind=of.id, county=county, year=on.year)
    row = models.Serial.objects.select_for_update().get(kind=of.id, county=county, year=on.year)
    row.latest += 1
    row.save(update_fields=["latest"])
    letters = "".join(part[0] for part in of.id.split("_")).upper()
    return f"{letters}{county}-{on.year}-{row.latest:05d}"


def _settle_awaited(row: models.Card, of: CardRule) -> None:
    """The card that a certificate asked for has come."""
    if of.awaits is None:
        return
    ids = identity.same_resident_ids(row.resident_id)
    models.Awaited.objects.filter(kind=row.kind, resident_id__in=ids, card=None).update(card=row)
