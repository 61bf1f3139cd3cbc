"""Map a whole message: each segment by its rule, in the order of the message, to drafts of resources.

A rule makes a resource (`resource`, `name`, `key`, `mode`), or adds to one that an earlier segment made
(`extends`). The key is what the sender knows the thing by: the same key of the same sender is the same
resource for ever. Modes: `create` leaves what is known as it is; `merge` changes what the message names and
keeps the rest; `replace` puts the new content in place of the old; `known` changes only what is known.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from kangmai.exchange.hl7v2.mapping.faults import (
    MISSING,
    UNSUPPORTED_EVENT,
    UNSUPPORTED_TYPE,
)
from kangmai.exchange.hl7v2.mapping.rows import Read, applies, down, fill, is_filled, put
from kangmai.exchange.hl7v2.mapping.tables import content_of
from kangmai.exchange.hl7v2.mapping.values import part, text_of
from kangmai.exchange.hl7v2.types import NULL, Cell, Message, Place, Problem, Segment

NAMES = UUID("6f1f3f1c-6a6e-5d0b-9a1e-0c8a1b0e7a52")
"""The namespace in which the keys of senders become `urn:uuid:` names."""
REFERENCE = re.compile(r"^(?:([A-Z][A-Z0-9]{2})-)?(\d+)(?:\.(\d+))?$")
COMMENTS = ("NTE", "PRT")
"""Segments that speak about the one before them."""


@dataclass(eq=False, slots=True)
class Draft:
    """A resource that a message tells of: its name among the sender's, and what is said of it."""

    name: str
    url: str
    key: tuple[str, ...]
    type: str
    mode: str
    place: Place
    values: dict[str, Any]
    weak: dict[str, Any] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Work:
    """What is known while the segments are gone through."""

    organization: str
    definition: Mapping[str, Any]
    message: Message
    latest: dict[str, Segment] = field(default_factory=dict)
    current: dict[str, Draft] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    before: str = ""
    used: set[str] = field(default_factory=set)


def definition_of(event: str) -> Mapping[str, Any] | Problem:
    """The definition of a message type and event, or why there is none."""
    known = {
        each: content
        for content in content_of("hl7_message").values()
        for each in content["events"]
    }
    if event in known:
        return known[event]
    names = ", ".join(sorted(known))
    kinds = {each.partition("^")[0] for each in known}
    code = UNSUPPORTED_EVENT if event.partition("^")[0] in kinds else UNSUPPORTED_TYPE
    return Problem(code, "MSH^1^9", f"these are taken here: {names}", f"此处接收：{names}")


def mapped(
    message: Message, definition: Mapping[str, Any], *, organization: str
) -> tuple[list[Draft], list[Problem]]:
    """The resources a message tells of, and what in it cannot be mapped.

    Args:
        organization: the code of the institution that sends.
    """
    work = _Work(organization, definition, message)
    for segment in message.segments:
        work.latest[segment.name] = segment
        rule = _rule(work, segment)
        if rule is not None:
            _carry_out(work, rule, segment)
        if segment.name not in COMMENTS:
            work.before = segment.name
    if not work.drafts and not work.problems:
        first = definition["rules"][0]["segment"]
        work.problems.append(_missing(Place(first)))
    _clear(work)
    return work.drafts, work.problems


def _rule(work: _Work, segment: Segment) -> Mapping[str, Any] | None:
    """The first rule of a segment that applies here."""
    read = _reader(work, segment)
    for rule in work.definition["rules"]:
        if rule["segment"] != segment.name or not applies(rule.get("when", ()), read):
            continue
        if "after" not in rule or work.before in rule["after"]:
            return rule
    return None


def _reader(work: _Work, segment: Segment) -> Read:
    """Reads fields of a segment, and of the latest other segment where a reference names one."""

    def read(reference: str) -> tuple[Cell, ...]:
        found = REFERENCE.match(reference)
        assert found is not None, reference
        other, number, component = found.groups()
        source = segment if other in (None, segment.name) else work.latest.get(other)
        cells = source.cells(int(number)) if source else ()
        if component:
            cells = tuple(c for c in (down(cell, int(component)) for cell in cells) if is_filled(c))
        return cells

    return read


def _carry_out(work: _Work, rule: Mapping[str, Any], segment: Segment) -> None:
    read, place = _reader(work, segment), Place(segment.name, segment.sequence)
    content = content_of("hl7_segment")[rule["map"]]
    if "extends" in rule:
        draft = work.current.get(rule["extends"])
        if draft is None:
            return
    else:
        draft = _begin(work, rule, read, place)
        if draft is None:
            return
    filled = fill(content["rows"], read=read, organization=work.organization, place=place)
    work.problems += filled.problems
    _take_over(draft, content, filled.values, filled.weak, filled.deleted)
    for path, name in rule.get("refs", {}).items():
        if name in work.current:
            put(draft.values, path, {"reference": work.current[name].url})
    if "link" in rule:
        _link(work, rule, draft)
    if "lists" in rule:
        _list(work, rule["lists"], draft, read, place)
    for forgotten in rule.get("forgets", ()):
        work.latest.pop(forgotten, None)  # a group's own segments speak for no other group


