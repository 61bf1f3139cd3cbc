"""Writes, for each resource type, one Python function that extracts every search key in one pass.

The paths of all parameters of a type are merged into a tree, so that each element is read once; the
tree is written out as plain loops and compiled at first use. FHIRPath is not evaluated at run time.
The function returns which parameters have a value, as bits in the order of `columns_of`; those that
only gather others are left to whoever reads the bits.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from kangmai.records.fhir.definitions import elements_by_key, is_type, value_sets
from kangmai.records.search import quantities, rows
from kangmai.records.search.expressions import Branch, Path, Step, parse, resolve
from kangmai.records.search.hashing import TokenKeys
from kangmai.records.search.parameters import SEALED_TYPES, Kind, SearchParameter, parameters

Extractor = Callable[[dict, rows.Rows], int]
Writer = Callable[..., None]

NOT_INDEXED = frozenset({"_id", "_lastUpdated"})
"""Parameters that the resource's own row answers."""

_PLAIN = ("string", "id", "uri", "url", "canonical", "oid", "uuid", "markdown")

WRITERS: dict[Kind, dict[str, Writer]] = {
    Kind.TOKEN: {
        "CodeableConcept": rows.concept,
        "Coding": rows.coding,
        "Identifier": rows.identifier,
        "ContactPoint": rows.contact_point,
        "boolean": rows.boolean,
        "code": rows.code,
        **dict.fromkeys(_PLAIN, rows.plain_token),
    },
    Kind.REFERENCE: {
        "Reference": rows.reference,
        "canonical": rows.canonical,
        "uri": rows.canonical,
        "Attachment": rows.attachment,
        "Resource": rows.resource,
    },
    Kind.DATE: {
        **dict.fromkeys(("date", "dateTime", "instant"), rows.date),
        "Period": rows.period,
        "Timing": rows.timing,
    },
    Kind.NUMBER: {
        **dict.fromkeys(("decimal", "integer", "positiveInt", "unsignedInt"), rows.number),
        "Range": rows.number_range,
    },
    Kind.QUANTITY: {
        **dict.fromkeys(
            ("Quantity", "Age", "Duration", "Count", "Distance"),
            rows.scaled(quantities.quantity_rows),
        ),
        "Money": rows.scaled(quantities.money_rows),
        "Range": rows.scaled(quantities.range_rows),
        "SampledData": rows.scaled(quantities.sampled_rows),
    },
    Kind.STRING: {
        **dict.fromkeys(("string", "markdown"), rows.string),
        "HumanName": rows.human_name,
        "Address": rows.address,
    },
    Kind.URI: dict.fromkeys(_PLAIN, rows.uri),
}

PAIR_WRITERS: dict[tuple[Kind, ...], Callable[[str], Writer | None]] = {
    (Kind.TOKEN, Kind.TOKEN): lambda _: rows.token_token,
    (Kind.REFERENCE, Kind.TOKEN): lambda _: rows.reference_token,
    (Kind.TOKEN, Kind.STRING): lambda _: rows.token_string,
    (Kind.TOKEN, Kind.DATE): lambda _: rows.token_date,
    (Kind.TOKEN, Kind.NUMBER, Kind.NUMBER): lambda _: rows.token_numbers,
    (Kind.TOKEN, Kind.QUANTITY): {
        "Quantity": rows.token_scaled(quantities.quantity_rows),
        "Range": rows.token_scaled(quantities.range_rows),
        "SampledData": rows.token_scaled(quantities.sampled_rows),
    }.get,
}


@dataclass(slots=True)
class _Node:
    """What to do with a value and with its parts; `outer` acts on what holds it, once."""

    actions: list[str] = field(default_factory=list)
    outer: list[str] = field(default_factory=list)
    parts: dict[Step, "_Node"] = field(default_factory=dict)

    def at(self, steps: tuple[Step, ...]) -> "_Node":
        node = self
        for step in steps:
            node = node.parts.setdefault(step, _Node())
        return node


@dataclass(slots=True)
class _Unit:
    """The function under construction: the tree and the names it uses."""

    resource_type: str
    root: _Node = field(default_factory=_Node)
    names: dict[str, Any] = field(default_factory=dict)

    def name(self, thing: object) -> str:
        """A name for `thing` in the generated source."""
        for name, known in self.names.items():
            if known is thing:
                return name
        name = f"n{len(self.names)}"
        self.names[name] = thing
        return name


@cache
def columns_of(resource_type: str) -> tuple[SearchParameter, ...]:
    """The parameters whose presence is one bit each, in the order of the bits."""
    found = parameters(resource_type).values()
    return tuple(p for p in found if p.name not in NOT_INDEXED and p.kind is not Kind.SPECIAL)


