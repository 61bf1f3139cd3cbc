"""A lake written from plain rows, without a database: what the engines read, and the same rows for the twin."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from kangmai.analytics.lake.content import in_order
from kangmai.analytics.lake.manifest import Cutoff, Manifest, TableState
from kangmai.analytics.lake.pseudonyms import pseudonyms
from kangmai.analytics.lake.source import ARROW_TYPES
from kangmai.analytics.lake.store import Lake, lake_at
from kangmai.analytics.published import WITHOUT, ColumnType, published_views

CUTOFF = datetime.datetime(2026, 3, 1, 20, tzinfo=datetime.UTC)
Rows = Sequence[Mapping[str, Any]]


def arrow(view_id: str, rows: Rows) -> pa.Table:
    """The rows as the lake has them: absent columns null, residents as pseudonyms."""
    view = published_views()[view_id]
    columns = []
    for column in view.columns.values():
        values = pa.chunked_array(
            [pa.array([row.get(column.name) for row in rows], ARROW_TYPES[column.type])]
        )
        columns.append(pseudonyms(values) if column.type is ColumnType.RESIDENT else values)
    return pa.table(columns, names=list(view.columns))


def write(lake: Lake, tables: Mapping[str, Rows], *, at: datetime.datetime = CUTOFF) -> Manifest:
    """A lake that holds these rows, partitioned as ever."""
    states = {name: _table(lake, name, rows) for name, rows in tables.items()}
    return lake.put_in_force(Cutoff(at, 1, 100), states, written=())


def _table(lake: Lake, name: str, rows: Rows) -> TableState:
    view = published_views()[name]
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        month = f"{row[view.month]:%Y-%m}" if view.month and row.get(view.month) else WITHOUT
        groups.setdefault((month, (row.get(view.county) or WITHOUT)[:6]), []).append(row)
    partitions = tuple(
        lake.write(name, place, 0, in_order(arrow(name, some), view.key))
        for place, some in sorted(groups.items())
    )
    return TableState(name, view.room, view.version, "", partitions)


def whole_rows(tables: Mapping[str, Rows]) -> dict[str, list[dict[str, Any]]]:
    """The rows with every column of their view, None where absent."""
    views = published_views()
    return {
        name: [{column: row.get(column) for column in views[name].columns} for row in rows]
        for name, rows in tables.items()
    }


def visits(resident: int, days: Iterable[str], **facts: Any) -> list[dict[str, Any]]:
    """Counted face-to-face follow-ups of a resident, at target, one for each day."""
    usual = {
        "programme": "hypertension",
        "service": "followup",
        "method": "face_to_face",
        "target_met": True,
        "complete": True,
        "counted": True,
        "standing": "current",
        "place_code": "441202001001",
    }
    return [
        {
            **usual,
            "visit": f"v{resident:05d}-{n}-{facts.get('service', 'f')}-{day}",
            "resident": resident,
            "visited_on": datetime.date.fromisoformat(day),
            "entered_at": datetime.datetime.fromisoformat(f"{day}T08:00:00+00:00"),
            **facts,
        }
        for n, day in enumerate(days)
    ]


def enrolment(resident: int, enrolled_on: str, place: str, **facts: Any) -> dict[str, Any]:
    """A resident under management for hypertension."""
    return {
        "enrolment": f"e{resident:05d}-{enrolled_on}",
        "programme": "hypertension",
        "resident": resident,
        "place_code": place,
        "organization": "7",
        "state": "managed",
        "enrolled_on": datetime.date.fromisoformat(enrolled_on),
        **facts,
    }


def new_lake(folder: Path) -> Lake:
    """An empty lake."""
    return lake_at(folder / "lake")
