"""Line lists of neighbouring cities as CSV: columns by their Chinese or English heading, each row read alone.

The columns are those of transfer letters (协查函) in common use, from memory.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from kangmai.epidemic.tracing.errors import FileUnreadable, TooManyRows
from kangmai.epidemic.tracing.types import (
    Facts,
    Kind,
    ListedPerson,
    RowFault,
    RowState,
    Rule,
    TriedList,
)
from kangmai.kernel.errors import Incorrect
from kangmai.kernel.words import Words
from kangmai.standards.divisions import find_division
from kangmai.standards.identity_documents import read_document_number
from kangmai.standards.identity_regions import region_name

COLUMNS: Mapping[str, str] = {
    "name": "姓名", "document": "证件号码", "phone": "联系电话", "place_code": "现住区划代码", "address": "现住址",
    "kind": "接触者类别", "relation": "与病例关系", "case_number": "病例编号", "last_exposure_on": "末次暴露日期",
}  # fmt: skip
KINDS = {"密切接触者": Kind.CLOSE, "密接": Kind.CLOSE, "密接的密接": Kind.SECONDARY, "次密接": Kind.SECONDARY, "一般接触者": Kind.GENERAL}  # fmt: skip
ANSWERS = {"接收": RowState.ACCEPTED, "accepted": RowState.ACCEPTED, "退回": RowState.REFUSED, "refused": RowState.REFUSED}  # fmt: skip
PHONE = re.compile(r"\+?[0-9][0-9 /-]{5,28}")
NUMBER, MOST_DIGITS = "序号", 6
LARGEST_FILE = 4_000_000
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of cells that spreadsheets would take for formulas."""


def read_list(data: bytes, *, rule: Rule, today: date) -> TriedList:
    """Rows that can be read, and what is wrong with each of the others.

    Raises:
        FileUnreadable, TooManyRows.
    """
    rows = _numbered(_rows(data, COLUMNS, rule))
    read: dict[int, ListedPerson] = {}
    faults: list[RowFault] = []
    for number, row in rows.items():
        wrong = list(_faults(row, number, rule, today))
        faults += wrong
        if not wrong:
            read[number] = _person(row, today)
    return TriedList(read, tuple(faults), len(rows))


def _numbered(rows: Sequence[dict[str, str]]) -> dict[int, dict[str, str]]:
    """Rows by the numbers of the other side, so that our answers name them as it does; else counted from 1.

    Raises: FileUnreadable.
    """
    said = [row[NUMBER] for row in rows if NUMBER in row]
    if not said:
        return dict(enumerate(rows, 1))
    found: dict[int, dict[str, str]] = {}
    for line, (text, row) in enumerate(zip(said, rows, strict=True), 1):
        number = (
            int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else 0
        )
        if not number or number in found:
            raise FileUnreadable(reason=Words(
                f"第 {line} 行的序号“{text[:12]}”重复或不是正整数", f"row {line} has the 序号 '{text[:12]}', which is used twice or no whole number"
            ))  # fmt: skip
        found[number] = row
    return found


def read_reply(data: bytes, *, rule: Rule) -> tuple[dict[int, tuple[RowState, str]], tuple[RowFault, ...]]:  # fmt: skip
    """The answers of the other side by number of the row, and what is wrong with rows that say none.

    Raises:
        FileUnreadable, TooManyRows.
    """
    found: dict[int, tuple[RowState, str]] = {}
    faults = []
    for number, row in enumerate(_rows(data, REPLY, rule), 1):
        answer = ANSWERS.get(row["state"].lower())
        if not row["number"].isdecimal():
            faults.append(_fault(number, "number", "不是序号", "is no number"))
        elif answer is None:
            faults.append(_fault(number, "state", "应为“接收”或“退回”", "must be accepted or refused"))  # fmt: skip
        elif answer is RowState.REFUSED and not row["reason"]:
            faults.append(_fault(number, "reason", "退回须写明原因", "a refusal needs a reason"))
        else:
            found[int(row["number"])] = (answer, row["reason"][:200])
    return found, tuple(faults)


def not_listed(number: int) -> RowFault:
    """An answer to a row that the list does not have."""
    return _fault(number, "number", "名单中没有这个序号", "is no row of this list")


REPLY: Mapping[str, str] = {"number": "序号", "state": "接收情况", "reason": "退回原因"}


