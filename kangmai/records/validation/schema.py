"""A JSON schema for each resource type, generated from the tables and compiled at first use.

A resource that passes has no structural fault; one that does not pass may still be right (a
required primitive that has only an extension, an extension with an id): `structure` decides.
So the schema is the fast road for the good case, in Rust, and never the last word.

Draft 4, because there 1.0 is not an integer, as in FHIR. Resources inside resources are only
checked to be objects here; `rules` looks at each of them by its own type.
"""

from functools import cache
from typing import Any

import jsonschema_rs

from kangmai.records.fhir.definitions import Element, TypeChoice, elements, is_type, value_sets
from kangmai.records.validation.primitives import PRIMITIVES
from kangmai.records.validation.references import pattern_for

Schema = dict[str, Any]
HALVED = PRIMITIVES.keys() - {"xhtml"}
"""Types whose values may have an id and extensions beside them, under the name with `_`."""
NEVER: Schema = {"not": {}}
RESOURCE: Schema = {
    "type": "object",
    "required": ["resourceType"],
    "properties": {"resourceType": {"type": "string"}},
}


@cache
def validator(resource_type: str, *, contained: bool) -> jsonschema_rs.Draft4Validator:
    """The compiled schema of a resource type; `contained` allows references to contained resources."""
    options = jsonschema_rs.RegexOptions()
    return jsonschema_rs.Draft4Validator(
        schema(resource_type, contained=contained), pattern_options=options
    )


def schema(resource_type: str, *, contained: bool) -> Schema:
    """The schema of a resource type with the definitions it reaches."""
    builder = _Builder(contained)
    root = builder.complex_type(resource_type, is_resource=True)
    while builder.wanted:
        name = builder.wanted.pop()
        builder.definitions[name] = builder.definition(name)
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "definitions": builder.definitions,
        **root,
    }


class _Builder:
    """Collects the definitions that a schema refers to."""

    def __init__(self, contained: bool) -> None:
        self.contained = contained
        self.definitions: dict[str, Schema] = {}
        self.wanted: set[str] = set()

    def ref(self, name: str) -> Schema:
        if name not in self.definitions:
            self.wanted.add(name)
        return {"$ref": f"#/definitions/{name}"}

    def definition(self, name: str) -> Schema:
        if name in PRIMITIVES:
            return primitive(name)
        if name.startswith("Reference"):
            return self.reference(name)
        return self.complex_type(name, is_resource=False)

    def reference(self, name: str) -> Schema:
        """A Reference that may point only to the types its name lists, as `Reference(Group.Patient)`."""
        targets = frozenset(name.partition("(")[2].removesuffix(")").split(".")) - {""}
        found = self.complex_type("Reference", is_resource=False)
        pattern = pattern_for(targets, contained=self.contained)
        found["properties"]["reference"] = {"type": "string", "pattern": f"^({pattern})$"}
        return found

    def complex_type(self, name: str, *, is_resource: bool) -> Schema:
        properties: Schema = {"resourceType": {"enum": [name]}} if is_resource else {}
        required = ["resourceType"] if is_resource else []
        rules: list[Schema] = []
        for element in elements(name):
            for choice in element.types:
                properties[choice.key] = self.repeated(element, self.value(element, choice))
                if choice.name in HALVED and not (element.is_list or element.is_choice):
                    properties["_" + choice.key] = self.ref("Element")
            if element.minimum and not element.is_choice:
                required.append(element.name)
            if element.is_choice and name != "Extension":
                rules += choice_rules(element)
        found: Schema = {
            "type": "object",
            "minProperties": 1,
            "properties": properties,
            "additionalProperties": False,
        }
        if name == "Extension":
            # With `url` required, two properties leave room for one value or for extensions.
            found |= {"minProperties": 2, "maxProperties": 2}
            del properties["id"], properties["_url"]
        if required:
            found["required"] = required
        if rules:
            found["allOf"] = rules
        return found

    def repeated(self, element: Element, schema: Schema) -> Schema:
        if not element.is_list:
            return schema
        found: Schema = {"type": "array", "items": schema, "minItems": max(1, element.minimum)}
        return found | ({"maxItems": element.maximum} if element.maximum else {})

    def value(self, element: Element, choice: TypeChoice) -> Schema:
        if choice.name == "Resource":
            return RESOURCE
        if choice.name == "Reference":
            return self.ref(f"Reference({'.'.join(sorted(choice.targets))})")
        bound = codes_schema(element, choice.name)
        if bound and choice.name == "code":
            return bound
        found = self.ref(choice.name)
        return {"allOf": [found, bound]} if bound else found


def primitive(name: str) -> Schema:
    """The schema of a primitive type."""
    facts = PRIMITIVES[name]
    found: Schema = {"type": facts.json}
    if facts.pattern:
        found["pattern"] = f"^({facts.pattern})$"
    if facts.minimum is not None:
        found |= {"minimum": facts.minimum, "maximum": facts.maximum}
    return found


def choice_rules(element: Element) -> list[Schema]:
    """At most one of the names of a choice; exactly one where it is required."""
    keys = [choice.key for choice in element.types]
    branches: list[Schema] = [{"required": [key]} for key in keys]
    if not element.minimum:
        branches.append({"properties": dict.fromkeys(keys, NEVER)})
    return [{"oneOf": branches}] if len(branches) > 1 else [branches[0]]


def codes_schema(element: Element, type_name: str) -> Schema | None:
    """The codes that a required value set leaves; None where it leaves all."""
    systems = value_sets().get(element.value_set or "")
    if not systems:
        return None
    if type_name == "code":
        return {"enum": sorted({code for codes in systems.values() for code in codes})}
    right = [
        {
            "required": ["system", "code"],
            "properties": {"system": {"enum": [system]}, "code": {"enum": sorted(codes)}},
        }
        for system, codes in systems.items()
    ]
    if type_name == "Coding":
        return {"anyOf": right}
    if type_name == "CodeableConcept":
        none_right = {"items": {"not": {"anyOf": right}}}
        return {"required": ["coding"], "properties": {"coding": {"not": none_right}}}
    return None


def has_schema(resource_type: str) -> bool:
    """Whether R4 has a resource type of this name."""
    return is_type(resource_type)
