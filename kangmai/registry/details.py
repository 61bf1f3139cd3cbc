"""The sealed part of a member of staff: identity number, phone, birth date."""

import json
from dataclasses import dataclass
from datetime import date

from kangmai.kernel import sealing
from kangmai.registry.types import StaffDetails, StaffFacts
from kangmai.standards.identity_numbers import normalise_identity_number, upgrade_identity_number

IDENTITY = "staff-identity"
PHONE = "staff-phone"


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is stored of a person's details; all None where nothing was given."""

    details: bytes | None
    details_key: int | None
    identity_blind: bytes | None
    phone_blind: bytes | None


def seal_details(facts: StaffFacts, *, staff_id: int) -> Sealed:
    """Seal what must not lie open, bound to the row of this member of staff."""
    if not (facts.identity_number or facts.phone or facts.birth_date):
        return Sealed(None, None, None, None)
    identity_number = canonical(facts.identity_number)
    plain = {
        "identity_number": identity_number,
        "phone": facts.phone,
        "birth_date": facts.birth_date.isoformat() if facts.birth_date else "",
    }
    version, sealed = sealing.seal(
        json.dumps(plain, ensure_ascii=False).encode(), bound_to=_place(staff_id)
    )
    return Sealed(sealed, version, identity_blind(identity_number), phone_blind(facts.phone))


def open_details(sealed: bytes | None, version: int | None, *, staff_id: int) -> StaffDetails:
    """What was sealed. Raises SealBroken."""
    if sealed is None or version is None:
        return StaffDetails("", "", None)
    plain = json.loads(sealing.unseal(version, bytes(sealed), bound_to=_place(staff_id)))
    birth_date = date.fromisoformat(plain["birth_date"]) if plain["birth_date"] else None
    return StaffDetails(plain["identity_number"], plain["phone"], birth_date)


def canonical(identity_number: str) -> str:
    """The number in the one form in which numbers are compared."""
    number = normalise_identity_number(identity_number)
    return upgrade_identity_number(number) if len(number) == 15 and number.isdigit() else number


def identity_blind(identity_number: str) -> bytes | None:
    """The hash under which a number is written."""
    return next(iter(identity_blinds(identity_number)), None)


def identity_blinds(identity_number: str) -> tuple[bytes, ...]:
    """The hashes under which a number is found; none where there is no number."""
    number = canonical(identity_number)
    return sealing.blinds(number, purpose=IDENTITY) if number else ()


def phone_blind(phone: str) -> bytes | None:
    """The hash by which a phone is found."""
    digits = "".join(character for character in phone if character.isdigit())
    return sealing.blind(digits, purpose=PHONE) if digits else None


def _place(staff_id: int) -> bytes:
    return f"staff:{staff_id}".encode()
