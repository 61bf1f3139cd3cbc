"""What a correction says, sealed, and what it makes of a resident. Private to the room."""

import datetime
import re
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

import orjson

from kangmai.identity import models
from kangmai.identity.errors import CorrectionUnclear
from kangmai.identity.reach import resident_of
from kangmai.identity.types import Correction, CorrectionField, CorrectionState, Demographics
from kangmai.kernel import sealing

LONGEST = 500
PHONE = re.compile(r"\+?\d[\d-]{4,19}")


def told(known: Demographics, field: CorrectionField) -> str:
    """What the record says of a field; empty where it says nothing, or where the field is none of ours."""
    match field:
        case CorrectionField.NAME:
            return known.name
        case CorrectionField.SEX:
            return known.sex_code
        case CorrectionField.BIRTH_DATE:
            return known.birth_date.isoformat() if known.birth_date else ""
        case CorrectionField.PHONE:
            return known.phones[0] if known.phones else ""
        case CorrectionField.ADDRESS:
            return known.address
        case CorrectionField.MOTHER:
            return known.mother
        case CorrectionField.OTHER:
            return ""


def corrected(known: Demographics, field: CorrectionField, value: str) -> Demographics:
    """A resident with one field as it should be; the name that was stays as a former one.

    Raises:
        CorrectionUnclear: no value of that field can be written so.
    """
    text = value.strip()
    if not text or len(text) > LONGEST:
        raise CorrectionUnclear(field=field.value)
    match field:
        case CorrectionField.NAME:
            former = tuple(dict.fromkeys((*known.former_names, known.name)))
            return replace(known, name=text, former_names=former)
        case CorrectionField.SEX:
            return replace(known, sex_code=_one_of(text, ("1", "2"), field))
        case CorrectionField.BIRTH_DATE:
            return replace(known, birth_date=_day(text))
        case CorrectionField.PHONE:
            if not PHONE.fullmatch(text):
                raise CorrectionUnclear(field=field.value)
            return replace(known, phones=(text, *known.phones[1:]))
        case CorrectionField.ADDRESS:
            return replace(known, address=text)
        case CorrectionField.MOTHER:
            return replace(known, mother=text)
        case CorrectionField.OTHER:
            return known


def _one_of(text: str, allowed: tuple[str, ...], field: CorrectionField) -> str:
    if text not in allowed:
        raise CorrectionUnclear(field=field.value)
    return text


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise CorrectionUnclear(field=CorrectionField.BIRTH_DATE.value) from None


def put(row: models.Correction, said: Mapping[str, str]) -> None:
    """Seal what a correction says into its row; the caller saves it."""
    row.content_key, row.content = sealing.seal(orjson.dumps(said), bound_to=_place(row.id))


def said_in(row: models.Correction) -> dict[str, str]:
    """What a correction says: before, value, reason, and answer once there is one."""
    plain = sealing.unseal(row.content_key, bytes(row.content), bound_to=_place(row.id))
    found: dict[str, str] = orjson.loads(plain)
    return found


def _place(id: UUID) -> bytes:
    return f"correction:{id}".encode()


def correction_of(row: models.Correction, now: models.Resident) -> Correction:
    """A row as others see it; `now` is the resident it is about as he stands today."""
    said = said_in(row)
    return Correction(
        id=row.id,
        resident=resident_of(now),
        field=CorrectionField(row.field),
        state=CorrectionState(row.state),
        before=said["before"],
        value=said["value"],
        reason=said["reason"],
        answer=said.get("answer", ""),
        asked_at=row.asked_at,
        decided_at=row.decided_at,
        version=row.version,
    )
