"""Values of HL7 v2 as FHIR data types: one function for each word that `as` may be in a definition.

Data types that map part by part (CX, EI, XPN, XTN, XAD) are definitions themselves; here stand those whose
parts depend on each other.
Source: HL7 v2-to-FHIR, data type maps, https://build.fhir.org/ig/HL7/v2-to-fhir/datatype_maps.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kangmai.exchange.hl7v2.mapping import primitives
from kangmai.exchange.hl7v2.mapping.faults import MISSING, TYPE, UNKNOWN_CODE, faulty
from kangmai.exchange.hl7v2.mapping.tables import Table, table
from kangmai.exchange.hl7v2.types import Cell, Place
from kangmai.standards.divisions import find_division

LOCAL = "urn:kangmai:hl7"
V2 = "http://terminology.hl7.org/CodeSystem/v2-"
COMPARATORS = ("<", "<=", ">=", ">")


@dataclass(frozen=True, slots=True)
class Context:
    """Where a value stands, who sends it, and how to read what stands beside it."""

    organization: str
    """The code of the sender's institution, in the systems of its own numbers and codes."""
    place: Place
    row: Mapping[str, Any]
    read: Callable[[str], tuple[Cell, ...]]


def text_of(cell: Cell) -> str:
    """The first part of a value."""
    return cell[0][0] if cell and cell[0] else ""


def part(cell: Cell, number: int) -> str:
    """A component by its number, its first subcomponent."""
    return cell[number - 1][0] if number <= len(cell) and cell[number - 1] else ""


def local_system(context: Context, name: str) -> str:
    """The system of numbers or codes that only their sender gives a meaning."""
    return f"{LOCAL}:{context.organization}:{'-'.join(name.split()) or 'local'}"


def _string(cell: Cell, context: Context) -> Any:
    return text_of(cell)


def _text(cell: Cell, context: Context) -> Any:
    """Text that may hold separators and line breaks of its own."""
    whole = "^".join("&".join(component) for component in cell)
    return whole.replace("\\.br\\", "\n").strip()


def _name_text(cell: Cell, context: Context) -> Any:
    return "".join(each for each in (part(cell, 1), part(cell, 2), part(cell, 3)) if each)


def _code(cell: Cell, context: Context) -> Any:
    """A code by its table."""
    known, code = table(context.row["table"]) if "table" in context.row else None, text_of(cell)
    if known is None or not code:
        return code
    found = known.get(code) or known.get(code.capitalize())
    if found is None and known.otherwise == "refuse":
        codes = ", ".join(known.codes)
        raise faulty(UNKNOWN_CODE, context.place, f"write one of {codes} (table {known.v2})",
                     f"应为以下之一：{codes}（表 {known.v2}）")  # fmt: skip
    return found


def _codings(cell: Cell, context: Context) -> list[dict[str, Any]]:
    """The codings of CE, CWE, CNE, IS and ID: what the table says first, then as sent."""
    known = table(context.row["table"]) if "table" in context.row else None
    found: list[dict[str, Any]] = []
    for start, version in ((1, 7), (4, 8), (10, 13)):
        code, display, name = (part(cell, start + n) for n in range(3))
        if not code:
            continue
        if start == 1 and known and (mapped := known.get(code)):
            found.append({"system": known.system_of(code), "code": mapped})
        coding = {"system": _coding_system(name, known, context), "code": " ".join(code.split())}
        coding |= {"display": display} if display else {}
        coding |= {"version": part(cell, version)} if part(cell, version) else {}
        if not any(c["system"] == coding["system"] and c["code"] == coding["code"] for c in found):
            found.append(coding)
    return found


def _coding_system(name: str, known: Table | None, context: Context) -> str:
    if not name:
        if "system" in context.row:
            return str(context.row["system"])
        return f"{V2}{known.v2[3:]}" if known else local_system(context, "")
    if found := table("coding_systems").get(name.upper()):
        return found
    if name.upper().startswith("HL7") and name[3:].isdigit():
        return f"{V2}{name[3:]}"
    return local_system(context, name)


def _concept(cell: Cell, context: Context) -> Any:
    codings = _codings(cell, context)
    text = part(cell, 9) or ("" if codings else part(cell, 2))
    return {**({"coding": codings} if codings else {}), **({"text": text} if text else {})}


def _text_concept(cell: Cell, context: Context) -> Any:
    return {"text": text} if (text := part(cell, 2) or text_of(cell)) else None


def _coding(cell: Cell, context: Context) -> Any:
    codings = _codings(cell, context)
    return codings[0] if codings else None


def _category(cell: Cell, context: Context) -> Any:
    """What kind of results a diagnostic service gives."""
    code = "imaging" if text_of(cell) in ("RAD", "RUS", "CTH", "CT", "NMR", "NMS", "RX", "CUS", "OUS", "VUS", "XRC") else (
        "laboratory")  # fmt: skip
    system = "http://terminology.hl7.org/CodeSystem/observation-category"
    return {"coding": [{"system": system, "code": code}]}


def _authority(cell: Cell, context: Context) -> Any:
    """The system of an assigning authority (HD): its universal id, else a system of the sender's own."""
    namespace, universal, kind = part(cell, 1), *_sub(cell)
    return _universal_uri(universal, kind) or (
        local_system(context, namespace) if namespace else None
    )


def _sub(cell: Cell) -> tuple[str, str]:
    return part(cell, 2), part(cell, 3)


def _universal_uri(value: str, kind: str) -> str | None:
    match kind.upper():
        case "ISO" if value:
            return f"urn:oid:{value}"
        case "UUID" | "GUID" if value:
            return f"urn:uuid:{value.lower()}"
        case "URI" | "URL" if value:
            return value
    return None


