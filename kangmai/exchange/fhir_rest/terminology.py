"""Operations of terminology: `$lookup`, `$validate-code`, `$subsumes`, `$expand`, `$translate`.

Source: FHIR R4, https://hl7.org/fhir/R4/terminology-service.html and the operations of
https://hl7.org/fhir/R4/codesystem-operations.html, valueset-operations.html, conceptmap-operations.html
"""

from typing import Any

import orjson

from kangmai.exchange.fhir_rest.errors import NoSuchAddress
from kangmai.exchange.fhir_rest.parameters import BadParameter, Given, given
from kangmai.exchange.fhir_rest.types import JSON, Request, Response
from kangmai.kernel.ids import uuid7
from kangmai.records import queries
from kangmai.records.fhir.times import instant
from kangmai.records.queries import Coded, Concept, Translated, Verdict

Codings = list[tuple[str, str]]


def lookup(request: Request) -> Response:
    """GET and POST CodeSystem/$lookup"""
    _only_on(request, "CodeSystem")
    said = given(request).only(
        "code", "system", "version", "coding", "displayLanguage", "property", "date"
    )
    ((system, code),) = _codings(said, "system", 1)
    if not system:
        raise BadParameter(name="system", reason="the code system must be named")
    found, concept = queries.lookup(
        system, code, version=said.one("version"), actor=request.actor, at=request.at
    )
    told = [
        _text("name", found.name or found.url),
        *([_text("version", found.version)] if found.version else []),
        _text("display", concept.label(said.one("displayLanguage")) or concept.code),
        *_designations(concept),
        *_properties(concept, said.parts("property")),
    ]
    return _answer(told)


def _designations(concept: Concept) -> list[dict[str, Any]]:
    return [
        {
            "name": "designation",
            "part": [{"name": "language", "valueCode": language}, _text("value", text)]
            if language
            else [_text("value", text)],
        }
        for language, text in concept.designations
    ]


def _properties(concept: Concept, wanted: list[str]) -> list[dict[str, Any]]:
    told: list[tuple[str, str, Any]] = [
        ("parent", "valueCode", parent) for parent in concept.parents
    ]
    told += [("definition", "valueString", concept.definition)] if concept.definition else []
    told.append(("inactive", "valueBoolean", not concept.is_active))
    for name, value in concept.properties:
        match value:
            case bool():
                told.append((name, "valueBoolean", value))
            case str():
                told.append((name, "valueString", value))
            case int():
                told.append((name, "valueInteger", value))
            case {"code": _}:
                told.append((name, "valueCoding", value))
    return [
        {
            "name": "property",
            "part": [{"name": "code", "valueCode": name}, {"name": "value", kind: value}],
        }
        for name, kind, value in told
        if not wanted or name in wanted
    ]


def subsumes(request: Request) -> Response:
    """GET and POST CodeSystem/$subsumes"""
    _only_on(request, "CodeSystem")
    said = given(request).only("codeA", "codeB", "system", "version", "codingA", "codingB")
    (one,), (other,) = _codings(said, "system", 1, "A"), _codings(said, "system", 1, "B")
    if not one[0] or one[0] != other[0]:
        raise BadParameter(name="system", reason="both codes must be of one code system")
    found = queries.subsumes(
        one[0], one[1], other[1], version=said.one("version"), actor=request.actor, at=request.at
    )
    return _answer([{"name": "outcome", "valueCode": found.value}])


def validate_code(request: Request) -> Response:
    """GET and POST CodeSystem/$validate-code and ValueSet/$validate-code, also at an id"""
    if request.path[0] == "ValueSet":
        return _validate_in_set(request)
    return _validate_in_system(request)


def _validate_in_system(request: Request) -> Response:
    _only_on(request, "CodeSystem")
    said = given(request).only(
        "url", "code", "version", "display", "coding", "codeableConcept", "displayLanguage"
    )
    own = _own_url(request) or said.one("url")
    verdicts = [
        _in_system(request, said, own or system, code) for system, code in _codings(said, "url")
    ]
    return _verdict(next((v for v in verdicts if v.is_right), verdicts[0]))


def _in_system(request: Request, said: Given, system: str, code: str) -> Verdict:
    if not system:
        raise BadParameter(name="url", reason="the code system must be named")
    return queries.is_code_of_system(
        system,
        code,
        version=said.one("version"),
        display=said.one("display"),
        actor=request.actor,
        at=request.at,
    )


def _validate_in_set(request: Request) -> Response:
    said = given(request).only(
        "url", "valueSet", "code", "system", "systemVersion", "display", "coding", "codeableConcept",
        "displayLanguage", "abstract",
    )  # fmt: skip
    verdict = queries.is_code_of_value_set(
        _value_set(request, said),
        _codings(said, "system"),
        display=said.one("display"),
        actor=request.actor,
        at=request.at,
    )
    return _verdict(verdict)


def _verdict(verdict: Verdict) -> Response:
    told: list[dict[str, Any]] = [{"name": "result", "valueBoolean": verdict.is_right}]
    told += [_text("message", verdict.message)] if verdict.message else []
    told += [_text("display", verdict.display)] if verdict.display else []
    return _answer(told)


