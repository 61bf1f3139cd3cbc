"""Open a campaign by a rule, with its list made at once; close it."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kangmai.kernel.actor import Actor, require, subtree
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.kernel.ids import uuid7
from kangmai.programmes.campaigns import events, listing, models, rules
from kangmai.programmes.campaigns.errors import (
    AreaUnknown,
    DatesWrong,
    OutsideTheRule,
    TitleMissing,
)
from kangmai.programmes.campaigns.reach import PLAN, holds, own, planned
from kangmai.programmes.campaigns.reading import campaign_of
from kangmai.programmes.campaigns.types import Campaign, CampaignRule, SessionState, Source
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import find_division

AT_ONCE = 20_000
"""A longer list is judged by the worker."""


def open_campaign(
    *,
    rule_id: str,
    title: str,
    place: str,
    born_from: date | None = None,
    born_until: date | None = None,
    starts_on: date,
    ends_on: date,
    source: Source = Source.RESIDENTS,
    key: UUID,
    actor: Actor,
    at: datetime,
) -> Campaign:
    """Open a campaign for a cohort in an area; from the resident index its list is made at once.

    Args:
        born_from, born_until: first and last birthday; what the rule gives where none is said.

    Raises:
        NotPermitted, RuleNotInForce, TitleMissing, AreaUnknown, DatesWrong
        OutsideTheRule: somebody of the cohort is not one for whom the rule is.
    """
    require(actor, PLAN)
    rule = rules.rule(rule_id, on=starts_on)
    if not title.strip():
        raise TitleMissing()
    if find_division(place) is None or not holds(actor, PLAN, place):
        raise AreaUnknown(place=place[:14])
    if not 0 <= (ends_on - starts_on).days <= rule.longest_days:
        raise DatesWrong(days=rule.longest_days)
    first, last = _cohort(rule, born_from, born_until, starts_on, ends_on)
    area, on = subtree(place), legal_day(at)
    with transaction.atomic():
        before = models.Campaign.objects.filter(key=key, account=actor.account).first()
        if before is not None:
            return campaign_of(before)
        row = models.Campaign.objects.create(
            id=uuid7(),
            key=key,
            rule=rule.id,
            rule_version=rule.version,
            title=title.strip()[:80],
            organization=min(own(actor, PLAN), default=0),
            place_code=place,
            area_low=area.low,
            area_high=area.high,
            source=source.value,
            sex_code=rule.sex_code,
            born_from=first,
            born_until=last,
            starts_on=starts_on,
            ends_on=ends_on,
            account=actor.account,
            at=at,
        )
        people = listing.bring_up_to_date(row)
        if people <= AT_ONCE:
            listing.judge_due(row, on=on)
        data = {"rule": rule.id, "place": place, "people": people}
        write_down_and_announce(events.OPENED, "Campaign", row.id, data=data, actor=actor, at=at)
    return campaign_of(row)


def _cohort(
    rule: CampaignRule, born_from: date | None, born_until: date | None, starts_on: date, ends_on: date
) -> tuple[date, date]:  # fmt: skip
    """The birthdays of a campaign, inside those that its rule allows. Raises OutsideTheRule."""
    low, high = rules.cohort(rule, starts_on=starts_on, ends_on=ends_on)
    first, last = born_from or low, born_until or high
    if not low <= first <= last <= high:
        raise OutsideTheRule(field=f"{first} – {last}", allowed=f"{low} – {high}")
    return first, last


def close_campaign(
    *, campaign_id: UUID, expected_version: int, actor: Actor, at: datetime
) -> Campaign:
    """Close a campaign: its list stays as it stands, its planned sessions are cancelled.

    Raises:
        NotPermitted, CampaignNotFound, CampaignClosed, ChangedMeanwhile
    """
    with transaction.atomic():
        row = planned(campaign_id, actor=actor)
        require_version(row.version, expected_version)
        row.sessions.filter(state=SessionState.PLANNED.value).update(
            state=SessionState.CANCELLED.value, reason=row.title
        )
        row.targets.filter(session__state=SessionState.CANCELLED.value).update(session=None)
        row.closed_on, row.version = legal_day(at), row.version + 1
        row.save(update_fields=["closed_on", "version"])
        write_down_and_announce(events.CLOSED, "Campaign", row.id, actor=actor, at=at)
    return campaign_of(row)
