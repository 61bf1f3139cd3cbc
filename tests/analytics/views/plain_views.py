"""A slow, obvious view runner: the processing algorithm of the specification, word for word.

Paths are evaluated in full, rows are dicts; only what the tests below generate is covered.
"""

from itertools import product
from typing import Any

from kangmai.records.fhirpath import compile_expression
from kangmai.records.fhirpath.elements import Element, plain, root_element

Row = dict[str, Any]


def rows(view: dict[str, Any], resource: dict[str, Any]) -> list[Row]:
    if resource["resourceType"] != view["resource"]:
        return []
    root = root_element(resource)
    for where in view.get("where", []):
        if [plain(item) for item in compile_expression(where["path"]).items(root)] != [True]:
            return []
    return process({"select": view["select"]}, root, 0)


def process(select: dict[str, Any], node: Element, index: int) -> list[Row]:
    foci = found(select, node, index)
    if not foci and "forEachOrNull" in select:
        return [dict.fromkeys(names(select))]
    return [row for place, focus in foci for row in on_focus(select, focus, place)]


def found(select: dict[str, Any], node: Element, index: int) -> list[tuple[int, Element]]:
    for key in ("forEach", "forEachOrNull"):
        if key in select:
            return list(enumerate(compile_expression(select[key]).items(node)))
    if "repeat" in select:
        return list(enumerate(descend(select["repeat"], node)))
    return [(index, node)]


def descend(paths: list[str], node: Element) -> list[Element]:
    return [
        reached
        for path in paths
        for child in compile_expression(path).items(node)
        for reached in [child, *descend(paths, child)]
    ]


def on_focus(select: dict[str, Any], focus: Element, index: int) -> list[Row]:
    parts = [[{column["name"]: value(column, focus, index)}] for column in select.get("column", [])]
    parts += [process(inner, focus, index) for inner in select.get("select", [])]
    if "unionAll" in select:
        parts.append([row for u in select["unionAll"] for row in process(u, focus, index)])
    return [{key: v for part in chosen for key, v in part.items()} for chosen in product(*parts)]


def value(column: dict[str, Any], focus: Element, index: int) -> Any:
    items = compile_expression(column["path"]).items(focus, variables={"rowIndex": index})
    values = [v for v in map(plain, items) if v is not None]
    if column.get("collection"):
        return values
    assert len(values) <= 1
    return values[0] if values else None


def names(select: dict[str, Any]) -> list[str]:
    own = [column["name"] for column in select.get("column", [])]
    inner = [name for part in select.get("select", []) for name in names(part)]
    return own + inner + (names(select["unionAll"][0]) if "unionAll" in select else [])
