"""Load rules that are data: read everything once, check it, freeze it, and report every fault with its place.

A definition is a file `definitions/<room>/<kind>/<id>.yaml`. Every kind has one header:

    id: hypertension                 # equals the file's name
    title: {zh: 高血压患者健康管理, en: Hypertension management}
    status: active                   # draft | active | retired
    source: {document: …, clause: …, url: …}
    verified: false                  # false while any value in it is from memory
    effective: {from: 2017-02-28, to: 2025-01-01}    # half-open; `to` may be absent

and below it the kind's own fields, described by `definitions/<room>/<kind>.schema.json`. A changed
rule is a new dated entry: files of one kind may share a stem, `hypertension@2017-02-28.yaml`, and the
loader refuses versions of one id that overlap. Beside a definition, `<name>.cases.yaml` holds worked
examples (given, on, expect) that tests run and the documentation shows.

A kind that every room may use (`published_view`) has its schema at the top, `definitions/<kind>.schema.json`.

Rooms register what more must hold of a kind by `register_checker`, of a common kind for `EVERY_ROOM`.
"""

import datetime
import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import jsonschema_rs
import yaml

from kangmai.kernel.errors import Fault, NotFound

FOLDER = Path(__file__).parents[1] / "definitions"
EVERY_ROOM = "*"
"""The room under which checkers of a common kind are registered."""

HEADER = {
    "type": "object",
    "required": ["id", "title", "status", "source", "verified", "effective"],
    "properties": {
        "id": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_.-]*$"},
        "title": {
            "type": "object",
            "required": ["zh", "en"],
            "properties": {
                "zh": {"type": "string", "minLength": 1},
                "en": {"type": "string", "minLength": 1},
            },
        },
        "status": {"enum": ["draft", "active", "retired"]},
        "source": {
            "type": "object",
            "required": ["document"],
            "properties": {"document": {"type": "string", "minLength": 1}},
        },
        "verified": {"type": "boolean"},
        "effective": {"type": "object", "required": ["from"]},
    },
}


