"""The sealed part of a resident's row, and the keyed hashes of documents. Private to the room."""

from collections.abc import Callable
from typing import Any

import orjson

from kangmai.identity.types import Demographics, IdentityDocument
from kangmai.kernel import sealing


def bound_to(resident_id: int) -> bytes:
    """The place a resident's sealed details belong to."""
    return f"resident:{resident_id}".encode()


def seal_details(resident_id: int, demographics: Demographics) -> tuple[int, bytes]:
    """Key version and sealed details of a resident."""
    plain = orjson.dumps(demographics.sealed_part())
    return sealing.seal(plain, bound_to=bound_to(resident_id))


def open_details(resident_id: int, version: int, sealed: bytes) -> dict[str, Any]:
    """The details of a resident as keyword arguments of `Demographics`."""
    plain = sealing.unseal(version, bytes(sealed), bound_to=bound_to(resident_id))
    return read_details(orjson.loads(plain))


def details_opener() -> Callable[[int, int, bytes], dict[str, Any]]:
    """A function that opens the details of many residents as they were sealed; the keyring is looked at once."""
    unseal = sealing.unsealer()
    return lambda resident_id, version, sealed: orjson.loads(
        unseal(version, sealed, bound_to(resident_id))
    )


def read_details(sealed: dict[str, Any]) -> dict[str, Any]:
    """Details as they were sealed, as keyword arguments of `Demographics`."""
    details = dict(sealed)
    details["documents"] = tuple(
        IdentityDocument(d["kind_code"], d["number"], d.get("closed_on"))
        for d in details.get("documents", ())
    )
    for name in ("phones", "former_names"):
        details[name] = tuple(details.get(name, ()))
    return details


def document_hash(document: IdentityDocument) -> bytes:
    """The keyed hash under which a document in canonical form is written."""
    return document_hashes(document)[0]


def document_hashes(document: IdentityDocument) -> tuple[bytes, ...]:
    """The keyed hashes under which a document in canonical form is found, the one that is written first."""
    return sealing.blinds(f"{document.kind_code}|{document.number}", purpose="document")
