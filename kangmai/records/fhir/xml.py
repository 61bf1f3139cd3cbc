"""FHIR XML to FHIR JSON and back, by the tables of R4, without loss: digits of numbers and narratives stay.

A document type or an entity that reaches outside is refused before anything is read. Comments and
processing instructions outside narratives are not part of a resource and are dropped.
Source: FHIR R4, https://hl7.org/fhir/R4/xml.html and https://hl7.org/fhir/R4/json.html
"""

import html.entities
import json
import re
from collections.abc import Iterator
from typing import Any

import orjson
from lxml import etree

from kangmai.kernel.errors import Incorrect
from kangmai.records.fhir.definitions import elements, elements_by_key, resource_types

FHIR = "http://hl7.org/fhir"
XHTML = "http://www.w3.org/1999/xhtml"
SCHEMA_LOCATION = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
WHOLE = frozenset({"integer", "positiveInt", "unsignedInt"})
DEEPEST = 100
"""Elements inside one another, as JSON bodies are bounded too."""

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_XML_OWN = frozenset({"lt", "gt", "amp", "quot", "apos"})


class MalformedXml(Incorrect):
    """The body is not XML: {reason} (line {line}, column {column})."""

    zh = "请求体不是有效的 XML：{reason}（第 {line} 行第 {column} 列）。"


class NotFhirXml(Incorrect):
    """Line {line} is not FHIR R4 XML: {reason}."""

    zh = "第 {line} 行不是有效的 FHIR R4 XML：{reason}。"


