"""What other carriers' readers give, read by definitions: identity card, social security card, insurance voucher.

A definition of kind `card_reader` says how a maker's output looks. A number counts only if its check
character does; a plain number that somebody typed is no reader's output and recognizes nobody.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from kangmai.identity.cards.types import Carrier, Outcome, Presented
from kangmai.kernel import definitions
from kangmai.standards.errors import IdentityNumberIncorrect
from kangmai.standards.identity_numbers import parse_identity_number

LONGEST = 4000


def presented(text: str, *, on: date) -> Presented | Outcome:
    """Whom a reader's output names.

    UNDECODED for the picture of an insurance voucher, which only the insurance's terminal can resolve;
    UNREADABLE for everything else.
    """
    said = text.strip()[:LONGEST]
    for content in _readers(on):
        found = _READS[content["reads"]](said, content, on)
        if found is not None:
            return found
    return Outcome.UNREADABLE


def _readers(on: date) -> Iterator[Mapping[str, Any]]:
    for definition in definitions.load("identity", "card_reader"):
        if definition.is_effective(on):
            yield definition.content


def _separated(said: str, content: Mapping[str, Any], on: date) -> Presented | None:
    parts = [each.strip() for each in said.split(content["separator"])]
    if len(parts) < content["least_fields"]:
        return None
    fields = content["fields"]
    return _person(parts[fields["number"]], parts[fields["name"]], content, on)


def _object(said: str, content: Mapping[str, Any], on: date) -> Presented | None:
    if not said.startswith("{"):
        return None
    try:
        given = json.loads(said)
    except ValueError:
        return None
    marks = content.get("recognized_by", ())
    if not isinstance(given, dict) or (marks and not any(each in given for each in marks)):
        return None
    number, name = (_first(given, content["names"].get(each, ())) for each in ("number", "name"))
    return _person(number, name, content, on)


def _first(given: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((str(given[name]) for name in names if given.get(name)), "")


def _voucher(said: str, content: Mapping[str, Any], on: date) -> Outcome | None:
    return Outcome.UNDECODED if re.fullmatch(content["pattern"], said) else None


def _person(number: str, name: str, content: Mapping[str, Any], on: date) -> Presented | None:
    """Whom a number names, in canonical form; None where it can be no number of a document."""
    try:
        parsed = parse_identity_number(number, on=on)
    except IdentityNumberIncorrect:
        return None
    return Presented(Carrier(content["carrier"]), parsed.kind.value, parsed.value, name.strip())


_READS = {"separated": _separated, "object": _object, "voucher": _voucher}
