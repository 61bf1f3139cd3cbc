"""Which candidates can be left out before they are compared in full, because they cannot be the one.

In a city of millions a common name and a birth year bring a hundred candidates, of whom all but one differ
in day of birth, phone, mother and address. What those say is cheap to see; with the best that all other
fields could say, the probability of a match is bounded above.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import log2

from rapidfuzz.distance import OSA

from kangmai.identity.matching.comparison.levels import FREQUENCY_OF, LEVELS, Field, NumberLevel
from kangmai.identity.matching.comparison.pairs import (
    address_level,
    birth_level,
    mother_level,
    sex_level,
    town_level,
    value_level,
)
from kangmai.identity.matching.learning.frequencies import value_of
from kangmai.identity.matching.learning.model import Model
from kangmai.identity.matching.learning.weights import plain_lists
from kangmai.identity.matching.preparation.dates import birth_number, lunar_ordinal, ordinal
from kangmai.identity.matching.preparation.features import Features, mother_name
from kangmai.identity.matching.preparation.text import plain, plain_address, plain_phone, plain_town
from kangmai.identity.matching.preparation.words import sex_codes
from kangmai.identity.matching.types import Person

HOPELESS = 1e-4
"""Candidates who cannot be more probable than this are left out."""
MOST_EDITS = 2
"""Of a number that may still be a slip of the other one."""
LONGEST_OTHER_FORM = 15
"""A number no longer than this may be written in another form, and is not judged here."""

Bits = Callable[[Field, int], float]


@dataclass(frozen=True, slots=True)
class _Born:
    """As much of `Features` as the comparison of birth dates needs."""

    birth: int
    birth_ordinal: int
    lunar_ordinal: int


def hopeless_for(incoming: Features, model: Model) -> Callable[[Person], bool]:
    """A function that says of a candidate that it cannot be the one who arrives.

    It never says so of a pair whose probability is above `HOPELESS`.
    """
    bits = _bits_of(incoming, model)
    most = {field: max(bits(field, int(level)) for level in LEVELS[field]) for field in Field}
    start = log2(model.prior.match) - log2(model.prior.stranger)
    start += sum(most[field] for field in _supposed(incoming))
    unlike = max(bits(Field.NUMBER, int(each)) for each in UNLIKE_NUMBERS)
    least = log2(HOPELESS / (1 - HOPELESS))

    def hopeless(candidate: Person) -> bool:
        if not candidate.mother or _may_be_a_slip(incoming, candidate):
            return False
        said = start + bits(Field.PHONE, value_level(incoming.phone, plain_phone(candidate.phone)))
        said += bits(Field.BIRTH_DATE, birth_level(incoming, _born(candidate.birth_date)))  # type: ignore[arg-type]
        said += bits(Field.MOTHER, mother_level(incoming.mother, mother_name(candidate.mother)))
        sex = sex_codes().get(plain(candidate.sex), 0)
        said += bits(Field.SEX, sex_level(incoming.sex, sex)) if sex else most[Field.SEX]
        said += unlike if candidate.id_number and incoming.number.system else 0.0
        town = plain_town(candidate.town)
        said += max(
            bits(Field.TOWN, town_level(incoming.town, town)), 0.0
        )  # none beside an address
        if said + most[Field.ADDRESS] <= least:
            return True
        address = plain_address(candidate.address, town=town)
        return said + bits(Field.ADDRESS, address_level(incoming.address, address)) <= least

    return hopeless


def _supposed(incoming: Features) -> list[Field]:
    """The fields of which the best is supposed without looking: those that the record has."""
    has = {
        Field.NAME: incoming.name.folded,
        Field.GIVEN_NAME: incoming.given_name,
        Field.SURNAME: incoming.surname,
        Field.POSTCODE: incoming.postcode,
    }
    return [field for field, value in has.items() if value]


UNLIKE_NUMBERS = (
    NumberLevel.MISSING,
    NumberLevel.DIFFERENT_GUARDIAN,
    NumberLevel.DIFFERENT,
    NumberLevel.CONFLICT,
)


def _may_be_a_slip(incoming: Features, candidate: Person) -> bool:
    """Whether the numbers may be equal, or one of them a slip of the other."""
    ours, theirs = incoming.number.text, candidate.id_number
    if not ours or not theirs:
        return False
    if len(theirs) <= LONGEST_OTHER_FORM:
        return True
    return OSA.distance(ours, theirs.upper(), score_cutoff=MOST_EDITS) <= MOST_EDITS


def _born(text: str) -> _Born:
    birth = birth_number(text)
    return _Born(birth, ordinal(birth), lunar_ordinal(birth))


def _bits_of(incoming: Features, model: Model) -> Bits:
    """What a level of a field says for a match against a stranger; missing values say nothing."""
    matches, _, strangers = plain_lists(model.weights)
    shares = {
        key: model.frequencies.log_share(kind, value)
        for key, kind in FREQUENCY_OF.items()
        if (value := value_of(incoming, kind))
    }

    def bits(field: Field, level: int) -> float:
        if not level:
            return 0.0
        return matches[field][level] - strangers[field][level] - shares.get((field, level), 0.0)

    return bits