def expand(request: Request) -> Response:
    """GET and POST ValueSet/$expand and ValueSet/[id]/$expand"""
    _only_on(request, "ValueSet")
    said = given(request).only(
        "url", "valueSet", "valueSetVersion", "filter", "offset", "count", "activeOnly", "displayLanguage",
        "includeDesignations", "excludeNested", "includeDefinition",
    )  # fmt: skip
    count = _whole(said, "count", None)
    found = queries.expand(
        _value_set(request, said),
        filter=said.one("filter"),
        active_only=said.flag("activeOnly"),
        offset=_whole(said, "offset", 0) or 0,
        count=count,
        actor=request.actor,
        at=request.at,
    )
    language, is_full = said.one("displayLanguage"), said.flag("includeDesignations")
    shown = {key: value for key, value in found.value_set.items() if key not in ("compose", "text")}
    shown["expansion"] = {
        "identifier": f"urn:uuid:{uuid7()}",
        "timestamp": instant(request.at),
        "total": found.total,
        "offset": _whole(said, "offset", 0),
        "contains": [_contained(each, language, is_full) for each in found.codes],
    }
    return Response(200, orjson.dumps(shown), (("Content-Type", JSON),))


def _contained(each: Coded, language: str, is_full: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"system": each.system, "version": each.version, "code": each.code}
    row["display"] = each.label(language)
    if not each.is_active:
        row["inactive"] = True
    if is_full and each.concept:
        row["designation"] = [
            {"language": tag, "value": text} for tag, text in each.concept.designations if tag
        ]
    return {key: value for key, value in row.items() if value not in ("", [])}


def translate(request: Request) -> Response:
    """GET and POST ConceptMap/$translate and ConceptMap/[id]/$translate"""
    _only_on(request, "ConceptMap")
    said = given(request).only(
        "url", "conceptMapVersion", "code", "system", "version", "coding", "codeableConcept", "source",
        "target", "targetsystem", "reverse",
    )  # fmt: skip
    version = said.one("conceptMapVersion")
    found = queries.translate(
        _codings(said, "system"),
        map_url=f"{said.one('url')}|{version}" if version else said.one("url"),
        map_id=request.path[1] if len(request.path) == 3 else "",
        source=said.one("source"),
        target=said.one("target"),
        target_system=said.one("targetsystem"),
        is_reverse=said.flag("reverse"),
        actor=request.actor,
        at=request.at,
    )
    is_found = any(each.equivalence not in ("unmatched", "disjoint") for each in found)
    return _answer(
        [{"name": "result", "valueBoolean": is_found}, *(_matched(each) for each in found)]
    )


def _matched(each: Translated) -> dict[str, Any]:
    coding = {"system": each.system, "code": each.code, "display": each.display}
    parts: list[dict[str, Any]] = [{"name": "equivalence", "valueCode": each.equivalence}]
    if each.code:
        parts.append({"name": "concept", "valueCoding": {k: v for k, v in coding.items() if v}})
    parts += [{"name": "source", "valueUri": each.map_url}] if each.map_url else []
    return {"name": "match", "part": parts}


# What is asked about ----------------------------------------------------------------------------


def _only_on(request: Request, kind: str) -> None:
    if request.path[0] != kind:
        raise NoSuchAddress(path="/".join(request.path))


def _own_url(request: Request) -> str:
    """The URL of the resource that the address names by id; empty where it names none."""
    if len(request.path) < 3:
        return ""
    found = queries.get(request.path[0], request.path[1], actor=request.actor, at=request.at)
    return str(orjson.loads(found.body).get("url", ""))


def _value_set(request: Request, said: Given) -> str | dict[str, Any]:
    """The value set asked about: at the address, in the body, or by URL."""
    if len(request.path) == 3:
        found = queries.get("ValueSet", request.path[1], actor=request.actor, at=request.at)
        resource: dict[str, Any] = orjson.loads(found.body)
        return resource
    if "valueSet" in said.resources:
        sent: dict[str, Any] = orjson.loads(said.resources["valueSet"])
        if sent.get("resourceType") != "ValueSet":
            raise BadParameter(name="valueSet", reason="it must be a ValueSet")
        return sent
    if not said.one("url"):
        raise BadParameter(name="url", reason="name the value set, or send it as valueSet")
    version = said.one("valueSetVersion")
    return f"{said.one('url')}|{version}" if version else said.one("url")


def _codings(said: Given, system: str, limit: int = 100, suffix: str = "") -> Codings:
    """The codes asked about: `code` with its system, `coding`, or the codings of `codeableConcept`."""
    found: list[Any] = [
        {"code": said.one(f"code{suffix}"), "system": said.one(system)}
        for _ in said.all(f"code{suffix}")[:1]
    ]
    found += said.all(f"coding{suffix}")
    for concept in said.all("codeableConcept"):
        found += concept.get("coding", []) if isinstance(concept, dict) else [concept]
    if not 1 <= len(found) <= limit:
        raise BadParameter(name=f"code{suffix}", reason="give one code, coding or codeableConcept")
    return [_pair(each, f"coding{suffix}") for each in found]


def _pair(coding: Any, name: str) -> tuple[str, str]:
    if isinstance(coding, str) and "|" in coding:
        system, _, code = coding.partition("|")
        return system, code
    if not isinstance(coding, dict) or not coding.get("code"):
        raise BadParameter(name=name, reason="a Coding with a code, or system|code")
    return str(coding.get("system", "")), str(coding["code"])


def _whole(said: Given, name: str, default: int | None) -> int | None:
    text = said.one(name)
    if not text:
        return default
    if not text.isdecimal() or len(text) > 9:
        raise BadParameter(name=name, reason="a whole number from 0")
    return int(text)


def _text(name: str, value: str) -> dict[str, Any]:
    return {"name": name, "valueString": value}


def _answer(parameters: list[dict[str, Any]]) -> Response:
    body = orjson.dumps({"resourceType": "Parameters", "parameter": parameters})
    return Response(200, body, (("Content-Type", JSON),))
