"""Sessions: planned with their doses and their list, checked in to the clinic, ended or cancelled."""

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.db.models import F

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.kernel.ids import ResidentId, uuid7
from kangmai.programmes.campaigns import events, models, rules
from kangmai.programmes.campaigns.errors import (
    AreaUnknown,
    DayOutside,
    HasRefused,
    HoursWrong,
    NobodyToPlan,
    NotAgreed,
    NotToday,
    PlanTooLarge,
    SessionOver,
    TitleMissing,
)
from kangmai.programmes.campaigns.reach import WORK, holds, locked, own, own_session, target
from kangmai.programmes.campaigns.reading import session_of
from kangmai.programmes.campaigns.seating import candidates
from kangmai.programmes.campaigns.types import Consent, Session, SessionState
from kangmai.programmes.vaccination import actions as vaccination
from kangmai.programmes.vaccination import queries as clinic
from kangmai.programmes.vaccination.types import DoseState, Visit
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day


def plan_session(
    *,
    campaign_id: UUID,
    school: int | None = None,
    place: str = "",
    site: str = "",
    on: date,
    begins: time,
    ends: time,
    stations: int,
    doses: int,
    key: UUID,
    actor: Actor,
    at: datetime,
) -> Session:
    """Plan a session of the actor's clinic, at a school or a site, with the list of who is asked to it.

    Asked are those who agreed and may have their dose by that day, by class, as many as the plan has doses.

    Args:
        school: id of the school; else `place` is the division whose people are asked, and `site` where.

    Raises:
        NotPermitted, CampaignNotFound, CampaignClosed, AreaUnknown, TitleMissing, DayOutside, HoursWrong
        PlanTooLarge: the stations cannot give so many in these hours.
        NobodyToPlan
    """
    require(actor, WORK)
    with transaction.atomic():
        campaign = locked(campaign_id, WORK, actor=actor)
        before = models.Session.objects.filter(key=key, account=actor.account).first()
        if before is not None:
            return _with_counts(before)
        where, name = _where(school, place, site, actor)
        _require_fits(campaign, on, begins, ends, stations, doses, at)
        people = candidates(campaign, school=school, place=where, on=on, limit=doses)
        if not people:
            raise NobodyToPlan(day=on.isoformat())
        row = models.Session.objects.create(
            id=uuid7(),
            key=key,
            campaign=campaign,
            organization=min(own(actor, WORK)),
            place_code=where,
            school=school,
            site=name,
            on=on,
            begins=begins,
            ends=ends,
            stations=stations,
            doses=doses,
            account=actor.account,
        )
        models.Target.objects.filter(pk__in=people).update(session=row, visit=None)
        data = {"campaign": str(campaign.pk), "people": len(people), "doses": doses}
        write_down_and_announce(events.PLANNED, "CampaignSession", row.id, data=data, actor=actor, at=at)  # fmt: skip
    return _with_counts(row)


def _where(school: int | None, place: str, site: str, actor: Actor) -> tuple[str, str]:
    """The division and the name of where a session is. Raises AreaUnknown, TitleMissing."""
    if school is not None:
        found = registry.places_by_id(ids=[school], actor=actor).get(school)
        if found is None or not holds(actor, WORK, found.division_code):
            raise AreaUnknown(place=str(school))
        return found.division_code, found.name[:80]
    if not place or not holds(actor, WORK, place):
        raise AreaUnknown(place=place[:14])
    if not site.strip():
        raise TitleMissing()
    return place, site.strip()[:80]


def _require_fits(
    campaign: models.Campaign,
    on: date,
    begins: time,
    ends: time,
    stations: int,
    doses: int,
    at: datetime,
) -> None:
    if not max(campaign.starts_on, legal_day(at)) <= on <= campaign.ends_on:
        raise DayOutside(day=on.isoformat(), first=campaign.starts_on, last=campaign.ends_on)
    if begins >= ends:
        raise HoursWrong()
    rule = rules.rule_of_version(campaign.rule, campaign.rule_version)
    most = rules.doses_at_most(rule, stations=stations, begins=begins, ends=ends)
    if not 0 < doses <= most:
        raise PlanTooLarge(stations=stations, most=most)


