"""What more must hold of a growth standard, and how its worked examples are worked out."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.programmes.growth.rulebook import KIND, ROOM, standard_of
from kangmai.programmes.growth.scores import classes, scores
from kangmai.programmes.growth.tables import SEXES, table
from kangmai.programmes.growth.types import Measured


def check_standard(definition: Definition) -> list[str]:
    """Tables that are missing, have holes or values no child has; indicators that are not there."""
    return list(_faults(definition))


def _faults(definition: Definition) -> Iterator[str]:
    content = definition.content
    known = {each["id"] for each in content["indicators"]}
    for span in ("days", "months"):
        for name, file in content[span]["files"].items():
            yield from (f"/{span}/files/{name}: {fault}" for fault in _table_faults(file))
    for position, each in enumerate(content["classes"]):
        for bound in each["when"]:
            if bound["indicator"] not in known:
                yield f"/classes/{position}/when: there is no indicator {bound['indicator']!r}"
            if ("below" in bound) == ("above" in bound):
                yield f"/classes/{position}/when: either `below` or `above` is needed"
    for name in content["faltering"]["indicators"]:
        if name not in known:
            yield f"/faltering/indicators: there is no indicator {name!r}"


def _table_faults(file: str) -> Iterator[str]:
    for sex in SEXES.values():
        try:
            found = table(file, sex)
        except (OSError, KeyError, ValueError) as error:
            yield f"the table {file} cannot be read: {error}"
            return
        places = list(found)
        steps = {round(b - a, 4) for a, b in pairwise(places)}
        if len(steps) != 1 or min(steps) <= 0:
            yield f"the rows of {file} are not equally apart"
        if any(each.median <= 0 or not 0 < each.variation < 0.5 for each in found.values()):
            yield f"{file} has values that no measurement can have"


def run_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """Work out one example: a child's scores and classes."""
    standard, given = standard_of(definition), case["given"]
    measured = Measured(
        given["age_days"],
        given.get("weight"),
        given.get("length"),
        given.get("head"),
        given.get("is_lying"),
    )
    found = scores(standard, given["sex"], measured)
    facts = {standard.indicators[id].fact: score.z for id, score in found.items()}
    answer: dict[str, Any] = {
        **{name: facts.get(name) for name in case["expect"]},
        "classes": tuple(each.id for each in classes(standard, found, measured.age_days)),
    }
    wrong = {}
    for name, wanted in case["expect"].items():
        expected = tuple(wanted) if name == "classes" else Decimal(str(wanted))
        if answer[name] != expected:
            wrong[name] = str(answer[name])
    return f"found {wrong}" if wrong else ""


definitions.register_checker(ROOM, KIND, check_standard)
definitions.register_case_runner(ROOM, KIND, run_case)
