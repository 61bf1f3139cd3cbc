"""FHIRPath as search parameters of R4 are written.

R4 writes `(Observation.component.value as Quantity)` and means every component, where FHIRPath
itself allows `as` one item only. In a search parameter `as` is read as ofType().

Source: FHIR R4, SearchParameter.expression, https://hl7.org/fhir/R4/searchparameter-definitions.html
"""

from dataclasses import fields, replace
from functools import lru_cache
from typing import Any

from kangmai.records.fhirpath.compiler import compiled
from kangmai.records.fhirpath.errors import ExpressionUnreadable, Misuse
from kangmai.records.fhirpath.expression import Expression, compile_expression, refusal
from kangmai.records.fhirpath.syntax.nodes import Call, Literal, Node, TypeTest


@lru_cache(maxsize=4096)
def compile_search_expression(text: str) -> Expression:
    """The compiled expression of a search parameter. Raises: ExpressionUnreadable."""
    node = of_all(compile_expression(text).node)
    try:
        return Expression(text, node, compiled(node))
    except Misuse as trouble:
        raise refusal(ExpressionUnreadable, text, trouble) from None


def of_all(node: Any) -> Any:
    """The node with every `as` turned into ofType()."""
    if isinstance(node, tuple):
        return tuple(of_all(part) for part in node)
    if not isinstance(node, Node):
        return node
    changed = {
        part.name: of_all(getattr(node, part.name)) for part in fields(node) if part.name != "place"
    }
    node = replace(node, **changed)
    if isinstance(node, TypeTest) and node.operator == "as":
        return Call(node.operand, "ofType", (Literal(node.type_name, node.place),), node.place)
    if isinstance(node, Call) and node.name == "as":
        return replace(node, name="ofType")
    return node
