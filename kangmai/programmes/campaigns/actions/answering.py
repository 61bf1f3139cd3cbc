"""Consent asked beforehand: answers of a class written down together, and taken back."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import write_down_and_announce
from kangmai.programmes.campaigns import events, models, rules
from kangmai.programmes.campaigns.errors import (
    ConsentWrong,
    NobodyChosen,
    RefusalUnknown,
    TargetNotFound,
)
from kangmai.programmes.campaigns.reach import WORK, locked, near
from kangmai.programmes.campaigns.types import Consent
from kangmai.standards.calendars import legal_day

BY = ("self", "parent", "guardian", "other")
COLUMNS = ["consent", "consent_by", "consent_on", "refusal", "note", "answered_by", "session"]


def write_answers(
    *,
    campaign_id: UUID,
    targets: Sequence[int],
    consent: Consent,
    by: str = "parent",
    on: date,
    refusal: str = "",
    note: str = "",
    actor: Actor,
    at: datetime,
) -> int:
    """Write down what was answered for some people of a list: agreed, or refused for a reason; how many.

    Who refuses leaves the session to which he was asked. A later answer replaces an earlier one; both stay in
    the audit trail.

    Raises:
        NotPermitted, CampaignNotFound, CampaignClosed, NobodyChosen, TargetNotFound, RefusalUnknown
        ConsentWrong: nobody of those who may answer, or a day to come.
    """
    if not targets or consent is Consent.ASKED:
        raise NobodyChosen()
    if by not in BY or on > legal_day(at):
        raise ConsentWrong()
    with transaction.atomic():
        campaign = locked(campaign_id, WORK, actor=actor)
        rule = rules.rule_of_version(campaign.rule, campaign.rule_version)
        if consent is Consent.REFUSED and refusal not in rule.refusals:
            raise RefusalUnknown()
        rows = _rows(campaign, targets, actor)
        for row in rows:
            row.consent, row.consent_by, row.consent_on = consent.value, by, on
            row.refusal = refusal if consent is Consent.REFUSED else ""
            row.note, row.answered_by = note.strip()[:120], actor.account
            if consent is Consent.REFUSED:
                row.session = None
        models.Target.objects.bulk_update(rows, COLUMNS, batch_size=1000)
        _tell(campaign, rows, consent, refusal, actor=actor, at=at)
    return len(rows)


def take_back_answer(*, campaign_id: UUID, target_id: int, actor: Actor, at: datetime) -> None:
    """Ask somebody anew, whose answer was withdrawn or written down by mistake.

    Raises:
        NotPermitted, CampaignNotFound, CampaignClosed, TargetNotFound
    """
    with transaction.atomic():
        campaign = locked(campaign_id, WORK, actor=actor)
        (row,) = _rows(campaign, [target_id], actor)
        row.consent, row.consent_by, row.consent_on = Consent.ASKED.value, "", None
        row.refusal, row.note, row.answered_by = "", "", actor.account
        rule = rules.rule_of_version(campaign.rule, campaign.rule_version)
        if rule.needs_consent:
            row.session = None
        row.save(update_fields=COLUMNS)
        _tell(campaign, [row], Consent.ASKED, "", actor=actor, at=at)


def _rows(campaign: models.Campaign, targets: Sequence[int], actor: Actor) -> list[models.Target]:
    """People of a list in the actor's places, locked; all of those named. Raises TargetNotFound."""
    rows = campaign.targets.select_for_update().filter(near(actor, WORK), pk__in=targets)
    found = list(rows.order_by("pk"))
    if len(found) != len(set(targets)):
        raise TargetNotFound()
    return found


def _tell(
    campaign: models.Campaign,
    rows: Sequence[models.Target],
    consent: Consent,
    refusal: str,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    data = {"consent": consent.value, "refusal": refusal, "targets": [each.pk for each in rows]}
    write_down_and_announce(events.CONSENTED, "Campaign", campaign.pk, data=data, actor=actor, at=at)  # fmt: skip
