"""Which candidates can be left out before they are compared in full, because they cannot be the one.

In a city of millions a common name and a birth year bring a hundred candidates, of whom all but one differ
in day of birth, number, phone, mother and address. Field by field, the cheap ones first, what is said takes
the place of the best that could have been said, until the probability of a match is bounded below `HOPELESS`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import log2

from kangmai.identity.matching.comparison.levels import (
    FREQUENCY_OF,
    LEVELS,
    Field,
    NameLevel,
)
from kangmai.identity.matching.comparison.pairs import (
    address_level,
    birth_level,
    mother_level,
    name_level,
    number_level,
    sex_level,
    town_level,
    value_level,
)
from kangmai.identity.matching.learning.frequencies import value_of
from kangmai.identity.matching.learning.model import Model
from kangmai.identity.matching.learning.weights import Weights, plain_lists
from kangmai.identity.matching.preparation.dates import birth_number, lunar_ordinal, ordinal
from kangmai.identity.matching.preparation.features import Features, mother_name
from kangmai.identity.matching.preparation.names import chinese_name, newborn_placeholder
from kangmai.identity.matching.preparation.numbers import identity_number
from kangmai.identity.matching.preparation.text import plain, plain_address, plain_phone, plain_town
from kangmai.identity.matching.preparation.words import sex_codes
from kangmai.identity.matching.types import Person

HOPELESS = 1e-4
"""Candidates who cannot be more probable than this are left out."""
DAYS_REMEMBERED = 65_536
"""Birth dates made ready that are remembered: more than a city has."""

Table = Mapping[Field, list[float]]
"""What each level of each field says, in bits, for a match against a stranger."""


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
    most = {field: max(levels) for field, levels in bits.items()}
    supposed = _supposed(incoming)
    least = log2(HOPELESS / (1 - HOPELESS))
    start = (
        log2(model.prior.match) - log2(model.prior.stranger) + sum(most[each] for each in supposed)
    )
    towns: dict[str, tuple[str, float]] = {}

    def town_said(text: str) -> tuple[str, float]:
        town = plain_town(text)
        # none beside an address that agrees
        return town, max(bits[Field.TOWN][town_level(incoming.town, town)], 0.0)

    def hopeless(candidate: Person) -> bool:
        if not candidate.mother and newborn_placeholder(candidate.name):
            return False
        born = _born(candidate.birth_date)
        said = start + bits[Field.BIRTH_DATE][birth_level(incoming, born)]  # type: ignore[arg-type]
        said += bits[Field.PHONE][value_level(incoming.phone, plain_phone(candidate.phone))]
        sex = _sex(candidate.sex)
        said += bits[Field.SEX][sex_level(incoming.sex, sex)] if sex else most[Field.SEX]
        if candidate.town not in towns:
            towns[candidate.town] = town_said(candidate.town)
        town, bits_of_town = towns[candidate.town]
        said += bits_of_town
        if candidate.id_number and incoming.number.system:
            number = identity_number(candidate.id_number, birth=born.birth)
            said += bits[Field.NUMBER][number_level(incoming.number, number)]
        if incoming.name.folded:
            said += _name_said(incoming, candidate.name, bits[Field.NAME]) - most[Field.NAME]
        if said + most[Field.ADDRESS] + most[Field.MOTHER] <= least:
            return True
        address = plain_address(candidate.address, town=town)
        said += bits[Field.ADDRESS][address_level(incoming.address, address)]
        if candidate.mother and said + most[Field.MOTHER] > least:
            said += bits[Field.MOTHER][mother_level(incoming.mother, mother_name(candidate.mother))]
        return said <= least

    return hopeless


def _name_said(incoming: Features, name: str, bits: list[float]) -> float:
    if newborn_placeholder(name):
        return bits[NameLevel.MISSING]
    return bits[name_level(incoming.name, chinese_name(name))]


@lru_cache(maxsize=64)
def _sex(text: str) -> int:
    return sex_codes().get(plain(text), 0)


def _supposed(incoming: Features) -> list[Field]:
    """The fields of which the best is supposed without looking: those that the record has."""
    has = {
        Field.NAME: incoming.name.folded,
        Field.GIVEN_NAME: incoming.given_name,
        Field.SURNAME: incoming.surname,
        Field.POSTCODE: incoming.postcode,
    }
    return [field for field, value in has.items() if value]


@lru_cache(maxsize=DAYS_REMEMBERED)
def _born(text: str) -> _Born:
    birth = birth_number(text)
    return _Born(birth, ordinal(birth), lunar_ordinal(birth))


def _bits_of(incoming: Features, model: Model) -> Table:
    """What a level of a field says for a match against a stranger; missing values say nothing."""
    bits = {field: list(levels) for field, levels in _plain_bits(model.weights).items()}
    for (field, level), kind in FREQUENCY_OF.items():
        if value := value_of(incoming, kind):
            bits[field][level] -= model.frequencies.log_share(kind, value)
    return bits


@lru_cache(maxsize=16)
def _plain_bits(weights: Weights) -> Table:
    """As `_bits_of`, before the frequencies of values."""
    matches, _, strangers = plain_lists(weights)
    return {
        field: [0.0, *(matches[field][n] - strangers[field][n] for n in LEVELS[field] if n)]
        for field in Field
    }
