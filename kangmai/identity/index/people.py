"""What records say of people, in the form the matching engine compares."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from kangmai.identity.matching.rules import Features, features
from kangmai.identity.matching.types import Person
from kangmai.identity.rules import NUMBERED_KINDS, UNCHECKED
from kangmai.identity.types import Demographics, IdentityDocument, Witness
from kangmai.standards.divisions import city, city_code_of, find_division

TOWN_DIGITS = 9
COMPARED_KINDS = NUMBERED_KINDS | {UNCHECKED}


def witness_of(known: Demographics) -> Witness:
    """A master row as a record among others."""
    return Witness(known, known.birth_date.isoformat() if known.birth_date else "")


def person_of(witness: Witness) -> Person:
    """A record with its first name, number and phone."""
    known = witness.known
    number = next(_numbers(known.documents), None)
    return Person(
        name=known.name,
        sex=known.sex_code,
        birth_date=witness.birth,
        id_number=number.number if number else "",
        phone=known.phones[0] if known.phones else "",
        address=local_address(known.address, known.place_code),
        town=town_name(known.place_code),
        mother=known.mother,
    )


def person_of_details(
    details: Mapping[str, Any], *, sex_code: str, birth_date: date | None, place_code: str
) -> Person | None:
    """As `person_of`, of details as they were sealed; None where names, phones or numbers are to be chosen from."""
    documents, phones = details.get("documents", ()), details.get("phones", ())
    if details.get("former_names") or len(documents) > 1 or len(phones) > 1:
        return None
    has_number = bool(documents) and documents[0]["kind_code"] in COMPARED_KINDS
    return Person(
        name=details["name"],
        sex=sex_code,
        birth_date=birth_date.isoformat() if birth_date else "",
        id_number=documents[0]["number"] if has_number else "",
        phone=phones[0] if phones else "",
        address=local_address(details.get("address", ""), place_code),
        town=town_name(place_code),
        mother=details.get("mother", ""),
    )


def variants(witness: Witness) -> list[Person]:
    """The record under each of its names and phones: what it is found by."""
    first, known = person_of(witness), witness.known
    others = [replace(first, name=name) for name in known.former_names]
    return [first, *others, *(replace(first, phone=phone) for phone in known.phones[1:])]


def side_by_side(left: Witness, right: Witness) -> tuple[Features, Features]:
    """Two records made ready, each with the name, number and phone that the other has, too, if any."""
    if is_single(left.known) and is_single(right.known):
        return ready(person_of(left)), ready(person_of(right))
    a, b = left.known, right.known
    shared_name = _shared((a.name, *a.former_names), (b.name, *b.former_names))
    shared_phone = _shared(a.phones, b.phones)
    number, other = _comparable_numbers(a.documents, b.documents)
    changes = {"name": shared_name} if shared_name else {}
    changes |= {"phone": shared_phone} if shared_phone else {}
    return (
        ready(replace(person_of(left), **changes, id_number=number)),
        ready(replace(person_of(right), **changes, id_number=other)),
    )


@lru_cache(maxsize=4096)
def ready(person: Person) -> Features:
    """A record made ready; an arriving one is asked for once for each candidate."""
    return features(person)


def is_single(known: Demographics) -> bool:
    """Whether there is one name, one phone and one number at most, so that nothing is to be chosen."""
    return not known.former_names and max(len(known.phones), len(known.documents)) < 2


def _shared(left: Iterable[str], right: Iterable[str]) -> str:
    there = set(right)
    return next((each for each in left if each in there), "")


def _numbers(documents: Iterable[IdentityDocument]) -> Iterator[IdentityDocument]:
    """Documents with a number for life (or a slip of one), those in force first."""
    numbered = [each for each in documents if each.kind_code in COMPARED_KINDS]
    if len(numbered) > 1:
        numbered.sort(key=lambda each: each.closed_on is not None)
    return iter(numbered)


def _comparable_numbers(
    left: Iterable[IdentityDocument], right: Iterable[IdentityDocument]
) -> tuple[str, str]:
    """A number of each side: equal ones, else ones of one kind, else the first of each."""
    ours, theirs = list(_numbers(left)), list(_numbers(right))
    pairs = [(a, b) for a in ours for b in theirs]
    for agrees in (
        lambda a, b: a.number == b.number,
        lambda a, b: (a.kind_code, len(a.number)) == (b.kind_code, len(b.number)),
        lambda a, b: True,
    ):
        for a, b in pairs:
            if agrees(a, b):
                return a.number, b.number
    return (ours[0].number if ours else ""), (theirs[0].number if theirs else "")


@lru_cache(maxsize=10_000)
def town_name(place_code: str) -> str:
    """The name of the town a division lies in; empty for a county or more."""
    town = find_division(place_code[:TOWN_DIGITS]) if len(place_code) >= TOWN_DIGITS else None
    return town.name if town else ""


@lru_cache(maxsize=10_000)
def _names_above(place_code: str) -> tuple[str, ...]:
    home = city_code_of(place_code)
    found = city(home).find(place_code) if home else None
    if home is None or found is None:
        return ()
    return tuple(each.name for each in (*city(home).ancestors(found.code), found))


def local_address(text: str, place_code: str) -> str:
    """An address without the divisions before it: 端州区城东街道杏花路1号 and 杏花路1号 are one."""
    for name in _names_above(place_code):
        text = text.removeprefix(name)
    return text
