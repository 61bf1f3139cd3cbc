"""Send rows by the interface of a system: queued as a batch, posted outside of a transaction, settled by the reply.

A batch is posted until it is answered, with growing pauses and always under the same number, by which the other
side knows it again. Receipts in the reply are taken up like a file of receipts. What was refused, or never
reached the other side, stands as rejected with the reason and can be sent again, also as a file.
"""

from datetime import datetime, timedelta

from django.db import transaction

from kangmai.handover import contents, events, interface, models, rules, systems
from kangmai.handover.actions.receipts import take_up
from kangmai.handover.actions.send import mark, waiting
from kangmai.handover.interface import Address, Answer
from kangmai.handover.types import Deed, State, System, Way
from kangmai.handover.writing import keep_steps, write_down
from kangmai.kernel.actor import operator
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day

SENDER = operator(
    "handover.sender", permissions=("handover.read", "handover.send", "deadlines.write")
)
MOST_BATCHES = 20
"""Requests for one system in one run."""
LEASE = timedelta(minutes=5)
"""How long a sender has a batch to itself."""


def post_due(*, at: datetime) -> int:
    """Queue what waits for systems whose address is known, and post what is due; returns the requests made.

    Raises:
        InterfaceIncorrect: the file that names the addresses cannot be read.
    """
    known = interface.addresses()
    open_ones = [
        target
        for target in systems.systems(on=legal_day(at))
        if target.interface is not None and target.id in known
    ]
    for target in open_ones:
        for _ in range(MOST_BATCHES):
            if not _queue(target, at):
                break
    count = 0
    for target in open_ones:
        while posting := _take(target, at):
            _post(target, known[target.id], posting, at)
            count += 1
    return count


def _queue(target: System, at: datetime) -> bool:
    """Make a batch of the oldest rows that wait; whether there were any."""
    assert target.interface is not None
    with transaction.atomic():
        rows = waiting(target, None, (), SENDER, most=target.interface.most_rows)
        if not rows:
            return False
        id = uuid7()
        number = f"{legal_day(at):%Y%m%d}-{id.hex[-6:].upper()}"
        lines = [rules.cells(target, contents.values_of(row))[0] for row in rows]
        content_key, content = contents.sealed_file(id, interface.body(target, lines, batch=number))
        batch = models.Batch.objects.create(
            id=id,
            number=number,
            system=target.id,
            labels=sorted({row.label for row in rows}),
            rows=len(rows),
            file_name=f"{number}.json",
            content=content,
            content_key=content_key,
            key=f"interface-{id.hex}",
            created_at=at,
            created_by=SENDER.account,
        )
        models.Posting.objects.create(batch=batch, next_at=at)
        mark(rows, Way.API, batch, SENDER, at)
    return True


def _take(target: System, at: datetime) -> models.Posting | None:
    """One batch that is due, with a lease: nothing is posted within a transaction."""
    with transaction.atomic():
        due = models.Posting.objects.select_for_update(skip_locked=True, of=("self",))
        due = due.filter(next_at__lte=at, batch__system=target.id).select_related("batch")
        posting = due.order_by("next_at", "batch_id").first()
        if posting is not None:
            posting.attempts += 1
            posting.next_at = at + LEASE
            posting.save(update_fields=["attempts", "next_at"])
    return posting


def _post(target: System, address: Address, posting: models.Posting, at: datetime) -> None:
    batch = posting.batch
    content = contents.file_of(batch)
    answer = interface.post(target, address, content, batch=batch.number)
    with transaction.atomic():
        _settle(target, posting, answer, at)


def _settle(target: System, posting: models.Posting, answer: Answer, at: datetime) -> None:
    assert target.interface is not None
    pauses = target.interface.retry_seconds
    posting.fault = answer.fault[:48]
    if answer.may_repeat and posting.attempts <= len(pauses):
        posting.next_at = at + timedelta(seconds=pauses[posting.attempts - 1])
    else:
        posting.next_at, posting.ended_at = None, at
        if answer.lines:
            report = take_up(target, answer.lines, actor=SENDER, at=at)
            posting.fault = f"{len(report.faults)} unmatched" if report.faults else ""
        elif answer.fault and answer.fault != "ReplyUnreadable":
            _give_up(posting, answer.fault, at)
    posting.save()


def _give_up(posting: models.Posting, fault: str, at: datetime) -> None:
    """Rows that did not arrive stand as rejected; what changed meanwhile waits as it is."""
    found = models.Entry.objects.filter(batch=posting.batch, state=State.SENT.value)
    rows = list(found.select_for_update().order_by("id"))
    for row in rows:
        row.state, row.reason = State.REJECTED.value, fault
        row.version += 1
    models.Entry.objects.bulk_update(rows, ["state", "reason", "version"])
    pairs = [(row, Deed.REJECTED) for row in rows]
    keep_steps(pairs, note=fault, batch=posting.batch, actor=SENDER, at=at)
    write_down(rows, events.REJECTED, reason=fault, actor=SENDER, at=at)
