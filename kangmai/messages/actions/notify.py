"""Write messages for many at once, and queue what of them goes out of the house."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from kangmai.access import queries as access
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.ids import uuid7
from kangmai.messages import channels, models
from kangmai.messages.errors import LinkIncorrect
from kangmai.messages.templates import require_parameters, template
from kangmai.messages.types import DeliveryState, Draft, Urgency
from kangmai.standards.calendars import legal_day


def notify(drafts: Sequence[Draft], *, actor: Actor, at: datetime) -> int:
    """Write messages within the caller's transaction; those whose key is known already are left out.

    The caller answers for the deed behind them, so no permission is asked here.

    Returns:
        How many are new.

    Raises:
        UnknownDefinition, ParametersIncorrect, LinkIncorrect.
    """
    rows = [_row(draft, actor, at) for draft in drafts]
    if not rows:
        return 0
    with transaction.atomic():
        models.Message.objects.bulk_create(rows, ignore_conflicts=True)
        written = list(models.Message.objects.filter(id__in=[row.id for row in rows]))
        _queue(written, at)
        if written:
            _write_down(written, actor, at)
    return len(written)


def _row(draft: Draft, actor: Actor, at: datetime) -> models.Message:
    found = template(draft.template, on=legal_day(at))
    require_parameters(found, draft.parameters)
    if draft.link and (not draft.link.startswith("/") or draft.link.startswith("//")):
        raise LinkIncorrect(link=draft.link)
    return models.Message(
        id=uuid7(),
        template=draft.template,
        parameters=dict(draft.parameters),
        link=draft.link,
        urgency=Urgency(found.content["urgency"]).rank,
        asks=found.content["asks"],
        subject_kind=draft.subject[0],
        subject_id=draft.subject[1],
        account_id=draft.to.account,
        organization_id=draft.to.organization,
        role=draft.to.role,
        permission=draft.to.permission,
        place_code=draft.to.place_code,
        key=draft.key,
        created_at=at,
        created_by=actor.account,
        forget_on=legal_day(at) + timedelta(days=found.content["keep_days"]),
    )


def _queue(rows: Sequence[models.Message], at: datetime) -> None:
    """A delivery for every account addressed that has an open channel on for such a message."""
    known = channels.channels(on=legal_day(at))
    usable = [id for id, found in known.items() if channels.is_open(found)]
    choices = models.ChannelChoice.objects.filter(is_on=True, channel__in=usable)
    wanted: dict[int, list[models.ChannelChoice]] = {}
    holders = _holders(rows, at)
    for choice in choices.filter(account_id__in={id for ids in holders for id in ids}):
        wanted.setdefault(choice.account_id, []).append(choice)
    models.Delivery.objects.bulk_create(
        models.Delivery(
            id=uuid7(),
            message=row,
            account_id=account_id,
            channel=choice.channel,
            state=DeliveryState.WAITING.value,
            created_at=at,
            next_at=at,
        )
        for row, ids in zip(rows, holders, strict=True)
        for account_id in sorted(ids)
        for choice in wanted.get(account_id, ())
        if row.urgency >= choice.least_urgency
    )


def _holders(rows: Sequence[models.Message], at: datetime) -> list[frozenset[int]]:
    """The accounts that each message reaches."""
    by_role = access.accounts_by_role(
        held={(row.role, row.organization_id) for row in rows if row.role}, at=at
    )
    by_permission = access.accounts_by_permission(
        needed={(row.permission, row.place_code) for row in rows if row.permission}, at=at
    )
    return [_accounts(row, by_role, by_permission) for row in rows]


def _accounts(
    row: models.Message,
    by_role: dict[tuple[str, int | None], frozenset[int]],
    by_permission: dict[tuple[str, str], frozenset[int]],
) -> frozenset[int]:
    if row.account_id is not None:
        return frozenset({row.account_id})
    if row.role:
        return by_role.get((row.role, row.organization_id), frozenset())
    return by_permission.get((row.permission, row.place_code), frozenset())


def _write_down(rows: Iterable[models.Message], actor: Actor, at: datetime) -> None:
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.template] = counts.get(row.template, 0) + 1
    with unit_of_work() as database:
        audit.record(
            database,
            actor=actor,
            at=at,
            action="messages.written",
            object_type="Message",
            object_id="",
            details=counts,
        )
