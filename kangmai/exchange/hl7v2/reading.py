"""Take a message apart: encoding, segments, fields. The parser is the library `hl7`.

Which characters a message is written in must be known before it is split: in GB 18030 the second byte of
a character may look like a separator. MSH-18 says it; without MSH-18 a message must be UTF-8.
Source: HL7 2.9, chapter 2, 2.14.9.18 (MSH-18, character set), 2.6 (message construction rules).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import hl7

from kangmai.exchange.hl7v2.errors import MessageRejected
from kangmai.exchange.hl7v2.mapping.tables import table
from kangmai.exchange.hl7v2.types import Cell, Header, Message, Problem, Segment

VERSIONS = (
    "2.3",
    "2.3.1",
    "2.4",
    "2.5",
    "2.5.1",
    "2.6",
    "2.7",
    "2.7.1",
    "2.8",
    "2.8.1",
    "2.8.2",
    "2.9",
)
MOST_SEGMENTS = 5_000
CANDIDATES = ("utf-8", "gb18030")


def header_of(raw: bytes) -> Header:
    """What MSH says, also of a message that cannot be read further; empty where there is no MSH."""
    line = raw.lstrip(b"\r\n").partition(b"\r")[0].partition(b"\n")[0]
    if not line.startswith(b"MSH") or len(line) < 5:
        return Header()
    for candidate in CANDIDATES:
        try:
            return _header(line.decode(candidate), candidate)
        except UnicodeDecodeError:
            continue
    return _header(line.decode("latin-1"), "latin-1")


def _header(line: str, encoding: str) -> Header:
    separator, component = line[3], line[4]
    fields = [*line.split(separator), *[""] * 20]
    first = [field.split(component)[0].strip() for field in fields]
    event = component.join(fields[8].split(component)[:2]).replace(component, "^")
    character_set = fields[17].partition("~")[0].strip()
    return Header(
        sending_application=first[2],
        sending_facility=first[3],
        receiving_application=first[4],
        receiving_facility=first[5],
        event=event.strip()[:32],
        control_id=fields[9].strip()[:200],
        processing=first[10],
        version=first[11] or "2.5.1",
        character_set=character_set,
        encoding=table("character_sets").get(character_set.upper()) or encoding,
    )


def read(raw: bytes) -> Message:
    """A message in plain values.

    Raises:
        MessageRejected: it is none, or its encoding, version or processing id is not taken here.
    """
    header = _checked(header_of(raw))
    text = _decoded(raw, header)
    lines = [line for line in text.replace("\n", "\r").split("\r") if line.strip()]
    if sum(line.startswith("MSH") for line in lines) > 1:
        raise _rejected(
            "100", "MSH^2", "send messages one by one, not in a batch", "请逐条发送，不接受批量文件"
        )
    if len(lines) > MOST_SEGMENTS:
        raise _rejected(
            "100", "MSH^1", f"more than {MOST_SEGMENTS} segments", f"超过 {MOST_SEGMENTS} 个段"
        )
    try:
        parsed = hl7.parse("\r".join(lines) + "\r")
    except (hl7.HL7Exception, IndexError, ValueError):
        raise _rejected(
            "100", "MSH^1", "this is not an HL7 v2 message", "不是有效的 HL7 v2 消息"
        ) from None
    return Message(header, tuple(_segments(parsed)))


def _checked(header: Header) -> Header:
    if not header.event and not header.control_id:
        raise _rejected("100", "MSH^1", "this is not an HL7 v2 message", "不是有效的 HL7 v2 消息")
    if not header.control_id:
        raise _rejected(
            "101", "MSH^1^10", "MSH-10 (message control id) is missing", "缺少 MSH-10（消息控制号）"
        )
    if header.version not in VERSIONS:
        raise _rejected(
            "203",
            "MSH^1^12",
            f"version {header.version[:8]} is not taken here",
            "不支持该 HL7 版本",
        )
    if header.processing != "P":
        raise _rejected(
            "202", "MSH^1^11", "only production messages (P) are taken here", "只接收正式消息（P）"
        )
    return replace(header, encoding=_encoding(header))


def _encoding(header: Header) -> str:
    if not header.character_set:
        return "utf-8"
    known = table("character_sets")
    if (found := known.get(header.character_set.upper())) is None:
        names = ", ".join(known.codes)
        raise _rejected(
            "103", "MSH^1^18", f"MSH-18 must be one of {names}", f"MSH-18 应为以下之一：{names}"
        )
    return found


def _decoded(raw: bytes, header: Header) -> str:
    try:
        return raw.decode(header.encoding).lstrip("\ufeff\r\n")
    except UnicodeDecodeError as error:
        raise _rejected(
            "102",
            "MSH^1^18",
            f"byte {error.start} is not {header.encoding}; say the encoding in MSH-18",
            f"第 {error.start} 字节不是 {header.encoding} 编码；请在 MSH-18 中说明编码",
        ) from None


def _segments(parsed: hl7.Message) -> Iterator[Segment]:
    counts: Counter[str] = Counter()
    for segment in parsed:
        name = str(segment[0]).strip()
        counts[name] += 1
        fields = tuple(_cells(parsed, segment[n]) for n in range(len(segment)))
        yield Segment(name, counts[name], fields)


def _cells(parsed: hl7.Message, field: str | Iterable[Any]) -> tuple[Cell, ...]:
    """The repetitions of a field; a container of the library holds texts where nothing was split further."""
    repetitions = [field] if isinstance(field, str) else list(field)
    cells = (_cell(parsed, each) for each in repetitions)
    return tuple(cell for cell in cells if any(any(component) for component in cell))


def _cell(parsed: hl7.Message, repetition: str | Iterable[Any]) -> Cell:
    components = [repetition] if isinstance(repetition, str) else list(repetition)
    return tuple(
        tuple(_plain(parsed, sub) for sub in ([each] if isinstance(each, str) else each))
        for each in components
    )


def _plain(parsed: hl7.Message, text: object) -> str:
    """A text with its escapes undone and no blanks around it."""
    value = str(text)
    return (parsed.unescape(value) if "\\" in value else value).strip()


def _rejected(code: str, place: str, english: str, chinese: str) -> MessageRejected:
    return MessageRejected((Problem(code, place, english, chinese),))
