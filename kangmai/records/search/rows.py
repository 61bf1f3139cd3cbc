"""Turns one value of a FHIR type into index rows; what the generated extractors call.

Each function takes the value, the `Rows` to fill, and the parameter's `Column`. A value of personal
data is keyed by `rows.keyed_hash` where there is one, and then leaves no plain text behind.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from kangmai.records.search import dates, quantities
from kangmai.records.search.hashing import TokenKeys, systems, targets
from kangmai.records.search.sealed import (
    as_beginnings,
    gathered,
    part_of_name,
    text_of_address,
    text_of_part,
    whole_name,
)
from kangmai.records.search.text import address_parts, contact, full_name, name_parts, normalised

KeyedHash = Callable[[str], int]


class Rows:
    """Rows of one resource while they are gathered; see `extraction.Keys` for their columns.

    Not a dataclass: one is made for every resource, and a plain constructor takes half the time.
    """

    __slots__ = ("dates", "keyed_hash", "quantities", "references", "server", "strings", "tokens")

    def __init__(self, keyed_hash: KeyedHash | None, server: str) -> None:
        self.keyed_hash = keyed_hash
        self.server = server
        self.tokens: list[tuple[int, int]] = []
        self.references: list[tuple[int, int]] = []
        self.dates: list[tuple[int, datetime, datetime]] = []
        self.strings: list[tuple[int, str]] = []
        self.quantities: list[tuple[int, int, float, float]] = []


@dataclass(frozen=True, slots=True)
class Column:
    """Where the rows of a parameter go: its number, its name in hashes, its remembered keys.

    `system` is the code system of a `code` element whose binding leaves only one.
    """

    p: int
    resource_type: str
    name: str
    keys: TokenKeys
    identifier_keys: TokenKeys
    is_sealed: bool
    system: str = ""

    def text_of(self, code: str) -> str:
        """What is hashed for a code under this parameter."""
        return f"{self.resource_type}|{self.name}|{code}"


# Tokens -----------------------------------------------------------------------------------------


def concept(value: dict, rows: Rows, column: Column) -> None:
    """A CodeableConcept: every coding, and its text and displays for `:text`."""
    tokens, keys = rows.tokens, column.keys
    text = value.get("text")
    for each in value.get("coding", ()):
        code = each.get("code")
        if code is not None:
            tokens += keys[each.get("system"), code]
        display = each.get("display")
        if display is not None and display != text:
            rows.strings.append((column.p, normalised(display)))
    if text is not None:
        rows.strings.append((column.p, normalised(text)))


def coding(value: dict, rows: Rows, column: Column) -> None:
    """A Coding."""
    code = value.get("code")
    if code is not None:
        rows.tokens += column.keys[value.get("system"), code]
    display = value.get("display")
    if display is not None:
        rows.strings.append((column.p, normalised(display)))


def identifier(value: dict, rows: Rows, column: Column) -> None:
    """An Identifier: its value under its system, and its kind for `:of-type`."""
    number, system = value.get("value"), value.get("system")
    if number is None:
        return
    if column.is_sealed and rows.keyed_hash is not None:
        _keyed_identifier(value, rows, column, rows.keyed_hash)
        return
    rows.tokens += column.keys.rows(system, number)
    for each in value.get("type", {}).get("coding", ()):
        rows.tokens.append((column.keys.rows(None, _of_type(each, number))[0][0], 0))


def _keyed_identifier(value: dict, rows: Rows, column: Column, keyed_hash: KeyedHash) -> None:
    number, system = value["value"], value.get("system")
    rows.tokens.append((keyed_hash(column.text_of(number)), systems[system or ""]))
    for each in value.get("type", {}).get("coding", ()):
        rows.tokens.append((keyed_hash(column.text_of(_of_type(each, number))), 0))


def _of_type(kind: dict, number: str) -> str:
    return f":of-type|{kind.get('system', '')}|{kind.get('code', '')}|{number}"


def contact_point(value: dict, rows: Rows, column: Column) -> None:
    """A ContactPoint by its value as `text.contact` writes it."""
    number = value.get("value")
    if number is None:
        return
    number = contact(number)
    if not column.is_sealed or rows.keyed_hash is None:
        rows.tokens += column.keys.rows(None, number)
    elif value.get("system") not in gathered(column.resource_type, column.name)[1:]:
        rows.tokens.append((rows.keyed_hash(column.text_of(number)), 0))


def code(value: str, rows: Rows, column: Column) -> None:
    """A `code`, under the code system of its binding."""
    rows.tokens.append(column.keys[column.system, value][0])


def plain_token(value: str, rows: Rows, column: Column) -> None:
    """A string, id or uri that is searched as a token."""
    rows.tokens += column.keys.rows(None, value)


def boolean(value: bool, rows: Rows, column: Column) -> None:
    """`true` or `false`."""
    rows.tokens += column.keys[None, "true" if value else "false"]


# References -------------------------------------------------------------------------------------


def local(reference: str, server: str) -> str | None:
    """What a reference points to, as it is hashed; None for one to a contained resource."""
    if reference[0] == "#":
        return None
    if server and reference.startswith(server):
        reference = reference[len(server) :].lstrip("/")
    at = reference.find("/_history/")
    return reference if at < 0 else reference[:at]


def reference(value: dict, rows: Rows, column: Column) -> None:
    """A Reference: what it points to, and its identifier for `:identifier`."""
    text = value.get("reference")
    if text:
        target = local(text, rows.server)
        if target:
            rows.references.append((targets[target], column.p))
    logical = value.get("identifier")
    if logical and logical.get("value") is not None:
        _logical(logical, rows, column)


def _logical(value: dict, rows: Rows, column: Column) -> None:
    # The identifier of a person may stand in any resource, so it is always keyed.
    number, system = value["value"], value.get("system")
    keys = column.identifier_keys
    if rows.keyed_hash is None:
        rows.tokens += keys.rows(system, number)
    else:
        text = f"{column.resource_type}|{column.name}:identifier|{number}"
        rows.tokens.append((rows.keyed_hash(text), systems[system or ""]))
        if system:
            rows.tokens.append(keys[system, ""][1])


def is_to(value: dict, resource_type: str) -> bool:
    """Whether a Reference points to a resource of that type, by its address or its `type`."""
    text = value.get("reference")
    if text and text[0] != "#":
        at = text.find("/_history/")
        parts = (text if at < 0 else text[:at]).rsplit("/", 2)
        if len(parts) > 1:
            return parts[-2] == resource_type
    return value.get("type") == resource_type


def narrowed_reference(resource_type: str) -> Callable[[dict, Rows, Column], None]:
    """As `reference`, for references to one type only."""

    def narrowed(value: dict, rows: Rows, column: Column) -> None:
        if is_to(value, resource_type):
            reference(value, rows, column)

    return narrowed


def canonical(value: str, rows: Rows, column: Column) -> None:
    """A canonical or uri as a reference: with its version and without."""
    if value[0] == "#":
        return
    rows.references.append((targets[value], column.p))
    url, _, version = value.partition("|")
    if version:
        rows.references.append((targets[url], column.p))


def attachment(value: dict, rows: Rows, column: Column) -> None:
    """The address of an Attachment, as a reference."""
    if value.get("url"):
        rows.references.append((targets[value["url"]], column.p))


def resource(value: dict, rows: Rows, column: Column) -> None:
    """A resource inside a Bundle, as a reference to itself."""
    if value.get("id"):
        rows.references.append((targets[f"{value['resourceType']}/{value['id']}"], column.p))


# Dates, numbers, quantities ---------------------------------------------------------------------


def date(value: str, rows: Rows, column: Column) -> None:
    """A date, dateTime or instant."""
    _dated(dates.range_of(value), rows, column)


def period(value: dict, rows: Rows, column: Column) -> None:
    """A Period."""
    _dated(dates.period_range(value), rows, column)


def timing(value: dict, rows: Rows, column: Column) -> None:
    """A Timing."""
    _dated(dates.timing_range(value), rows, column)


def _dated(found: dates.Range | None, rows: Rows, column: Column) -> None:
    if found is not None:
        lo, hi = found
        rows.dates.append((column.p if hi - lo <= dates.WIDE else -column.p, lo, hi))


def number(value: float, rows: Rows, column: Column) -> None:
    """A decimal or integer."""
    rows.quantities.append((column.p, 0, float(value), float(value)))


def number_range(value: dict, rows: Rows, column: Column) -> None:
    """A Range under a number parameter: its values without their unit."""
    for _, lo, hi in quantities.range_rows(value):
        rows.quantities.append((column.p, 0, lo, hi))


QuantityRows = Callable[[dict], list[tuple[quantities.Scale, float, float]]]


def scaled(read: QuantityRows) -> Callable[[dict, Rows, Column], None]:
    """The function that writes the values that `read` finds: as written under 0, and in base units."""

    def write(value: dict, rows: Rows, column: Column) -> None:
        for scale, lo, hi in read(value):
            rows.quantities.append((column.p, 0, lo, hi))
            if scale.u:
                rows.quantities.append((column.p, scale.u, scale.of(lo), scale.of(hi)))

    return write


# Strings ----------------------------------------------------------------------------------------


def string(value: str, rows: Rows, column: Column) -> None:
    """A string: folded for prefixes, whole for `:exact`."""
    if column.is_sealed and rows.keyed_hash is not None:
        _keyed(text_of_part(value), rows, column, rows.keyed_hash)
        return
    rows.strings.append((column.p, normalised(value)))
    rows.tokens += column.keys.rows(None, "=" + value)


def _keyed(texts: Iterable[str], rows: Rows, column: Column, keyed_hash: KeyedHash) -> None:
    rows.tokens += [(keyed_hash(column.text_of(text)), 0) for text in texts]


def uri(value: str, rows: Rows, column: Column) -> None:
    """A uri, as it stands."""
    rows.strings.append((column.p, value[:1000]))


def address(value: dict, rows: Rows, column: Column) -> None:
    """Every part of an Address; where it is keyed, those that no other parameter holds."""
    if not column.is_sealed or rows.keyed_hash is None:
        for part in address_parts(value):
            string(part, rows, column)
        return
    apart = {name.removeprefix("address-") for name in gathered(column.resource_type, "address")}
    for part in address_parts({key: v for key, v in value.items() if key.lower() not in apart}):
        _keyed(text_of_address(part), rows, column, rows.keyed_hash)


def human_name(value: dict, rows: Rows, column: Column) -> None:
    """Every part of a HumanName; where it is keyed, what the family and given names do not answer for."""
    if not column.is_sealed or rows.keyed_hash is None:
        for part in name_parts(value):
            string(part, rows, column)
        return
    family, given = value.get("family"), [part for part in value.get("given", ()) if part]
    is_apart = len(gathered(column.resource_type, "name")) > 1
    parts = [] if is_apart else [family, *given]
    texts = [*whole_name(whole)] if (whole := full_name(value)) else []
    for part in (*parts, *value.get("prefix", ()), *value.get("suffix", ())):
        texts += part_of_name(part) if part else ()
    told = as_beginnings(part_of_name(family)) if is_apart and family else frozenset()
    _keyed((text for text in texts if text not in told), rows, column, rows.keyed_hash)


def name(value: str, rows: Rows, column: Column) -> None:
    """A family or given name: as a string, and where it is keyed also by its pinyin."""
    if not column.is_sealed or rows.keyed_hash is None:
        string(value, rows, column)
    else:
        _keyed(part_of_name(value), rows, column, rows.keyed_hash)


# Composites -------------------------------------------------------------------------------------


def codes(value: dict | str | bool) -> list[str]:
    """The codes of a token in a composite."""
    if isinstance(value, dict):
        found = value.get("coding", (value,))
        return [c["code"] for c in found if c.get("code") is not None]
    return [str(value).lower() if isinstance(value, bool) else value]


def code_key(code: str) -> int:
    """The `u` of a composite's quantity rows for a code, in whatever unit."""
    return systems[f"code {code}"]


