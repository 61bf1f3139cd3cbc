"""Roles and permissions, read from their definitions."""

from datetime import date
from functools import cache

from kangmai.access.errors import RoleUnknown
from kangmai.access.types import Reach, Role
from kangmai.kernel import definitions
from kangmai.kernel.actor import Label, Purpose
from kangmai.kernel.definitions import Definition


@cache
def permissions() -> dict[str, tuple[str, str, bool]]:
    """Every permission with its Chinese and English words and whether it may be narrowed to a type."""
    return {
        entry["id"]: (entry["zh"], entry["en"], entry.get("by_type", False))
        for definition in definitions.load("access", "permission_list")
        for entry in definition.content["permissions"]
    }


def roles(*, on: date) -> dict[str, Role]:
    """The roles in force on a day, by id."""
    return {role.id: role for definition, role in _entries() if definition.is_effective(on)}


def every_role() -> tuple[Role, ...]:
    """All roles there ever were, the latest entry of each last."""
    return tuple(role for _, role in _entries())


def role(id: str, *, on: date) -> Role:
    """The role of this id in force on a day. Raises RoleUnknown."""
    found = roles(on=on)
    if id not in found:
        raise RoleUnknown(role=id, known=", ".join(found))
    return found[id]


@cache
def _entries() -> tuple[tuple[Definition, Role], ...]:
    return tuple((each, _role(each)) for each in definitions.load("access", "role"))


def _role(definition: Definition) -> Role:
    content = definition.content
    return Role(
        id=definition.id,
        zh=definition.title["zh"],
        en=definition.title["en"],
        permissions=frozenset(content["permissions"]),
        labels=frozenset(Label[label.upper()] for label in content["labels"]),
        reach=Reach(content["reach"]),
        purpose=Purpose(content["purpose"]),
        held_in=frozenset(content["held_in"]),
        is_bound_by_objection=content["bound_by_objection"],
        is_guarded=content.get("guarded", False),
        is_family=content.get("family", False),
    )


def check_role(definition: Definition) -> list[str]:
    """What is wrong with a role beyond its schema: permissions and kinds of institutions that do not exist."""
    from kangmai.registry.types import OrganizationKind

    faults = []
    for position, permission in enumerate(definition.content["permissions"]):
        name, _, kind = permission.partition(":")
        if name not in permissions() or (kind and not permissions()[name][2]):
            faults.append(f"/permissions/{position}: there is no permission {permission!r}")
    for position, kind in enumerate(definition.content["held_in"]):
        if kind not in set(OrganizationKind):
            faults.append(f"/held_in/{position}: there is no kind of institution {kind!r}")
    return faults


definitions.register_checker("access", "role", check_role)
