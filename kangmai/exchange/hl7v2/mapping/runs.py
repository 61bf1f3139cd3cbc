"""Read what a laboratory system says of a plate: results of tubes, in a message that names no person.

One OBR with its OBX and SPM speaks of the tube in one well or several. Where a message says what is the definition
`hl7_run`. What is read becomes the lines of an instrument's file, so that a plate is taken up in one way however it
comes.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kangmai.exchange.hl7v2.mapping.faults import MISSING, TYPE, UNKNOWN_CODE, Faulty, faulty
from kangmai.exchange.hl7v2.mapping.messages import REFERENCE
from kangmai.exchange.hl7v2.mapping.primitives import moment
from kangmai.exchange.hl7v2.mapping.tables import content_of
from kangmai.exchange.hl7v2.mapping.values import part, text_of
from kangmai.exchange.hl7v2.types import NULL, Message, Place, Problem, Segment

HEADING = ("Well", "Sample Name", "Target Name", "Task", "Ct")
WELL = re.compile(r"^[A-P](0?[1-9]|1\d|2[0-4])$")
CYCLES = re.compile(r"^\d{1,2}(\.\d{1,6})?$")


@dataclass(frozen=True, slots=True)
class Run:
    """A plate as a message tells of it; `lines` are those of an instrument's file."""

    code: str
    instrument: str
    kit: str
    lot: str
    started_at: datetime
    ended_at: datetime
    lines: tuple[tuple[str, ...], ...]

    def file(self) -> bytes:
        """The lines as a file that the import of plates reads."""
        text = io.StringIO(newline="")
        csv.writer(text).writerows([HEADING, *self.lines])
        return text.getvalue().encode()


@dataclass(slots=True)
class _Group:
    """One OBR and what follows it."""

    order: Segment
    results: list[Segment] = field(default_factory=list)
    specimen: Segment | None = None


def definition_for(message: Message) -> Mapping[str, Any] | None:
    """How the plate in a message is read; None where the message is about a person."""
    if any(segment.name == "PID" for segment in message.segments):
        return None
    known = content_of("hl7_run").values()
    return next((each for each in known if message.header.event in each["events"]), None)


def run_of(message: Message, definition: Mapping[str, Any]) -> tuple[Run | None, list[Problem]]:
    """The plate of a message, or everything that is wrong with it."""
    problems: list[Problem] = []
    groups = list(_groups(message))
    lines = [line for each in groups for line in _lines(each, definition, problems)]
    facts = _facts(groups, definition, problems)
    if not lines and not problems:
        problems.append(faulty(MISSING, Place("OBX"), "OBX is missing", "缺少 OBX").problem)
    return (None, problems) if problems else (Run(**facts, lines=tuple(lines)), [])


def _groups(message: Message) -> Iterator[_Group]:
    group: _Group | None = None
    for segment in message.segments:
        if segment.name == "OBR":
            if group is not None:
                yield group
            group = _Group(segment)
        elif group is not None and segment.name == "OBX":
            group.results.append(segment)
        elif group is not None and segment.name == "SPM":
            group.specimen = segment
    if group is not None:
        yield group


def _facts(
    groups: Sequence[_Group], definition: Mapping[str, Any], problems: list[Problem]
) -> dict[str, Any]:
    """What holds for the whole run, gathered over its groups; a run has one plate."""
    fields: Mapping[str, str] = definition["run"]
    segments = [s for each in groups for s in (each.order, *each.results)]

    def said(name: str) -> Iterator[tuple[Segment, str]]:
        found = ((s, _text(s, fields[name])) for s in segments if s.name == fields[name][:3])
        return ((segment, text) for segment, text in found if text)

    facts: dict[str, Any] = {
        name: next((text for _, text in said(name)), "") for name in ("instrument", "kit", "lot")
    }
    plates = list(said("plate"))
    if odd := next((s for s, text in plates if text != plates[0][1]), None):
        place = _place(odd, fields["plate"])
        problems.append(faulty(TYPE, place, "one message holds one plate", "一条消息只能包含一块检测板").problem)  # fmt: skip
    facts["code"] = plates[0][1] if plates else _lack(groups, fields["plate"], problems)
    for name, choose in (("started", min), ("ended", max)):
        facts[f"{name}_at"] = _instant(list(said(name)), groups, fields[name], choose, problems)
    return facts


def _instant(
    said: Sequence[tuple[Segment, str]],
    groups: Sequence[_Group],
    reference: str,
    choose: Callable[[Iterable[datetime]], datetime],
    problems: list[Problem],
) -> datetime | None:
    if not said:
        _lack(groups, reference, problems)
        return None
    found = []
    for segment, text in said:
        try:
            found.append(moment(text, _place(segment, reference)))
        except Faulty as error:
            problems.append(error.problem)
    return choose(found) if found else None


