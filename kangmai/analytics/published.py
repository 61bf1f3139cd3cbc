"""Published views: the SELECTs by which rooms let their own tables be counted.

A view is a definition of the room that owns the tables (`definitions/<room>/published_view/`). It names
every column with its type and meaning, the key, and how rows are laid apart: by the month of one date
column, where there is one, and by the county in which a division code lies.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

import orjson

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition

KIND = "published_view"
WITHOUT = "none"
"""The partition of rows without a month or a county."""


class ColumnType(StrEnum):
    """What a column of a published view holds; `resident` is an id that leaves only as a pseudonym."""

    ID = "id"
    RESIDENT = "resident"
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"


SQL_TYPES = {
    ColumnType.ID: "text",
    ColumnType.RESIDENT: "bigint",
    ColumnType.TEXT: "text",
    ColumnType.INTEGER: "bigint",
    ColumnType.NUMBER: "double precision",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "date",
    ColumnType.INSTANT: "timestamptz",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column with its meaning in both languages."""

    name: str
    type: ColumnType
    zh: str
    en: str
    unit: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class PublishedView:
    """One view. `version` is a hash of all that decides what stands in the lake.

    Within a partition rows with the same value of `cluster` stand together, so that who asks for one reads no others.
    """

    id: str
    room: str
    title: Mapping[str, str]
    key: tuple[str, ...]
    month: str | None
    county: str
    cluster: str | None
    stands: str | None
    """The column of the institution whose place `county` is, where it is one's."""
    columns: Mapping[str, Column]
    sql: str
    version: str

    @property
    def schema(self) -> str:
        """A hash of its columns: rows exported under another one may lack some."""
        columns = [(column.name, column.type) for column in self.columns.values()]
        return hashlib.sha256(orjson.dumps(columns)).hexdigest()[:16]

    def select(self) -> str:
        """The view with every column cast to its type, and `_day` and `_county` beside them, NULL where absent."""
        columns = ", ".join(
            f"v.{c.name}::{SQL_TYPES[c.type]} AS {c.name}" for c in self.columns.values()
        )
        day = f"v.{self.month}::date" if self.month else "NULL::date"
        code = f"left(v.{self.county}, 6)"
        # without patterns and formats, which cost more than all the rest of a row
        is_county = f"length({code}) = 6 AND translate({code}, '0123456789', '') = ''"
        county = f'CASE WHEN {is_county} THEN {code} COLLATE "C" END'
        return (
            f"SELECT {day} AS _day, {county} AS _county, {columns} "
            f"FROM ({self.sql.rstrip().rstrip(';')}) v"
        )


@cache
def published_views() -> Mapping[str, PublishedView]:
    """Every active view of every room, by id."""
    found = (
        _view(definition)
        for room in definitions.rooms_with(KIND)
        for definition in definitions.load(room, KIND)
        if definition.status == "active" and definition.effective_to is None
    )
    return MappingProxyType({view.id: view for view in sorted(found, key=lambda view: view.id)})


def view_of(definition: Definition) -> PublishedView:
    """A definition as a view."""
    return _view(definition)


def _view(definition: Definition) -> PublishedView:
    content = definition.content
    columns = {
        name: Column(name, ColumnType(each["type"]), each["zh"], each["en"], each.get("unit", ""))
        for name, each in content["columns"].items()
    }
    return PublishedView(
        id=definition.id,
        room=definition.room,
        title=definition.title,
        key=tuple(content["key"]),
        month=content.get("month"),
        county=content["county"],
        cluster=content.get("cluster"),
        stands=content.get("stands"),
        columns=MappingProxyType(columns),
        sql=content["sql"],
        version=_version(content),
    )


def _version(content: Mapping[str, object]) -> str:
    columns = content["columns"]
    assert isinstance(columns, Mapping)
    decisive = [
        content["sql"],
        list(content["key"]),  # type: ignore[call-overload]
        content.get("month"),
        content["county"],
        content.get("cluster"),
        [(name, each["type"]) for name, each in columns.items()],
    ]
    return hashlib.sha256(orjson.dumps(decisive)).hexdigest()[:16]


def check_view(definition: Definition) -> Iterator[str]:
    """What its schema cannot say of a view: names that are no columns, types that do not fit."""
    columns = definition.content["columns"]
    for position, name in enumerate(definition.content["key"]):
        if name not in columns:
            yield f"/key/{position}: there is no column {name!r}"
    month = definition.content.get("month")
    if month is not None and columns.get(month, {}).get("type") != "date":
        yield f"/month: {month!r} is no column of type date"
    county = definition.content["county"]
    if columns.get(county, {}).get("type") != "text":
        yield f"/county: {county!r} is no column of type text"
    cluster = definition.content.get("cluster")
    if cluster is not None and cluster not in columns:
        yield f"/cluster: there is no column {cluster!r}"
    stands = definition.content.get("stands")
    if stands is not None and stands not in columns:
        yield f"/stands: there is no column {stands!r}"
    yield from _ids_given_twice(definition)


def _ids_given_twice(definition: Definition) -> Iterator[str]:
    for room in definitions.rooms_with(KIND):
        folder = definitions.FOLDER / room / KIND
        if room != definition.room and list(folder.glob(f"{definition.id}[.@]*yaml")):
            yield f"/id: the room {room} has a view of this id, too"
