"""Operations on the record that hold an answered form: the response, and the Observations taken from it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

from kangmai.records.types import Operation, Verb

RESPONSE = "urn:uuid:00000000-0000-7000-8000-000000000000"
"""How Observations name the response they come from before it has an id."""


def create(resource: Mapping[str, Any], *, full_url: str | None = None) -> Operation:
    """The operation that adds a resource."""
    return Operation(Verb.CREATE, resource["resourceType"], raw=raw(resource), full_url=full_url)


def update(
    resource: Mapping[str, Any], id: str, *, expected_version: int | None = None
) -> Operation:
    """The operation that replaces a resource."""
    kind = resource["resourceType"]
    named = {"resourceType": kind, "id": id, **resource}
    return Operation(Verb.UPDATE, kind, id, raw(named), if_match=expected_version)


def raw(resource: Mapping[str, Any]) -> bytes:
    """A resource as JSON; decimals keep their digits."""
    return orjson.dumps(resource, default=_number)


def _number(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f").encode())
    raise TypeError(type(value).__name__)
