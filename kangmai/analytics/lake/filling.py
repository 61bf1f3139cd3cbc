"""Bring the lake up to what the database holds: only the partitions that changed, exactly once.

One snapshot of the database is read. The marks of all partitions are compared with those in the
manifest; what is new or differs is exported, what is gone is dropped, the rest keeps its files, unless one of them is lost or was altered:
then it is written anew. The new manifest takes force in one step at the end, so that a run that is cut off leaves the old lake as it was.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

from kangmai.analytics.errors import LakeBroken, ViewBroken
from kangmai.analytics.lake.content import has_duplicates, has_neighbours_alike, in_order
from kangmai.analytics.lake.lock import locked
from kangmai.analytics.lake.manifest import Cutoff, Manifest, Partition, TableState
from kangmai.analytics.lake.source import Mark, Place, Read, Snapshot, snapshot
from kangmai.analytics.lake.store import Lake
from kangmai.analytics.lake.verifying import damaged
from kangmai.analytics.published import PublishedView
from kangmai.analytics.types import FillReport, Progress, Report, TableReport

WRITERS = 2
"""So many partitions are written at once, and as many wait: that many are held in memory besides the one read."""


def fill(
    lake: Lake,
    views: Mapping[str, PublishedView],
    *,
    database_url: str,
    anew: bool,
    report: Report,
    at: datetime,
) -> FillReport:
    """Bring the lake up to date, or read everything `anew`. Raises LakeBusy, ViewBroken, LakeUnreachable."""
    with locked(database_url), snapshot(database_url) as source:
        before = _before(lake, anew)
        cutoff = Cutoff(at, *source.cutoff())
        tables, reports = {}, []
        for view in views.values():
            old = before.tables.get(view.id) if before else None
            table, told = _fill_table(lake, source, view, None if anew else old, report)
            same = old is not None and old.content == table.content
            tables[view.id] = table
            reports.append(replace(told, is_same=same))
        written = frozenset[str]().union(*(each.written for each in reports))
        is_mended = anew or any(each.mended_partitions for each in reports)
        mended = at.isoformat() if is_mended else before.mended if before else ""
        manifest = lake.put_in_force(cutoff, tables, written=written, mended=mended)
        return FillReport(manifest, tuple(reports))


def _before(lake: Lake, anew: bool) -> Manifest | None:
    """The manifest in force; where all is read anew, a broken one hinders nothing. Raises LakeBroken."""
    try:
        return lake.find_manifest()
    except LakeBroken:
        if anew:
            return None
        raise


def _fill_table(
    lake: Lake, source: Snapshot, view: PublishedView, old: TableState | None, report: Report
) -> tuple[TableState, TableReport]:
    report(Progress(view.id, 0, 0))
    kept: dict[Place, Partition] = {}
    broken: frozenset[str] = frozenset()
    if old is None or old.definition != view.version:
        written = _written(lake, view, source.partitions(view, None), None, report)
    else:
        marks = source.marks(view)
        kept, broken = _kept(lake, old, marks)
        touched = {place: mark for place, mark in marks.items() if place not in kept}
        read = source.partitions(view, None if len(touched) == len(marks) else sorted(touched))
        written = _written(lake, view, read if touched else (), touched, report)
    whole = {**kept, **written}
    partitions = tuple(part for _, part in sorted(whole.items()))
    table = TableState(view.id, view.room, view.version, view.schema, partitions)
    gone = {(p.month, p.county) for p in old.partitions} - whole.keys() if old else set()
    return table, TableReport(
        view.id,
        table.rows,
        written=frozenset(each.file for each in written.values()),
        written_rows=sum(each.rows for each in written.values()),
        dropped_partitions=len(gone),
        mended_partitions=len(broken),
        is_same=False,
    )


def _kept(
    lake: Lake, old: TableState, marks: Mapping[Place, Mark]
) -> tuple[dict[Place, Partition], frozenset[str]]:
    """The partitions that still say what the database says and whose file is sound; the files that are not."""
    same = {
        (p.month, p.county): p
        for p in old.partitions
        if marks.get((p.month, p.county)) == Mark(p.rows, p.mark)
    }
    broken = damaged(lake, same.values())
    return {place: p for place, p in same.items() if p.file not in broken}, broken


def _written(
    lake: Lake,
    view: PublishedView,
    read: Iterable[Read],
    marks: Mapping[Place, Mark] | None,
    report: Report,
) -> dict[Place, Partition]:
    """Write partitions while the next ones are read: sorting, hashing and packing need no interpreter.

    `marks` are those by which the partitions were chosen, None where all are read and nothing chose them.
    """
    total, found = len(marks or ()), {}
    with ThreadPoolExecutor(WRITERS) as pool:
        waiting: deque[Future[Partition]] = deque()

        def finish() -> None:
            done = waiting.popleft().result()
            found[done.month, done.county] = done
            report(Progress(view.id, len(found), total))

        for each in read:
            if marks is not None and each.mark != marks[each.place]:
                raise ViewBroken(view=view.id, reason="a second reading gave other rows")
            waiting.append(pool.submit(_write, lake, view, each))
            if len(waiting) > WRITERS:
                finish()
        while waiting:
            finish()
    report(Progress(view.id, len(found), len(found)))
    return found


def _write(lake: Lake, view: PublishedView, read: Read) -> Partition:
    if any(read.rows.column(name).null_count for name in view.key):
        raise ViewBroken(view=view.id, reason="a column of the key is null")
    cluster = (view.cluster,) if view.cluster else ()
    rows = in_order(read.rows, (*cluster, *view.key))
    alike = has_duplicates if cluster else has_neighbours_alike
    if alike(rows, view.key):
        raise ViewBroken(view=view.id, reason=f"the key {', '.join(view.key)} is not unique")
    return lake.write(view.id, read.place, read.fold, rows, once=view.key)
