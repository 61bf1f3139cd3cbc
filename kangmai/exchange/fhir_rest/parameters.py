"""What an operation is given: parameters of the address, or a Parameters resource in the body.

Source: FHIR R4, https://hl7.org/fhir/R4/operations.html#3.2.0.2
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import orjson

from kangmai.exchange.fhir_rest.types import Request
from kangmai.kernel.errors import Incorrect
from kangmai.records.fhir.bundles import resource_head

TRANSPORT = frozenset({"_format", "_pretty"})


class BadParameter(Incorrect):
    """The parameter {name} of this operation is wrong: {reason}"""

    zh = "操作参数 {name} 有误：{reason}"


class _Part(msgspec.Struct):
    name: str = ""
    resource: msgspec.Raw = msgspec.Raw()


class _Parameters(msgspec.Struct):
    parameter: list[_Part] = []


@dataclass(frozen=True, slots=True)
class Given:
    """The parameters of one call: plain values (and parts) by name, resources as the bytes sent."""

    values: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    resources: Mapping[str, bytes] = field(default_factory=dict)

    def all(self, name: str) -> list[Any]:
        """Every value of that name."""
        return list(self.values.get(name, ()))

    def one(self, name: str, default: str = "") -> str:
        """The one value of that name as text.

        Raises:
            BadParameter: it is given more than once, or is no simple value.
        """
        found = self.all(name)
        if len(found) > 1:
            raise BadParameter(name=name, reason="it may be given once")
        if found and not isinstance(found[0], str | int | bool):
            raise BadParameter(name=name, reason="it must be a simple value")
        if found and isinstance(found[0], bool):
            return "true" if found[0] else "false"
        return str(found[0]) if found else default

    def parts(self, name: str) -> list[str]:
        """Every value of that name, each split at its commas."""
        return [part.strip() for value in self.all(name) for part in str(value).split(",") if part]

    def flag(self, name: str) -> bool:
        """A value that is true or false; false where absent.

        Raises:
            BadParameter
        """
        value = self.one(name, "false")
        if value not in ("true", "false"):
            raise BadParameter(name=name, reason="it must be true or false")
        return value == "true"

    def only(self, *names: str) -> "Given":
        """The same, refused where it has other names.

        Raises:
            BadParameter
        """
        for name in (*self.values, *self.resources):
            if name not in names:
                raise BadParameter(name=name[:60], reason=f"known here: {', '.join(names)}")
        return self


def given(request: Request) -> Given:
    """The parameters of a call, from its address and its body.

    Raises:
        MalformedJson, NotUtf8
        BadParameter: the body is a Parameters resource of a wrong shape.
    """
    values: dict[str, list[Any]] = {}
    for name, value in parse_qsl(request.query, keep_blank_values=True):
        if name not in TRANSPORT:
            values.setdefault(name, []).append(value)
    if not is_parameters(request.body):
        return Given(values)
    resources = {
        part.name: bytes(part.resource) for part in _cut(request.body) if bytes(part.resource)
    }
    for parameter in orjson.loads(request.body).get("parameter", []):
        if "resource" not in parameter:
            values.setdefault(parameter.get("name", ""), []).append(_value(parameter))
    return Given(values, resources)


def is_parameters(body: bytes) -> bool:
    """Whether a body is a Parameters resource. Raises: MalformedJson, NotUtf8."""
    return bool(body.strip()) and resource_head(body)[0] == "Parameters"


def _cut(body: bytes) -> list[_Part]:
    try:
        return msgspec.json.decode(body, type=_Parameters).parameter
    except msgspec.DecodeError as error:
        raise BadParameter(name="parameter", reason=str(error)) from None


def _value(parameter: dict[str, Any]) -> Any:
    """The value[x] of a parameter; of one with parts these, by name."""
    if "part" in parameter:
        return [(part.get("name", ""), _value(part)) for part in parameter["part"]]
    return next((value for key, value in parameter.items() if key.startswith("value")), "")
