"""What messages know: an inbox, how much waits in it, one's channels, and what could not be delivered."""

from datetime import datetime
from uuid import UUID

from kangmai.kernel import definitions
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.definitions import Definition
from kangmai.messages import channels, models, templates
from kangmai.messages.errors import CursorUnreadable, MessageUnknown
from kangmai.messages.reach import inbox_of, waiting
from kangmai.messages.types import (
    Asks,
    ChannelChoice,
    Delivery,
    DeliveryState,
    Message,
    Page,
    Show,
    Urgency,
)
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

LARGEST_PAGE = 100
MOST = 100


def inbox(
    *,
    show: Show = Show.WAITING,
    urgency: Urgency | None = None,
    template: str = "",
    after: str = "",
    limit: int = 20,
    language: str,
    actor: Actor,
) -> Page[Message]:
    """One page of an actor's messages, newest first.

    Args:
        urgency: only messages at least so urgent.
        template: only messages of this template.
        after: `next` of the page before.
        language: of the words, `zh` or `en`.

    Raises:
        CursorUnreadable
    """
    rows = inbox_of(actor)
    if show is Show.WAITING:
        rows = waiting(rows)
    if show is Show.TO_ACKNOWLEDGE:
        rows = rows.filter(asks=Asks.ACKNOWLEDGE.value, settled_at=None)
    if urgency is not None:
        rows = rows.filter(urgency__gte=urgency.rank)
    if template:
        rows = rows.filter(template=template)
    if after:
        rows = rows.filter(id__lt=_cursor(after))
    limit = max(1, min(limit, LARGEST_PAGE))
    found = list(rows.order_by("-id")[: limit + 1])
    following = str(found[limit - 1].id) if len(found) > limit else ""
    return Page(_worded(found[:limit], language), following)


def count_waiting(*, actor: Actor) -> int:
    """How many messages wait for an actor, counted up to 100."""
    return waiting(inbox_of(actor))[:MOST].count()


def get_message(message_id: UUID, *, language: str, actor: Actor) -> Message:
    """One message of an actor's. Raises MessageUnknown."""
    row = inbox_of(actor).filter(id=message_id).first()
    if row is None:
        raise MessageUnknown()
    return _worded([row], language)[0]


def template_titles(*, language: str) -> dict[str, str]:
    """The title of every kind of message, for filters."""
    return {each.id: each.title[language] for each in definitions.load("messages", "template")}


def channels_of(*, actor: Actor, at: datetime, language: str) -> tuple[ChannelChoice, ...]:
    """Every channel with the actor's choice; one that was never chosen is off."""
    rows = {
        row.channel: row for row in models.ChannelChoice.objects.filter(account_id=actor.account)
    }
    return tuple(
        ChannelChoice(
            channel=id,
            title=found.title[language],
            needs_address="address" in found.content,
            is_open=channels.is_open(found),
            is_on=rows[id].is_on if id in rows else False,
            has_address=id in rows and rows[id].address is not None,
            least_urgency=tuple(Urgency)[rows[id].least_urgency] if id in rows else Urgency.URGENT,
            version=rows[id].version if id in rows else 0,
        )
        for id, found in channels.channels(on=legal_day(at)).items()
    )


def dead_deliveries(*, limit: int = MOST, actor: Actor) -> tuple[Delivery, ...]:
    """Outbound messages that were given up, newest first. Raises NotPermitted."""
    require(actor, "feed.manage")
    rows = models.Delivery.objects.filter(state=DeliveryState.DEAD.value)
    return tuple(
        Delivery(
            id=row.id,
            message_id=row.message_id,
            template=row.message.template,
            account_id=row.account_id,
            channel=row.channel,
            state=DeliveryState(row.state),
            attempts=row.attempts,
            fault=row.fault,
            created_at=row.created_at,
            next_at=row.next_at,
        )
        for row in rows.select_related("message").order_by("-id")[:limit]
    )


def _cursor(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CursorUnreadable() from None


def _worded(rows: list[models.Message], language: str) -> tuple[Message, ...]:
    """Rows in words; institutions are named by one query for all."""
    found = [templates.template(row.template, on=legal_day(row.created_at)) for row in rows]
    pairs = list(zip(rows, found, strict=True))
    ids = {id for row, each in pairs for id in templates.organization_ids(each, row.parameters)}
    names = registry.names_by_id(ids=ids, language=language) if ids else {}
    return tuple(_message(row, each, language, names) for row, each in pairs)


def _message(
    row: models.Message,
    found: Definition,
    language: str,
    organizations: dict[int, str],
) -> Message:
    def words(part: str) -> str:
        return templates.words(
            found, part, row.parameters, language=language, organizations=organizations
        )

    return Message(
        id=row.id,
        template=row.template,
        title=words("subject"),
        body=words("body"),
        link=row.link,
        urgency=tuple(Urgency)[row.urgency],
        asks=Asks(row.asks),
        subject_kind=row.subject_kind,
        created_at=row.created_at,
        is_personal=row.account_id is not None,
        is_read=row.was_read,
        is_settled=row.settled_at is not None,
    )
