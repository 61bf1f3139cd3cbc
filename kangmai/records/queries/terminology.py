"""Answers about codes: what a code means, whether it is in a system or a set, what others say for it.

Source: FHIR R4, https://hl7.org/fhir/R4/terminology-service.html
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kangmai.kernel.actor import Actor
from kangmai.records import rules
from kangmai.records.terminology.concepts import Concept, System
from kangmai.records.terminology.errors import CodeNotFound, ConceptMapNotHere
from kangmai.records.terminology.expansion import Coded
from kangmai.records.terminology.library import Library
from kangmai.records.types import Resource


class Subsumption(StrEnum):
    """How one code stands to another."""

    EQUIVALENT = "equivalent"
    SUBSUMES = "subsumes"
    SUBSUMED_BY = "subsumed-by"
    NOT_SUBSUMED = "not-subsumed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a code is right, what it is called, and what is wrong if it is not."""

    is_right: bool
    display: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Translated:
    """One code that a map gives, and how near it comes (FHIR's concept-map-equivalence)."""

    equivalence: str
    system: str
    code: str
    display: str
    map_url: str


@dataclass(frozen=True, slots=True)
class Expansion:
    """Some codes of a value set, out of `total`."""

    value_set: Resource = field(repr=False)
    total: int = 0
    codes: tuple[Coded, ...] = ()


def _library(kind: str, actor: Actor, at: datetime) -> Library:
    rules.require(actor, rules.Interaction.READ, kind)
    return Library(actor.scope, at)


def lookup(
    system: str, code: str, *, version: str = "", actor: Actor, at: datetime
) -> tuple[System, Concept]:
    """The code system and concept of a code.

    Raises:
        NotPermitted, CodeSystemNotHere, CodeNotFound
    """
    found = _library("CodeSystem", actor, at).system(system, version)
    concept = found.find(code)
    if concept is None:
        raise CodeNotFound(system=system, code=code[:60])
    return found, concept


def subsumes(
    system: str, one: str, other: str, *, version: str = "", actor: Actor, at: datetime
) -> Subsumption:
    """How code `one` stands to `other`.

    Raises:
        NotPermitted, CodeSystemNotHere, CodeNotFound
    """
    found = _library("CodeSystem", actor, at).system(system, version)
    for code in (one, other):
        if code not in found.concepts:
            raise CodeNotFound(system=system, code=code[:60])
    if one == other:
        return Subsumption.EQUIVALENT
    if one in found.above(other):
        return Subsumption.SUBSUMES
    return Subsumption.SUBSUMED_BY if other in found.above(one) else Subsumption.NOT_SUBSUMED


def is_code_of_system(
    system: str, code: str, *, version: str = "", display: str = "", actor: Actor, at: datetime
) -> Verdict:
    """Whether a code belongs to a code system, and its display if one is given.

    Raises:
        NotPermitted, CodeSystemNotHere
    """
    found = _library("CodeSystem", actor, at).system(system, version).find(code)
    if found is None:
        return Verdict(False, message=f"'{code[:60]}' is no code of {system}.")
    return _with_display(found.display, found, display)


def _with_display(text: str, concept: Concept | None, wanted: str) -> Verdict:
    known = {text, *(label for _, label in concept.designations)} if concept else {text}
    if wanted and wanted.casefold() not in {label.casefold() for label in known}:
        return Verdict(False, text, f"The display of the code is '{text}'.")
    return Verdict(True, text)


def expand(
    value_set: str | Resource,
    *,
    filter: str = "",
    active_only: bool = False,
    offset: int = 0,
    count: int | None = None,
    actor: Actor,
    at: datetime,
) -> Expansion:
    """The codes of a value set, by URL, as `ValueSet/id`, or of the resource itself.

    Args:
        filter: part of a code or display, in any language.

    Raises:
        NotPermitted, ValueSetNotHere, CodeSystemNotHere, CannotExpand, TooCostly
    """
    library = _library("ValueSet", actor, at)
    resource = library.named(value_set) if isinstance(value_set, str) else value_set
    found = [each for each in library.expand(resource) if each.is_active or not active_only]
    if filter:
        found = [each for each in found if _matches(each, filter.casefold())]
    until = None if count is None else offset + count
    return Expansion(resource, len(found), tuple(found[offset:until]))


def _matches(each: Coded, text: str) -> bool:
    labels = [label for _, label in each.concept.designations] if each.concept else []
    return any(text in label.casefold() for label in (each.code, each.display, *labels))


def is_code_of_value_set(
    value_set: str | Resource,
    codings: Sequence[tuple[str, str]],
    *,
    display: str = "",
    actor: Actor,
    at: datetime,
) -> Verdict:
    """Whether one of some (system, code) pairs is in a value set; an empty system stands for any.

    Raises:
        as `expand`
    """
    expansion = expand(value_set, actor=actor, at=at)
    for each in expansion.codes:
        for system, code in codings:
            if each.code == code and system in ("", each.system):
                return _with_display(each.display, each.concept, display)
    shown = ", ".join(f"{system}|{code}"[:80] for system, code in codings)
    return Verdict(False, message=f"Not in the value set: {shown}.")


def translate(
    codings: Sequence[tuple[str, str]],
    *,
    map_url: str = "",
    map_id: str = "",
    source: str = "",
    target: str = "",
    target_system: str = "",
    is_reverse: bool = False,
    actor: Actor,
    at: datetime,
) -> list[Translated]:
    """What maps give for some (system, code) pairs.

    Args:
        map_url, map_id: the ConceptMap; without them all maps from the value set `source` to `target`.
        target_system: only codes of this code system.
        is_reverse: from the targets of the map to its sources.

    Raises:
        NotPermitted, ConceptMapNotHere
    """
    library = _library("ConceptMap", actor, at)
    criteria = {
        "url": map_url.partition("|")[0],
        "version": map_url.partition("|")[2],
        "_id": map_id,
        "source-uri": source,
        "target-uri": target,
    }
    wanted = {name: value for name, value in criteria.items() if value}
    maps = library.resources("ConceptMap", **wanted) if wanted else []
    if not maps:
        raise ConceptMapNotHere(
            wanted=", ".join(f"{k}={v}" for k, v in wanted.items()) or "name one"
        )
    found = [
        each
        for concept_map in maps
        for group in concept_map.get("group", [])
        for each in _mapped(group, concept_map.get("url", ""), codings, is_reverse)
    ]
    return [each for each in found if not target_system or each.system == target_system]


_BACKWARDS = {
    "wider": "narrower",
    "narrower": "wider",
    "subsumes": "specializes",
    "specializes": "subsumes",
}


def _mapped(
    group: Resource, url: str, codings: Sequence[tuple[str, str]], is_reverse: bool
) -> list[Translated]:
    """What one group of a map gives."""
    source, target = group.get("source", ""), group.get("target", "")
    found: list[Translated] = []
    for element in group.get("element", []):
        for each in element.get("target", []):
            equivalence = each.get("equivalence", "relatedto")
            if is_reverse:
                if (target, each.get("code")) in codings or ("", each.get("code")) in codings:
                    back = _BACKWARDS.get(equivalence, equivalence)
                    display = element.get("display", "")
                    found.append(Translated(back, source, element.get("code", ""), display, url))
            elif (source, element.get("code")) in codings or ("", element.get("code")) in codings:
                display = each.get("display", "")
                found.append(Translated(equivalence, target, each.get("code", ""), display, url))
    return found