def _take_over(
    draft: Draft,
    content: Mapping[str, Any],
    values: dict[str, Any],
    weak: dict[str, Any],
    deleted: set[str],
) -> None:
    if "at" in content:
        if values:
            put(draft.values, content["at"], values)
        return
    for key, value in values.items():
        if isinstance(value, list) and key in draft.values:
            for each in value:
                put(draft.values, f"{key}[]", each)
        elif isinstance(value, dict) and key in draft.values:
            draft.values[key] = {**value, **draft.values[key]}
        elif key == "conclusion" and key in draft.values:
            draft.values[key] = f"{draft.values[key]}\n{value}"
        else:
            draft.values.setdefault(key, value)
    for key, value in weak.items():
        draft.weak.setdefault(key, value)
    draft.deleted |= deleted


def _begin(work: _Work, rule: Mapping[str, Any], read: Read, place: Place) -> Draft | None:
    """A new draft under its key; None where the segment tells of nothing that could be known again."""
    for forgotten in rule.get("forgets", ()):
        work.current.pop(forgotten, None)
    key = _key(work, rule, read)
    if key is None:
        work.current.pop(rule["name"], None)
        if rule.get("without_key", "refuse") == "refuse":
            work.problems.append(_unknowable(Place(place.segment, place.sequence), rule))
        return None
    url = _url(work, rule["resource"], key)
    if url in work.used and rule["mode"] == "replace":
        count = 2
        while (again := _url(work, rule["resource"], (*key, f"#{count}"))) in work.used:
            count += 1
        url = again
    work.used.add(url)
    draft = Draft(
        rule["name"],
        url,
        key,
        rule["resource"],
        rule["mode"],
        place,
        {"resourceType": rule["resource"]},
    )
    work.drafts.append(draft)
    work.current[rule["name"]] = draft
    return draft


def _unknowable(place: Place, rule: Mapping[str, Any]) -> Problem:
    """Nothing in a segment by which the thing would be known again: the problem names every way there is."""
    ways = [[rule["number"]["field"]]] if "number" in rule else rule["key"]
    names = [
        " + ".join(_named(place.segment, str(each)) for each in way if not str(each).endswith("?"))
        for way in ways
    ]
    field = int(str(ways[0][0]).partition(".")[0].rpartition("-")[2])
    return Problem(
        MISSING,
        str(Place(place.segment, place.sequence, field)),
        f"{' or '.join(names)} is missing",
        f"缺少 {' 或 '.join(names)}",
    )


def _named(segment: str, reference: str) -> str:
    """A field as people call it: DG1-3.1."""
    return reference if "-" in reference else f"{segment}-{reference}"


def _url(work: _Work, kind: str, key: Sequence[str]) -> str:
    return f"urn:uuid:{uuid5(NAMES, '|'.join([work.organization, kind, *key]))}"


def _key(work: _Work, rule: Mapping[str, Any], read: Read) -> tuple[str, ...] | None:
    if "number" in rule:
        return _number(read(str(rule["number"]["field"])), rule["number"]["prefer"])
    above: tuple[str, ...] = ()
    if "within" in rule:
        if rule["within"] not in work.current:
            return None
        above = work.current[rule["within"]].key
    for alternative in rule["key"]:
        parts = []
        for reference in map(str, alternative):
            cells = read(reference.removesuffix("?"))
            text = _whole(cells[0]) if cells else ""
            if not text and not reference.endswith("?"):
                break
            parts.append(text)
        else:
            return (*above, *parts)
    return None


def _whole(cell: Cell) -> str:
    text = "^".join("&".join(component) for component in cell)
    return "" if text == NULL else text


def _number(cells: Sequence[Cell], prefer: Sequence[str]) -> tuple[str, ...] | None:
    """The number by which the sender knows a person: of the preferred kinds, else the first."""
    numbers = [cell for cell in cells if text_of(cell) not in ("", NULL)]
    if not numbers:
        return None
    rank = {kind: n for n, kind in enumerate(prefer)}
    best = min(numbers, key=lambda cell: rank.get(part(cell, 5), len(rank)))
    return text_of(best), part(best, 4)


def _link(work: _Work, rule: Mapping[str, Any], draft: Draft) -> None:
    other = work.current.get(rule["link"]["to"])
    if other is not None and other.url != draft.url:
        link = {"other": {"reference": other.url}, "type": rule["link"]["type"]}
        put(draft.values, "link[]", link)


def _list(work: _Work, lists: Mapping[str, Any], draft: Draft, read: Read, place: Place) -> None:
    """Name a draft in the list of another."""
    holder = work.current.get(lists["in"])
    if holder is None:
        return
    reference = {"reference": draft.url}
    element: dict[str, Any] = {lists["into"]: reference} if "into" in lists else reference
    if "map" in lists:
        rows = content_of("hl7_segment")[lists["map"]]["rows"]
        extra = fill(rows, read=read, organization=work.organization, place=place)
        work.problems += extra.problems
        element |= extra.values
    put(holder.values, lists["at"], {**element, **dict(lists.get("with", {}))})


def _clear(work: _Work) -> None:
    """Elements that an event takes away, such as the end of a visit whose discharge is cancelled."""
    event = work.message.header.event.partition("^")[2]
    for name, paths in work.definition.get("clears", {}).get(event, {}).items():
        for draft in work.drafts:
            if draft.name == name:
                draft.deleted |= set(paths)
                for path in paths:
                    _drop(draft.values, path)


def _drop(target: dict[str, Any], path: str) -> None:
    *above, last = path.split(".")
    for step in above:
        target = target.get(step, {})
    target.pop(last, None)


def _missing(place: Place) -> Problem:
    name = f"{place.segment}-{place.field}" if place.field else place.segment
    return Problem(MISSING, str(place), f"{name} is missing", f"缺少 {name}")