def _rows(data: bytes, columns: Mapping[str, str], rule: Rule) -> list[dict[str, str]]:
    if len(data) > LARGEST_FILE:
        raise FileUnreadable(reason=f"> {LARGEST_FILE // 1_000_000} MB")
    reader = csv.reader(io.StringIO(_text(data)))
    try:
        heading = [cell.strip().lstrip("\ufeff") for cell in next(reader, [])]
        lines = [line for line in reader if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise FileUnreadable(reason=str(error)) from None
    place = _places(heading, columns)
    if not lines:
        raise FileUnreadable(reason=Words("表头之下没有数据行", "it has no rows below the heading"))
    if NUMBER in heading:
        place[NUMBER] = heading.index(NUMBER)
    if len(lines) > rule.most_rows:
        raise TooManyRows(most=rule.most_rows, count=len(lines))
    return [
        {name: line[n].strip() if n < len(line) else "" for name, n in place.items()}
        for line in lines
    ]


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileUnreadable(
        reason=Words("文字编码不是 UTF-8 或 GB 18030", "its text is neither UTF-8 nor GB 18030")
    )


def _places(heading: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    known = {name: n for n, name in enumerate(heading)}
    found = {name: known.get(title, known.get(name)) for name, title in columns.items()}
    lacking = [f"{columns[name]} ({name})" for name, n in found.items() if n is None]
    if lacking:
        named = "、".join(lacking)
        raise FileUnreadable(reason=Words(f"缺少列 {named}", f"it lacks the columns {named}"))
    return {name: n for name, n in found.items() if n is not None}


def _faults(row: Mapping[str, str], number: int, rule: Rule, today: date) -> Iterable[RowFault]:
    if not row["name"]:
        yield _fault(number, "name", "缺少姓名", "is missing")
    if not row["document"] and not row["phone"]:
        yield _fault(number, "phone", "证件号码和电话至少填一项", "document or phone is needed")
    if row["phone"] and not PHONE.fullmatch(row["phone"]):
        yield _fault(number, "phone", "应为电话号码（如 13800138000）", "must be a telephone number (13800138000)")  # fmt: skip
    yield from _document_faults(row["document"], number, today)
    place = row["place_code"]
    if not (place.isascii() and place.isdecimal() and 6 <= len(place) <= 12):
        yield _fault(number, "place_code", "应为 6 至 12 位区划代码", "must be 6 to 12 digits")
    elif not _is_known(place, today):
        yield _fault(number, "place_code", "没有这个区划代码", "no division has this code")
    if _kind(row["kind"]) is None:
        yield _fault(number, "kind", "应为密切接触者、次密接或一般接触者", "must be close, secondary or general")  # fmt: skip
    if row["relation"] and _relation(row["relation"], rule) is None:
        yield _fault(number, "relation", "不在关系清单中", "is not on the list of relations")
    if not row["case_number"]:
        yield _fault(number, "case_number", "缺少病例编号", "is missing")
    day = _day(row["last_exposure_on"])
    if day is None or day > today:
        yield _fault(number, "last_exposure_on", "应为不晚于今天的日期（2022-07-01）", "must be a day not after today (2022-07-01)")  # fmt: skip


def _is_known(place: str, today: date) -> bool:
    """Whether a division is known: one of this city to the last digit, one of another by its county."""
    if find_division(place[:6]) is not None:
        return find_division(place) is not None
    return region_name(place[:6], year=today.year) is not None


def _document_faults(said: str, number: int, today: date) -> Iterable[RowFault]:
    try:
        if said:
            read_document_number(said, on=today)
    except Incorrect as error:
        yield _fault(number, "document", error.message("zh"), error.message("en"))


def _fault(row: int, column: str, zh: str, en: str) -> RowFault:
    """What is wrong with a cell, under the heading that the file has."""
    return RowFault(row, {**COLUMNS, **REPLY}[column], Words(zh, en))


def _kind(text: str) -> Kind | None:
    return KINDS.get(text) or next((kind for kind in Kind if kind.value == text.lower() and kind is not Kind.EXCLUDED), None)  # fmt: skip


def _relation(text: str, rule: Rule) -> str | None:
    return next((each.id for each in rule.relations.values() if text in (each.id, each.title.zh, each.title.en)), None)  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None


def _person(row: Mapping[str, str], today: date) -> ListedPerson:
    kind, day = _kind(row["kind"]), _day(row["last_exposure_on"])
    assert kind is not None and day is not None
    return ListedPerson(
        name=row["name"][:60],
        document=read_document_number(row["document"], on=today) if row["document"] else "",
        phone=row["phone"][:30],
        address=row["address"][:200],
        place_code=row["place_code"],
        kind=kind,
        relation=row["relation"],
        case_number=row["case_number"][:40],
        last_exposure_on=day,
    )


def relation_of(person: ListedPerson, rule: Rule) -> str:
    """The relation of a row as our list has it; `other` where it said none."""
    return _relation(person.relation, rule) or "other"


def write_list(rows: Iterable[tuple[int, Facts, Kind, str, str, date]]) -> bytes:
    """A line list to send: number, person, kind, relation, number of the case, last exposure."""
    words = {Kind.CLOSE: "密切接触者", Kind.SECONDARY: "次密接", Kind.GENERAL: "一般接触者"}
    lines = [
        [str(number), facts.name, facts.document, facts.phone, facts.place_code, facts.address, words.get(kind, ""), relation, case, day.isoformat()]
        for number, facts, kind, relation, case, day in rows
    ]  # fmt: skip
    return _csv([["序号", *COLUMNS.values()], *lines])


def write_reply(rows: Iterable[tuple[int, RowState, str]]) -> bytes:
    """The answers to a list that was received."""
    words = {RowState.ACCEPTED: "接收", RowState.REFUSED: "退回", RowState.WAITING: ""}
    return _csv([list(REPLY.values()), *([str(n), words[state], reason] for n, state, reason in rows)])  # fmt: skip


def _csv(lines: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([[_harmless(cell) for cell in line] for line in lines])
    return out.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(DANGEROUS) else cell
