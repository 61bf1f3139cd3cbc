"""The one table from method and shape of the path to the interaction that answers."""

from collections.abc import Callable
from dataclasses import dataclass

from kangmai.exchange.fhir_rest import (
    bulk_import,
    cross_references,
    everything,
    export,
    history,
    identity,
    index_state,
    patch,
    persons,
    purge,
    read,
    search,
    subscription_state,
    terminology,
    transaction,
    validate,
    write,
)
from kangmai.exchange.fhir_rest.errors import MethodNotAllowed, NoSuchAddress
from kangmai.exchange.fhir_rest.types import Request, Response

Interaction = Callable[[Request], Response]

WRITES: dict[tuple[str, str], Interaction] = {
    ("POST", ""): transaction.transact,
    ("POST", "T"): write.create,
    ("PUT", "T/I"): write.update,
    ("PUT", "T"): write.conditional_update,
    ("PATCH", "T/I"): patch.patch,
    ("PATCH", "T"): patch.conditional_patch,
    ("DELETE", "T/I"): write.delete,
    ("DELETE", "T"): write.conditional_delete,
    ("POST", "T/I/$purge"): purge.purge,
    ("POST", "T/$merge"): identity.merge,
    ("POST", "T/$unmerge"): identity.unmerge,
}
"""Interactions that change something."""

JOINING = frozenset({("POST", "T"), ("PUT", "T/I"), ("DELETE", "T/I")})
"""Writes of one resource, which share transactions; the others wait for one of the few places for writers."""

READS: dict[tuple[str, str], Interaction] = {
    ("GET", "T/I"): read.read,
    ("GET", "T/I/_history/V"): read.vread,
    ("GET", "T/I/_history"): history.instance,
    ("GET", "T/_history"): history.changes,
    ("GET", "_history"): history.changes,
    ("GET", "T"): search.search_type,
    ("POST", "T/_search"): search.search_type,
    ("GET", ""): search.search_system,
    ("POST", "_search"): search.search_system,
    ("GET", "T/I/X"): search.search_compartment,
    ("POST", "T/I/X/_search"): search.search_compartment,
    ("POST", "T/$validate"): validate.validate,
    ("POST", "T/I/$validate"): validate.validate,
    ("GET", "T/I/$validate"): validate.validate,
    ("GET", "T/I/$everything"): everything.everything,
    ("POST", "T/I/$everything"): everything.everything,
    ("POST", "T/$match"): identity.match,
    ("GET", "$export"): export.system,
    ("POST", "$export"): export.system,
    ("GET", "T/$export"): export.patients,
    ("POST", "T/$export"): export.patients,
    ("GET", "T/I/$export"): export.group,
    ("POST", "T/I/$export"): export.group,
    ("GET", "$export/I"): export.status,
    ("DELETE", "$export/I"): export.cancel,
    ("GET", "$export/I/X"): export.file,
    ("POST", "$import"): bulk_import.order,
    ("GET", "$import/I"): bulk_import.status,
    ("DELETE", "$import/I"): export.cancel,
    ("GET", "$import/I/X"): export.file,
}

_OPERATIONS: dict[str, Interaction] = {
    "T/$lookup": terminology.lookup,
    "T/$subsumes": terminology.subsumes,
    "T/$validate-code": terminology.validate_code,
    "T/I/$validate-code": terminology.validate_code,
    "T/$expand": terminology.expand,
    "T/I/$expand": terminology.expand,
    "T/$translate": terminology.translate,
    "T/I/$translate": terminology.translate,
    "T/$ihe-pix": cross_references.cross_reference,
    "T/I/$person": persons.person,
    "T/I/$index": index_state.index_state,
    "T/I/$status": subscription_state.status,
}
READS |= {(method, form): each for form, each in _OPERATIONS.items() for method in ("GET", "POST")}

PERSONS: dict[tuple[str, str], Interaction] = {
    ("GET", "T/I"): persons.read,
    ("GET", "T"): persons.search,
    ("POST", "T/_search"): persons.search,
}
"""Reads of Persons, who are made from the index."""

UPLOADS = frozenset({("POST", "$import")})
"""Interactions that read their body themselves, piece by piece."""


@dataclass(frozen=True, slots=True)
class Route:
    """What answers at an address, and what it needs."""

    interaction: Interaction
    is_write: bool
    needs_place: bool
    takes_upload: bool


def shape(path: tuple[str, ...]) -> str:
    """The shape of a path: T a type, I an id, V a version; words that begin with _ or $ stand for themselves."""
    names = "TIXV"
    return "/".join(
        part if part[:1] in ("_", "$") else names[min(n, 3)] for n, part in enumerate(path)
    )


def find(method: str, path: tuple[str, ...]) -> Route:
    """The interaction at an address.

    Raises:
        MethodNotAllowed: other methods would do.
        NoSuchAddress
    """
    key = (method, shape(path))
    if path[:1] == ("Person",) and key in _PERSONS:
        return _PERSONS[key]
    if (route := _ROUTES.get(key)) is not None:
        return route
    allowed = sorted({each for each, form in _ROUTES if form == key[1]})
    if allowed:
        raise MethodNotAllowed(method=method, path="/".join(path), allowed=", ".join(allowed))
    raise NoSuchAddress(path="/".join(path))


def is_known(method: str, form: str) -> bool:
    """Whether something answers at a shape of paths."""
    return (method, form) in _ROUTES


_ROUTES = {
    key: Route(each, key in WRITES, key in WRITES and key not in JOINING, key in UPLOADS)
    for key, each in (READS | WRITES).items()
}
_PERSONS = {key: Route(each, False, False, False) for key, each in PERSONS.items()}
