"""Take a resident into a programme: by rule, referral or hand; confirm or dismiss a suspicion."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from uuid import UUID

from django.db import IntegrityError, transaction

from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.programmes.engine import events, models
from kangmai.programmes.engine.actions.closing import close
from kangmai.programmes.engine.afterwards import start_deadlines
from kangmai.programmes.engine.anchoring import check_anchors, require_new_episode
from kangmai.programmes.engine.definition.reading import programme
from kangmai.programmes.engine.definition.types import Programme
from kangmai.programmes.engine.errors import (
    EnrolmentAfterDeath,
    EnrolmentInFuture,
    EnrolmentNotSuspected,
    KeyUsedElsewhere,
    NotInPopulation,
    WayNotOffered,
)
from kangmai.programmes.engine.history import visits_of
from kangmai.programmes.engine.kinds import state_words
from kangmai.programmes.engine.population import facts_of
from kangmai.programmes.engine.seeing import locked, require_label
from kangmai.programmes.engine.types import Enrolment, State, Way
from kangmai.programmes.engine.values import whole_enrolment
from kangmai.programmes.engine.writing import (
    already_enrolled,
    named_anchors,
    own_organization,
    plan_anew,
    require_version,
    resident_of,
    save,
    write_down,
)
from kangmai.standards.calendars import legal_day

NO_ANCHORS: Mapping[str, date] = MappingProxyType({})
MANAGE = "programmes.manage"


def enrol(
    *,
    resident_id: ResidentId,
    programme_id: str,
    way: Way,
    state: State = State.MANAGED,
    anchors: Mapping[str, date] = NO_ANCHORS,
    organization: OrganizationId | None = None,
    staff: int | None = None,
    on: date,
    key: str,
    actor: Actor,
    at: datetime,
) -> Enrolment:
    """Take a resident into a programme from a day on; the same key again returns the first result.

    Args:
        state: suspected, confirmed or managed.
        anchors: the days from which the programme's services count (last period, delivery …).
        organization: who manages; by default the resident's managing institution, else the actor's.

    Raises:
        NotPermitted, ResidentNotFound, ProgrammeUnknown
        AlreadyEnrolled: an enrolment is open; it is suspected, confirmed or managed.
        SameEpisode: an earlier enrolment was about the same (a second booking of one pregnancy).
        NotInPopulation, WayNotOffered, AnchorMissing, AnchorUnknown, AnchorOutOfRange, EnrolmentInFuture
        EnrolmentAfterDeath, KeyUsedElsewhere
    """
    require(actor, MANAGE)
    definition = programme(programme_id, on=on)
    require_label(definition, actor)
    with transaction.atomic():
        resident = identity.get_resident(resident_id, actor=actor, at=at)
        if earlier := _earlier(key, resident, programme_id, actor):
            return whole_enrolment(earlier)
        _check(definition, resident, way, anchors, on, at)
        require_new_episode(definition, resident.id, anchors)
        row = _new(resident, definition, way, state, anchors, on)
        row.organization = organization or resident.managing_org or own_organization(actor) or 0
        row.staff, row.key, row.account, row.updated_at = staff, key, actor.account, at
        _insert(row)
        born = resident.demographics.birth_date
        plan_anew(row, definition, visits_of(row), birth_date=born, on=legal_day(at))
        row.save()
        if row.state == State.MANAGED:
            start_deadlines(row, definition, actor=actor, at=at)
        write_down(
            row,
            events.ENROLLED,
            subjects=[resident.patient_rid],
            data={"way": way},
            actor=actor,
            at=at,
        )
        return whole_enrolment(row)


def _earlier(
    key: str, resident: Resident, programme_id: str, actor: Actor
) -> models.Enrolment | None:
    if not key:
        return None
    row = models.Enrolment.objects.filter(account=actor.account, key=key).first()
    if row and (row.resident_id, row.programme) != (resident.id, programme_id):
        raise KeyUsedElsewhere()
    return row


def _check(
    definition: Programme,
    resident: Resident,
    way: Way,
    anchors: Mapping[str, date],
    on: date,
    at: datetime,
) -> None:
    if way not in definition.ways:
        raise WayNotOffered(programme=definition.id, way=way)
    if on > legal_day(at):
        raise EnrolmentInFuture(on=on, today=legal_day(at))
    if resident.deceased_on and on > resident.deceased_on:
        raise EnrolmentAfterDeath(deceased_on=resident.deceased_on, on=on)
    if not definition.population.holds(facts_of(resident.id, on=on)):
        condition = definition.population.text
        raise NotInPopulation(
            programme=definition.title["en"],
            zh_programme=definition.title["zh"],
            condition=definition.who.get("en", condition),
            zh_condition=definition.who.get("zh", condition),
            on=on,
        )
    check_anchors(definition, anchors, on=on)


def _new(
    resident: Resident,
    definition: Programme,
    way: Way,
    state: State,
    anchors: Mapping[str, date],
    on: date,
) -> models.Enrolment:
    return models.Enrolment(
        resident_id=resident.id,
        programme=definition.id,
        state=state,
        way=way,
        suspected_on=None if state is State.MANAGED else on,
        confirmed_on=None if state is State.SUSPECTED else on,
        enrolled_on=on if state is State.MANAGED else None,
        anchors={name: day.isoformat() for name, day in anchors.items()},
        place_code=resident.demographics.place_code,
    )


def _insert(row: models.Enrolment) -> None:
    """The database says who was first of two who enrol the same resident."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "enrolment_open_once" not in str(error):
            raise
        there = models.Enrolment.objects.exclude(state=State.CLOSED).get(
            resident_id=row.resident_id, programme=row.programme
        )
        raise already_enrolled(there) from None


