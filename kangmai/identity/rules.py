"""What must hold of a resident, and when two records are the same one's: decisions without a database."""

from dataclasses import replace
from datetime import date

from kangmai.identity.errors import (
    BirthInFuture,
    NameMissing,
    PlaceUnknown,
    SexUnknown,
)
from kangmai.identity.types import Demographics, IdentityDocument
from kangmai.kernel.actor import Actor, require
from kangmai.standards.divisions import find_division
from kangmai.standards.identity_numbers import IdentityKind, Sex, parse_identity_number

NUMBERED_KINDS = frozenset(kind.value for kind in IdentityKind)
"""Kinds of documents whose numbers carry birth, sex and a check character."""

UNCHECKED = ""
"""The kind of a number from outside that no document of the kind it claims can have."""


def index_number(resident_id: int) -> str:
    """The number people quote: twelve digits of the resident id and a check digit (Luhn, ISO/IEC 7812-1).

    >>> index_number(42)
    '0000000000422'
    """
    digits = f"{resident_id:012d}"
    doubled = [int(digit) * (2 - position % 2) for position, digit in enumerate(reversed(digits))]
    total = sum(value - 9 if value > 9 else value for value in doubled)
    return f"{digits}{-total % 10}"


def canonical_document(document: IdentityDocument, *, on: date) -> IdentityDocument:
    """A document with its number as it is stored and compared.

    Raises:
        IdentityNumberIncorrect: a numbered kind whose number cannot be one.
    """
    if document.kind_code not in NUMBERED_KINDS:
        return replace(document, number="".join(document.number.upper().split()))
    parsed = parse_identity_number(document.number, on=on)
    return replace(document, kind_code=parsed.kind.value, number=parsed.value)


def checked(demographics: Demographics, *, on: date) -> Demographics:
    """Demographics in canonical form.

    Raises:
        NameMissing, BirthInFuture, SexUnknown, PlaceUnknown, IdentityNumberIncorrect
    """
    if not demographics.name.strip():
        raise NameMissing()
    if demographics.sex_code not in ("0", "1", "2", "9"):
        raise SexUnknown(code=demographics.sex_code)
    if demographics.birth_date and demographics.birth_date > on:
        raise BirthInFuture(birth_date=demographics.birth_date, today=on)
    if find_division(demographics.place_code) is None:
        raise PlaceUnknown(code=demographics.place_code)
    canonical = (canonical_document(document, on=on) for document in demographics.documents)
    documents = tuple(dict.fromkeys(canonical))
    return replace(demographics, name=demographics.name.strip(), documents=documents)


def disagreements(demographics: Demographics, *, on: date) -> frozenset[str]:
    """What the numbers of a person's documents say otherwise than was entered: `birth`, `sex`.

    A typed number is a witness, not a source: it replaces nothing, and the person is registered; a
    reviewer looks whose number it is.
    """
    found = set()
    for document in demographics.documents:
        if document.kind_code in NUMBERED_KINDS:
            parsed = parse_identity_number(document.number, on=on)
            if parsed.birth_on and demographics.birth_date not in (None, parsed.birth_on):
                found.add("birth")
            if demographics.sex_code in ("1", "2") and parsed.sex not in (
                Sex.UNKNOWN,
                Sex(demographics.sex_code),
            ):
                found.add("sex")
    return frozenset(found)


def own_documents(demographics: Demographics, *, on: date) -> tuple[IdentityDocument, ...]:
    """The documents that may be the person's own: a number that says another birth is a guardian's, or wrong."""
    return tuple(
        each
        for each in demographics.documents
        if "birth" not in disagreements(replace(demographics, documents=(each,)), on=on)
    )


def is_complete(demographics: Demographics, *, on: date) -> bool:
    """Whether a record from outside tells enough to make a resident of whom nobody has heard: a name, birth,
    sex, home, and a number for life that agrees with them."""
    numbered = any(each.kind_code in NUMBERED_KINDS for each in demographics.documents)
    return (
        bool(demographics.name.strip() and demographics.birth_date)
        and demographics.birth_date <= on  # type: ignore[operator]
        and demographics.sex_code in ("1", "2")
        and find_division(demographics.place_code) is not None
        and numbered
        and not disagreements(demographics, on=on)
    )


def require_registrar(actor: Actor, place_code: str) -> None:
    """Let pass an actor who may register residents at a place.

    A role that answers for places (village doctor, township) registers there and nowhere else; one
    bound to an institution (hospital) registers whoever comes to it, wherever he lives.

    Raises:
        NotPermitted
    """
    bound = any(
        "identity.write" in grant.permissions and not grant.places for grant in actor.grants
    )
    require(actor, "identity.write", None if bound else place_code)
