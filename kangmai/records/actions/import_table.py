"""Take in a table of an institution, row by row: each is stored whole, or rejected with its reasons."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, Grant, require
from kangmai.kernel.connections import joined
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.ids import OrganizationId
from kangmai.records.actions.import_unit import Item, import_unit
from kangmai.records.errors import InvalidResource, OperationFailed
from kangmai.records.queries.ledger import known_of_source
from kangmai.records.tables import checks
from kangmai.records.tables.cells import CellWrong, value_of
from kangmai.records.tables.errors import NotAnInstitutionsTable
from kangmai.records.tables.reading import MOST_ROWS, Cells, rows_of, table
from kangmai.records.tables.resources import Named, resources
from kangmai.records.tables.types import RowFault, Table, TableReport, Values
from kangmai.records.types import Effect, Source
from kangmai.standards.calendars import legal_day

PERMISSION = "records.intake"
FAULTS_KEPT = 1000
NOTHING = {Effect.CREATED: 0, Effect.UPDATED: 0, Effect.UNCHANGED: 0}


class _Trial(Exception):
    """Ends the transaction of a row that was only tried."""


def import_table(
    table_id: str,
    content: bytes,
    *,
    organization: OrganizationId | None,
    is_trial: bool,
    most_rows: int = MOST_ROWS,
    actor: Actor,
    at: datetime,
) -> TableReport:
    """Import the rows of a file, or only try them.

    A row again changes nothing, a changed row makes new versions; what a row is, its numbers say (patient,
    record, visit, report).

    Args:
        content: XLSX or CSV with a line of titles.
        organization: the institution that writes; for others than operators one of the actor's own.
        most_rows: a file with more rows is refused whole.
        is_trial: check everything as an import would, and store nothing.

    Raises:
        NotPermitted, TableUnknown, TableFileUnreadable, TableFileTooLarge, TableTitlesWrong
        NotAnInstitutionsTable: nobody is named, or not one of the actor's own.
    """
    require(actor, PERMISSION)
    of = table(table_id)
    if organization is None or not (
        actor.scope.everything or organization in actor.scope.organizations
    ):
        raise NotAnInstitutionsTable()
    work = _Work(of, organization, is_trial, _writer(actor, organization), at)
    for line, cells in rows_of(content, of, most=most_rows):
        work.take(line, cells)
    report = work.report()
    audit.record(
        actor=actor, at=at, action="records.table.try" if is_trial else "records.table",
        object_type="intake_table", object_id=of.id,
        details={"organization": organization, "rows": report.rows, "rejected": report.rejected},
    )  # fmt: skip
    return report


def _writer(actor: Actor, organization: OrganizationId) -> Actor:
    """The actor with what this action gives: to write as this institution, and nothing else."""
    given = frozenset({"records.create", "records.update"})
    return replace(actor, grants=(Grant("intake", organization, (), given),))


class _Work:
    """The rows of one file as they are gone through."""

    def __init__(
        self, of: Table, organization: OrganizationId, is_trial: bool, actor: Actor, at: datetime
    ) -> None:
        self.table, self.organization, self.is_trial, self.actor, self.at = (
            of,
            organization,
            is_trial,
            actor,
            at,
        )
        self.source = Source(name=f"table:{organization}", organization=organization)
        self.rows = self.rejected = 0
        self.effects = dict(NOTHING)
        self.faults: list[RowFault] = []
        self.tried: dict[str, bytes] = {}  # what the rows of a trial would have stored, by name

    def take(self, line: int, cells: Cells) -> None:
        """One row."""
        self.rows += 1
        values, faults = _read(line, cells, self.table, self.at)
        if not faults:
            faults = list(_logic(line, values, self.table))
        if not any(not fault.is_warning for fault in faults):
            faults += self._store(
                line, resources(values, self.table, organization=self.organization)
            )
        self.rejected += any(not fault.is_warning for fault in faults)
        self.faults += faults[: max(0, FAULTS_KEPT - len(self.faults))]

    def _store(self, line: int, named: list[Named]) -> list[RowFault]:
        try:
            effect = self._write(named)
        except KangmaiError as error:
            return list(_told(line, error))
        self.effects[effect] += 1
        return []

    def _write(self, named: list[Named]) -> Effect:
        """What a row did as a whole; a trial takes everything back."""
        effects: list[Effect] = []
        try:
            with joined():
                items = [
                    Item(name, body["resourceType"], orjson.dumps(body))
                    for name, body in self._merged(named)
                ]
                effects = import_unit(items, source=self.source, actor=self.actor, at=self.at)
                if self.is_trial:
                    effects = self._as_if_stored(items, effects)
                    raise _Trial
        except _Trial:
            pass
        main = effects[1]  # the person comes first, then what the row is about
        return (
            main
            if main is not Effect.UNCHANGED or Effect.UPDATED not in effects
            else Effect.UPDATED
        )

    def _as_if_stored(self, items: list[Item], effects: list[Effect]) -> list[Effect]:
        """What items of a trial would have done after the rows before them, which were all taken back."""
        told = []
        for item, effect in zip(items, effects, strict=True):
            before, self.tried[item.full_url] = self.tried.get(item.full_url), item.raw
            if before is not None:
                effect = Effect.UNCHANGED if before == item.raw else Effect.UPDATED
            told.append(effect)
        return told

    def _merged(self, named: list[Named]) -> Iterator[Named]:
        """A known person keeps what this row does not tell."""
        (name, person), *rest = named
        known = known_of_source(self.source, [name], actor=self.actor).get(name)
        body = b"" if known is None or known.is_deleted else known.body
        if body := self.tried.get(name, body):
            old = {k: v for k, v in orjson.loads(body).items() if k not in ("id", "meta")}
            person = {**old, **person}
        yield name, person
        yield from rest

    def report(self) -> TableReport:
        return TableReport(
            rows=self.rows,
            created=self.effects[Effect.CREATED],
            updated=self.effects[Effect.UPDATED],
            unchanged=self.effects[Effect.UNCHANGED],
            rejected=self.rejected,
            faults=tuple(self.faults),
            is_trial=self.is_trial,
        )


def _read(line: int, cells: Cells, of: Table, at: datetime) -> tuple[Values, list[RowFault]]:
    """The values of a row, and what is wrong with single cells."""
    values: Values = {}
    faults: list[RowFault] = []
    for column in of.columns:
        found: list[Any] = []
        for place in range(column.repeat or 1):
            title, text = cells.get((column.field, place), (column.title, ""))
            try:
                found.append(value_of(text, column, on=legal_day(at)) if text else None)
            except CellWrong as error:
                faults.append(RowFault(line, title, error.english, error.chinese))
                found.append(None)
                continue
            if column.is_required and not text:
                faults.append(RowFault(line, title, "this is missing", "未填写"))
        values[column.field] = found if column.repeat else found[0]
    return values, faults


def _logic(line: int, values: Values, of: Table) -> Iterator[RowFault]:
    titles = {column.field: column.title.replace("{n}", "") for column in of.columns}
    for check, field in checks.failed(values, of):
        is_warning = check.get("severity") == "warning"
        yield RowFault(line, titles[field], check["en"], check["zh"], is_warning)


def _told(line: int, error: KangmaiError) -> Iterator[RowFault]:
    """What the record refuses."""
    cause = error.cause if isinstance(error, OperationFailed) else error
    if isinstance(cause, InvalidResource):
        for issue in cause.issues:
            yield RowFault(line, issue.expression, issue.message, issue.message_zh)
    else:
        yield RowFault(line, "", cause.message("en"), cause.message("zh"))
