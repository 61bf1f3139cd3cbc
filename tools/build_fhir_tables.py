"""Write the compact tables of FHIR R4 facts that the record store works from.

Installs the published definitions (npm `hl7.fhir.r4.examples`, CC0; `@types/fhir`, MIT) into a
temporary folder, keeps the facts and drops the prose:

    resource_types.json     resource type -> small number, never renumbered
    elements.json           every type's elements: name, min, max, types, flags, required value set
    value_sets.json         codes of the value sets that R4 binds as required
    search_parameters.json  every (resource type, search parameter) with its number, never renumbered
    code_systems.json       the code systems that R4 publishes or names
    compartments.json       which parameters put a resource into which compartment
    earlier_versions.json   elements and types that only DSTU2 or STU3 had

Run: `python tools/build_fhir_tables.py [--definitions FOLDER]`, where FOLDER is a `node_modules`
that already holds the packages. The same packages always give the same bytes.
"""

import argparse
import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.numbers import list_currencies

PACKAGES = ["hl7.fhir.r4.examples@4.0.1", "@types/fhir@0.0.41"]
TABLES = Path(__file__).parents[1] / "kangmai/records/fhir/tables"
PROFILE = "http://hl7.org/fhir/StructureDefinition/"
NOT_LISTED = re.compile(r"-(extensions|genetic)-|SearchParameter/(example|filter)")
SWAPPED = {("DocumentReference", "relationship")}
"""R4 gives the components of this composite each other's expression; R5 has them right."""
SELF_BINDING_OPEN = ("mimetypes", "ucum-units", "LL379-9")


