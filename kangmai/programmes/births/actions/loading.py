"""Take over many births at once: a register from elsewhere, an invented city.

The caller vouches that they are new, that children and mothers are residents and that numbers are not taken.
"""

import datetime
from collections.abc import Iterator, Sequence

from django.db import transaction

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import write_down
from kangmai.kernel.ids import uuid7
from kangmai.programmes.births import models, rules
from kangmai.programmes.births.reach import ISSUE
from kangmai.programmes.births.reading import seal_named
from kangmai.programmes.births.types import (
    BirthDraft,
    BlankState,
    ItemState,
    Kind,
    KnownBy,
    Rule,
    Source,
)
from kangmai.standards.calendars import legal_day

PORTION = 2000


def load_births(drafts: Sequence[BirthDraft], *, actor: Actor, at: datetime.datetime) -> int:
    """Write births with the certificate of each and its errands, done or running; how many.

    Raises:
        NotPermitted, NoRule, NumberUnreadable
    """
    require(actor, ISSUE)
    batch = uuid7()
    births: list[models.Birth] = []
    blanks: list[models.Blank] = []
    certificates: list[models.Certificate] = []
    items: list[models.Item] = []
    for each in drafts:
        rule = rules.rule(each.place_code, on=each.issued_on)
        birth = _birth(each, rule, actor)
        blank = _blank(each, rule, batch, at)
        errands = list(_items(birth, each, rule, actor))
        waiting = [item.due_on for item in errands if item.state == ItemState.OPEN.value]
        birth.late_from = min(waiting) + datetime.timedelta(1) if waiting else None
        births.append(birth)
        blanks.append(blank)
        certificates.append(_certificate(birth, blank, each, actor))
        items += errands
    with transaction.atomic():
        models.Birth.objects.bulk_create(births, batch_size=PORTION)
        models.Blank.objects.bulk_create(blanks, batch_size=PORTION)
        models.Certificate.objects.bulk_create(certificates, batch_size=PORTION)
        models.Item.objects.bulk_create(items, batch_size=PORTION)
        write_down("births.loaded", "Birth", "", details={"count": len(births)}, actor=actor, at=at)
    return len(births)


def _birth(draft: BirthDraft, rule: Rule, actor: Actor) -> models.Birth:
    told = draft.told
    return models.Birth(
        id=uuid7(),
        child_id=draft.child,
        mother_id=draft.mother,
        born_at=told.born_at,
        born_on=legal_day(told.born_at),
        ordinal=told.ordinal,
        sex_code=told.sex_code,
        weeks=told.weeks,
        weight_g=told.weight_g,
        length_cm=told.length_cm,
        organization=draft.organization,
        place_code=draft.place_code,
        registered_on=legal_day(told.born_at),
        rule_version=rule.version,
        is_certified=True,
        key=uuid7(),
        account=actor.account,
    )


def _blank(draft: BirthDraft, rule: Rule, batch: object, at: datetime.datetime) -> models.Blank:
    return models.Blank(
        number=rules.checked_number(draft.number, rule),
        organization=draft.organization,
        place_code=draft.place_code,
        state=BlankState.USED.value,
        batch=batch,
        received_at=at,
    )


def _certificate(
    birth: models.Birth, blank: models.Blank, draft: BirthDraft, actor: Actor
) -> models.Certificate:
    id = uuid7()
    key, content = seal_named(id, draft.named)
    return models.Certificate(
        id=id,
        birth=birth,
        blank=blank,
        kind=Kind.FIRST.value,
        issued_on=draft.issued_on,
        organization=draft.organization,
        content=content,
        content_key=key,
        key=uuid7(),
        account=actor.account,
    )


def _items(
    birth: models.Birth, draft: BirthDraft, rule: Rule, actor: Actor
) -> Iterator[models.Item]:
    """Where the errands stand; the certificate's own is done with it."""
    for position, (id, item) in enumerate(rule.items.items()):
        due_on = rules.due_on(rule, id, draft.issued_on)
        by_house = item.known_by is KnownBy.CERTIFICATE
        done_on = draft.issued_on if by_house else draft.settled_on and min(due_on, draft.settled_on)  # fmt: skip
        yield models.Item(
            birth=birth,
            item=id,
            position=position,
            due_on=due_on,
            state=(ItemState.DONE if done_on else ItemState.OPEN).value,
            since=done_on,
            source=(Source.HOUSE if by_house else Source.DESK).value if done_on else "",
            account=actor.account if done_on else 0,
        )
