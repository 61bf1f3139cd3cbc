"""Only the doors know HTTP and command lines; nobody below them reads the clock for himself."""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "kangmai"
DOORS = {"config", "portal", "exchange", "commandline"}
DOOR_MODULES = (
    "django.http",
    "django.shortcuts",
    "django.views",
    "django.template",
    "click",
    "granian",
)


def modules_below_the_doors() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE)
        if len(name.parts) > 1 and name.parts[0] not in DOORS:
            yield str(name), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_only_doors_know_http_and_command_lines():
    found = [
        f"{name}: {module}"
        for name, tree in modules_below_the_doors()
        for module in imported(tree)
        if any(module == door or module.startswith(f"{door}.") for door in DOOR_MODULES)
    ]
    assert found == []
