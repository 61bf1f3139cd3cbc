"""What a card says, between its row, its sealed part and the form."""

import dataclasses
import datetime
import json
from collections.abc import Mapping
from typing import Any

from kangmai.epidemic.cases import models
from kangmai.epidemic.cases.types import SEALED, Content
from kangmai.kernel import sealing

DOCUMENT = "case document"
PERSON = "case person"
"""The purposes of the keyed hashes by which a person's cards are found."""
PLAIN = (
    "sex_code", "birth_date", "age_years", "occupation", "belongs_to", "home_code", "case_class",
    "acute_chronic", "contacts_with_symptoms", "origin", "onset_on", "diagnosed_at", "died_on",
)  # fmt: skip
"""Fields of a card that are columns of its row."""


def seal_details(card_id: Any, content: Content) -> tuple[int, bytes]:
    """Key version and sealed text of what names the person."""
    known = {name: getattr(content, name) for name in SEALED if getattr(content, name)}
    if content.sections:
        known["sections"] = dict(content.sections)
    return _seal(known, b"case:" + card_id.bytes)


def put(row: models.Card, content: Content) -> None:
    """Write what a card says into its row; the caller saves it."""
    for name in PLAIN:
        setattr(row, name, getattr(content, name))
    row.severity = content.sections.get("severity", "")
    row.details_key, row.details = seal_details(row.id, content)
    row.document_hash, row.name_hash = document_hash(content), name_hash(content)


def content_of(row: models.Card) -> Content:
    """A card's content, opened."""
    sealed = _unseal(row.details_key, bytes(row.details), b"case:" + row.id.bytes)
    plain = {name: getattr(row, name) for name in PLAIN}
    return Content(**plain, **sealed, disease=row.subtype)


def document_hash(content: Content) -> bytes | None:
    """The keyed hash of the document number that is written; None where there is none."""
    return next(iter(document_hashes(content)), None)


def document_hashes(content: Content) -> tuple[bytes, ...]:
    """The keyed hashes under which the document number is found."""
    number = content.document_number.upper()
    return sealing.blinds(number, purpose=DOCUMENT) if number else ()


def name_hash(content: Content) -> bytes | None:
    """The keyed hash of name, birth and sex together that is written; None where a part is missing."""
    return next(iter(name_hashes(content)), None)


def name_hashes(content: Content) -> tuple[bytes, ...]:
    """The keyed hashes under which name, birth and sex together are found."""
    if not (content.name and content.birth_date and content.sex_code):
        return ()
    text = f"{content.name}\x1f{content.birth_date}\x1f{content.sex_code}"
    return sealing.blinds(text, purpose=PERSON)


def hashes_of(row: models.Card) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """The keyed hashes of a card's document, and of its name, birth and sex, under which others may stand.

    They stand in the row, unless the key is renewed just now: then the card is opened for the other ones.
    """
    if sealing.is_renewing(DOCUMENT) or sealing.is_renewing(PERSON):
        content = content_of(row)
        return document_hashes(content), name_hashes(content)
    written = (row.document_hash, row.name_hash)
    document, name = (() if each is None else (bytes(each),) for each in written)
    return document, name


def changes(before: Content, now: Content) -> dict[str, tuple[Any, Any]]:
    """The fields that differ, with what they said and say."""
    found = {}
    for each in dataclasses.fields(Content):
        if each.name == "sections":
            continue
        old, new = getattr(before, each.name), getattr(now, each.name)
        if old != new:
            found[each.name] = (old, new)
    for item in sorted({*before.sections, *now.sections}):
        pair = (before.sections.get(item, ""), now.sections.get(item, ""))
        if pair[0] != pair[1]:
            found[f"sections.{item}"] = pair
    return found


def seal_changes(card_id: Any, found: Mapping[str, tuple[Any, Any]]) -> tuple[int, bytes]:
    """Key version and sealed text of what a correction changed."""
    plain = {name: [_text(old), _text(new)] for name, (old, new) in found.items()}
    return _seal(plain, b"case step:" + card_id.bytes)


def changes_of(row: models.Step) -> tuple[tuple[str, str, str], ...]:
    """What a correction changed: field, before, now."""
    if row.before is None:
        return ()
    plain = _unseal(row.before_key, bytes(row.before), b"case step:" + row.card_id.bytes)
    return tuple((name, old, new) for name, (old, new) in plain.items())


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def _seal(plain: Mapping[str, Any], place: bytes) -> tuple[int, bytes]:
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sealing.seal(text.encode(), bound_to=place)


def _unseal(key: int, sealed: bytes, place: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sealing.unseal(key, sealed, bound_to=place))
    return found
