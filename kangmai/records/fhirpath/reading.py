"""Read and write JSON without losing a digit of a number.

A FHIR decimal keeps the precision it was written with: 1.50 is not 1.5.
Source: FHIR R4, decimal, https://hl7.org/fhir/R4/datatypes.html#decimal
"""

import json
from decimal import Decimal
from typing import Any

import orjson


def read_json(text: str | bytes) -> Any:
    """The JSON value of a text, numbers with a point as Decimal. Raises: ValueError."""
    return json.loads(text, parse_float=Decimal, parse_constant=refuse_constant)


def refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def write_json(value: Any) -> bytes:
    """Compact JSON, Decimals with their digits."""
    try:
        return orjson.dumps(value, default=fragment)
    except TypeError:  # orjson writes whole numbers of 64 bits
        return orjson.dumps(with_long_numbers(value), default=fragment)


def with_long_numbers(value: Any) -> Any:
    """The same value, whole numbers of more than 64 bits as Decimals."""
    if isinstance(value, dict):
        return {key: with_long_numbers(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [with_long_numbers(inner) for inner in value]
    return Decimal(value) if type(value) is int and abs(value) >= 2**63 else value


def fragment(value: Any) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value).encode())
    raise TypeError(f"{type(value).__name__} has no JSON form")
