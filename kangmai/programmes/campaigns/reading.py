"""From rows to values."""

from kangmai.programmes.campaigns import models
from kangmai.programmes.campaigns.types import (
    Campaign,
    Consent,
    Need,
    Session,
    SessionState,
    Source,
    Target,
)


def campaign_of(row: models.Campaign) -> Campaign:
    """A campaign."""
    return Campaign(
        row.id,
        row.rule,
        row.rule_version,
        row.title,
        row.place_code,
        row.organization,
        Source(row.source),
        row.sex_code,
        row.born_from,
        row.born_until,
        row.starts_on,
        row.ends_on,
        row.closed_on,
        row.version,
    )


def target_of(row: models.Target) -> Target:
    """Somebody on a list."""
    return Target(
        id=row.pk,
        campaign=row.campaign_id,
        resident_id=row.resident_id,
        place_code=row.place_code,
        birth_on=row.birth_on,
        sex_code=row.sex_code,
        school=row.school,
        grade=row.grade,
        room=row.room,
        need=Need(row.need),
        vaccine=row.vaccine,
        dose=row.dose,
        given=row.given,
        ready_on=row.ready_on,
        until=row.until,
        latest_on=row.latest_on,
        consent=Consent(row.consent),
        consent_by=row.consent_by,
        consent_on=row.consent_on,
        refusal=row.refusal,
        note=row.note,
        session=row.session_id,
        visit=row.visit,
        missed=row.missed,
    )


def session_of(row: models.Session, *, listed: int, came: int, given: int) -> Session:
    """A session with how it goes."""
    return Session(
        id=row.id,
        campaign=row.campaign_id,
        organization=row.organization,
        school=row.school,
        site=row.site,
        place_code=row.place_code,
        on=row.on,
        begins=row.begins,
        ends=row.ends,
        stations=row.stations,
        doses=row.doses,
        state=SessionState(row.state),
        reason=row.reason,
        listed=listed,
        came=came,
        given=given,
        version=row.version,
    )
