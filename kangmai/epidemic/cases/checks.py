"""What more must hold of definitions of diseases and sections, and how their examples are worked out."""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from kangmai.epidemic.cases.diseases import KIND, ROOM, diseases_of
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition


def check_disease(definition: Definition) -> list[str]:
    """Rows that overlap or leave gaps, subtypes of another number, sections and forms that do not exist, waits."""
    content = definition.content
    known = {each.id for each in definitions.load(ROOM, "card_section")}
    forms = {each.id for each in definitions.load("forms", "form")} | {""}
    faults = []
    for path, part in (("", content), *_subtypes(content)):
        faults += _row_faults(path, part.get("rules", ()))
        faults += [
            f"{path}/sections: there is no section {each!r}"
            for each in part.get("sections", ())
            if each not in known
        ]
        if part.get("investigation", "") not in forms:
            faults.append(f"{path}/investigation: there is no form {part['investigation']!r}")
        waits = part.get("incubation")
        if waits and waits["min_days"] > waits["max_days"]:
            faults.append(f"{path}/incubation: the shortest is longer than the longest")
    return faults + _code_faults(content)


def _subtypes(content: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [(f"/subtypes/{n}", each) for n, each in enumerate(content.get("subtypes", ()))]


def _row_faults(path: str, rows: tuple[Mapping[str, Any], ...]) -> list[str]:
    faults = [
        f"{path}/rules/{n}: the row before it does not end on its first day"
        for n, (earlier, later) in enumerate(pairwise(rows), start=1)
        if str(earlier.get("to", "")) != str(later["from"])
    ]
    if rows and "to" in rows[-1] and rows[-1]["to"] <= rows[-1]["from"]:
        faults.append(f"{path}/rules: the last row ends before it begins")
    return faults


def _code_faults(content: Mapping[str, Any]) -> list[str]:
    codes = [content["code"], *(each["code"] for each in content.get("subtypes", ()))]
    return [f"/code: {code!r} stands twice" for n, code in enumerate(codes) if code in codes[:n]]


def check_section(definition: Definition) -> list[str]:
    """Items that stand twice, choices without codes and codes without choices."""
    items = definition.content["items"]
    ids = [each["id"] for each in items]
    faults = [f"/items/{n}/id: {i!r} stands twice" for n, i in enumerate(ids) if i in ids[:n]]
    return faults + [
        f"/items/{n}: an item is a choice exactly where it has choices"
        for n, each in enumerate(items)
        if (each["type"] == "choice") != ("choices" in each)
    ]


def run_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """Work out one example: what the rules say of a code on a day, or that it is not notifiable then."""
    on = date.fromisoformat(str(case["day"]))
    found = {each.code: each for each in diseases_of(definition, on=on)}.get(case["given"]["code"])
    if found is None:
        shown: dict[str, Any] = {"notifiable": False}
    else:
        shown = {
            "notifiable": True,
            "class": found.disease_class.value,
            "as_class_a": found.is_managed_as_a,
            "report_hours": found.report_hours,
        }
    expected = {name: case["expect"][name] for name in case["expect"]}
    shown = {name: value for name, value in shown.items() if name in expected}
    return "" if shown == expected else f"expected {expected}, found {shown}"


definitions.register_checker(ROOM, KIND, check_disease)
definitions.register_checker(ROOM, "card_section", check_section)
definitions.register_case_runner(ROOM, KIND, run_case)
