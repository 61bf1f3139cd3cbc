"""Take in what a reader accepted while it had no line, each code judged again by the time it was read."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from kangmai.identity.cards import models
from kangmai.identity.cards.actions.use import Finding, found, spent, used_of
from kangmai.identity.cards.errors import TooManyUses
from kangmai.identity.cards.policy import policy
from kangmai.identity.cards.reach import VERIFY, organization_of, write_down
from kangmai.identity.cards.types import OfflineUse, Outcome, Used
from kangmai.kernel.actor import Actor, require
from kangmai.standards.calendars import legal_day


def record_offline_uses(
    uses: Sequence[OfflineUse], *, terminal: str = "", actor: Actor, at: datetime
) -> list[Used]:
    """Write down offline uses in the order given; one that another reader took as well is a replay.

    The same use sent again is recognized by institution, code and time, and written once.

    Raises:
        NotPermitted, TooManyUses
    """
    require(actor, VERIFY)
    rule = policy(on=legal_day(at))
    if len(uses) > rule.uses_at_once:
        raise TooManyUses(count=len(uses), most=rule.uses_at_once)
    oldest = at - timedelta(days=rule.offline_days)
    with transaction.atomic():
        return [_recorded(each, oldest, terminal, actor, at) for each in uses]


def _recorded(use: OfflineUse, oldest: datetime, terminal: str, actor: Actor, at: datetime) -> Used:
    finding = _judged(use, oldest, at)
    before = _sent_before(use, finding, actor)
    if before is not None:
        return used_of(before, finding, actor)
    options: dict[str, Any] = {
        "scene": use.scene,
        "terminal": terminal,
        "used_at": use.read_at,
        "actor": actor,
        "at": at,
    }
    row = spent(finding, **options)
    if row is None:
        finding = replace(finding, outcome=Outcome.REPLAYED)
        row = spent(finding, **options)
    if finding.holder is not None:
        outcome = "ok" if finding.outcome is Outcome.ACCEPTED else finding.outcome.value
        write_down(finding.card, finding.holder, "cards.used", outcome=outcome, actor=actor, at=at)
    return used_of(row, finding, actor)  # type: ignore[arg-type]


def _judged(use: OfflineUse, oldest: datetime, at: datetime) -> Finding:
    """As it stood when it was read; a time out of bounds is no time at all."""
    if use.read_at > at:
        return replace(found(use.text, at=at), outcome=Outcome.EARLY)
    if use.read_at < oldest:
        return replace(found(use.text, at=use.read_at), outcome=Outcome.EXPIRED)
    return found(use.text, at=use.read_at)


def _sent_before(use: OfflineUse, finding: Finding, actor: Actor) -> models.CardUse | None:
    if finding.nonce is None:
        return None
    return models.CardUse.objects.filter(
        nonce=finding.nonce,
        outcome=Outcome.ACCEPTED,
        organization=organization_of(actor),
        used_at=use.read_at,
    ).first()