def code_unit_key(code: str, u: int) -> int:
    """The `u` of a composite's quantity rows for a code with a unit, in base units."""
    return systems[f"code {code} {u}"]


def token_token(first: dict, second: dict, rows: Rows, column: Column) -> None:
    """Two codes of one part, such as a component's code and value."""
    for left in codes(first):
        for right in codes(second):
            rows.tokens.append(column.keys[None, f"{left}${right}"][0])


def reference_token(first: dict, second: str, rows: Rows, column: Column) -> None:
    """What a reference points to, with a code beside it."""
    target = local(first.get("reference") or "#", rows.server)
    if target:
        rows.tokens += column.keys.rows(None, f"{targets[target]}${second}")


def token_scaled(read: QuantityRows) -> Callable[[dict, dict, Rows, Column], None]:
    """A code with quantities: once as written, once in base units."""

    def write(first: dict, second: dict, rows: Rows, column: Column) -> None:
        found = read(second)
        for each in codes(first):
            for scale, lo, hi in found:
                rows.quantities.append((column.p, code_key(each), lo, hi))
                u = code_unit_key(each, scale.u)
                rows.quantities.append((column.p, u, scale.of(lo), scale.of(hi)))

    return write


def token_string(first: dict, second: str, rows: Rows, column: Column) -> None:
    """A code with a text beside it."""
    for each in codes(first):
        rows.strings.append((column.p, f"{each}${normalised(second)}"))


def token_date(first: dict, second: str | dict, rows: Rows, column: Column) -> None:
    """A code with a time beside it; instants count as seconds since 1970."""
    read = dates.period_range(second) if isinstance(second, dict) else dates.range_of(second)
    if read:
        for each in codes(first):
            lo, hi = read[0].timestamp(), read[1].timestamp()
            rows.quantities.append((column.p, code_key(each), lo, hi))


def token_numbers(first: dict, lo: float, hi: float, rows: Rows, column: Column) -> None:
    """A code with a start and an end."""
    for each in codes(first):
        rows.quantities.append((column.p, code_key(each), float(lo), float(hi)))