def check_in(*, session_id: UUID, target_id: int, key: UUID, actor: Actor, at: datetime) -> Visit:
    """Check somebody in at a session: from here on it is a visit of the clinic like any other.

    Raises:
        NotPermitted, SessionNotFound, SessionOver, NotToday, TargetNotFound, HasRefused, NotAgreed
        ResidentNotFound, NotAlive, StillHere: from the clinic.
    """
    with transaction.atomic():
        session = own_session(session_id, actor=actor)
        if session.state != SessionState.PLANNED.value or session.campaign.closed_on is not None:
            raise SessionOver()
        if session.on != legal_day(at):
            raise NotToday(day=session.on.isoformat())
        row = target(target_id, actor=actor)
        if row.campaign_id != session.campaign_id:
            raise SessionOver()
        _require_agreed(row)
        visit = vaccination.check_in(
            resident_id=ResidentId(row.resident_id),
            asked=[row.vaccine] if row.vaccine else (),
            key=key,
            actor=actor,
            at=at,
        )
        row.session, row.visit = session, visit.id
        row.save(update_fields=["session", "visit"])
    return visit


def _require_agreed(row: models.Target) -> None:
    if row.consent == Consent.REFUSED.value:
        raise HasRefused()
    rule = rules.rule_of_version(row.campaign.rule, row.campaign.rule_version)
    if not rules.may_come(rule, Consent(row.consent)):
        raise NotAgreed()


def end_session(*, session_id: UUID, expected_version: int, actor: Actor, at: datetime) -> Session:
    """End a session: whoever got no dose has missed it and is on the list for catching up.

    Raises:
        NotPermitted, SessionNotFound, ChangedMeanwhile, SessionOver, NotToday
    """
    with transaction.atomic():
        row = own_session(session_id, actor=actor)
        require_version(row.version, expected_version)
        if row.state != SessionState.PLANNED.value:
            raise SessionOver()
        if row.on > legal_day(at):
            raise NotToday(day=row.on.isoformat())
        _end(row)
        data = {"given": row.given}
        write_down_and_announce(events.ENDED, "CampaignSession", row.id, data=data, actor=actor, at=at)  # fmt: skip
    return _with_counts(row)


def end_past(campaign: models.Campaign, *, on: date) -> None:
    """End the sessions of days past."""
    for row in campaign.sessions.select_for_update().filter(state=SessionState.PLANNED.value, on__lt=on):  # fmt: skip
        _end(row)


def _end(row: models.Session) -> None:
    given = served(row)
    models.Target.objects.filter(session=row).exclude(pk__in=given).update(missed=F("missed") + 1)
    row.state, row.given, row.version = SessionState.ENDED.value, len(given), row.version + 1
    row.save(update_fields=["state", "given", "version"])


def served(row: models.Session) -> Sequence[int]:
    """Those on the list of a session who were given their dose at it."""
    visits = dict(row.targets.exclude(visit=None).values_list("visit", "pk"))
    found = clinic.visits_by_id(list(visits))
    return [
        target
        for visit, target in visits.items()
        if visit in found and any(each.state is DoseState.GIVEN for each in found[visit].doses)
    ]


def cancel_session(
    *, session_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Session:
    """Cancel a session: whoever was asked to it may be asked to another.

    Raises:
        NotPermitted, SessionNotFound, ChangedMeanwhile, SessionOver
        TitleMissing: no reason was given, or somebody was checked in already.
    """
    with transaction.atomic():
        row = own_session(session_id, actor=actor)
        require_version(row.version, expected_version)
        if row.state != SessionState.PLANNED.value or row.targets.exclude(visit=None).exists():
            raise SessionOver()
        if not reason.strip():
            raise TitleMissing()
        row.targets.update(session=None)
        row.state, row.reason, row.version = SessionState.CANCELLED.value, reason.strip()[:300], row.version + 1  # fmt: skip
        row.save(update_fields=["state", "reason", "version"])
        write_down_and_announce(events.CANCELLED, "CampaignSession", row.id, reason=row.reason, actor=actor, at=at)  # fmt: skip
    return _with_counts(row)


def _with_counts(row: models.Session) -> Session:
    came = row.targets.exclude(visit=None).count()
    given = row.given if row.state == SessionState.ENDED.value else len(served(row))
    return session_of(row, listed=row.targets.count(), came=came, given=given)
