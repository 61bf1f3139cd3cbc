"""Records of people as JSON on the command line, and what the index says about one."""

import json
from datetime import date
from typing import Any

from kangmai.identity.matching.rules import features
from kangmai.identity.matching.types import Person
from kangmai.identity.rules import UNCHECKED, canonical_document
from kangmai.identity.types import Demographics, IdentityDocument, Matched, Witness
from kangmai.kernel.errors import Incorrect
from kangmai.standards.errors import IdentityNumberIncorrect
from kangmai.standards.identity_numbers import IdentityKind

FIELDS = ("name", "sex", "birth_date", "id_number", "phone", "address", "mother", "place")


class RecordUnreadable(Incorrect):
    """RECORD is no JSON object of text: {reason}"""

    zh = "记录不是由文本组成的 JSON 对象：{reason}"


def witness_of_record(text: str, *, on: date) -> Witness:
    """What a JSON object says of a person, as of a day.

    Raises:
        RecordUnreadable: no JSON, no object, an unknown field, or a value that is no text.
    """
    try:
        record = json.loads(text)
    except ValueError as error:
        raise RecordUnreadable(reason=str(error)) from None
    if not isinstance(record, dict) or not record:
        raise RecordUnreadable(reason=f"expected an object with {', '.join(FIELDS)}")
    if unknown := sorted(set(record) - set(FIELDS)):
        raise RecordUnreadable(reason=f"unknown field {unknown[0]}; known: {', '.join(FIELDS)}")
    if not all(isinstance(value, str) for value in record.values()):
        raise RecordUnreadable(reason="every value must be text")
    return _witness(record, on)


def _witness(record: dict[str, str], on: date) -> Witness:
    number, phone = record.get("id_number", ""), record.get("phone", "")
    known = Demographics(
        name=record.get("name", ""),
        sex_code=str(features(Person(sex=record.get("sex", ""))).sex),
        birth_date=None,
        place_code=record.get("place", ""),
        documents=(_document(number, on),) if number else (),
        phones=(phone,) if phone else (),
        address=record.get("address", ""),
        mother=record.get("mother", ""),
    )
    return Witness(known, record.get("birth_date", ""))


def _document(number: str, on: date) -> IdentityDocument:
    """The document of a number; one that cannot be right is compared as it stands."""
    card = IdentityDocument(IdentityKind.RESIDENT_CARD.value, number)
    try:
        return canonical_document(card, on=on)
    except IdentityNumberIncorrect:
        return IdentityDocument(UNCHECKED, number)


def described(decision: str, matches: tuple[Matched, ...]) -> dict[str, Any]:
    """The answer as JSON data: index numbers and evidence, nothing that names a resident."""
    return {
        "decision": decision,
        "candidates": [
            {
                "index_number": each.resident.index_number,
                "probability": each.explained.probability,
                "grade": each.grade,
                "evidence": [
                    {"field": e.field, "level": e.level, "bits": e.bits}
                    for e in each.explained.evidence
                ],
                "cautions": list(each.explained.cautions),
            }
            for each in matches
        ],
    }
