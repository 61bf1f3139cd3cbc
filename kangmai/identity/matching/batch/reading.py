"""Reading a file of people: encoding, separator and headings found out, every cell as text."""

import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from kangmai.identity.matching.errors import (
    EncodingUnknown,
    HeaderRepeated,
    IdentifierMissing,
    IdentifierRepeated,
    NothingToCompare,
    PeopleMissing,
    PeopleUnreadable,
    RowMalformed,
)
from kangmai.identity.matching.preparation.columns import COLUMNS
from kangmai.identity.matching.preparation.text import plain
from kangmai.identity.matching.preparation.words import words

MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
TRIED = ("utf-8", "gb18030", "cp1252")
SEPARATORS = ",\t;|"
CHUNK_BYTES = 1 << 22
ADDRESS_PARTS = ("street_number", "address", "address_more")
NOT_IN_HEADER = re.compile(r"[\s_\-.()（）:：'*]+")


@dataclass(frozen=True, slots=True)
class People:
    """Records of a file: their ids as written, the columns that are compared, and headings not used."""

    ids: pa.Array
    table: pa.Table
    unused: tuple[str, ...]
    has_ids: bool


def read_people(path: Path) -> People:
    """Read a CSV file of people.

    Raises: PeopleUnreadable and its kinds, HeaderRepeated, NothingToCompare, IdentifierMissing,
    IdentifierRepeated.
    """
    if not path.is_file():
        raise PeopleMissing(file=path.name)
    raw = _read_table(path)
    fields, unused = _fields_of(raw.column_names, file=path.name)
    known = set(fields) - {"id", "source", "sex"}
    if not known:
        raise NothingToCompare(file=path.name, known=", ".join(("id", *COLUMNS)))
    table = pa.table(
        {
            name: _column(raw, fields, name)
            for name in COLUMNS
            if name in fields or _has_address(name, fields)
        }
    )
    ids = _ids(raw, fields, file=path.name)
    return People(ids, table, unused, "id" in fields)


def _has_address(name: str, fields: Mapping[str, int]) -> bool:
    return name == "address" and any(part in fields for part in ADDRESS_PARTS)


def _column(raw: pa.Table, fields: Mapping[str, int], name: str) -> pa.ChunkedArray:
    if name != "address":
        return raw.column(fields[name])
    parts = [raw.column(fields[part]) for part in ADDRESS_PARTS if part in fields]
    if len(parts) == 1:
        return parts[0]
    return pc.binary_join_element_wise(*(pc.fill_null(part, "") for part in parts), " ")


def _read_table(path: Path) -> pa.Table:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        heading = file.readline()
    if not heading.strip():
        raise PeopleUnreadable(file=path.name, reason="it is empty / 文件为空")
    separator = max(SEPARATORS, key=heading.count)
    malformed: list[pa.csv.InvalidRow] = []

    def keep(row: pa.csv.InvalidRow) -> str:
        malformed.append(row)
        return "skip"

    table = _parse(path, encoding, separator, keep)
    if malformed:
        row = malformed[0]
        line = row.number if row.number is not None else _line_of(path, encoding, row.text)
        raise RowMalformed(
            file=path.name, line=line, found=row.actual_columns, expected=row.expected_columns
        )
    return table


def _parse(
    path: Path, encoding: str, separator: str, keep: Callable[[pa.csv.InvalidRow], str]
) -> pa.Table:
    names = _heading_names(path, encoding, separator)
    try:
        return pa.csv.read_csv(
            path,
            read_options=pa.csv.ReadOptions(
                encoding="utf8" if encoding == "utf-8-sig" else encoding,
                column_names=[str(place) for place in range(len(names))],
                skip_rows_after_names=1,
                block_size=CHUNK_BYTES,
            ),
            parse_options=pa.csv.ParseOptions(
                delimiter=separator, newlines_in_values=True, invalid_row_handler=keep
            ),
            convert_options=pa.csv.ConvertOptions(
                column_types={str(place): pa.string() for place in range(len(names))},
                strings_can_be_null=True,
                null_values=[""],
            ),
        ).rename_columns(names)
    except (pa.ArrowInvalid, UnicodeError) as error:
        raise PeopleUnreadable(file=path.name, reason=str(error).split("\n")[0][:200]) from error


def _heading_names(path: Path, encoding: str, separator: str) -> list[str]:
    import csv

    with path.open(encoding=encoding, newline="") as file:
        return [
            name.strip()
            for name in next(csv.reader(file, delimiter=separator, skipinitialspace=True))
        ]


def _line_of(path: Path, encoding: str, text: str) -> int | str:
    """The first line with a malformed row's text."""
    with path.open(encoding=encoding, newline="") as file:
        return next((n for n, line in enumerate(file, 1) if line.rstrip("\r\n") == text), "?")


def _encoding(path: Path) -> str:
    """The encoding of a file: by its mark, else the first of `TRIED` that reads all of it."""
    with path.open("rb") as file:
        beginning = file.read(4)
    for mark, encoding in MARKS.items():
        if beginning.startswith(mark):
            return encoding
    for encoding in TRIED:
        if _reads(path, encoding):
            return encoding
    raise EncodingUnknown(file=path.name)


def _reads(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as file:
            while block := file.read(CHUNK_BYTES):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _fields_of(headings: list[str], *, file: str) -> tuple[dict[str, int], tuple[str, ...]]:
    """Which column holds which field: the first known heading of each, in the order of the definition."""
    bare = [NOT_IN_HEADER.sub("", plain(heading)) for heading in headings]
    fields = {}
    for field, known in words()["headers"].items():
        places = [(known.index(name), place) for place, name in enumerate(bare) if name in known]
        places.sort()
        if len(places) > 1 and places[0][0] == places[1][0]:
            first, second = (headings[place] for _, place in places[:2])
            raise HeaderRepeated(file=file, field=field, first=first, second=second)
        if places:
            fields[field] = places[0][1]
    unused = [heading for place, heading in enumerate(headings) if place not in fields.values()]
    return fields, tuple(unused)


def _ids(raw: pa.Table, fields: Mapping[str, int], *, file: str) -> pa.Array:
    """The ids of records; the place in the file, from 1, where it has no ids."""
    if "id" not in fields:
        return pa.array(np.arange(1, raw.num_rows + 1).astype(str), pa.string())
    column = raw.column(fields["id"])
    ids = pc.utf8_trim_whitespace(pc.fill_null(column, "")).combine_chunks()
    empty = pc.index(ids, "").as_py()
    if empty >= 0:
        raise IdentifierMissing(file=file, row=empty + 1, header=raw.column_names[fields["id"]])
    if not _are_distinct(ids):
        counts = pc.value_counts(ids)
        repeated = counts.filter(pc.greater(counts.field("counts"), 1))
        raise IdentifierRepeated(
            file=file,
            id=repeated[0]["values"].as_py(),
            count=repeated[0]["counts"].as_py(),
            repeated=len(repeated),
        )
    return ids


def _are_distinct(ids: pa.Array) -> bool:
    """Whether no two are alike; quick where all are numbers, of which different ones are written differently."""
    try:
        numbers = np.sort(pc.cast(ids, pa.int64()).to_numpy())
        if (numbers[1:] != numbers[:-1]).all():
            return True
    except pa.ArrowInvalid:
        pass
    return bool(pc.count_distinct(ids).as_py() == len(ids))