def _universal(cell: Cell, context: Context) -> Any:
    """EI.3 with EI.4, where the entity has an authority with a universal id."""
    kinds = context.read("4")
    return _universal_uri(text_of(cell), text_of(kinds[0]) if kinds else "")


def _local(cell: Cell, context: Context) -> Any:
    return local_system(context, text_of(cell))


def _ei_part(cell: Cell, context: Context) -> Any:
    value, namespace = part(cell, 1), part(cell, 2)
    system = _universal_uri(part(cell, 3), part(cell, 4)) or local_system(
        context, namespace or "order"
    )
    return {"system": system, "value": value} if value else None


def _quantity(cell: Cell, context: Context) -> Any:
    value = primitives.decimal(text_of(cell), context.place)
    return {"value": value, **_unit(context)}


def _unit(context: Context) -> dict[str, str]:
    """The unit beside a number: a code only where it says of which system."""
    cells = context.read(str(context.row["unit"])) if "unit" in context.row else ()
    if not cells:
        return {}
    code, display, name = (part(cells[0], n) for n in (1, 2, 3))
    system = table("coding_systems").get(name.upper()) if name else None
    unit = {"unit": display or code} if display or code else {}
    return {**unit, "system": system, "code": code} if system and code else unit


def _structured(cell: Cell, context: Context) -> Any:
    """SN: a number with a comparator, a range, a ratio; else text."""
    comparator, low, between, high = (part(cell, n) for n in (1, 2, 3, 4))
    if (
        not low
        or comparator not in ("", "=", *COMPARATORS)
        or (high and between not in ("-", ":", "/"))
    ):
        return {"valueString": " ".join(each for each in (comparator, low, between, high) if each)}
    first = {"value": primitives.decimal(low, context.place), **_unit(context)}
    if not high:
        return {
            "valueQuantity": first
            | ({"comparator": comparator} if comparator in COMPARATORS else {})
        }
    second = {"value": primitives.decimal(high, context.place), **_unit(context)}
    if between == "-":
        return {"valueRange": {"low": first, "high": second}}
    return {"valueRatio": {"numerator": first, "denominator": second}}


def _person(cell: Cell, context: Context) -> Any:
    """XCN as a reference by number and name: staff are kept by the registry and not made by messages."""
    number, name = part(cell, 1), f"{part(cell, 2)}{part(cell, 3)}"
    reference: dict[str, Any] = {"type": "Practitioner"}
    if number:
        authority = _authority(_hd(cell, 9), context)
        reference["identifier"] = {
            "system": authority or local_system(context, "staff"),
            "value": number,
        }
    if name:
        reference["display"] = name
    return reference if number or name else None


def _hd(cell: Cell, number: int) -> Cell:
    """A component that is an HD itself: its subcomponents become components."""
    return tuple((sub,) for sub in cell[number - 1]) if number <= len(cell) else ()


def _named_person(cell: Cell, context: Context) -> Any:
    """NDL: its first component is a name with a number (CNN)."""
    return _person(tuple((sub,) for sub in cell[0]) if cell else (), context)


def _place(cell: Cell, context: Context) -> Any:
    """PL as a reference by name: building, floor, point of care, room, bed."""
    words = [part(cell, n) for n in (7, 8, 1, 2, 3)]
    text = part(cell, 9) or " ".join(word for word in words if word)
    return {"type": "Location", "display": text} if text else None


def _thing(cell: Cell, context: Context) -> Any:
    text = part(cell, 2) or part(cell, 1)
    return {"type": "Device", "display": text} if text else None


def _maker(cell: Cell, context: Context) -> Any:
    text = part(cell, 2) or part(cell, 1)
    return {"type": "Organization", "display": text} if text else None


def _division(cell: Cell, context: Context) -> Any:
    code = text_of(cell)
    return code if code and find_division(code) else None


def _attachment(cell: Cell, context: Context) -> Any:
    """ED: a document within the message."""
    kind, subtype, encoding, data = (part(cell, n) for n in (2, 3, 4, 5))
    if encoding.upper() != "BASE64" or not data:
        raise faulty(
            MISSING if not data else TYPE,
            context.place,
            "send documents as Base64",
            "文档须以 Base64 发送",
        )
    known = {"PDF": "application/pdf", "JPEG": "image/jpeg", "PNG": "image/png", "HTML": "text/html",
             "XML": "application/xml", "RTF": "text/rtf"}  # fmt: skip
    media = known.get(subtype.upper()) or (
        f"{kind}/{subtype}".lower() if kind and subtype else "application/octet-stream"
    )
    return {"contentType": media, "data": "".join(data.split())}


def _simple(function: Callable[[str, Place], Any]) -> Callable[[Cell, Context], Any]:
    """A primitive of one text; nothing where the field is empty."""

    def convert(cell: Cell, context: Context) -> Any:
        text = text_of(cell)
        return function(text, context.place) if text else None

    return convert


CONVERTERS: Mapping[str, Callable[[Cell, Context], Any]] = {
    "string": _string,
    "text": _text,
    "name_text": _name_text,
    "code": _code,
    "coding": _coding,
    "concept": _concept,
    "text_concept": _text_concept,
    "category": _category,
    "date": _simple(primitives.date),
    "dateTime": _simple(primitives.date_time),
    "instant": _simple(primitives.instant),
    "time": _simple(primitives.time),
    "positiveInt": _simple(primitives.positive),
    "boolean": _simple(primitives.boolean),
    "quantity": _quantity,
    "structured": _structured,
    "authority": _authority,
    "universal": _universal,
    "local": _local,
    "ei_part": _ei_part,
    "person": _person,
    "named_person": _named_person,
    "place": _place,
    "thing": _thing,
    "maker": _maker,
    "division": _division,
    "attachment": _attachment,
}
