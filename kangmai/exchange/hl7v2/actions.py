"""Take a message of an institution: store it whole or refuse it with reasons; map kept messages again."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

import psycopg
from django.db import DatabaseError, transaction

from kangmai.exchange.hl7v2 import messages, models
from kangmai.exchange.hl7v2.acknowledging import acknowledgement
from kangmai.exchange.hl7v2.errors import MessageRefused, MessageRejected, NotAnInstitution
from kangmai.exchange.hl7v2.mapping.faults import DUPLICATE_KEY, INTERNAL, TYPE, UNKNOWN_CODE
from kangmai.exchange.hl7v2.mapping.messages import Draft, definition_of, mapped
from kangmai.exchange.hl7v2.plates import take_plate
from kangmai.exchange.hl7v2.reading import header_of, read
from kangmai.exchange.hl7v2.storing import source_of, store
from kangmai.exchange.hl7v2.types import Answer, Header, Message, Problem, Replayed, State
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, operator
from kangmai.kernel.errors import Category, KangmaiError
from kangmai.kernel.ids import OrganizationId, uuid7
from kangmai.records.errors import InvalidResource, OperationFailed
from kangmai.records.types import Source
from kangmai.registry import queries as registry

KEPT_DAYS = 400
_OUR_FAULTS = (Category.FAULT, Category.UNAVAILABLE, Category.INTERRUPTED, Category.BUSY)

logger = logging.getLogger(__name__)


def receive(raw: bytes, *, source: Source, actor: Actor, at: datetime) -> Answer:
    """Take one message, as the source's institution; the answer is its acknowledgement.

    A message that was accepted before is accepted again without any effect; the same control id with
    another content is rejected. A refused message is kept and can be sent again, or mapped again.

    Raises:
        NotAnInstitution: the sender acts for no institution.
    """
    if source.organization is None:
        raise NotAnInstitution(client=source.name)
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    header = header_of(raw)
    state, problems, was_known = _taken(raw, header, source, actor, at)
    text = acknowledgement(header, state, problems, control_id=uuid7().hex[:20], at=at)
    return Answer(state, text, problems, was_known)


def cannot_take(raw: bytes, error: KangmaiError, *, at: datetime) -> bytes:
    """The acknowledgement of a message that nobody could be found to write as; it is not kept."""
    header = header_of(raw)
    return acknowledgement(
        header, State.REJECTED, (_told(error, INTERNAL),), control_id=uuid7().hex[:20], at=at
    )


def _taken(
    raw: bytes, header: Header, source: Source, actor: Actor, at: datetime
) -> tuple[State, tuple[Problem, ...], bool]:
    assert source.organization is not None
    organization = source.organization
    try:
        with transaction.atomic():
            if header.control_id:
                messages.lock_number(organization, header)
            before = messages.find(organization, header)
            if before is not None and before.state == State.ACCEPTED:
                return *_known_already(before, raw), True
            _store(raw, before, source, actor, at)
        return State.ACCEPTED, (), False
    except MessageRejected as error:
        state, problems = State.REJECTED, error.problems
    except MessageRefused as error:
        state, problems = State.REFUSED, error.problems
    except KangmaiError as error:
        if error.category in _OUR_FAULTS:
            logger.error("HL7 v2 message failed: %s", error.code)
            return State.REJECTED, (_told(error, INTERNAL),), False
        state, problems = State.REFUSED, tuple(_problems(error, []))
    except (psycopg.Error, DatabaseError):
        logger.exception("HL7 v2 message failed in the database")
        return State.REJECTED, (_busy(),), False
    _keep_refused(raw, header, state, problems, source, at)
    return state, problems, False


def _known_already(before: models.Message, raw: bytes) -> tuple[State, tuple[Problem, ...]]:
    if bytes(before.content_hash) == messages.content_hash(raw):
        return State.ACCEPTED, ()
    english = "this control id was used for another message, which was accepted"
    return State.REJECTED, (
        Problem(DUPLICATE_KEY, "MSH^1^10", english, "该消息控制号已用于另一条已接收的消息"),
    )


def _store(
    raw: bytes, before: models.Message | None, source: Source, actor: Actor, at: datetime
) -> None:
    """Read, map and write a message within the open transaction.

    Raises:
        MessageRejected, MessageRefused, and the errors of the record.
    """
    assert source.organization is not None
    message = read(raw)
    _take(message, newer_than=None, source=source, actor=actor, at=at)
    messages.keep(
        raw, message.header, state=State.ACCEPTED, problems=(), before=before,
        organization=source.organization, client=source.name, at=at,
    )  # fmt: skip


def _take(
    message: Message, *, newer_than: datetime | None, source: Source, actor: Actor, at: datetime
) -> None:
    """Write what a message says: the plate of an instrument to testing, all else to the record."""
    assert source.organization is not None
    code = _code_of(source.organization)
    _require_own(message.header, code)
    if take_plate(message, source.organization, actor=actor, at=at):
        return
    drafts = _mapped(message, code)
    _write(drafts, newer_than=newer_than, source=source, actor=actor, at=at)


def _mapped(message: Message, code: str) -> list[Draft]:
    definition = definition_of(message.header.event)
    if isinstance(definition, Problem):
        raise MessageRejected((definition,))
    drafts, problems = mapped(message, definition, organization=code)
    if problems:
        raise MessageRefused(tuple(problems))
    return drafts


def _write(
    drafts: list[Draft], *, newer_than: datetime | None, source: Source, actor: Actor, at: datetime
) -> None:
    try:
        problems = store(
            drafts, newer_than=newer_than, source=source_of(source), actor=actor, at=at
        )
    except KangmaiError as error:
        if error.category in _OUR_FAULTS:
            raise
        raise MessageRefused(tuple(_problems(error, drafts))) from error
    if problems:
        raise MessageRefused(tuple(problems))


def _code_of(organization: OrganizationId) -> str:
    reader = operator("hl7v2", permissions=("registry.read",))
    return registry.get_organization(organization_id=organization, actor=reader).code


def _require_own(header: Header, code: str) -> None:
    """A sending facility that is another institution's code is refused: each writes as itself only."""
    facility = header.sending_facility
    if not facility or facility == code:
        return
    reader = operator("hl7v2", permissions=("registry.read",))
    if registry.find_organization(code=facility, actor=reader) is not None:
        english = "MSH-4 names another institution than the one that sends"
        raise MessageRejected(
            (Problem(UNKNOWN_CODE, "MSH^1^4", english, "MSH-4 填写的不是发送方机构"),)
        )


