"""`kangmai definitions`: rules kept as data, checked and shown."""

from typing import Any

import click

from kangmai.kernel.errors import Incorrect


class NotADefinitionName(Incorrect):
    """'{name}' is not the name of a definition, which is ROOM/KIND/ID, such as standards/units/ucum. {hint}"""

    zh = "“{name}”不是规则定义的名称，应为 ROOM/KIND/ID，例如 standards/units/ucum。{hint}"


@click.group()
def definitions() -> None:
    """Check and show the rules that are kept as data (diseases, roles, schedules, code sets …)."""


@definitions.command(
    epilog="""\b
Examples:
  kangmai definitions check
  kangmai definitions check --json
"""
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def check(as_json: bool) -> None:
    """Read every definition and its worked cases, and report each fault with file and line.

    Exit code 1 means that there are faults; nothing starts with them.
    """
    import json

    from kangmai.config.checkers import register_checkers
    from kangmai.kernel import definitions as loader

    register_checkers()
    faults = loader.check_all()
    kinds = [f"{room}/{kind}" for room, kind in loader.kinds()]
    if as_json:
        rows = [{"file": f.file, "line": f.line, "message": f.message} for f in faults]
        click.echo(json.dumps({"kinds": kinds, "faults": rows}, ensure_ascii=False))
    else:
        for fault in faults:
            click.echo(str(fault))
        click.echo(f"{len(kinds)} kinds, {len(faults)} faults", err=True)
    if faults:
        raise SystemExit(1)


@definitions.command(
    epilog="""\b
Examples:
  kangmai definitions show access/role/village_doctor
  kangmai definitions show standards/divisions/divisions --on 2024-12-31
"""
)
@click.argument("name")
@click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), help="Day on which it is in force; today if absent."
)
def show(name: str, on: Any) -> None:
    """Print the entry ROOM/KIND/ID that is in force on a day, as JSON."""
    import json
    from datetime import UTC, datetime

    from kangmai.kernel import definitions as loader

    room, kind, id = _parts(name)
    day = on.date() if on else datetime.now(UTC).astimezone().date()
    definition = loader.get(room, kind, id, on=day)
    click.echo(json.dumps(_plain(definition.content), ensure_ascii=False, indent=1))


def _parts(name: str) -> tuple[str, str, str]:
    from kangmai.kernel import definitions as loader

    parts = name.split("/")
    kinds = loader.kinds()
    if len(parts) != 3 or (parts[0], parts[1]) not in kinds:
        hint = "Kinds: " + ", ".join(f"{room}/{kind}" for room, kind in kinds)
        raise NotADefinitionName(name=name, hint=hint)
    return parts[0], parts[1], parts[2]


def _plain(value: Any) -> Any:
    """Frozen content as plain JSON."""
    from collections.abc import Mapping
    from datetime import date

    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
