"""Documentation names everything there is: commands, settings, rooms, kinds of definitions, subscribers."""

import re
from pathlib import Path

import click
import pytest

from kangmai.commandline.main import COMMANDS, cli
from kangmai.kernel import definitions, feed

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "kangmai"
DOCS = ROOT / "docs"
SETTING = re.compile(
    r"""environ(?:\.get\(|\.setdefault\(|\[)\s*["']((?:KANGMAI_|DATABASE_)[A-Z_]+)["']"""
)


def rooms() -> list[str]:
    return sorted(
        path.parent.name for path in PACKAGE.glob("*/__init__.py") if path.parent.name != "config"
    )


def commands() -> list[str]:
    """Every command that can be run, such as `db backup`."""
    found = []
    for name in COMMANDS:
        try:
            command = cli.get_command(click.Context(cli), name)
        except ModuleNotFoundError:
            continue  # another test says that it is missing
        inner = command.commands if isinstance(command, click.Group) else {}
        found += [f"{name} {sub}" for sub in inner] or [name]
    return sorted(found)


def settings() -> list[str]:
    text = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    return sorted(set(SETTING.findall(text)))


@pytest.mark.parametrize("name", COMMANDS)
def test_command_exists_and_helps_with_an_example(name):
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    ends = list(command.commands.values()) if isinstance(command, click.Group) else [command]
    assert ends
    for end in ends:
        text = end.get_help(click.Context(end))
        assert end.help, f"{name} {end.name} says nothing of itself"
        assert re.search(r"--data|Example|kangmai ", text), f"{name} {end.name} shows no example"


@pytest.mark.parametrize("name", commands())
def test_command_is_documented(name):
    assert f"kangmai {name}" in (DOCS / "operations" / "commands.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", settings())
def test_setting_is_documented(name):
    assert f"`{name}`" in (DOCS / "operations" / "settings.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("room", rooms())
def test_room_has_a_page(room):
    assert (DOCS / "rooms" / f"{room}.md").is_file()


@pytest.mark.parametrize(("room", "kind"), definitions.kinds())
def test_kind_of_definition_is_documented(room, kind):
    page = DOCS / "rooms" / f"{room}.md"
    assert page.is_file()
    named = re.search(rf"`[^`\n]*\b{kind}\b[^`\n]*`", page.read_text(encoding="utf-8"))
    assert named, f"{page.name} does not name `{kind}`"


def test_subscribers_are_documented():
    pages = "".join(path.read_text(encoding="utf-8") for path in (DOCS / "rooms").glob("*.md"))
    assert [s.name for s in feed.subscriptions() if f"`{s.name}`" not in pages] == []


def test_links_between_pages_lead_somewhere():
    pages = [*DOCS.rglob("*.md"), *ROOT.glob("*.md")]
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        if "://" not in target
        and not target.startswith("mailto:")
        and not (page.parent / target).exists()
    ]
    assert dead == []


def test_benchmarks_are_named_where_one_looks_for_them():
    folder = ROOT / "benchmarks"
    page = (folder / "README.md").read_text(encoding="utf-8")
    runnable = {
        path.stem
        for path in folder.glob("*.py")
        if "__main__" in path.read_text(encoding="utf-8") and path.stem != "run"
    }
    assert {name for name in runnable if f"`{name}`" not in page} == set()
