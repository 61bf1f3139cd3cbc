"""Systems above, read from their definitions, and what must hold of them."""

import datetime
from collections.abc import Mapping
from functools import cache
from typing import Any

from kangmai.handover import rules
from kangmai.handover.types import Column, Format, Interface, ReceiptForm, System, Way
from kangmai.kernel import definitions
from kangmai.kernel.actor import Label
from kangmai.kernel.definitions import Definition


def system(id: str, *, on: datetime.date) -> System:
    """The system of this id as on a day. Raises UnknownDefinition."""
    return system_of(definitions.get("handover", "system", id, on=on))


def systems(*, on: datetime.date) -> tuple[System, ...]:
    """Every system in force on a day, by id."""
    found = definitions.load("handover", "system")
    return tuple(system_of(each) for each in found if each.is_effective(on))


@cache
def system_of(definition: Definition) -> System:
    """A definition as a system."""
    content = definition.content
    receipt = content["receipt"]
    return System(
        id=definition.id,
        valid_from=definition.effective_from,
        title=definition.title,
        ways=tuple(map(Way, content["ways"])),
        format=Format(content["file"]["format"]),
        encoding=content["file"].get("encoding", "utf-8"),
        file_name=content["file"]["name"],
        most_rows=content["file"]["most_rows"],
        columns=tuple(map(_column, content["columns"])),
        receipt=ReceiptForm(
            match=receipt["match"],
            number=receipt["number"],
            result=receipt["result"],
            accepted=frozenset(receipt["accepted"]),
            reason=receipt["reason"],
        ),
        interface=_interface(content["api"]) if "api" in content else None,
        deadline=content["deadline"]["id"],
        other_deadlines=tuple(content["deadline"].get("also", ())),
        begins_deadline=content["deadline"]["begins"] == "prepared",
        label=Label[content["label"].upper()],
        is_verified=definition.verified,
    )


def _interface(content: Mapping[str, Any]) -> Interface:
    return Interface(
        most_rows=content["most_rows"],
        timeout_seconds=content["timeout_seconds"],
        retry_seconds=tuple(content["retry_seconds"]),
        headers=content["headers"],
        batch=content["body"]["batch"],
        rows=content["body"]["rows"],
        keys=content["body"].get("keys", {}),
        reply_rows=content["reply"]["rows"],
        reply_keys=content["reply"].get("keys", {}),
    )


def _column(content: Mapping[str, Any]) -> Column:
    return Column(
        title=content["title"],
        values=(content["value"],) if "value" in content else content.get("values", ()),
        constant=content.get("constant", ""),
        join=content.get("join", ""),
        codes=content.get("codes"),
        split=content.get("split", ""),
        date_format=content.get("date", ""),
        decimals=content.get("decimals"),
        is_required=content.get("required", False),
    )


def check_system(definition: Definition) -> list[str]:
    """Titles that stand twice, match columns that are none, and deadlines that do not exist."""
    content = definition.content
    titles = [each["title"] for each in content["columns"]]
    faults = [
        f"/columns/{n}/title: the title {title!r} stands twice"
        for n, title in enumerate(titles)
        if title in titles[:n]
    ]
    faults += [
        f"/receipt/match/{n}: there is no column {title!r}"
        for n, title in enumerate(content["receipt"]["match"])
        if title not in titles
    ]
    faults += _interface_faults(content, titles)
    limits = {each.id for each in definitions.load("deadlines", "deadline")}
    named = (content["deadline"]["id"], *content["deadline"].get("also", ()))
    faults += [f"/deadline: there is no deadline {id!r}" for id in named if id not in limits]
    return faults


def _interface_faults(content: Mapping[str, Any], titles: list[str]) -> list[str]:
    """The way stands beside its form, and the form names columns that there are."""
    if ("api" in content["ways"]) != ("api" in content):
        return ["/ways: the way api needs the form /api, and the form the way"]
    if "api" not in content:
        return []
    receipt = content["receipt"]
    answered = [*receipt["match"], receipt["number"], receipt["result"], receipt["reason"]]
    asked = (("body", titles), ("reply", answered))
    return [
        f"/api/{part}/keys: there is no column {title!r}"
        for part, known in asked
        for title in content["api"][part].get("keys", {})
        if title not in known
    ]


def run_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """Work out one example: the cells of some columns, and the columns at fault."""
    cells, faults = rules.cells(system_of(definition), case["given"])
    titles = [column.title for column in system_of(definition).columns]
    expected = dict(case["expect"].get("cells", {}))
    shown = {title: cell for title, cell in zip(titles, cells, strict=True) if title in expected}
    wrong = tuple(case["expect"].get("faults", ()))
    if shown == expected and faults == wrong:
        return ""
    return f"expected {expected} and faults {list(wrong)}, found {shown} and {list(faults)}"


definitions.register_checker("handover", "system", check_system)
definitions.register_case_runner("handover", "system", run_case)