@cache
def extractor(resource_type: str) -> Extractor:
    """The compiled function for a type. Raises: KeyError for a type that R4 does not have."""
    source, names = generate(resource_type)
    exec(compile(source, f"<extractor of {resource_type}>", "exec"), names)
    return names["extract"]


def generate(resource_type: str) -> tuple[str, dict[str, Any]]:
    """The source of the functions for a type, and the objects their names stand for.

    There is one function for each element of the resource, and `extract` calls those of the elements
    that are there: most parameters of a type have no value in most resources.
    """
    unit = _Unit(resource_type)
    for bit, parameter in enumerate(columns_of(resource_type)):
        if not is_gathered(parameter):
            _plan(unit, parameter, 1 << bit)
    lines: list[str] = []
    for number, (step, part) in enumerate(unit.root.parts.items()):
        lines += [f"def part{number}(v0, rows):", "    s = 0"]
        lines += [*_written_part(step, part, 0, "    "), "    return s"]
    lines += ["PARTS = {}"]
    for number, step in enumerate(unit.root.parts):
        lines.append(f"PARTS.setdefault({step.key!r}, []).append(part{number})")
    lines += [
        "def extract(v0, rows):",
        "    s = 0",
        *_written_actions(unit.root, "v0", "    "),
        "    for key in v0:",
        "        for part in PARTS.get(key, ()):",
        "            s |= part(v0, rows)",
        "    return s",
    ]
    return "\n".join(lines) + "\n", unit.names


def is_gathered(parameter: SearchParameter) -> bool:
    """Whether a parameter has a value wherever one of its sources has."""
    return parameter.is_alias and not any(source.target for source in parameter.sources)


def _plan(unit: _Unit, parameter: SearchParameter, bit: int) -> None:
    for branch in parameter.branches:
        if branch.odd:
            _plan_odd(unit, parameter, bit, branch.odd)
        elif parameter.kind is Kind.COMPOSITE:
            _plan_composite(unit, parameter, bit, branch)
        else:
            for path in resolve(branch, unit.resource_type):
                _plan_value(unit, parameter, bit, branch, path)


def _plan_value(
    unit: _Unit, parameter: SearchParameter, bit: int, branch: Branch, path: Path
) -> None:
    """One action at the end of the path: note the presence, and write rows unless another does."""
    writer = WRITERS[parameter.kind].get(path.type_name)
    if writer is None:
        return
    if branch.target:
        writer = rows.narrowed_reference(branch.target)
    if _is_part_of_name(parameter, path):
        writer = rows.name
    node = unit.root.at(path.steps)
    if not parameter.is_alias:
        column = column_for(parameter, code_system(unit.resource_type, path))
        node.actions.append(f"{unit.name(writer)}({{v}}, rows, {unit.name(column)})")
    seen = f"s |= {bit}"
    if branch.target:
        seen = f"if {unit.name(rows.is_to)}({{v}}, {branch.target!r}): {seen}"
    node.actions.append(seen)


def _is_part_of_name(parameter: SearchParameter, path: Path) -> bool:
    """Whether the path leads to the family or given names of a person."""
    is_person = parameter.resource_type in SEALED_TYPES and path.type_name == "string"
    return is_person and path.steps[0].key == "name"


def _plan_odd(unit: _Unit, parameter: SearchParameter, bit: int, odd: str) -> None:
    """The one expression that is a condition: whether a Patient is known to have died."""
    assert odd == "deceased"
    keys = unit.name(column_for(parameter).keys)
    known = "v0.get('deceasedDateTime') is not None or v0.get('deceasedBoolean') is True"
    unit.root.actions += [
        f"rows.tokens += {keys}[None, 'true' if {known} else 'false']",
        f"s |= {bit}",
    ]


@cache
def column_for(parameter: SearchParameter, system: str = "") -> rows.Column:
    """The column of a parameter; one object for each, since it remembers its keys."""
    of, name = parameter.resource_type, parameter.name
    return rows.Column(
        parameter.p,
        of,
        name,
        token_keys(of, name),
        token_keys(of, f"{name}:identifier"),
        of in SEALED_TYPES,
        system,
    )


@cache
def token_keys(resource_type: str, name: str) -> TokenKeys:
    """The remembered keys of a parameter."""
    return TokenKeys(resource_type, name)


def code_system(resource_type: str, path: Path) -> str:
    """The code system of a `code` element whose required value set draws on a single one."""
    if path.type_name != "code":
        return ""
    owner, value_set = resource_type, None
    for step in path.steps:
        element, choice = elements_by_key(owner)[step.key]
        owner, value_set = choice.name, element.value_set
    systems = value_sets().get(value_set or "", {})
    return next(iter(systems)) if len(systems) == 1 else ""