def _problems(error: KangmaiError, drafts: list[Draft]) -> Iterator[Problem]:
    """What the record found wrong, at the segment that it comes from."""
    cause = error.cause if isinstance(error, OperationFailed) else error
    if isinstance(cause, InvalidResource):
        kind = cause.issues[0].expression.partition(".")[0]
        for issue in cause.issues:
            english, chinese = (
                f"{issue.expression}: {issue.message}",
                f"{issue.expression}：{issue.message_zh}",
            )
            yield Problem(TYPE, _place(drafts, kind, error), english, chinese)
    else:
        yield Problem(INTERNAL, "MSH^1", cause.message("en"), cause.message("zh"))


def _place(drafts: list[Draft], kind: str, error: KangmaiError) -> str:
    """The segment from which a refused resource comes: the one at the operation's place, else the first of its type."""
    position = error.position if isinstance(error, OperationFailed) else 0
    alike = [draft for draft in drafts if draft.type == kind]
    if position < len(drafts) and drafts[position] in alike:
        return str(drafts[position].place)
    return str(alike[0].place) if alike else "MSH^1"


def _told(error: KangmaiError, code: str) -> Problem:
    return Problem(code, "MSH^1", error.message("en"), error.message("zh"))


def _busy() -> Problem:
    return Problem(INTERNAL, "MSH^1", "nothing was stored; send it again", "未保存，请重新发送")


def _keep_refused(
    raw: bytes,
    header: Header,
    state: State,
    problems: tuple[Problem, ...],
    source: Source,
    at: datetime,
) -> None:
    """Keep a message that was not stored, unless one that was accepted stands under its number."""
    assert source.organization is not None
    organization = source.organization
    with transaction.atomic():
        if header.control_id:
            messages.lock_number(organization, header)
        before = messages.find(organization, header)
        if before is None or before.state != State.ACCEPTED:
            messages.keep(
                raw, header, state=state, problems=problems, before=before,
                organization=organization, client=source.name, at=at,
            )  # fmt: skip


def replay(
    *,
    since: datetime | None,
    organization: OrganizationId | None = None,
    actor: Actor,
    at: datetime,
) -> Iterator[Replayed]:
    """Map kept messages again, in the order in which they came, each in a transaction of its own.

    What was written after a message stays: the message only fills what is missing there.

    Args:
        since: all messages received from this moment; None for those alone that were not accepted.
        organization: only those of one institution.
    """
    rows = models.Message.objects.order_by("received_at", "id")
    rows = rows.filter(received_at__gte=since) if since else rows.exclude(state=State.ACCEPTED)
    if organization is not None:
        rows = rows.filter(organization_id=organization)
    for id in list(rows.values_list("id", flat=True)):
        yield _replay_one(id, actor, at)


def _replay_one(id: object, actor: Actor, at: datetime) -> Replayed:
    row = models.Message.objects.get(pk=id)
    before = State(row.state)
    source = Source(name=row.client, organization=OrganizationId(row.organization_id))
    problems: tuple[Problem, ...] = ()
    try:
        with transaction.atomic():
            message = read(messages.raw_of(row))
            _take(message, newer_than=row.decided_at, source=source, actor=actor, at=at)
            messages.decide(row, state=State.ACCEPTED, problems=(), at=at)
            audit.record(
                actor=actor,
                at=at,
                action="hl7.replay",
                object_type="hl7_message",
                object_id=str(row.pk),
            )
        after = State.ACCEPTED
    except MessageRefused as error:
        problems = error.problems
        after = State.REJECTED if isinstance(error, MessageRejected) else State.REFUSED
        if before is not State.ACCEPTED:
            row = models.Message.objects.get(pk=id)
            messages.decide(row, state=after, problems=problems, at=at)
    return Replayed(str(id), row.sender, row.control_id, row.event, before, after, problems)


def forget_old(*, at: datetime) -> int:
    """Forget messages that came more than 400 days ago; returns how many."""
    old = models.Message.objects.filter(received_at__lt=at - timedelta(days=KEPT_DAYS))
    return old.delete()[0]
