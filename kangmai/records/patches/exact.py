"""JSON whose numbers keep their digits while a patch works on it.

Source: FHIR R4, https://hl7.org/fhir/R4/datatypes.html#decimal
"""

import json
from decimal import Decimal
from typing import Any

import orjson

from kangmai.records.patches.errors import PatchUnreadable
from kangmai.records.store.bodies import decode

SAFE_DIGITS = 18
"""Longer integers than this would not fit the encoder's 64 bits."""


def read(raw: bytes) -> Any:
    """The JSON value, numbers with a point or too long for 64 bits as Decimal.

    Raises:
        MalformedJson, NotUtf8
        PatchUnreadable: nested too deeply.
    """
    decode(raw)  # names the place of a fault
    try:
        return json.loads(raw, parse_float=Decimal, parse_int=_integer)
    except RecursionError:
        raise PatchUnreadable(reason="it is nested too deeply") from None


def write(value: Any) -> bytes:
    """Compact JSON. Raises: TypeError for what is nested too deeply."""
    return orjson.dumps(value, default=_digits)


def _integer(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= SAFE_DIGITS else Decimal(digits)


def _digits(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value).encode())
    raise TypeError(f"{type(value).__name__} has no JSON form")
