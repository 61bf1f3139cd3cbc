"""Every permission that code asks for is defined, and every one that is defined is held by a role."""

import ast
from pathlib import Path

import pytest

import kangmai
from kangmai.access import queries
from tests.factories.access import AT

PACKAGE = Path(kangmai.__file__).parent
ASKED_BY = {"require", "is_permitted"}


def asked(path):
    """The permissions that a module passes as text to `require` and `is_permitted`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and len(node.args) >= 2:
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            second = node.args[1]
            if (
                name in ASKED_BY
                and isinstance(second, ast.Constant)
                and isinstance(second.value, str)
            ):
                yield second.value


def modules():
    return [path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts]


def test_code_asks_only_for_defined_permissions():
    known = set(queries.permissions())
    unknown = {
        (str(path.relative_to(PACKAGE)), permission)
        for path in modules()
        for permission in asked(path)
        if permission.partition(":")[0] not in known
    }
    assert unknown == set()


def test_the_search_for_permissions_finds_some():
    assert sum(1 for path in modules() for _ in asked(path)) > 10


OF_THE_HOUSE = {"signals.take", "colours.by_rule", "watchdog.watch"}
"""What only the house's own actors may do, when something arrives or at night."""


def test_every_permission_is_held_by_a_role():
    held = {
        p.partition(":")[0] for r in queries.roles_in_force(at=AT).values() for p in r.permissions
    }
    assert set(queries.permissions()) - OF_THE_HOUSE == held


@pytest.mark.parametrize("permission", ["records.read", "own.ledger", "registry.manage"])
def test_permissions_are_named_in_both_languages(permission):
    zh, en, _ = queries.permissions()[permission]
    assert zh and en and zh != en