@dataclass(frozen=True, slots=True)
class DefinitionFault:
    """One thing wrong with a definition file."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class FaultyDefinitions(Fault):
    """The definitions have {count} faults, so nothing was started:\n{faults}"""

    zh = "规则定义有 {count} 处错误，系统未启动：\n{faults}"

    def message(self, language: str) -> str:
        count, faults = self.details["count"], self.details["faults"]
        if language.startswith("zh"):
            return f"规则定义有 {count} 处错误，系统未启动：\n{faults}"
        return f"The definitions have {count} faults, so nothing was started:\n{faults}"


class UnknownDefinition(NotFound):
    """There is no definition '{id}' of the kind {room}/{kind} in force on {on}."""

    zh = "{on} 没有生效的 {room}/{kind} 定义“{id}”。"


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """One dated entry: its header, and its whole content as frozen plain data."""

    room: str
    kind: str
    id: str
    title: Mapping[str, str]
    status: str
    source: Mapping[str, Any]
    verified: bool
    effective_from: datetime.date
    effective_to: datetime.date | None
    content: Mapping[str, Any]
    path: Path

    def is_effective(self, on: datetime.date) -> bool:
        """Whether this entry is in force on a day."""
        return self.effective_from <= on and (self.effective_to is None or on < self.effective_to)


Checker = Callable[[Definition], Iterator[str] | list[str]]
_checkers: dict[tuple[str, str], list[Checker]] = {}


def register_checker(room: str, kind: str, checker: Checker) -> None:
    """Let a room say what more is wrong with a definition; each string it yields is a fault.

    A string may begin with a path such as `/services/0/window: ` to have its line found.
    """
    _checkers.setdefault((room, kind), []).append(checker)


CaseRunner = Callable[[Definition, Mapping[str, Any]], str]
_case_runners: dict[tuple[str, str], CaseRunner] = {}


def register_case_runner(room: str, kind: str, runner: CaseRunner) -> None:
    """Let a room work out the worked examples of a kind: the runner returns what is wrong, or nothing."""
    _case_runners[room, kind] = runner


class _LineLoader(yaml.CSafeLoader):
    """Safe YAML that refuses a key given twice, which YAML would silently merge."""


def _mapping(loader: _LineLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    for position, key in enumerate(keys):
        if key in keys[:position]:
            mark = node.value[position][0].start_mark
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key!r} stands twice", mark
            )
    return {
        key: loader.construct_object(value, deep=True)
        for key, (_, value) in zip(keys, node.value, strict=True)
    }


_LineLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def _lines(
    node: yaml.Node | None, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], int]]:
    """Every path in a YAML document with the line it begins on."""
    if node is None:
        return
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*path, str(key.value)), key.start_mark.line + 1
            yield from list(_lines(value, (*path, str(key.value))))[1:]
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            yield from _lines(value, (*path, str(position)))


def _line_of(places: Mapping[tuple[str, ...], int], path: tuple[str, ...]) -> int:
    while path and path not in places:
        path = path[:-1]
    return places.get(path, 1)


def freeze(value: Any) -> Any:
    """The same plain data, unchangeable: mappings become read-only views, lists tuples."""
    if isinstance(value, dict):
        return MappingProxyType({key: freeze(item) for key, item in value.items()})
    if isinstance(value, list):
        return tuple(freeze(item) for item in value)
    return value


def _schema_value(value: Any) -> Any:
    """Plain JSON for the schema validator: YAML dates become their ISO text."""
    if isinstance(value, dict):
        return {str(key): _schema_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_schema_value(item) for item in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


@cache
def _validators(room: str, kind: str) -> tuple[jsonschema_rs.Validator, ...]:
    """The header's and the kind's own, apart: inside another schema `#/$defs/…` would point elsewhere.

    A schema may use the `$defs` of another one beside it: `form.schema.json#/$defs/item`.
    """
    places = (FOLDER / room / f"{kind}.schema.json", FOLDER / f"{kind}.schema.json")
    path = next((each for each in places if each.exists()), None)
    own = json.loads(path.read_text(encoding="utf-8")) if path else {}
    base = path.as_uri() if path else None
    return jsonschema_rs.validator_for(HEADER), jsonschema_rs.validator_for(own, base_uri=base)


def _read(path: Path, room: str, kind: str) -> tuple[Definition | None, list[DefinitionFault]]:
    name = str(path.relative_to(FOLDER))
    text = path.read_text(encoding="utf-8")
    try:
        data = yaml.load(text, _LineLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return None, [DefinitionFault(name, line, f"not YAML: {error.problem}")]
    value = _schema_value(data)
    found = [
        (tuple(map(str, error.instance_path)), error.message)
        for validator in _validators(room, kind)
        for error in validator.iter_errors(value)
    ]
    definition = None
    if not found:
        definition = _definition(data, path, room, kind)
        found = list(_own_faults(definition))
    return definition, _placed(found, name, text)


def _own_faults(definition: Definition) -> Iterator[tuple[tuple[str, ...], str]]:
    """What a sound header still hides: a wrong name, and what the kind's checkers say; each with its path."""
    stem = definition.path.stem
    if stem.split("@")[0] != definition.id:
        yield ("id",), f"the id is not the file's name {stem!r}"
    for checker in _checkers_of(definition):
        for message in checker(definition):
            path = message.split(":")[0].strip("/").split("/") if message.startswith("/") else ()
            yield tuple(path), message


def _checkers_of(definition: Definition) -> list[Checker]:
    kind = definition.kind
    return _checkers.get((definition.room, kind), []) + _checkers.get((EVERY_ROOM, kind), [])


def _placed(
    found: list[tuple[tuple[str, ...], str]], name: str, text: str
) -> list[DefinitionFault]:
    """The faults with their lines; only a faulty file is read a second time, for the lines."""
    if not found:
        return []
    places = dict(_lines(yaml.compose(text, yaml.CSafeLoader)))
    return [DefinitionFault(name, _line_of(places, path), message) for path, message in found]


def _definition(data: dict[str, Any], path: Path, room: str, kind: str) -> Definition:
    effective = data["effective"]
    return Definition(
        room=room,
        kind=kind,
        id=data["id"],
        title=freeze(data["title"]),
        status=data["status"],
        source=freeze(data["source"]),
        verified=data["verified"],
        effective_from=_date(effective["from"]),
        effective_to=_date(effective["to"]) if effective.get("to") else None,
        content=freeze(data),
        path=path,
    )


def _date(value: str | datetime.date) -> datetime.date:
    return value if isinstance(value, datetime.date) else datetime.date.fromisoformat(value)


def _overlaps(definitions: list[Definition]) -> Iterator[DefinitionFault]:
    ordered = sorted(definitions, key=lambda d: (d.id, d.effective_from))
    for earlier, later in itertools.pairwise(ordered):
        if earlier.id == later.id and earlier.is_effective(later.effective_from):
            name = str(later.path.relative_to(FOLDER))
            yield DefinitionFault(
                name, 1, f"in force on {later.effective_from} together with {earlier.path.name}"
            )


