"""Templates of messages, read from their definitions, and how one is worded for a reader."""

import datetime
import string
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.messages.errors import ParametersIncorrect
from kangmai.standards.division_names import division_label
from kangmai.standards.divisions import find_division

SHANGHAI = ZoneInfo("Asia/Shanghai")


def template(id: str, *, on: datetime.date) -> Definition:
    """The template in force on a day. Raises UnknownDefinition."""
    return definitions.get("messages", "template", id, on=on)


def placeholders(text: str) -> set[str]:
    """The names in braces in a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def require_parameters(found: Definition, given: Mapping[str, str | int]) -> None:
    """Let pass exactly the parameters a template takes. Raises ParametersIncorrect."""
    expected = {each["name"] for each in found.content["parameters"]}
    if expected != set(given):
        raise ParametersIncorrect(
            template=found.id, expected=", ".join(sorted(expected)), given=", ".join(sorted(given))
        )


def words(
    found: Definition,
    part: str,
    parameters: Mapping[str, str | int],
    *,
    language: str,
    organizations: Mapping[int, str],
) -> str:
    """One part of a message (`subject`, `body`) in a language, its parameters put into words."""
    values = {
        each["name"]: _worded(each["type"], parameters[each["name"]], language, organizations)
        for each in found.content["parameters"]
    }
    return str(found.content[part][language]).format_map(values)


def organization_ids(found: Definition, parameters: Mapping[str, str | int]) -> set[int]:
    """The institutions that a message names."""
    return {
        int(parameters[each["name"]])
        for each in found.content["parameters"]
        if each["type"] == "organization" and parameters[each["name"]]
    }


def _worded(kind: str, value: str | int, language: str, organizations: Mapping[int, str]) -> str:
    match kind:
        case "organization":
            return organizations.get(int(value or 0), "—")
        case "division":
            division = find_division(str(value))
            return division_label(division, language=language) if division else str(value) or "—"
        case "instant":
            at = datetime.datetime.fromisoformat(str(value)).astimezone(SHANGHAI)
            return f"{at:%Y-%m-%d %H:%M}"
        case "definition":
            return _title(str(value), language)
        case _:
            return str(value)


def _title(path: str, language: str) -> str:
    """The title of a definition named as room/kind/id; its latest entry's."""
    room, kind, id = path.split("/")
    titles = [each.title for each in definitions.load(room, kind) if each.id == id]
    return titles[-1][language] if titles else id


def check_template(definition: Definition) -> list[str]:
    """Names in braces that are no parameters, and any in what leaves the house."""
    content = definition.content
    names = {each["name"] for each in content["parameters"]}
    allowed: dict[str, Callable[[], set[str]]] = {
        "subject": lambda: names,
        "body": lambda: names,
        "outbound": set,
    }
    return [
        f"/{part}/{language}: there is no parameter {name!r} here"
        for part, known in allowed.items()
        for language, text in content[part].items()
        for name in sorted(placeholders(text) - known())
    ]


def check_channel(definition: Definition) -> list[str]:
    """Names in braces of a request that nobody fills in."""
    request: Mapping[str, Any] = definition.content.get("request", {})
    known = {"address", "login", "text", "link", "urgency", "delivery", "token"}
    return [
        f"/request/{part}/{name}: nothing fills in {each!r}"
        for part in ("headers", "body")
        for name, text in request.get(part, {}).items()
        for each in sorted(placeholders(text) - known)
    ]


definitions.register_checker("messages", "template", check_template)
definitions.register_checker("messages", "channel", check_channel)
