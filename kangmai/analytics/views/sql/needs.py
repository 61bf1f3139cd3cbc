"""What a query reads of a resource, and whether what it finds is as R4 says.

DuckDB refuses a block of lines where a list or an object is something else. Every primitive is read as
its JSON, so that a number where a text belongs is seen; the line is then left to Python.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from kangmai.records.fhirpath.direct_logic import INTEGERS
from kangmai.records.fhirpath.model import TypeFact

# Whether the JSON of a primitive is of another kind.
OTHERWISE = {
    "text": "not starts_with({0}, '\"')",
    "boolean": "{0} not in ('true', 'false')",
    "integer": "not regexp_full_match({0}, '-?[0-9]+')",
    "decimal": "not regexp_full_match({0}, '-?[0-9.]+')",
}


@dataclass(slots=True)
class Needs:
    """An element that is read: its kind, whether it repeats, and what is read of its parts."""

    kind: str = "object"
    repeats: bool = False
    parts: dict[str, "Needs"] = field(default_factory=dict)

    def part(self, key: str, fact: TypeFact, repeats: bool) -> "Needs":
        """Note that the element under a JSON key is read."""
        return self.parts.setdefault(key, Needs(kind_of(fact), repeats))

    def columns(self) -> Iterator[tuple[str, str]]:
        """The JSON keys that are read and their types in SQL; a primitive's companion is read, too."""
        for key, part in self.parts.items():
            yield key, part.type_in_sql()
            if part.kind != "object":
                yield f"_{key}", "JSON"

    def type_in_sql(self) -> str:
        members = ", ".join(f'"{key}" {type_name}' for key, type_name in self.columns())
        one = f"STRUCT({members})" if members else "JSON"
        return f"{one}[]" if self.repeats else one

    def doubt(self, sql: str, depth: int = 0) -> str:
        """Whether the object that an expression gives has something that is not as R4 says."""
        doubts = []
        for key, part in self.parts.items():
            here = f'{sql}."{key}"'
            if part.kind != "object":
                doubts.append(f'{sql}."_{key}" is not null')
            if part.repeats:
                each = f"d{depth}"
                wrong = f"{each} is null or {part.doubt_alone(each, depth + 1)}"
                doubts.append(f"len(list_filter({here}, lambda {each}: {wrong})) > 0")
            else:
                doubts.append(part.doubt_alone(here, depth))
        return f"coalesce({' or '.join(doubts)}, false)"

    def doubt_alone(self, sql: str, depth: int) -> str:
        if self.kind != "object":
            return OTHERWISE[self.kind].format(sql)
        if not self.parts:
            return f"not starts_with({sql}, '{{')"
        return self.doubt(sql, depth)

    def holds(self, kind: str) -> bool:
        """Whether something of a kind is read, here or below."""
        return self.kind == kind or any(part.holds(kind) for part in self.parts.values())


def kind_of(fact: TypeFact) -> str:
    if not fact.is_primitive:
        return "object"
    if fact.name in INTEGERS:
        return "integer"
    return fact.name if fact.name in ("boolean", "decimal") else "text"
