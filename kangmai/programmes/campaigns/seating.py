"""Who may be asked to a session: agreed, the dose may be given by its day, and not asked to another one already."""

from datetime import date

from django.db.models import Q, QuerySet

from kangmai.programmes.campaigns import models, rules
from kangmai.programmes.campaigns.reach import within
from kangmai.programmes.campaigns.types import Consent, Need, SessionState


def willing(campaign: models.Campaign) -> Q:
    """Those whose answer lets them be asked."""
    rule = rules.rule_of_version(campaign.rule, campaign.rule_version)
    found = [each.value for each in Consent if rules.may_come(rule, each)]
    return Q(consent__in=found)


def able(on: date) -> Q:
    """Those whose next dose may be given by a day."""
    open_now = [Need.READY.value, Need.WAITING.value, Need.DEFERRED.value]
    return Q(need__in=open_now, ready_on__lte=on)


FREE = Q(session=None) | ~Q(session__state=SessionState.PLANNED.value)
"""Those not asked to a session that is still to come."""


def askable(campaign: models.Campaign, *, on: date) -> QuerySet[models.Target]:
    """Everybody of a campaign who may be asked to a session on a day."""
    return campaign.targets.filter(willing(campaign), able(on), FREE)


def candidates(
    campaign: models.Campaign, *, school: int | None, place: str, on: date, limit: int
) -> list[int]:
    """Those of a school, or else of a division, by class; locked."""
    rows = askable(campaign, on=on)
    rows = rows.filter(school=school) if school is not None else rows.filter(within(place))
    ordered = rows.order_by("grade", "room", "place_code", "pk").values_list("pk", flat=True)
    return list(ordered[:limit])
