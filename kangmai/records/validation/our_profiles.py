"""Profiles that come with Kangmai, kept as definitions (`records/profile`), as the StructureDefinitions they mean.

    urn:kangmai:profile:laboratory_result

Source: FHIR R4, https://hl7.org/fhir/R4/structuredefinition.html
"""

from functools import cache
from typing import Any

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition

BASE = "http://hl7.org/fhir/StructureDefinition/"


@cache
def our_profiles() -> dict[str, dict[str, Any]]:
    """The StructureDefinitions of our own profiles by URL; the newest of each."""
    found = sorted(definitions.load("records", "profile"), key=lambda each: each.effective_from)
    return {each.content["url"]: _structure(each) for each in found}


def _structure(definition: Definition) -> dict[str, Any]:
    content = definition.content
    return {
        "resourceType": "StructureDefinition",
        "url": content["url"],
        "name": definition.id,
        "title": definition.title["zh"],
        "status": "active",
        "kind": "resource",
        "abstract": False,
        "type": content["type"],
        "baseDefinition": f"{BASE}{content['type']}",
        "derivation": "constraint",
        "differential": {"element": [_element(each) for each in content["elements"]]},
    }


def _element(row: Any) -> dict[str, Any]:
    found = {name: row[name] for name in ("path", "min", "max") if name in row}
    rules = [
        {
            "key": rule["key"],
            "severity": "error",
            "human": f"{rule['says']['en']} {rule['says']['zh']}。",
            "expression": rule["expression"],
        }
        for rule in row.get("rules", ())
    ]
    return {**found, **({"constraint": rules} if rules else {})}