def _lack(groups: Sequence[_Group], reference: str, problems: list[Problem]) -> str:
    place = _place(groups[0].order, reference) if groups else Place("OBR")
    problems.append(_missing(place, reference if groups else "OBR"))
    return ""


def _lines(
    group: _Group, definition: Mapping[str, Any], problems: list[Problem]
) -> Iterator[tuple[str, ...]]:
    """The wells of one group, a line a target; what is not one of the targets is passed over."""
    try:
        sample, task = _sample(group, definition)
    except Faulty as error:
        problems.append(error.problem)
        return
    count = 0
    for segment in group.results:
        target = _target(segment, definition)
        if target is None:
            continue
        count += 1
        try:
            yield _well(segment, definition), sample, target, task, _cycles(segment, definition)
        except Faulty as error:
            problems.append(error.problem)
    if not count:
        place = Place("OBR", group.order.sequence)
        problems.append(faulty(MISSING, place, "none of the targets has a result", "没有任何靶标结果").problem)  # fmt: skip


def _sample(group: _Group, definition: Mapping[str, Any]) -> tuple[str, str]:
    """The label of the tube, or which control it is. Raises Faulty."""
    held = {s.name: s for s in (group.order, group.specimen) if s is not None}
    said = ((held[ref[:3]], ref) for ref in definition["sample"] if ref[:3] in held)
    sample = next(filter(None, (_text(segment, ref) for segment, ref in said)), "")
    if not sample:
        place = Place("SPM" if group.specimen else "OBR", (group.specimen or group.order).sequence)
        raise faulty(MISSING, place, "the label of the tube is missing", "缺少采样管编码")
    words: Mapping[str, Sequence[str]] = definition["controls"]
    task = next((task for task, known in words.items() if sample.upper() in known), "")
    role = _text(group.specimen, definition["role"]) if group.specimen else ""
    if role == definition["control_role"] and not task:
        assert group.specimen is not None
        place = _place(group.specimen, definition["role"])
        raise faulty(UNKNOWN_CODE, place, "a control is named POS or NEG", "质控样本编号应为 POS 或 NEG")  # fmt: skip
    return sample, task or "Unknown"


def _target(segment: Segment, definition: Mapping[str, Any]) -> str | None:
    field_number = int(definition["target"].partition("-")[2])
    said = [
        name
        for cell in segment.cells(field_number)
        for name in (_plain(part(cell, 1)), _plain(part(cell, 2)))
    ]
    for each in definition["targets"]:
        if any(name in each["codes"] for name in said):
            return str(each["name"])
    return None


def _well(segment: Segment, definition: Mapping[str, Any]) -> str:
    """Where on the plate a result was read. Raises Faulty."""
    well = _text(segment, definition["well"]).upper()
    if not WELL.match(well):
        place = _place(segment, definition["well"])
        raise faulty(TYPE, place, "this is not a well (A1 to P24)", "不是孔位（A1 至 P24）")
    return well


def _cycles(segment: Segment, definition: Mapping[str, Any]) -> str:
    """The cycle threshold, empty where nothing was detected. Raises Faulty."""
    if _text(segment, definition["result_status"]) not in definition["final"]:
        place = _place(segment, definition["result_status"])
        raise faulty(TYPE, place, "only final results are taken", "只接收最终结果")
    text = _text(segment, definition["cycles"])
    if _plain(text) in definition["nothing"]:
        return ""
    if not CYCLES.match(text):
        place = _place(segment, definition["cycles"])
        raise faulty(TYPE, place, "this is not a cycle threshold", "不是 Ct 值")
    return text


def _plain(text: str) -> str:
    return re.sub(r"[\s_.()（）]", "", text).upper()


def _text(segment: Segment, reference: str) -> str:
    """The first value at a reference such as `OBR-3.1`."""
    found = REFERENCE.match(reference)
    assert found is not None
    _name, number, component = found.groups()
    cells = segment.cells(int(number))
    if not cells:
        return ""
    text = part(cells[0], int(component)) if component else text_of(cells[0])
    return "" if text == NULL else text


def _place(segment: Segment, reference: str) -> Place:
    number = reference.partition("-")[2].partition(".")[0]
    return Place(segment.name, segment.sequence, int(number))


def _missing(place: Place, name: str) -> Problem:
    name = name.partition(".")[0]
    return faulty(MISSING, place, f"{name} is missing", f"缺少 {name}").problem
