"""The facts that conditions of a programme may name, and where SQL finds them."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

from kangmai.analytics.facts.types import Fact, FactType, Vocabulary
from kangmai.kernel import definitions
from kangmai.programmes.growth import rules as growth

ROOM = "programmes"
FACTS = "fact_list"


def fact_of(name: str, content: Mapping[str, Any]) -> Fact:
    """A fact as a definition says it."""
    type = FactType(content["type"])
    unit = content.get("unit", "1") if type is FactType.NUMBER else ""
    return Fact(name, type, unit, frozenset(content.get("codes", ())))


@cache
def _listed(list_id: str) -> tuple[Mapping[str, Any], ...]:
    (found,) = (each for each in definitions.load(ROOM, FACTS) if each.id == list_id)
    return tuple(found.content["facts"])


@cache
def resident_words() -> Vocabulary:
    """What population conditions may name."""
    return Vocabulary({each["name"]: fact_of(each["name"], each) for each in _listed("resident")})


def visit_words(answers: Iterable[Fact]) -> Vocabulary:
    """What decision rules may name: the answers of the programme's forms and the facts of every visit."""
    known = {each["name"]: fact_of(each["name"], each) for each in _listed("visit")}
    return Vocabulary(known | {fact.name: fact for fact in answers})


@cache
def growth_words() -> tuple[Fact, ...]:
    """What the growth standard says of a child's measurements: z-scores, classes, lines crossed."""
    known = growth.standard(on=date.max)
    scores = (Fact(each.fact, FactType.NUMBER, "1") for each in known.indicators.values())
    classes = (Fact(each, FactType.BOOLEAN, "") for each in known.classes)
    return (*scores, *classes, Fact(known.falling_fact, FactType.NUMBER, "1"))


@cache
def resident_columns() -> Mapping[str, str]:
    """Fact → SQL over r (identity_resident); `today` is the parameter of that name."""
    return {each["name"]: each["sql"] for each in _listed("resident")} | {
        "today": "%(today)s::date"
    }


def visit_columns(kept: Iterable[Fact]) -> Mapping[str, str]:
    """Fact → SQL over v (programmes_visit) and r, of those that stand in the tables."""
    casts = {FactType.NUMBER: "::numeric", FactType.DATE: "::date", FactType.BOOLEAN: "::boolean"}
    measured = {
        fact.name: f"(v.measures->>'{fact.name}'){casts.get(fact.type, '')}" for fact in kept
    }
    return measured | {each["name"]: each["sql"] for each in _listed("visit") if "sql" in each}
