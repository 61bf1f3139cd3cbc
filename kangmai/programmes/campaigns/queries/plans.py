"""Campaigns and their sessions."""

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from kangmai.kernel.actor import Actor
from kangmai.programmes.campaigns import models, reach, rules
from kangmai.programmes.campaigns.actions.sessions import served
from kangmai.programmes.campaigns.errors import SessionNotFound
from kangmai.programmes.campaigns.reach import PLAN, WORK, holds, own
from kangmai.programmes.campaigns.reading import campaign_of, session_of
from kangmai.programmes.campaigns.types import Campaign, CampaignRule, Session, SessionState


def campaigns(*, is_closed_too: bool = False, limit: int = 50, actor: Actor) -> list[Campaign]:
    """The campaigns that touch the actor's places, the newest first. Raises NotPermitted."""
    rows = reach.campaigns(actor)
    if not is_closed_too:
        rows = rows.filter(closed_on=None)
    return [campaign_of(row) for row in rows.order_by("-id")[:limit]]


def get_campaign(campaign_id: UUID, *, actor: Actor) -> Campaign:
    """One campaign. Raises NotPermitted, CampaignNotFound."""
    return campaign_of(reach.seen(campaign_id, actor=actor))


def rule_of(campaign: Campaign) -> CampaignRule:
    """The rule by which a campaign was made."""
    return rules.rule_of_version(campaign.rule, campaign.rule_version)


def may_plan(campaign: Campaign, *, actor: Actor) -> bool:
    """Whether the actor may refresh and close a campaign."""
    return campaign.closed_on is None and holds(actor, PLAN, campaign.place_code)


def works_at(session: Session, *, actor: Actor) -> bool:
    """Whether a session is one of the actor's clinic."""
    return session.organization in own(actor, WORK)


def sessions(campaign_id: UUID, *, limit: int = 200, actor: Actor) -> list[Session]:
    """The sessions of a campaign in the actor's places, by day. Raises NotPermitted, CampaignNotFound."""
    campaign = reach.seen(campaign_id, actor=actor)
    rows = reach.sessions(actor).filter(campaign=campaign).order_by("on", "begins", "id")
    return [_session(row) for row in _counted(rows)[:limit]]


def get_session(session_id: UUID, *, actor: Actor) -> Session:
    """One session. Raises NotPermitted, SessionNotFound."""
    row = _counted(reach.sessions(actor)).filter(pk=session_id).first()
    if row is None:
        raise SessionNotFound()
    return _session(row)


def _counted(rows: QuerySet[models.Session]) -> QuerySet[models.Session]:
    came = Count("targets", filter=Q(targets__visit__isnull=False))
    return rows.annotate(listed=Count("targets"), came=came)


def _session(row: models.Session) -> Session:
    given = row.given if row.state == SessionState.ENDED.value else 0
    if row.state == SessionState.PLANNED.value and row.came:
        given = len(served(row))
    return session_of(row, listed=row.listed, came=row.came, given=given)
