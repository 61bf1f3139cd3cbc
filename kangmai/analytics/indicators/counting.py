"""Count an indicator over the lake for every place at once, and keep the counts for the next who asks.

Counts depend on the rule, the period and the rows of the tables, and on nothing else: they are kept under
a hash of these, so that a night in which no visit changed leaves the figures of visits as they are. A night
that found a damaged file has all counted again: nobody knows which of them had read it.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import orjson

from kangmai.analytics.engines.measure import Cell, Measure
from kangmai.analytics.errors import LakeBehind, LakeBroken
from kangmai.analytics.indicators.definition import Indicator
from kangmai.analytics.lake.manifest import Manifest, TableState
from kangmai.analytics.lake.storage import Files
from kangmai.analytics.lake.store import Lake
from kangmai.analytics.lake.verifying import damaged
from kangmai.analytics.published import published_views
from kangmai.analytics.types import Engine, Form
from kangmai.kernel.words import Words, listed
from kangmai.standards.calendars import legal_day
from kangmai.standards.periods import Period

if TYPE_CHECKING:
    from kangmai.analytics.engines.duck import Opener

FIGURES = "figures"
CELLS = 2
"""How finely counts are kept: rows of institutions by institution."""
NOTHING_BROUGHT = Words("数据湖中还没有数据", "nothing has been brought to the lake yet")
NOT_BEGUN = Words("数据截止时该期尚未开始", "the period had not begun when the data were taken")


@dataclass(frozen=True, slots=True)
class Counts:
    """The cells of what is counted, and of what it is counted against, each in the order of places."""

    counted: tuple[Cell, ...]
    against: tuple[Cell, ...]


def why_not(indicator: Indicator, manifest: Manifest | None, period: Period) -> Words | None:
    """Why there can be no figure, or None: a missing source is never a zero."""
    if indicator.form is Form.OUTSIDE:
        assert indicator.missing is not None
        return indicator.missing
    if manifest is None:
        return NOTHING_BROUGHT
    if legal_day(manifest.cutoff.at) < period.start:
        return NOT_BEGUN
    for view in sorted(indicator.views()):
        if view not in manifest.tables or not manifest.tables[view].rows:
            title = published_views()[view].title
            return Words(f"没有“{title['zh']}”数据", f"no rows of '{title['en']}' have arrived")
    for view in sorted(_dated_views(indicator)):
        if not _partitions(manifest.tables[view], period):
            title = published_views()[view].title
            return Words(
                f"期内没有“{title['zh']}”数据", f"no rows of '{title['en']}' in the period"
            )
    return None


def _dated_views(indicator: Indicator) -> set[str]:
    """Views of which only the months of the period are read."""
    facts = [fact for measure in indicator.measures() for fact in measure.facts]
    whole = {measure.rows.view for measure in indicator.measures()}
    dated = {f.view for f in facts if f.during and published_views()[f.view].month == f.during}
    read_whole = {
        f.view for f in facts if not f.during or published_views()[f.view].month != f.during
    }
    return dated - whole - read_whole


def _partitions(table: TableState, period: Period) -> TableState | None:
    """The part of a table that lies in the months of a period, or None where there is none."""
    first, last = (f"{day:%Y-%m}" for day in (period.start, period.latest_day))
    inside = tuple(each for each in table.partitions if first <= each.month <= last)
    return (
        TableState(table.name, table.room, table.definition, table.schema, inside)
        if inside
        else None
    )


def tables_of(indicator: Indicator, manifest: Manifest, period: Period) -> dict[str, TableState]:
    """The tables, or the months of them, that a figure is counted from."""
    dated = _dated_views(indicator)
    found = {}
    for view in sorted(indicator.views()):
        table = manifest.tables[view]
        found[view] = (_partitions(table, period) or table) if view in dated else table
    return found


def count(
    indicator: Indicator,
    lake: Lake,
    manifest: Manifest,
    period: Period,
    *,
    engine: Engine,
    opener: "Opener | None" = None,
) -> Counts:
    """The counts, from what is kept or anew. Spark always counts.

    Args:
        opener: an engine that is open for many counts (`engines.duck.duckdb_engine`, `engines.spark.spark_engine`).
    """
    if engine is Engine.SPARK:
        return _counted(
            indicator, lake, tables_of(indicator, manifest, period), period, engine, opener
        )
    name = f"{FIGURES}/{name_of(indicator, lake, manifest.id, period)}.json"
    try:
        return _kept(lake, name)
    except KeyError:
        tables = tables_of(indicator, manifest, period)
        counts = _counted(indicator, lake, tables, period, engine, opener)
        lake.storage.put(name, _text(counts))
        return counts


def count_anew(indicator: Indicator, lake: Lake, manifest: Manifest, period: Period) -> Counts:
    """The counts from the files themselves, each held against its hash: nothing that was kept is believed. Raises LakeBroken."""
    tables = tables_of(indicator, manifest, period)
    for table in tables.values():
        if broken := damaged(lake, table.partitions):
            raise LakeBroken(reason=f"{min(broken)} is missing or altered")
    return _counted(indicator, lake, tables, period, Engine.DUCKDB)


@lru_cache(maxsize=4096)
def name_of(indicator: Indicator, lake: Lake, manifest_id: str, period: Period) -> str:
    """The name under which counts are kept: the same for the same rule, period and rows."""
    manifest = lake.get_manifest(manifest_id)
    tables = tables_of(indicator, manifest, period)
    return f"{indicator.id}/{_key(indicator, tables, period, manifest.mended)}"


def _text(counts: Counts) -> bytes:
    return orjson.dumps([list(map(list, cells)) for cells in (counts.counted, counts.against)])


@lru_cache(maxsize=64)
def _kept(lake: Lake, name: str) -> Counts:
    """Counts that were made before. Raises KeyError where there are none."""
    text = lake.storage.find(name)
    if text is None:
        raise KeyError(name)
    counted, against = orjson.loads(text)
    return Counts(tuple(Cell(*each) for each in counted), tuple(Cell(*each) for each in against))


def _key(
    indicator: Indicator, tables: Mapping[str, TableState], period: Period, mended: str
) -> str:
    content = [(name, table.content) for name, table in sorted(tables.items())]
    text = orjson.dumps([CELLS, indicator.rule, str(period), content, mended])
    return hashlib.sha256(text).hexdigest()[:32]


def _counted(
    indicator: Indicator,
    lake: Lake,
    tables: Mapping[str, TableState],
    period: Period,
    engine: Engine,
    opener: "Opener | None" = None,
) -> Counts:
    from kangmai.analytics.engines.duck import cells_of
    from kangmai.analytics.engines.expression import counted

    files = {name: lake.files_of(table) for name, table in tables.items()}
    tables_open = nullcontext(opener(files)) if opener else _engine(engine, files)
    with _in_their_form(tables), tables_open as open_tables:

        def cells(measure: Measure | None) -> tuple[Cell, ...]:
            return tuple(cells_of(counted(measure, open_tables, period))) if measure else ()

        return Counts(cells(indicator.counted), cells(indicator.against))


@contextmanager
def _in_their_form(tables: Mapping[str, TableState]) -> Iterator[None]:
    """Say so where a column is missing because a view got it after its rows were exported. Raises LakeBehind."""
    from ibis.common.exceptions import IbisTypeError

    try:
        yield
    except IbisTypeError as error:
        views = published_views()
        behind = [views[name] for name, each in tables.items() if each.schema != views[name].schema]
        if not behind:
            raise
        names = listed(Words(**each.title) for each in behind)
        raise LakeBehind(view=names) from error


def opened(
    lake: Lake, tables: Mapping[str, TableState], engine: Engine
) -> AbstractContextManager[Mapping]:
    """The tables in an engine; imported here, since pages that find kept figures need none."""
    files = {name: lake.files_of(table) for name, table in tables.items()}
    return _engine(engine, files)


def _engine(engine: Engine, files: Mapping[str, Files]) -> AbstractContextManager[Mapping]:
    if engine is Engine.SPARK:
        from kangmai.analytics.engines.spark import spark_tables

        return spark_tables(files)
    from kangmai.analytics.engines.duck import duckdb_tables

    return duckdb_tables(files)


def forget(lake: Lake, *, before: float) -> int:
    """Remove counts kept from before a moment (seconds since 1970), which can be made again; the bytes freed."""
    old = [each for each in lake.storage.entries(FIGURES) if each.written_at < before]
    lake.storage.remove(each.name for each in old)
    return sum(each.bytes for each in old)