# Composites -------------------------------------------------------------------------------------


def _plan_composite(unit: _Unit, parameter: SearchParameter, bit: int, branch: Branch) -> None:
    kinds = component_kinds(parameter)
    for base in resolve(branch, unit.resource_type):
        node = unit.root.at(base.steps)
        for chosen in _component_paths(unit.resource_type, parameter, base):
            writer = PAIR_WRITERS[kinds](chosen[1][1].type_name)
            if writer is not None:
                _plan_pair(unit, parameter, bit, node, chosen, writer)


def component_kinds(parameter: SearchParameter) -> tuple[Kind, ...]:
    """The kinds of a composite's components, in their order."""
    known = parameters(parameter.resource_type)
    return tuple(known[name].kind for name, _ in parameter.components)


def _component_paths(
    resource_type: str, parameter: SearchParameter, base: Path
) -> list[list[tuple[bool, Path]]]:
    """Every choice of one path for each component, with whether it starts at the resource."""
    chosen: list[list[tuple[bool, Path]]] = [[]]
    for name, expression in parameter.components:
        kind = parameters(resource_type)[name].kind
        found = [
            (branch.from_root, path)
            for branch in parse(expression)
            for path in resolve(branch, resource_type if branch.from_root else base.type_name)
            if path.type_name in WRITERS[kind]
        ]
        chosen = [[*known, each] for known in chosen for each in found]
    return chosen


def _plan_pair(
    unit: _Unit,
    parameter: SearchParameter,
    bit: int,
    node: _Node,
    chosen: list[tuple[bool, Path]],
    writer: Writer,
) -> None:
    """Loops over the values of every component inside the base, the last component innermost."""
    column = unit.name(column_for(parameter))
    indent, names = "", []
    lines = []
    for number, (from_root, path) in enumerate(chosen):
        name, start = f"c{number}", "v0" if from_root else "{v}"
        if len(path.steps) == 1 and not path.steps[0].is_list:
            lines += [
                f"{indent}{name} = {start}.get({path.steps[0].key!r})",
                f"{indent}if {name} is not None:",
            ]
        else:
            lines.append(
                f"{indent}for {name} in {unit.name(values)}({start}, {unit.name(path.steps)}):"
            )
        names.append(name)
        indent += "    "
    lines.append(f"{indent}{unit.name(writer)}({', '.join(names)}, rows, {column})")
    lines.append(f"{indent}s |= {bit}")
    last_from_root, last = chosen[-1]
    if node is unit.root and not last_from_root:
        # Where the resource itself is the base, the last component leads to the function that does it.
        unit.root.at(last.steps[:1]).outer.append("\n".join(lines))
    else:
        node.actions.append("\n".join(lines))


def values(part: dict, steps: tuple[Step, ...]) -> list[Any]:
    """The values at the end of the steps below one part of a resource."""
    found = [part]
    for step in steps:
        next_found: list[Any] = []
        for each in found:
            value = each.get(step.key)
            if value is not None:
                next_found += value if step.is_list else (value,)
        found = next_found
    return found


# Source -----------------------------------------------------------------------------------------


def _written(node: _Node, depth: int, indent: str) -> list[str]:
    """The source for one node: its actions, then its parts."""
    lines = _written_actions(node, f"v{depth}", indent)
    for step, part in node.parts.items():
        lines += _written_part(step, part, depth, indent)
    return lines


def _written_actions(node: _Node, value: str, indent: str) -> list[str]:
    return _indented(node.actions, value, indent)


def _indented(actions: list[str], value: str, indent: str) -> list[str]:
    return [
        indent + line for action in actions for line in action.replace("{v}", value).split("\n")
    ]


def _written_part(step: Step, part: _Node, depth: int, indent: str) -> list[str]:
    outer, inner = f"v{depth}", f"v{depth + 1}"
    before = _indented(part.outer, outer, indent)
    if not part.actions and not part.parts:
        return before
    if step.is_list:
        end = "[:1]" if step.only_first else ""
        head = [f"{indent}for {inner} in {outer}.get({step.key!r}, ()){end}:"]
        indent += "    "
        if any(a for a in part.actions):
            head.append(f"{indent}if {inner} is None: continue")
    else:
        head = [f"{indent}{inner} = {outer}.get({step.key!r})", f"{indent}if {inner} is not None:"]
        indent += "    "
    if step.condition:
        key, wanted = step.condition
        head.append(f"{indent}if {inner}.get({key!r}) == {wanted!r}:")
        indent += "    "
    return before + head + _written(part, depth + 1, indent)


def is_known(resource_type: str) -> bool:
    """Whether resources of that type can be extracted."""
    return is_type(resource_type)
