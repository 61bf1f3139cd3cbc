"""SMART on FHIR scopes, versions 1 and 2, as permissions of the record.

`system/Observation.rs` and `user/*.read` say: context, resource type (or `*`), and interactions: v2 a
subset of c r u d s in this order, v1 `read` (r and s), `write` (c, u and d) or `*` (all).

Source: HL7 SMART App Launch 2.2, Scopes for requesting FHIR Resources,
https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from kangmai.access.errors import ScopeRefused
from kangmai.kernel.words import Words
from kangmai.records.fhir.definitions import resource_types

INTERACTIONS = {"c": "create", "r": "read", "u": "update", "d": "delete", "s": "search"}
VERSION_1 = {"read": "rs", "write": "cud", "*": "cruds"}
_SCOPE = re.compile(r"^(patient|user|system)/([A-Za-z]+|\*)\.(read|write|\*|c?r?u?d?s?)(\?.*)?$")


NONE_GIVEN = Words("请至少写一项，例如system/*.rs", "give at least one, such as system/*.rs")
MIXED = Words(
    "patient/不能与user/、system/同用", "patient/ scopes do not mix with user/ and system/"
)
UNREADABLE = Words(
    "请写成“上下文/类型.操作”，例如system/Observation.rs",
    "write context/Type.interactions, such as system/Observation.rs",
)
NARROWED = Words("授权范围内不支持检索参数", "search parameters in scopes are not supported")


class Context(StrEnum):
    """Whose data a scope is about: one patient's, what the user may see, or what the program may."""

    PATIENT = "patient"
    USER = "user"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Scopes:
    """What a token may do: one context, and permissions of the record."""

    context: Context
    permissions: frozenset[str]


def parse_scopes(text: str) -> Scopes:
    """Read a list of scopes separated by spaces.

    Raises:
        ScopeRefused: one cannot be read or is not supported, or patient/ scopes stand among others.
    """
    scopes = text.split()
    if not scopes:
        raise ScopeRefused(scope="", reason=NONE_GIVEN)
    parsed = [_parse(scope) for scope in scopes]
    contexts = {context for context, _ in parsed}
    if Context.PATIENT in contexts and len(contexts) > 1:
        raise ScopeRefused(scope=text, reason=MIXED)
    context = Context.USER if contexts == {Context.SYSTEM, Context.USER} else contexts.pop()
    return Scopes(context, frozenset(each for _, some in parsed for each in some))


def _parse(scope: str) -> tuple[Context, frozenset[str]]:
    found = _SCOPE.match(scope)
    if found is None or not found[3]:
        raise ScopeRefused(scope=scope, reason=UNREADABLE)
    context, kind, interactions, narrowing = found.groups()
    if narrowing:
        raise ScopeRefused(scope=scope, reason=NARROWED)
    if kind != "*" and kind not in resource_types():
        reason = Words(f"FHIR R4没有资源类型{kind}", f"FHIR R4 has no type {kind}")
        raise ScopeRefused(scope=scope, reason=reason)
    letters = VERSION_1.get(interactions, interactions)
    narrowed = "" if kind == "*" else f":{kind}"
    permissions = frozenset(f"records.{INTERACTIONS[letter]}{narrowed}" for letter in letters)
    return Context(context), permissions


def covers(held: Collection[str], wanted: str) -> bool:
    """Whether one of the held permissions includes the wanted one: records.read has records.read:Patient."""
    return wanted in held or wanted.partition(":")[0] in held


def common(held: Collection[str], wanted: Collection[str]) -> frozenset[str]:
    """The permissions that both sides include: of records.read and records.read:Patient the latter."""
    return frozenset(each for each in wanted if covers(held, each)) | frozenset(
        each for each in held if covers(wanted, each)
    )
