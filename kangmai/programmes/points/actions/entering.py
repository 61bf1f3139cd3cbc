"""Enter a service point, and say what holds of it from a day on."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import require_version
from kangmai.programmes.points import events, models, reach, rules
from kangmai.programmes.points.actions.writing import (
    announce,
    require_day,
    require_state,
    save,
    state_facts,
    step,
)
from kangmai.programmes.points.errors import (
    AlreadyThere,
    FactsRefused,
    HolderWrong,
    KeyReused,
    PartnerWrong,
    TermMissing,
)
from kangmai.programmes.points.reach import ENTER
from kangmai.programmes.points.reading import point_of
from kangmai.programmes.points.rulebook import kind
from kangmai.programmes.points.rules import Given
from kangmai.programmes.points.types import (
    Deed,
    Fault,
    Holder,
    Judged,
    Kind,
    Point,
    PointFacts,
    State,
)
from kangmai.registry import queries as registry
from kangmai.registry.errors import OrganizationUnknown, PlaceUnknown
from kangmai.registry.types import Organization, Place
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import find_division

FIRST_DAY = date(1990, 1, 1)
LONGEST_TERM_YEARS = 30


def enter(
    *, facts: PointFacts, given: Given, from_on: date, key: UUID, actor: Actor, at: datetime
) -> Point:
    """Enter a service point with what holds of it since a day; it counts once somebody else confirmed it.

    Args:
        given: field id → text, as a page or file sends it.
        key: the same key again returns what the first sending made.

    Raises:
        NotPermitted, KindUnknown, HolderWrong, PartnerWrong, TermMissing, FactsRefused, DayWrong, AlreadyThere,
        KeyReused
    """
    require(actor, ENTER)
    today = legal_day(at)
    known = kind(facts.kind, on=today)
    if (first := models.Point.objects.filter(key=key).first()) is not None:
        return _again(first, facts, actor)
    row = _row(known, facts, actor)
    row.key = key
    reach.require_at(actor, ENTER, place_code=row.place_code, organization=row.organization)
    require_day(from_on, first=FIRST_DAY, last=today)
    _require_term(known, facts.ends_on, today)
    judged = _judged(known, given, row.holder_kind, today)
    with transaction.atomic():
        row.stated_from, row.entered_by, row.ends_on = from_on, actor.account, facts.ends_on
        _insert(row)
        state_facts(row, known, judged, from_on=from_on, actor=actor, at=at)
        step(row, Deed.ENTERED, on=from_on, actor=actor, at=at)
        save(row)
        announce(events.ENTERED, row, {"is_able": judged.is_able}, actor=actor, at=at)
    return point_of(row)


def restate(
    *,
    point_id: UUID,
    given: Given,
    from_on: date,
    expected_version: int,
    address: str | None = None,
    phone: str | None = None,
    ends_on: date | None = None,
    actor: Actor,
    at: datetime,
) -> Point:
    """Say what holds of a point from a day on; what was said before stays readable.

    Args:
        ends_on: a new end of its term, where its kind has one.

    Raises:
        NotPermitted, PointNotFound, StateWrong (closed), ChangedMeanwhile, TermMissing, FactsRefused, DayWrong
    """
    today = legal_day(at)
    with transaction.atomic():
        row = reach.locked(point_id, ENTER, actor=actor)
        require_version(row.version, expected_version)
        require_state(row, State.ENTERED, State.CONFIRMED, State.SUSPENDED)
        require_day(from_on, first=FIRST_DAY, last=today)
        known = kind(row.kind, on=today)
        _require_term(known, ends_on or row.ends_on, today)
        judged = _judged(known, given, row.holder_kind, today)
        row.ends_on = ends_on or row.ends_on
        row.address = row.address if address is None else address.strip()[:200]
        row.phone = row.phone if phone is None else phone.strip()[:32]
        state_facts(row, known, judged, from_on=from_on, actor=actor, at=at)
        step(row, Deed.STATED, on=from_on, actor=actor, at=at)
        save(row)
        announce(events.STATED, row, {"is_able": judged.is_able}, actor=actor, at=at)
    return point_of(row)


def _judged(known: Kind, given: Given, holder_kind: str, today: date) -> Judged:
    values, faults = rules.read_values(known, given, on=today)
    if faults:
        raise FactsRefused(faults)
    return rules.judge(known, values, holder_kind=holder_kind, on=today)


def _row(known: Kind, facts: PointFacts, actor: Actor) -> models.Point:
    """A point of whom it is about, by the registry where it is known there."""
    row = models.Point(
        kind=known.id,
        address=facts.address.strip()[:200],
        phone=facts.phone.strip()[:32],
        keeper=reach.employer(actor),
        partner=_partner(known, facts, actor),
    )
    name = facts.name.strip()[:120]
    if known.holder is Holder.INSTITUTION:
        holder = _institution(known, facts, actor)
        row.organization, row.holder_kind = holder.id, holder.kind
        row.name, row.place_code = holder.name, holder.division_code
    elif facts.place is not None:
        place = _place(known, facts, actor)
        row.place, row.holder_kind = place.id, place.kind
        row.name, row.place_code = place.name, place.division_code
    else:
        division = find_division(facts.division) if facts.division.isdecimal() else None
        if division is None or len(facts.division) < 6:
            raise FactsRefused([Fault("division", "请选择所在地。", "Choose where it stands.")])
        if not name:
            raise FactsRefused([Fault("name", "请填写名称。", "Give it a name.")])
        row.name, row.place_code = name, facts.division
    return row


def _institution(known: Kind, facts: PointFacts, actor: Actor) -> Organization:
    try:
        found = registry.get_organization(organization_id=facts.organization or 0, actor=actor)
    except OrganizationUnknown:
        raise HolderWrong(holder=facts.organization or "—") from None
    if found.kind not in known.holder_kinds or found.closed_on is not None:
        raise HolderWrong(holder=found.name)
    return found


def _place(known: Kind, facts: PointFacts, actor: Actor) -> Place:
    try:
        found = registry.get_place(place_id=facts.place or 0, actor=actor)
    except PlaceUnknown:
        raise HolderWrong(holder=facts.place or "—") from None
    if found.kind not in known.holder_kinds or found.closed_on is not None:
        raise HolderWrong(holder=found.name)
    return found


def _partner(known: Kind, facts: PointFacts, actor: Actor) -> int | None:
    if known.partner is None:
        return None
    try:
        found = registry.get_organization(organization_id=facts.partner or 0, actor=actor)
    except OrganizationUnknown:
        raise PartnerWrong(partner=facts.partner or "—") from None
    if found.kind not in known.partner_kinds or found.closed_on is not None:
        raise PartnerWrong(partner=found.name)
    return found.id


def _require_term(known: Kind, ends_on: date | None, today: date) -> None:
    if known.term is None:
        return
    if ends_on is None:
        raise TermMissing()
    last = date(today.year + LONGEST_TERM_YEARS, 12, 31)
    require_day(ends_on, first=FIRST_DAY, last=last)


def _insert(row: models.Point) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "point_once_" not in str(error):
            raise
        raise AlreadyThere(name=row.name) from None


def _again(first: models.Point, facts: PointFacts, actor: Actor) -> Point:
    same = (first.kind, first.organization, first.place)
    if same != (facts.kind, facts.organization, facts.place) or not reach.points(actor).filter(pk=first.pk).exists():  # fmt: skip
        raise KeyReused()
    return point_of(first)
