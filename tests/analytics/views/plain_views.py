"""A slow, obvious view runner: the processing algorithm of the specification, word for word.

Every path is evaluated in full on every node, rows are dicts, nothing is checked beforehand.
"""

from collections.abc import Callable
from itertools import product
from typing import Any

from kangmai.records.fhirpath import compile_expression
from kangmai.records.fhirpath.elements import Element, plain, root_element
from kangmai.records.fhirpath.expression import typed
from kangmai.records.fhirpath.frames import Frame, Resolver, Run

Row = dict[str, Any]
Ask = Callable[[str, Any, int], list[Any]]


def rows(view: dict[str, Any], resource: dict[str, Any], resolver: Resolver | None = None) -> list:
    if resource["resourceType"] != view["resource"]:
        return []
    root = root_element(resource)
    ask = asking(view, root, resolver)
    for where in view.get("where", []):
        if [plain(item) for item in ask(where["path"], root, 0)] != [True]:
            return []
    return process({"select": view["select"]}, root, 0, ask)


def asking(view: dict[str, Any], root: Element, resolver: Resolver | None) -> Ask:
    """Evaluates a path on a node, with the view's constants and an index."""
    constants = dict(map(constant, view.get("constant", [])))
    run = Run(root, root, [root], at=None, resolver=resolver, variables=constants)

    def ask(path: str, node: Any, index: int) -> list[Any]:
        return compile_expression(path).in_frame(Frame(run, [node], {"rowIndex": [index]}))

    return ask


def constant(source: dict[str, Any]) -> tuple[str, list[Any]]:
    ((key, value),) = [each for each in source.items() if each[0].startswith("value")]
    kind = key.removeprefix("value")
    if kind == "Integer64":
        return source["name"], [int(value)]
    return source["name"], [typed(value, kind[0].lower() + kind[1:])]


def process(select: dict[str, Any], node: Any, index: int, ask: Ask) -> list[Row]:
    foci = found(select, node, index, ask)
    if not foci and "forEachOrNull" in select:
        return [null_row(select)]
    return [row for place, focus in foci for row in on_focus(select, focus, place, ask)]


def found(select: dict[str, Any], node: Any, index: int, ask: Ask) -> list[tuple[int, Any]]:
    for key in ("forEach", "forEachOrNull"):
        if key in select:
            return list(enumerate(ask(select[key], node, index)))
    if "repeat" in select:
        return list(enumerate(descend(select["repeat"], node, index, ask)))
    return [(index, node)]


def descend(paths: list[str], node: Any, index: int, ask: Ask) -> list[Any]:
    return [
        reached
        for path in paths
        for child in ask(path, node, index)
        for reached in [child, *descend(paths, child, index, ask)]
    ]


def on_focus(select: dict[str, Any], focus: Any, index: int, ask: Ask) -> list[Row]:
    columns = select.get("column", [])
    parts = [[{column["name"]: value(column, focus, index, ask)}] for column in columns]
    parts += [process(inner, focus, index, ask) for inner in select.get("select", [])]
    if "unionAll" in select:
        parts.append([row for u in select["unionAll"] for row in process(u, focus, index, ask)])
    return [{key: v for part in chosen for key, v in part.items()} for chosen in product(*parts)]


def value(column: dict[str, Any], focus: Any, index: int, ask: Ask) -> Any:
    values = [v for v in map(plain, ask(column["path"], focus, index)) if v is not None]
    if column.get("collection"):
        return values
    assert len(values) <= 1
    return values[0] if values else None


def null_row(select: dict[str, Any]) -> Row:
    """The one row of a forEachOrNull that finds nothing: nulls, its index 0."""
    row = {column["name"]: None for column in select.get("column", [])}
    row |= {c["name"]: 0 for c in select.get("column", []) if c["path"] == "%rowIndex"}
    for inner in [*select.get("select", []), *select.get("unionAll", [])[:1]]:
        row |= null_row(inner)
    return row