def confirm(
    *,
    enrolment_id: UUID,
    on: date,
    staff: int | None = None,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Enrolment:
    """Confirm a suspected resident and manage him from a day on.

    Raises:
        NotPermitted, EnrolmentNotFound, EnrolmentChanged, EnrolmentNotSuspected
        NotInPopulation, EnrolmentInFuture, EnrolmentAfterDeath
    """
    require(actor, MANAGE)
    with transaction.atomic():
        row = _locked_suspect(enrolment_id, expected_version, actor)
        definition = programme(row.programme, on=on)
        resident = resident_of(row, actor=actor, at=at)
        _check(definition, resident, Way(row.way), named_anchors(row), on, at)
        row.state, row.enrolled_on = State.MANAGED, on
        row.confirmed_on, row.staff = row.confirmed_on or on, staff or row.staff
        born = resident.demographics.birth_date
        plan_anew(row, definition, visits_of(row), birth_date=born, on=legal_day(at))
        save(row, at=at)
        start_deadlines(row, definition, actor=actor, at=at)
        write_down(row, events.CONFIRMED, subjects=[resident.patient_rid], actor=actor, at=at)
        return whole_enrolment(row)


def dismiss(
    *, enrolment_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Enrolment:
    """Close a suspicion that did not hold, for one of the programme's closing reasons.

    Raises:
        NotPermitted, EnrolmentNotFound, EnrolmentChanged, EnrolmentNotSuspected, ClosingReasonUnknown
    """
    require(actor, MANAGE)
    with transaction.atomic():
        row = _locked_suspect(enrolment_id, expected_version, actor)
        close(row, reason=reason, on=legal_day(at), actor=actor, at=at)
        return whole_enrolment(row)


def _locked_suspect(enrolment_id: UUID, expected_version: int, actor: Actor) -> models.Enrolment:
    row = locked(enrolment_id, actor=actor)
    require_version(row, expected_version)
    if row.state not in (State.SUSPECTED, State.CONFIRMED):
        raise EnrolmentNotSuspected(**state_words(row.state))
    return row