def _files(room: str, kind: str) -> list[Path]:
    folder = FOLDER / room / kind
    return sorted(path for path in folder.glob("*.yaml") if not path.name.endswith(".cases.yaml"))


def check(room: str, kind: str) -> tuple[list[Definition], list[DefinitionFault]]:
    """Read all files of one kind; returns what is sound and every fault found."""
    pairs = [_read(path, room, kind) for path in _files(room, kind)]
    sound = [definition for definition, _ in pairs if definition is not None]
    faults = [fault for _, found in pairs for fault in found]
    return sound, faults + list(_overlaps(sound))


@cache
def load(room: str, kind: str) -> tuple[Definition, ...]:
    """All dated entries of one kind, ordered by id and date.

    Raises:
        FaultyDefinitions: at least one file is wrong; the message names each with its line.
    """
    sound, faults = check(room, kind)
    _refuse(faults)
    return tuple(sorted(sound, key=lambda d: (d.id, d.effective_from)))


def _refuse(faults: list[DefinitionFault]) -> None:
    if faults:
        raise FaultyDefinitions(count=len(faults), faults="\n".join(map(str, faults)))


def get(room: str, kind: str, id: str, *, on: datetime.date) -> Definition:
    """The entry of one id that is in force on a day.

    Raises:
        UnknownDefinition: there is none.
    """
    for definition in load(room, kind):
        if definition.id == id and definition.is_effective(on):
            return definition
    raise UnknownDefinition(room=room, kind=kind, id=id, on=on)


def kinds() -> list[tuple[str, str]]:
    """Every (room, kind) that has a schema, and so is read by this loader."""
    own = ((path.parent.name, _kind(path)) for path in FOLDER.glob("*/*.schema.json"))
    common = (
        (room, _kind(path))
        for path in FOLDER.glob("*.schema.json")
        for room in rooms_with(_kind(path))
    )
    return sorted({*own, *common})


def rooms_with(kind: str) -> list[str]:
    """The rooms that have definitions of a kind, in order."""
    return sorted(folder.parent.name for folder in FOLDER.glob(f"*/{kind}/"))


def _kind(schema: Path) -> str:
    return schema.name.removesuffix(".schema.json")


def check_all() -> list[DefinitionFault]:
    """Every fault in every definition, and folders that no schema describes; once there is none, those of the cases.

    A case is worked with other definitions besides its own, so it says nothing while any is at fault.
    """
    known = kinds()
    faults = [
        DefinitionFault(str(folder.relative_to(FOLDER)), 1, "there is no schema of this kind")
        for folder in sorted(FOLDER.glob("*/*/"))
        if (folder.parent.name, folder.name) not in known and any(folder.glob("*.yaml"))
    ]
    sound: list[Definition] = []
    unread: FaultyDefinitions | None = None
    for room, kind in known:
        try:
            read, found = check(room, kind)
        except FaultyDefinitions as error:  # of another kind it leans on, named where that is read
            unread = error
            continue
        sound += read
        faults += found
    if unread and not faults:
        raise unread
    return faults or [fault for each in sound for fault in _case_faults(each)]


def require_sound() -> None:
    """Read everything, as a start of the system does.

    Raises:
        FaultyDefinitions: there is any fault in any definition or its cases.
    """
    _refuse(check_all())


def cases(definition: Definition) -> tuple[Mapping[str, Any], ...]:
    """The worked examples beside a definition."""
    path = _cases_path(definition)
    if not path.exists():
        return ()
    return freeze(yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader) or [])


def _cases_path(definition: Definition) -> Path:
    return definition.path.with_name(definition.path.stem + ".cases.yaml")


def _case_faults(definition: Definition) -> Iterator[DefinitionFault]:
    """What the worked examples beside a definition show to be wrong, each at the line it begins on."""
    path = _cases_path(definition)
    if not path.exists():
        return
    name, text = str(path.relative_to(FOLDER)), path.read_text(encoding="utf-8")
    try:
        lines = dict(_lines(yaml.compose(text, yaml.CSafeLoader)))
        examples = cases(definition)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        yield DefinitionFault(name, line, f"not YAML: {error.problem}")
        return
    runner = _case_runners.get((definition.room, definition.kind))
    if runner is None:
        yield DefinitionFault(name, 1, f"no room works out cases of the kind {definition.kind}")
        return
    for position, example in enumerate(examples):
        if fault := runner(definition, example):
            yield DefinitionFault(name, lines.get((str(position),), 1), fault)
