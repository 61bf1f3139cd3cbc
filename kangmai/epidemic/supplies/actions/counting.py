"""Take a file of counted stocks, all of it or nothing."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from kangmai.epidemic.supplies.actions.booking import book
from kangmai.epidemic.supplies.errors import InstitutionUnknown, ItemTwice, ReasonMissing
from kangmai.epidemic.supplies.reach import KEEP
from kangmai.epidemic.supplies.rulebook import rule
from kangmai.epidemic.supplies.tables import CountRow, read_counts
from kangmai.epidemic.supplies.types import EntryKind, ImportReport, RowError
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.errors import KangmaiError
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day


class _Undo(Exception):
    """Leaves the transaction without writing."""


def import_counts(
    text: str, *, reason: str, dry_run: bool, key: UUID, actor: Actor, at: datetime
) -> ImportReport:
    """Book the counts of a CSV file: one entry for each institution; a lot that the file does not name stays.

    Every row is tried, so that the report shows every fault at once; with a single fault, or in a dry run,
    nothing is written. The same file again changes nothing.

    Raises:
        NotPermitted, FileHeaderWrong, ReasonMissing.
    """
    require(actor, KEEP)
    if not reason.strip():
        raise ReasonMissing()
    rows, errors = read_counts(text, rule(on=legal_day(at)))
    ids = {code: _institution(code, actor) for code in {each.institution for each in rows}}
    errors += [
        RowError(each.line, "institution", InstitutionUnknown(organization=each.institution))
        for each in rows
        if ids[each.institution] is None
    ]
    errors += _twice(rows)
    by_institution: dict[int, list[CountRow]] = defaultdict(list)
    for each in rows:
        if (id := ids[each.institution]) is not None:
            by_institution[id].append(each)
    changed = 0
    try:
        with transaction.atomic():
            for organization in sorted(by_institution):
                mine = by_institution[organization]
                changed += _count(organization, mine, errors, reason, key, actor, at)
            if errors or dry_run:
                raise _Undo
    except _Undo:
        pass
    total = len(rows) + sum(1 for each in errors if each.line not in {row.line for row in rows})
    return ImportReport(
        rows=total,
        changed=changed,
        unchanged=len(rows) - changed if not errors else 0,
        institutions=len(by_institution),
        errors=tuple(sorted(errors, key=lambda each: each.line)),
        is_written=not errors and not dry_run,
    )


def _institution(code: str, actor: Actor) -> int | None:
    found = registry.find_organization(code=code, actor=actor)
    return None if found is None else found.id


def _twice(rows: list[CountRow]) -> list[RowError]:
    seen: set[tuple[object, ...]] = set()
    errors = []
    for each in rows:
        counted = each.counted
        lot = each.institution, counted.item, counted.lot, counted.expires_on
        if lot in seen:
            errors.append(RowError(each.line, "item", ItemTwice(item=counted.item)))
        seen.add(lot)
    return errors


def _count(
    organization: int,
    rows: list[CountRow],
    errors: list[RowError],
    reason: str,
    key: UUID,
    actor: Actor,
    at: datetime,
) -> int:
    """Book the rows of one institution; how many of them changed something."""
    lines = {
        (each.counted.item, each.counted.lot, each.counted.expires_on): each.counted
        for each in rows
    }
    try:
        with transaction.atomic():
            entry = book(
                organization=organization,
                kind=EntryKind.COUNT,
                lines=list(lines.values()),
                booked_on=legal_day(at),
                reason=reason,
                key=uuid5(key, str(organization)),
                actor=actor,
                at=at,
            )
    except KangmaiError as error:
        errors.append(RowError(rows[0].line, "institution", error))
        return 0
    return len(entry.movements)
