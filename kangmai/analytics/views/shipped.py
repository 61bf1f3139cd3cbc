"""The views that ship: definitions of the kind `view_definition`, each with the meaning of its columns.

What stands under `view` is the ViewDefinition itself; `definition()` gives it whole, as other tools read it.

Source: SQL on FHIR 2.0, ViewDefinition,
https://sql-on-fhir.org/ig/2.0.0/StructureDefinition-ViewDefinition.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from kangmai.analytics.views.compiler import CompiledView, compile_view
from kangmai.analytics.views.errors import RowRefused, ViewRefused
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.kernel.words import Words

ROOM, KIND = "analytics", "view_definition"
RESOURCE_TYPE = "http://hl7.org/fhir/uv/sql-on-fhir/StructureDefinition/ViewDefinition"
FHIR_VERSION = "4.0.1"


@dataclass(frozen=True, slots=True, eq=False)
class ShippedView:
    """One view: what a row is, what its columns mean, and the ViewDefinition without its head."""

    id: str
    title: Words
    row: Words
    columns: Mapping[str, Words]
    content: Mapping[str, Any]
    is_verified: bool

    @property
    def resource(self) -> str:
        """The type of resource it reads."""
        return str(self.content["resource"])

    def definition(self) -> dict[str, Any]:
        """The ViewDefinition in JSON, with what each column means in both languages."""
        body = _thawed(self.content)
        for column in _columns(body["select"]):
            words = self.columns[column["name"]]
            column["description"] = f"{words.zh} / {words.en}"
        return {
            "resourceType": RESOURCE_TYPE,
            "url": f"urn:kangmai:view-definition:{self.id}",
            "name": self.id,
            "title": f"{self.title.zh} / {self.title.en}",
            "status": "active",
            "description": f"{self.row.zh} / {self.row.en}",
            "fhirVersion": [FHIR_VERSION],
            **body,
        }


@cache
def shipped_views() -> Mapping[str, ShippedView]:
    """Every active view, by id."""
    found = (
        _view(each)
        for each in definitions.load(ROOM, KIND)
        if each.status == "active" and each.effective_to is None
    )
    return MappingProxyType({view.id: view for view in found})


def _view(definition: Definition) -> ShippedView:
    content = definition.content
    return ShippedView(
        id=definition.id,
        title=Words(**definition.title),
        row=Words(**content["row"]),
        columns={name: Words(**words) for name, words in content["columns"].items()},
        content=content["view"],
        is_verified=definition.verified,
    )


def _thawed(value: Any) -> Any:
    """Frozen content as JSON that may be changed."""
    if isinstance(value, Mapping):
        return {key: _thawed(item) for key, item in value.items()}
    return [_thawed(item) for item in value] if isinstance(value, tuple) else value


def _columns(selections: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every column of a select, of all parts of a union, too."""
    for each in selections:
        yield from each.get("column", ())
        yield from _columns(each.get("select", ()))
        yield from _columns(each.get("unionAll", ()))


def check_view_definition(definition: Definition) -> Iterator[str]:
    """What its schema cannot say of a view: what the compiler refuses or notes, and columns without a meaning."""
    try:
        compiled = _compiled(definition)
    except ViewRefused as error:
        yield f"/view: {error}"
        return
    yield from (f"/view: {note}" for note in compiled.notes)
    if list(definition.content["columns"]) != list(compiled.names):
        yield f"/columns: the view gives {', '.join(compiled.names)}, in this order"


def run_case(definition: Definition, example: Mapping[str, Any]) -> str:
    """What is wrong with an example, or nothing: `given` resources, and the rows to `expect`, each a list."""
    compiled = _compiled(definition)
    try:
        rows = [row for each in _thawed(example["given"]) for row in compiled.rows(each)]
    except RowRefused as error:
        return f"{example['name']}: {error}"
    expected = [tuple(each) for each in _thawed(example["expect"])]
    return "" if rows == expected else f"{example['name']}: found {rows}, expected {expected}"


def _compiled(definition: Definition) -> CompiledView:
    return compile_view(_thawed(definition.content["view"]))
