"""Extracts the search keys of a resource: what the index tables hold for it.

    extract(resource)       every key, deduplicated and in a fixed order
    compartments(resource)  the keys of the Patients in whose compartment it is

One pass of a function generated from the published SearchParameters; see `generator`.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from kangmai.records.fhir.definitions import compartments as compartment_table
from kangmai.records.search import added
from kangmai.records.search.expressions import resolve
from kangmai.records.search.generator import columns_of, extractor, is_gathered, values
from kangmai.records.search.hashing import hash64, targets
from kangmai.records.search.parameters import SEALED_TYPES, parameters
from kangmai.records.search.rows import KeyedHash, Rows, is_to, local

VERSION = 1
"""The version of the extractor; rows written by another version need a reindex."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The index rows of one resource, without its `rid`.

    tokens      (h, sys): hash of type, parameter and code; hash of the code system, or 0
    references  (tgt, p): hash of the target; number of the parameter
    dates       (p, lo, hi): instants from lo up to, not including, hi, in UTC; p is negative where
                they are more than `dates.WIDE` apart
    strings     (p, v): text as it is compared; a uri as it stands; the text of codes for `:text`
    quantities  (p, u, lo, hi): values from lo to hi inclusive; as written under u = 0, in base units
                under u = hash of the unit; of a composite u = hash of the code, or of code and unit
    shape       hash of the resource's type and of which parameters have a value; among the tokens too
    present     the numbers of the parameters that have a value, ascending
    """

    tokens: tuple[tuple[int, int], ...]
    references: tuple[tuple[int, int], ...]
    dates: tuple[tuple[int, datetime, datetime], ...]
    strings: tuple[tuple[int, str], ...]
    quantities: tuple[tuple[int, int, float, float], ...]
    shape: int
    present: tuple[int, ...]


def extract(
    resource: dict,
    *,
    keyed_hash: KeyedHash | None = None,
    server: str = "",
    leaving: bool = False,
) -> Keys:
    """The search keys of a valid resource.

    `keyed_hash` hides what identifies people (identifiers, telecoms, names and addresses of
    Patient, Person, RelatedPerson and Practitioner, and identifiers in references); without it they
    are indexed in the clear. `server` is our own base URL: references below it count as relative.
    `leaving` adds the keys of added parameters that are being taken out of the index.
    Raises: KeyError for an unknown resource type.
    """
    resource_type = resource["resourceType"]
    rows = Rows(keyed_hash, server)
    present = extractor(resource_type)(resource, rows)
    shape, numbers = _shapes[resource_type, present]
    rows.tokens.append((shape, 0))
    added.put_rows(resource, rows, leaving=leaving)
    return Keys(
        _unique(rows.tokens),
        _unique(rows.references),
        _unique(rows.dates),
        _unique(rows.strings),
        _unique(rows.quantities),
        shape,
        numbers,
    )


def _unique(rows: list[Any]) -> tuple[Any, ...]:
    """The rows in order, each once."""
    return tuple(sorted(set(rows))) if len(rows) > 1 else tuple(rows)


def is_sealed(resource_type: str) -> bool:
    """Whether resources of that type are kept sealed, and found by keyed hashes only."""
    return resource_type in SEALED_TYPES


class _Shapes(dict[tuple[str, int], tuple[int, tuple[int, ...]]]):
    """Shapes met so far: a type has a few hundred in practice."""

    def __missing__(self, key: tuple[str, int]) -> tuple[int, tuple[int, ...]]:
        resource_type, present = key
        columns = columns_of(resource_type)
        found = {c.p for bit, c in enumerate(columns) if present >> bit & 1}
        gathered = {
            c.p
            for c in columns
            if is_gathered(c) and any(source.p in found for source in c.sources)
        }
        numbers = sorted(found | gathered)
        # Hashed by numbers, not bits: a new parameter must not change the shapes of stored rows.
        text = f"{resource_type}|:shape|{','.join(map(str, numbers))}"
        if len(self) > 50_000:
            self.clear()
        shape = self[key] = hash64(text), tuple(numbers)
        return shape


_shapes = _Shapes()


def compartments(resource: dict, *, server: str = "", compartment: str = "Patient") -> list[int]:
    """The hashes of the compartments a resource is in, ascending: of each Patient it is about.

    A Patient is in its own compartment where it has an id. Source: FHIR R4 CompartmentDefinition.
    """
    resource_type = resource["resourceType"]
    found = set()
    if resource_type == compartment and resource.get("id"):
        found.add(targets[f"{compartment}/{resource['id']}"])
    for steps in _compartment_steps(compartment, resource_type):
        for value in values(resource, steps):
            if isinstance(value, dict) and is_to(value, compartment):
                target = local(value.get("reference") or "#", server)
                if target:
                    found.add(targets[target])
    return sorted(found)


@cache
def _compartment_steps(compartment: str, resource_type: str) -> tuple[tuple, ...]:
    """The paths of the parameters that lead into the compartment, each once."""
    known = parameters(resource_type)
    names = compartment_table().get(compartment, {}).get(resource_type, [])
    branches = [branch for name in names if name in known for branch in known[name].branches]
    paths = [path.steps for branch in branches for path in resolve(branch, resource_type)]
    return tuple(dict.fromkeys(paths))
