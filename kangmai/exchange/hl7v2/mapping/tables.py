"""Code tables from v2 to FHIR, read from their definitions."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson

from kangmai.kernel import definitions

ROOM = "exchange"
KINDS = ("hl7_message", "hl7_run", "hl7_segment", "hl7_datatype", "hl7_table")


@dataclass(frozen=True, slots=True)
class Table:
    """One table: v2 code → FHIR code; `otherwise` says what a code that is not in it comes to."""

    id: str
    v2: str
    system: str
    codes: Mapping[str, str]
    systems: Mapping[str, str]
    otherwise: str

    def get(self, code: str) -> str | None:
        """The FHIR code, or None."""
        return self.codes.get(code)

    def system_of(self, code: str) -> str:
        """The system of the FHIR code that a v2 code comes to."""
        return self.systems.get(code, self.system)


@cache
def table(id: str) -> Table:
    """The table of this id. Raises KeyError: there is none."""
    content = content_of("hl7_table")[id]
    return Table(
        id,
        content["table"],
        content.get("system", ""),
        {**content["codes"], **content.get("added", {})},
        content.get("systems", {}),
        content["otherwise"],
    )


@cache
def content_of(kind: str) -> Mapping[str, Mapping[str, Any]]:
    """The newest active definitions of a kind, by id."""
    found = definitions.load(ROOM, kind)
    return {each.id: each.content for each in found if each.status == "active"}


@cache
def fingerprint() -> str:
    """A short mark of all tables in force, by which a message knows how it was mapped."""
    whole = [[kind, id, _plain(c)] for kind in KINDS for id, c in sorted(content_of(kind).items())]
    return hashlib.sha256(orjson.dumps(whole, default=str)).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, tuple | list) else value
