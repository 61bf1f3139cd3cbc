"""The clinic's rule, read from its definition."""

import datetime
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.kernel.words import Words
from kangmai.programmes.immunization.rules import vaccines
from kangmai.programmes.vaccination.types import (
    Coded,
    FridgeKind,
    Question,
    Rule,
    Severity,
)

ROOM, KIND, ID = "programmes", "vaccination_rule", "clinic"
SITES = "http://terminology.hl7.org/CodeSystem/v3-ActSite"
ROUTES = "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration"


def rule(*, on: datetime.date) -> Rule:
    """What holds of the clinic on a day. Raises UnknownDefinition."""
    return rule_of(definitions.get(ROOM, KIND, ID, on=on))


@cache
def rule_of(definition: Definition) -> Rule:
    """The rule that a definition writes down."""
    content = definition.content
    return Rule(
        version=f"{definition.id}@{definition.effective_from.isoformat()}",
        is_verified=definition.verified,
        observation_minutes=content["observation_minutes"],
        fever_from=float(content["fever_from_celsius"]),
        trace_digits=content["trace_code"]["digits"],
        product_digits=content["trace_code"]["product_digits"],
        readings_a_day=content["readings_a_day"],
        questions=tuple(_question(each) for each in content["questions"]),
        checks=tuple(
            (_words(group), tuple(_coded(group["items"]).values())) for group in content["checks"]
        ),
        sites=_coded(content["sites"], SITES),
        routes=_coded(content["routes"], ROUTES),
        fridges={each["id"]: _fridge(each) for each in content["fridges"]},
        classes=_coded(content["classes"]),
        reactions=_coded(content["reactions"]),
        deadlines={Severity(key): value for key, value in content["aefi_deadlines"].items()},
    )


def vaccine_codes() -> tuple[str, ...]:
    """Every vaccine of the list, in its order."""
    return tuple(vaccines())


def is_of_programme(code: str) -> bool:
    """Whether the state pays for a vaccine (免疫规划疫苗), by the list."""
    return bool(vaccines()[code]["programme"])


def vaccine_words(code: str) -> Words:
    """The name of a vaccine; its code where it is not known."""
    entry = vaccines().get(code)
    return Words(entry["zh"], entry["en"]) if entry else Words(code, code)


def _words(content: Mapping[str, Any]) -> Words:
    return Words(content["zh"], content["en"])


def _question(content: Mapping[str, Any]) -> Question:
    return Question(content["id"], _words(content), content["vaccines"], content.get("days"))


def _coded(content: Iterable[Mapping[str, Any]], system: str = "") -> dict[str, Coded]:
    return {
        each["id"]: Coded(each["id"], _words(each), system, each.get("code", each["id"]))
        for each in content
    }


def _fridge(content: Mapping[str, Any]) -> FridgeKind:
    return FridgeKind(content["id"], _words(content), float(content["low"]), float(content["high"]))
