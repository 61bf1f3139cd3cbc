"""Certificates of death that ask for a card: of a child under five, of a woman in or after pregnancy."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor
from kangmai.programmes.deaths import queries as deaths
from kangmai.programmes.deaths.errors import CertificateNotFound
from kangmai.programmes.deaths.types import Certificate
from kangmai.programmes.deaths.types import State as Death
from kangmai.programmes.engine import queries as engine
from kangmai.programmes.monitoring import models, rules
from kangmai.programmes.monitoring.types import CardRule, State


def follow_certificates(ids: Sequence[UUID], *, actor: Actor, at: datetime) -> None:
    """Await the cards that these certificates ask for; void ones ask for none."""
    for id in sorted(set(ids)):
        try:
            found = deaths.get_certificate(id, actor=actor)
        except CertificateNotFound:
            continue
        with transaction.atomic():
            _follow(found, actor, at)


def _follow(found: Certificate, actor: Actor, at: datetime) -> None:
    for of in rules.rules_on(rules.today(found.issued_at)):
        why = _why(of, found, actor, at) if found.state is not Death.VOID else ""
        if not why:
            models.Awaited.objects.filter(certificate=found.id, kind=of.id, card=None).delete()
            continue
        ids = identity.same_resident_ids(found.resident)
        cards = models.Card.objects.filter(kind=of.id, resident_id__in=ids, event_on=found.died_on)
        models.Awaited.objects.update_or_create(
            certificate=found.id,
            defaults={
                "kind": of.id,
                "resident_id": found.resident,
                "died_on": found.died_on,
                "due_on": found.died_on + timedelta(of.report_days),
                "organization": found.organization,
                "place_code": found.place_code,
                "why": why,
                "card": cards.exclude(state=State.VOID.value).first(),
            },
        )


def _why(of: CardRule, found: Certificate, actor: Actor, at: datetime) -> str:
    if of.awaits is None:
        return ""
    return rules.awaits(
        of.awaits,
        sex_code=found.deceased.sex_code,
        born_on=found.deceased.born_on,
        died_on=found.died_on,
        underlying=found.underlying,
        delivered_on=_delivered(found, actor, at) if of.awaits.after_delivery_days else None,
    )


def _delivered(found: Certificate, actor: Actor, at: datetime) -> date | None:
    """The day of the latest delivery on record."""
    known = engine.enrolments_of(found.resident, actor=actor, at=at)
    days = [each.anchors["delivery"] for each in known if "delivery" in each.anchors]
    return max(days, default=None)
