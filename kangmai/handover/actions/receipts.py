"""Record what the other system answered: one receipt, or a file of them, after a trial if wanted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines.types import Met, Subject
from kangmai.handover import contents, events, models, sheets, systems
from kangmai.handover.errors import ColumnsMissing, ReceiptMissing, ReceiptTaken
from kangmai.handover.queries import entry_of
from kangmai.handover.reach import inside
from kangmai.handover.types import Deed, Entry, LineFault, ReceiptReport, State, System
from kangmai.handover.writing import SEND, locked, reference, write_down
from kangmai.kernel.actor import Actor, require
from kangmai.standards.calendars import legal_day

ANSWERED_FIELDS = ["state", "receipt_number", "received_at", "reason", "version"]
ANSWERABLE = (State.SENT.value, State.CHANGED.value)
MOST_FAULTS = 500
FAULTS = {
    "no_match": ("未找到对应的已上报记录", "no row that was sent has these values"),
    "ambiguous": ("对应多条记录", "several rows have these values"),
    "no_number": ("缺少回执编号", "the number of the receipt is missing"),
    "no_key": ("缺少用于核对的列", "a column that names the row is empty"),
    "other_number": ("该记录已有另一回执编号", "the row has another receipt already"),
    "number_taken": ("回执编号已属于另一条记录", "the receipt belongs to another row already"),
    "not_sent": ("该记录未处于已上报状态", "the row is not among those sent"),
    "twice": ("同一记录在文件中出现多次", "the row stands in the file more than once"),
}


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the file with what names its row."""

    number: int
    match: bytes | None
    receipt: str
    is_accepted: bool
    reason: str


def record_receipt(
    *, entry_id: UUID, receipt_number: str, expected_version: int, actor: Actor, at: datetime
) -> Entry:
    """Record the receipt of one row; the deadline of its system is met.

    A row that changed since keeps standing as changed: the receipt is for what was sent.

    Raises:
        NotPermitted, EntryUnknown, EntryChanged, NotInThisState, ReceiptMissing, ReceiptTaken.
    """
    receipt_number = receipt_number.strip()[:64]
    if not receipt_number:
        raise ReceiptMissing()
    with transaction.atomic():
        row = locked(entry_id, expected_version, actor, states=(State.SENT, State.CHANGED))
        same = models.Entry.objects.filter(system=row.system, receipt_number=receipt_number)
        if other := same.exclude(id=row.id).first():
            raise ReceiptTaken(reference=reference(other))
        _receive(row, receipt_number, at)
        _save([row], [], actor, at)
    return entry_of(row)


def try_receipts(*, system: str, file: bytes, actor: Actor, at: datetime) -> ReceiptReport:
    """Say what `read_receipts` would do with a file, and change nothing. Raises as it does."""
    require(actor, SEND)
    target = systems.system(system, on=legal_day(at))
    _, _, report = _sorted_out(target, sheets.read(file), actor)
    return report


def read_receipts(*, system: str, file: bytes, actor: Actor, at: datetime) -> ReceiptReport:
    """Take up a file of receipts: sound lines are recorded, the others named with what is wrong.

    Raises:
        NotPermitted, UnknownDefinition, FileTooLarge, TableUnreadable, ColumnsMissing.
    """
    require(actor, SEND)
    target = systems.system(system, on=legal_day(at))
    return take_up(target, sheets.read(file), actor=actor, at=at)


def take_up(
    target: System, table: Sequence[Mapping[str, str]], *, actor: Actor, at: datetime
) -> ReceiptReport:
    """Take up receipts, each by the titles of the system's receipts.

    Raises:
        ColumnsMissing
    """
    with transaction.atomic():
        received, rejected, report = _sorted_out(target, table, actor)
        for row, line in received:
            _receive(row, line.receipt, at)
        for row, line in rejected:
            row.state, row.reason = State.REJECTED.value, line.reason[:300]
            row.version += 1
        _save([row for row, _ in received], [row for row, _ in rejected], actor, at)
    return report


Pairs = list[tuple[models.Entry, _Line]]


