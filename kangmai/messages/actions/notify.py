"""Write messages for many at once, and queue what of them goes out of the house."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import orjson
from django.db import transaction

from kangmai.access import queries as access
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.definitions import Definition
from kangmai.kernel.ids import uuid7
from kangmai.messages import channels, models
from kangmai.messages.errors import LinkIncorrect
from kangmai.messages.templates import require_parameters, template
from kangmai.messages.types import DeliveryState, Draft, Urgency
from kangmai.standards.calendars import legal_day

_INSERT = """
INSERT INTO messages_message (id, template, parameters, link, urgency, asks, subject_kind, subject_id, account_id,
                              organization_id, role, permission, place_code, key, forget_on, created_at, created_by)
SELECT d.*, %s, %s
FROM json_to_recordset(%s::json) AS d (
    id uuid, template text, parameters jsonb, link text, urgency smallint, asks text, subject_kind text,
    subject_id text, account_id bigint, organization_id bigint, role text, permission text, place_code text,
    key text, forget_on date)
ON CONFLICT DO NOTHING RETURNING id"""


@dataclass(frozen=True, slots=True)
class _Row:
    """A message to be written, under the names of its columns."""

    id: UUID
    template: str
    parameters: Mapping[str, str | int]
    link: str
    urgency: int
    asks: str
    subject_kind: str
    subject_id: str
    account_id: int | None
    organization_id: int | None
    role: str
    permission: str
    place_code: str
    key: str
    forget_on: date


def notify(drafts: Sequence[Draft], *, actor: Actor, at: datetime) -> int:
    """Write messages within the caller's transaction; those whose key is known already are left out.

    The caller answers for the deed behind them, so no permission is asked here.

    Returns:
        How many are new.

    Raises:
        UnknownDefinition, ParametersIncorrect, LinkIncorrect.
    """
    today = legal_day(at)
    found = {id: template(id, on=today) for id in {draft.template for draft in drafts}}
    rows = [_row(draft, found[draft.template], today) for draft in drafts]
    if not rows:
        return 0
    with transaction.atomic():
        written = _write(rows, actor, at)
        _queue(written, at)
        if written:
            _write_down(written, actor, at)
    return len(written)


def _row(draft: Draft, found: Definition, today: date) -> _Row:
    require_parameters(found, draft.parameters)
    if draft.link and (not draft.link.startswith("/") or draft.link.startswith("//")):
        raise LinkIncorrect(link=draft.link)
    subject_kind, subject_id = draft.subject
    return _Row(
        id=uuid7(),
        template=draft.template,
        parameters=dict(draft.parameters),
        link=draft.link,
        urgency=Urgency(found.content["urgency"]).rank,
        asks=found.content["asks"],
        subject_kind=subject_kind,
        subject_id=subject_id,
        account_id=draft.to.account,
        organization_id=draft.to.organization,
        role=draft.to.role,
        permission=draft.to.permission,
        place_code=draft.to.place_code,
        key=draft.key,
        forget_on=today + timedelta(days=found.content["keep_days"]),
    )


def _write(rows: Sequence[_Row], actor: Actor, at: datetime) -> list[_Row]:
    """Insert messages in one statement; returns those whose key was new."""
    with unit_of_work() as database:
        values = [at, actor.account, orjson.dumps(rows).decode()]
        answer = database.execute(_INSERT, values)
        if answer.rowcount == len(rows):
            return list(rows)
        new = {id for (id,) in answer.fetchall()}
    return [row for row in rows if row.id in new]


def _queue(rows: Sequence[_Row], at: datetime) -> None:
    """A delivery for every account addressed that has an open channel on for such a message."""
    known = channels.channels(on=legal_day(at))
    usable = [id for id, found in known.items() if channels.is_open(found)]
    choices = models.ChannelChoice.objects.filter(is_on=True, channel__in=usable)
    wanted: dict[int, list[models.ChannelChoice]] = {}
    if not choices.exists():
        return
    holders = _holders(rows, at)
    for choice in choices.filter(account_id__in={id for ids in holders for id in ids}):
        wanted.setdefault(choice.account_id, []).append(choice)
    models.Delivery.objects.bulk_create(
        models.Delivery(
            id=uuid7(),
            message_id=row.id,
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


def _holders(rows: Sequence[_Row], at: datetime) -> list[frozenset[int]]:
    """The accounts that each message reaches."""
    by_role = access.accounts_by_role(
        held={(row.role, row.organization_id) for row in rows if row.role}, at=at
    )
    by_permission = access.accounts_by_permission(
        needed={(row.permission, row.place_code) for row in rows if row.permission}, at=at
    )
    return [_accounts(row, by_role, by_permission) for row in rows]


def _accounts(
    row: _Row,
    by_role: dict[tuple[str, int | None], frozenset[int]],
    by_permission: dict[tuple[str, str], frozenset[int]],
) -> frozenset[int]:
    if row.account_id is not None:
        return frozenset({row.account_id})
    if row.role:
        return by_role.get((row.role, row.organization_id), frozenset())
    return by_permission.get((row.permission, row.place_code), frozenset())


def _write_down(rows: Iterable[_Row], actor: Actor, at: datetime) -> None:
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