def to_json(xml: bytes) -> bytes:
    """The same resource in JSON.

    Raises:
        MalformedXml: with the line and column of the fault.
        NotFhirXml: an element or attribute that R4 does not have there, or a document type.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root: Any = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise MalformedXml(reason=error.msg, line=line, column=column) from None
    if root.getroottree().docinfo.doctype:
        raise NotFhirXml(line=1, reason="a document type (DOCTYPE) is not allowed")
    return orjson.dumps(_resource(root, 0))


def to_xml(body: bytes, *, indented: bool = False) -> bytes:
    """The same resource in XML.

    Args:
        body: a resource in JSON that keeps the rules of R4, as everything stored does.

    Raises:
        NotFhirXml: a property that R4 does not have there.
    """
    resource = json.loads(body, parse_float=_Digits, parse_int=_Digits)
    kind = resource["resourceType"]
    # made by the parser, since lxml's types know no prefix of None for the default name space
    root = etree.fromstring(f'<{kind} xmlns="{FHIR}"/>')
    _write_content(root, resource, kind)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=indented)


class _Digits(str):
    """A number as it was written."""


def _refuse(node: Any, reason: str) -> NotFhirXml:
    return NotFhirXml(line=node.sourceline or 1, reason=reason)


def _local(node: Any) -> str:
    """The name of a FHIR element."""
    name = etree.QName(node)
    if name.namespace != FHIR:
        raise _refuse(node, f"the element {name.localname} is not in the namespace {FHIR}")
    return name.localname


def _resource(node: Any, depth: int) -> dict[str, Any]:
    kind = _local(node)
    if kind not in resource_types():
        raise _refuse(node, f"{kind} is not a resource type")
    return {"resourceType": kind, **_content(node, kind, depth)}


def _content(node: Any, kind: str, depth: int) -> dict[str, Any]:
    """The JSON properties of an element of a resource or complex type."""
    if depth > DEEPEST:
        raise _refuse(node, f"elements lie more than {DEEPEST} deep inside one another")
    found: dict[str, Any] = _attributes(node, kind)
    known = elements_by_key(kind)
    for child in _children(node):
        name = "div" if child.tag == f"{{{XHTML}}}div" else _local(child)
        if name not in known or (kind == "Extension" and name == "url"):
            raise _refuse(child, f"{kind} has no element {name}")
        element, choice = known[name]
        value, about = _value(child, choice.name, depth + 1)
        if element.is_list:
            found.setdefault(name, []).append(value)
            found.setdefault(f"_{name}", []).append(about)
        elif name in found or f"_{name}" in found:
            raise _refuse(child, f"{name} stands twice")
        else:
            found |= {name: value, f"_{name}": about}
    return {key: value for key, value in found.items() if not _is_empty(value)}


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(each is None for each in value))


def _attributes(node: Any, kind: str) -> dict[str, Any]:
    """The id of an element, and the url of an Extension, which XML keeps in attributes."""
    allowed = {"url"} if kind == "Extension" else set()
    if kind not in resource_types():
        allowed.add("id")
    for name in node.attrib:
        if name not in allowed and name != SCHEMA_LOCATION:
            raise _refuse(node, f"{kind} has no attribute {name}")
    return {name: value for name, value in node.attrib.items() if name in allowed}


def _children(node: Any) -> Iterator[Any]:
    """The elements inside; text between them is a fault."""
    texts = [node.text, *(child.tail for child in node)]
    if any(text and text.strip() for text in texts):
        raise _refuse(
            node, "text stands between the elements; values belong in the attribute value"
        )
    for child in node:
        if child.tag is etree.Entity:
            raise _refuse(child, "an entity that is not one of XML's own")
        if isinstance(child.tag, str):
            yield child


def _value(node: Any, kind: str, depth: int) -> tuple[Any, Any]:
    """What an element of some type says, and what is said about it (id and extensions of a primitive)."""
    if kind == "xhtml":
        return etree.tostring(node, encoding="unicode", with_tail=False), None
    if kind == "Resource":
        inside = list(_children(node))
        if len(inside) != 1:
            raise _refuse(node, f"{_local(node)} holds exactly one resource")
        return _resource(inside[0], depth), None
    if kind[0].islower():
        return _primitive(node, kind, depth)
    return _content(node, kind, depth), None


def _primitive(node: Any, kind: str, depth: int) -> tuple[Any, Any]:
    for name in node.attrib:
        if name not in ("value", "id"):
            raise _refuse(node, f"a value has no attribute {name}")
    about: dict[str, Any] = {"id": node.attrib["id"]} if "id" in node.attrib else {}
    for child in _children(node):
        if _local(child) != "extension":
            raise _refuse(child, f"a value has no element {_local(child)}")
        about.setdefault("extension", []).append(_content(child, "Extension", depth + 1))
    text = node.attrib.get("value")
    return (None if text is None else _typed(text, kind)), about or None


def _typed(text: str, kind: str) -> Any:
    """A value as JSON has it; one that is not of its type stays text, for validation to name it."""
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if (kind == "decimal" or kind in WHOLE) and _NUMBER.fullmatch(text):
        return orjson.Fragment(text)
    return text


def _write_content(node: Any, value: dict[str, Any], kind: str) -> None:
    """Write the properties of a resource or complex type in the order of its definition."""
    if kind not in resource_types() and "id" in value:
        node.set("id", value["id"])
    if kind == "Extension":
        node.set("url", value["url"])
    in_attributes = (
        {"resourceType"}
        if kind in resource_types()
        else {"id", "url" if kind == "Extension" else "id"}
    )
    written = set(in_attributes)
    for element in elements(kind):
        for choice in element.types:
            key = choice.key
            written |= {key, f"_{key}"}
            if key in in_attributes or not (key in value or f"_{key}" in value):
                continue
            for each, about in _pairs(value.get(key), value.get(f"_{key}"), element.is_list):
                _write(node, key, each, about, choice.name)
    if strange := value.keys() - written:
        raise NotFhirXml(line=1, reason=f"{kind} has no element {min(strange)}")


def _pairs(value: Any, about: Any, is_list: bool) -> Iterator[tuple[Any, Any]]:
    """Each value with what is said about it."""
    if not is_list:
        yield value, about
        return
    values, abouts = value or [], about or []
    for position in range(max(len(values), len(abouts))):
        yield (
            values[position] if position < len(values) else None,
            abouts[position] if position < len(abouts) else None,
        )


def _write(parent: Any, name: str, value: Any, about: Any, kind: str) -> None:
    if kind == "xhtml":
        parent.append(_div(value))
        return
    node = etree.SubElement(parent, etree.QName(FHIR, name))
    if kind == "Resource":
        inside = etree.SubElement(node, etree.QName(FHIR, value["resourceType"]))
        _write_content(inside, value, value["resourceType"])
    elif kind[0].islower():
        if value is not None:
            node.set("value", str(value).lower() if isinstance(value, bool) else str(value))
        if about and "id" in about:
            node.set("id", about["id"])
        for extension in (about or {}).get("extension", ()):
            _write(node, "extension", extension, None, "Extension")
    else:
        _write_content(node, value, kind)


def _div(text: str) -> Any:
    """A narrative; its named HTML characters, which XML does not know, become numbers."""
    plain = _ENTITY.sub(_numbered, text)
    return etree.fromstring(plain, etree.XMLParser(resolve_entities=False, no_network=True))


def _numbered(found: re.Match[str]) -> str:
    point = html.entities.name2codepoint.get(found[1])
    return found[0] if found[1] in _XML_OWN or point is None else f"&#{point};"