def _sorted_out(
    target: System, table: Sequence[Mapping[str, str]], actor: Actor
) -> tuple[Pairs, Pairs, ReceiptReport]:
    """The rows that a table says were received and rejected, locked, and the report of all lines."""
    lines = _lines(target, table)
    rows = _rows(target, lines, actor)
    taken = _numbers(target, lines)
    received: Pairs = []
    rejected: Pairs = []
    faults, same = [], 0
    seen: set[UUID] = set()
    for line in lines:
        found = rows.get(line.match, []) if line.match else []
        if fault := _fault(line, found, taken, seen):
            faults.append(LineFault(line.number, fault, *FAULTS[fault]))
            continue
        (row,) = found
        seen.add(row.id)
        if line.is_accepted and row.receipt_number == line.receipt:
            same += 1
        else:
            (received if line.is_accepted else rejected).append((row, line))
    report = ReceiptReport(
        len(lines), len(received), len(rejected), same, tuple(faults[:MOST_FAULTS])
    )
    return received, rejected, report


def _lines(target: System, table: Sequence[Mapping[str, str]]) -> list[_Line]:
    form = target.receipt
    titles = [*form.match, form.number, form.result]
    if table and (missing := [title for title in titles if title not in table[0]]):
        raise ColumnsMissing(columns="、".join(missing))
    return [_line(target, number, line) for number, line in enumerate(table, start=2)]


def _line(target: System, number: int, line: Mapping[str, str]) -> _Line:
    form = target.receipt
    parts = [line.get(title, "") for title in form.match]
    text = "\x1f".join(parts) if all(parts) else ""
    return _Line(
        number,
        contents.match_hash(target.id, text),
        line.get(form.number, "")[:64],
        line.get(form.result, "") in form.accepted,
        line.get(form.reason, ""),
    )


def _rows(target: System, lines: Sequence[_Line], actor: Actor) -> dict[bytes, list[models.Entry]]:
    """The rows that the lines may name, by what names them, locked in the order of their ids."""
    asked = {line.match for line in lines if line.match}
    found = inside(actor).filter(system=target.id, match_hash__in=asked, sent_at__isnull=False)
    rows: dict[bytes, list[models.Entry]] = {}
    with transaction.atomic():
        for row in found.select_for_update().order_by("id"):
            rows.setdefault(bytes(row.match_hash or b""), []).append(row)
    return rows


def _numbers(target: System, lines: Sequence[_Line]) -> dict[str, UUID]:
    """Receipt numbers of the file that rows have already."""
    numbers = {line.receipt for line in lines if line.receipt}
    found = models.Entry.objects.filter(system=target.id, receipt_number__in=numbers)
    return dict(found.values_list("receipt_number", "id"))


def _fault(
    line: _Line, found: Sequence[models.Entry], taken: dict[str, UUID], seen: set[UUID]
) -> str:
    """What is wrong with a line, or nothing; a sound number is taken from then on."""
    if line.match is None:
        return "no_key"
    if len(found) != 1:
        return "ambiguous" if found else "no_match"
    (row,) = found
    if row.id in seen:
        return "twice"
    if not line.is_accepted:
        return "" if row.state in ANSWERABLE else "not_sent"
    if not line.receipt:
        return "no_number"
    if row.receipt_number == line.receipt:
        return ""
    if row.state not in ANSWERABLE:
        return "other_number" if row.receipt_number else "not_sent"
    if taken.setdefault(line.receipt, row.id) != row.id:
        return "number_taken"
    return ""


def _receive(row: models.Entry, number: str, at: datetime) -> None:
    if row.state == State.SENT.value:
        row.state = State.RECEIVED.value
    row.receipt_number, row.received_at, row.reason = number, at, ""
    row.version += 1


def _save(
    received: Sequence[models.Entry],
    rejected: Sequence[models.Entry],
    actor: Actor,
    at: datetime,
) -> None:
    models.Entry.objects.bulk_update([*received, *rejected], ANSWERED_FIELDS)
    models.Step.objects.bulk_create(
        models.Step(
            entry=row,
            at=at,
            account_id=actor.account,
            deed=(Deed.RECEIVED if row.receipt_number else Deed.REJECTED).value,
            note=row.receipt_number or row.reason,
        )
        for row in (*received, *rejected)
    )
    meet_deadlines(received, actor=actor, at=at)
    write_down(received, events.RECEIVED, actor=actor, at=at)
    write_down(rejected, events.REJECTED, actor=actor, at=at)


def _deadlines(system: System) -> tuple[str, ...]:
    return (system.deadline, *system.other_deadlines)


def meet_deadlines(rows: Sequence[models.Entry], *, actor: Actor, at: datetime) -> None:
    """The receipt stops the clock of the system, and is the proof."""
    met = [
        Met(deadline, Subject(row.subject_kind, row.subject_id), at, "handover", str(row.id))
        for row in rows
        for deadline in _deadlines(systems.system(row.system, on=legal_day(at)))
    ]
    deadlines.meet(met, actor=actor, at=at)
