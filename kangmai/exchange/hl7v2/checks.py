"""What must hold of the definitions of HL7 v2 besides their schema: words, names and types that exist."""

from collections.abc import Iterator
from typing import Any

from kangmai.exchange.hl7v2.mapping.messages import REFERENCE
from kangmai.exchange.hl7v2.mapping.rows import references
from kangmai.exchange.hl7v2.mapping.tables import ROOM
from kangmai.exchange.hl7v2.mapping.values import CONVERTERS
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.records.fhir.definitions import resource_types


def check_rows(definition: Definition) -> Iterator[str]:
    """References that cannot be read, words and tables that do not exist."""
    datatypes, tables = _ids("hl7_datatype"), _ids("hl7_table")
    for n, row in enumerate(definition.content["rows"]):
        kind = row.get("as")
        if kind is not None and kind not in CONVERTERS and kind not in datatypes:
            yield f"/rows/{n}: there is no value '{kind}'"
        if "table" in row and row["table"] not in tables:
            yield f"/rows/{n}: there is no table '{row['table']}'"
        for reference in references([row]):
            if not REFERENCE.match(reference):
                yield f"/rows/{n}: '{reference}' is not a field such as 3, 3.1 or ORC-2"


def check_message(definition: Definition) -> Iterator[str]:
    """Rules that use a map, a name or a resource type that is not there."""
    segments, names = _ids("hl7_segment"), set[str]()
    rules: Any = definition.content["rules"]
    for n, rule in enumerate(rules):
        for used in (rule["map"], rule.get("lists", {}).get("map")):
            if used is not None and used not in segments:
                yield f"/rules/{n}: there is no map '{used}'"
        if rule.get("resource", "Patient") not in resource_types():
            yield f"/rules/{n}: there is no type '{rule['resource']}'"
        for name in filter(None, (rule.get("extends"), rule.get("within"))):
            if name not in names:
                yield f"/rules/{n}: '{name}' stands nowhere above"
        names.add(rule.get("name", ""))


def _ids(kind: str) -> set[str]:
    folder = definitions.FOLDER / ROOM / kind
    return {path.stem.partition("@")[0] for path in folder.glob("*.yaml")}


definitions.register_checker(ROOM, "hl7_datatype", check_rows)
definitions.register_checker(ROOM, "hl7_segment", check_rows)
definitions.register_checker(ROOM, "hl7_message", check_message)