def main() -> None:
    """Build all tables from one set of packages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--definitions", type=Path, help="a node_modules folder with the packages")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        modules = arguments.definitions or install(Path(folder))
        build(modules)


def install(folder: Path) -> Path:
    """The packages, unpacked below `folder`; their scripts are not run."""
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--prefix", str(folder)]
    subprocess.run(["npm", "install", *options, *PACKAGES], check=True)
    return folder / "node_modules"


def build(modules: Path) -> None:
    """Read the packages below `modules` and write every table."""
    package = modules / "hl7.fhir.r4.examples"
    structures = [s for s in read(package, "StructureDefinition") if is_base(s)]
    elements = {k: v for s in structures for k, v in element_tables(s).items()}
    types = sorted(s["type"] for s in structures if s["kind"] == "resource" and not s["abstract"])
    numbers = numbered("resource_types.json", types)
    write("resource_types.json", numbers)
    write("elements.json", dict(sorted(elements.items())))
    write("value_sets.json", value_sets(package, elements))
    write("code_systems.json", code_systems(package))
    write("search_parameters.json", search_parameters(package, types))
    write("compartments.json", compartments(package))
    write("earlier_versions.json", earlier_versions(modules / "@types/fhir", elements))


def read(package: Path, resource_type: str) -> Iterator[dict]:
    """Every resource of one type in the package, in order of file name."""
    for file in sorted(package.glob(f"{resource_type}-*.json")):
        resource = json.loads(file.read_text("utf-8"))
        if resource["resourceType"] == resource_type:
            yield resource


def is_base(structure: dict) -> bool:
    """Whether it defines a resource or data type of FHIR itself, rather than a profile."""
    kind = structure["kind"] in ("resource", "complex-type")
    return kind and structure.get("derivation", "specialization") == "specialization"


# Elements ---------------------------------------------------------------------------------------


def element_tables(structure: dict) -> dict[str, list[list]]:
    """One table for the type and one for each element with elements of its own."""
    rows = structure["snapshot"]["element"]
    parents = {r["path"].rpartition(".")[0] for r in rows}
    tables: dict[str, list[list]] = {structure["type"]: []}
    for row in rows[1:]:
        parent, _, name = row["path"].rpartition(".")
        types = element_types(row, nested=row["path"] in parents, root=structure)
        tables.setdefault(parent, []).append(element_row(row, name, types))
    return tables


def element_types(row: dict, *, nested: bool, root: dict) -> list[str]:
    """Type names as they are read here: `Reference(Patient|Group)`, or the path of a backbone."""
    if "contentReference" in row:
        return [row["contentReference"].removeprefix("#")]
    if nested:
        return [row["path"]]
    if row["path"] == f"{root['type']}.id" and root["kind"] == "resource":
        return ["id"]
    return [element_type(t) for t in row["type"]]


def element_type(entry: dict) -> str:
    """One type of an element, with the resource types a reference may point to."""
    code = entry["code"]
    if code.startswith("http://hl7.org/fhirpath/System."):
        code = next((e.get("valueUrl") for e in entry.get("extension", [])), None) or "string"
    targets = sorted(t.removeprefix(PROFILE) for t in entry.get("targetProfile", []))
    if code == "Reference" and targets and targets != ["Resource"]:
        return f"Reference({'|'.join(targets)})"
    return code


def element_row(row: dict, name: str, types: list[str]) -> list:
    """`[name, min, max, types, flags, value set]`; max 0 means no limit; flags s(ummary) m(odifier)."""
    flags = ("s" if row.get("isSummary") else "") + ("m" if row.get("isModifier") else "")
    binding = row.get("binding", {})
    value_set = binding["valueSet"].partition("|")[0] if is_required(binding) else None
    maximum = 0 if row["max"] == "*" else int(row["max"])
    line = [name, row["min"], maximum, types, flags, value_set]
    return line if value_set else line[:-1] if flags else line[:-2]


def is_required(binding: dict) -> bool:
    """Whether only the codes of the value set may be used."""
    return binding.get("strength") == "required" and "valueSet" in binding


# Value sets -------------------------------------------------------------------------------------


def value_sets(package: Path, elements: dict[str, list[list]]) -> dict[str, dict[str, list[str]]]:
    """Value set -> code system -> codes, of every required binding; an open set has no systems."""
    systems = {s["url"]: s for s in read(package, "CodeSystem")}
    sets = {s["url"]: s for s in read(package, "ValueSet")}
    bound = sorted({row[5] for rows in elements.values() for row in rows if len(row) > 5})
    return {url: expand(url, sets, systems) for url in bound}


def expand(url: str, sets: dict, systems: dict) -> dict[str, list[str]]:
    """The codes of a value set by code system."""
    if url.endswith(SELF_BINDING_OPEN):
        return {}
    codes: dict[str, set[str]] = {}
    for include in sets[url]["compose"]["include"]:
        for other in include.get("valueSet", []):
            for system, found in expand(other.partition("|")[0], sets, systems).items():
                codes.setdefault(system, set()).update(found)
        if "system" in include:
            codes.setdefault(include["system"], set()).update(included(include, systems))
    for exclude in sets[url]["compose"].get("exclude", []):
        codes[exclude["system"]] -= included(exclude, systems)
    return {system: sorted(found) for system, found in sorted(codes.items())}


def included(include: dict, systems: dict) -> set[str]:
    """The codes that one include or exclude of a value set names."""
    if "concept" in include:
        return {c["code"] for c in include["concept"]}
    if include["system"] == "urn:iso:std:iso:4217":
        return {code for code in list_currencies() if re.fullmatch("[A-Z]{3}", code)}
    concepts = systems[include["system"]].get("concept", [])
    for rule in include.get("filter", []):
        concepts = filtered(concepts, rule)
    return set(codes_of(concepts))


def filtered(concepts: list[dict], rule: dict) -> list[dict]:
    """The concepts that an `is-a` rule keeps."""
    if rule["op"] != "is-a":
        raise ValueError(f"value set filter {rule['op']} is not handled")
    return [c for c in walk(concepts) if c["code"] == rule["value"]]


def walk(concepts: list[dict]) -> Iterator[dict]:
    """Every concept of a hierarchy."""
    for concept in concepts:
        yield concept
        yield from walk(concept.get("concept", []))


def codes_of(concepts: list[dict]) -> Iterator[str]:
    """Every code of a hierarchy."""
    return (concept["code"] for concept in walk(concepts))


def code_systems(package: Path) -> list[str]:
    """The addresses of every code system that R4 defines or draws value sets from."""
    found = {s["url"] for s in read(package, "CodeSystem")}
    for value_set in read(package, "ValueSet"):
        compose = value_set.get("compose", {})
        found |= {i["system"] for i in compose.get("include", []) if "system" in i}
    return sorted(url for url in found if "example" not in url)


# Search -----------------------------------------------------------------------------------------


def search_parameters(package: Path, types: list[str]) -> list[list]:
    """`[number, resource type, name, kind, expression, targets, components]`, by number.

    No targets means any type of resource.
    """
    listed = (p for p in read(package, "SearchParameter") if not NOT_LISTED.search(p["url"]))
    published = [p for p in listed if p.get("expression") or p["type"] == "special"]
    names = {p["url"]: p["code"] for p in published}
    found = {}
    for parameter in published:
        for base in bases(parameter, types):
            found[base, parameter["code"]] = parameter
    numbers = numbered("search_parameters.json", [" ".join(key) for key in sorted(found)])
    rows = [parameter_row(key, found[key], names, numbers) for key in sorted(found)]
    return sorted(rows, key=lambda row: row[0])


def bases(parameter: dict, types: list[str]) -> list[str]:
    """The resource types a parameter applies to; `Resource` stays itself and means every type."""
    everywhere = parameter["base"][0] in ("Resource", "DomainResource")
    return types if everywhere else parameter["base"]


def parameter_row(key: tuple[str, str], parameter: dict, names: dict, numbers: dict) -> list:
    """One line of the table, without the parts that are empty at its end."""
    base, code = key
    expression = expression_for(base, parameter.get("expression", ""))
    targets = [] if len(parameter.get("target", [])) > 140 else sorted(parameter.get("target", []))
    components = [[names[c["definition"]], c["expression"]] for c in parameter.get("component", [])]
    if key in SWAPPED:
        components = [[components[0][0], components[1][1]], [components[1][0], components[0][1]]]
    row = [
        numbers[f"{base} {code}"],
        base,
        code,
        parameter["type"],
        expression,
        targets,
        components,
    ]
    while len(row) > 5 and not row[-1]:
        row.pop()
    return row


def expression_for(base: str, expression: str) -> str:
    """The branches of a shared expression that speak of this resource type, in their order."""
    branches = [b.strip() for b in expression.split("|")]
    own = rf"^\(*({base}\b|Resource\b|DomainResource\b|[a-z])"
    return " | ".join(b for b in branches if re.match(own, b))


def compartments(package: Path) -> dict[str, dict[str, list[str]]]:
    """Compartment -> resource type -> the parameters whose targets are the compartment."""
    found = {}
    for definition in read(package, "CompartmentDefinition"):
        if "example" not in definition["url"]:
            members = {r["code"]: r["param"] for r in definition["resource"] if r.get("param")}
            found[definition["code"]] = members
    return found


# Earlier versions -------------------------------------------------------------------------------


def earlier_versions(package: Path, elements: dict[str, list[list]]) -> dict[str, dict]:
    """Resource type -> element -> the latest version before R4 that had it; `` names the type itself."""
    found: dict[str, dict[str, str]] = {}
    for version, file in (("DSTU2", "r2.d.ts"), ("STU3", "r3.d.ts")):
        for name, members in interfaces((package / file).read_text("utf-8")).items():
            note_earlier(found, version, name, members, elements)
    return {name: dict(sorted(rows.items())) for name, rows in sorted(found.items()) if rows}


def note_earlier(found: dict, version: str, name: str, members: set, elements: dict) -> None:
    """Add what this version of a resource type had and R4 has not."""
    if "resourceType" not in members:
        return
    if name not in elements:
        found.setdefault(name, {})[""] = version
        return
    now = {spelt for row in elements[name] for spelt in spellings(row)}
    for member in members - now - {"resourceType"}:
        found.setdefault(name, {})[member] = version


def spellings(row: list) -> list[str]:
    """The JSON names of an element: one for each type of a choice."""
    if not row[0].endswith("[x]"):
        return [row[0]]
    stem = row[0].removesuffix("[x]")
    return [stem + t[0].upper() + t.partition("(")[0][1:] for t in row[3]]


def interfaces(text: str) -> dict[str, set[str]]:
    """Interface name -> names of its members, from TypeScript declarations."""
    found = {}
    for match in re.finditer(r"export interface (\w+)(?: extends \w+)? \{(.*?)\n\}", text, re.S):
        members = re.findall(r"^ {2}(?:readonly )?(\w+)\??:", match[2], re.M)
        found[match[1]] = {m for m in members if not m.startswith("_")}
    return found


# Files ------------------------------------------------------------------------------------------


def numbered(file: str, names: list[str]) -> dict[str, int]:
    """Numbers for `names`: those already given stay, new names get the next ones."""
    numbers = existing(file)
    following = max(numbers.values(), default=0) + 1
    for name in names:
        if name not in numbers:
            numbers[name] = following
            following += 1
    return numbers


def existing(file: str) -> dict[str, int]:
    """The numbers already given in a table that is committed."""
    path = TABLES / file
    if not path.exists():
        return {}
    table = json.loads(path.read_text("utf-8"))
    return table if isinstance(table, dict) else {f"{row[1]} {row[2]}": row[0] for row in table}


def write(file: str, table: dict | list) -> None:
    """The table as JSON, one line an entry, so that a change can be read."""
    dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    if isinstance(table, dict):
        lines = [f"{dump(key)}:{dump(value)}" for key, value in table.items()]
        text = "{\n" + ",\n".join(lines) + "\n}\n"
    else:
        text = "[\n" + ",\n".join(map(dump, table)) + "\n]\n"
    (TABLES / file).write_text(text, "utf-8")
    print(f"{file}: {len(table)} entries, {len(text) // 1000} kB")


if __name__ == "__main__":
    main()
