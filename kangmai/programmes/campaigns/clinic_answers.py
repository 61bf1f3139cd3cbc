"""An answer given at the clinic's own consent step is the answer on the lists of the campaigns that give that vaccine."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import write_down_and_announce
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.campaigns import events, models, rules
from kangmai.programmes.campaigns.types import Consent


def take_answer(said: Mapping[str, Any], *, actor: Actor, at: datetime) -> int:
    """Write what a visit's consent said onto the lists; how many lines changed.

    An answer of a later day stays. Whoever refuses leaves the session he was asked to, unless it is the one
    whose visit this is: he came to it.

    Args:
        said: data of `vaccination.agreed`: resident, visit, by, on, agreed and refused vaccines.
    """
    on = date.fromisoformat(said["on"])
    count = 0
    for consent, vaccines in ((Consent.AGREED, said["agreed"]), (Consent.REFUSED, said["refused"])):
        for row in _lines(int(said["resident"]), vaccines, on):
            if (row.consent, row.consent_on) != (consent.value, on):
                _answer(row, consent, said, on, actor=actor, at=at)
                count += 1
    return count


def _lines(resident: int, vaccines: Collection[str], on: date) -> list[models.Target]:
    """The lines of a resident on lists of open campaigns on which one of these vaccines is next, locked."""
    same = identity.standing({ResidentId(resident)})
    rows = models.Target.objects.select_for_update(of=("self",)).select_related("campaign")
    rows = rows.filter(Q(consent_on=None) | Q(consent_on__lte=on), resident_id__in=same.values())
    return list(rows.filter(campaign__closed_on=None, vaccine__in=vaccines).order_by("pk"))


def _answer(
    row: models.Target,
    consent: Consent,
    said: Mapping[str, Any],
    on: date,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    rule = rules.rule_of_version(row.campaign.rule, row.campaign.rule_version)
    row.consent, row.consent_by, row.consent_on = consent.value, said["by"], on
    row.refusal = rule.clinic_refusal if consent is Consent.REFUSED else ""
    row.note, row.answered_by = "", said["account"]
    if consent is Consent.REFUSED and str(row.visit or "") != said["visit"]:
        row.session = None
    row.save(update_fields=["consent", "consent_by", "consent_on", "refusal", "note", "answered_by", "session"])  # fmt: skip
    data = {"consent": consent.value, "refusal": row.refusal, "targets": [row.pk], "visit": said["visit"]}  # fmt: skip
    write_down_and_announce(events.CONSENTED, "Campaign", row.campaign_id, data=data, actor=actor, at=at)  # fmt: skip
