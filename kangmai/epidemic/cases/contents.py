"""What a card says, between its row, its sealed part and the form."""

import dataclasses
import datetime
import json
from collections.abc import Mapping
from typing import Any

from kangmai.epidemic.cases import models
from kangmai.epidemic.cases.types import SEALED, Content
from kangmai.kernel import sealing

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
    """A keyed hash of the document number; None where there is none."""
    number = content.document_number.upper()
    return sealing.blind(number, purpose="case document") if number else None


def name_hash(content: Content) -> bytes | None:
    """A keyed hash of name, birth and sex together; None where a part is missing."""
    if not (content.name and content.birth_date and content.sex_code):
        return None
    text = f"{content.name}\x1f{content.birth_date}\x1f{content.sex_code}"
    return sealing.blind(text, purpose="case person")


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
