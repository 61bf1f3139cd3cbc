"""The score of one pair, explained field by field: the same number as the file-wide scoring gives."""

from math import exp2, log2

from kangmai.identity.matching.comparison.levels import FREQUENCY_OF, LEVELS, Field
from kangmai.identity.matching.comparison.pairs import levels_of
from kangmai.identity.matching.learning.frequencies import value_of
from kangmai.identity.matching.learning.model import Model
from kangmai.identity.matching.learning.safeguards import cautions_of
from kangmai.identity.matching.learning.weights import born_before, common_share, plain_lists
from kangmai.identity.matching.preparation.features import Features
from kangmai.identity.matching.types import FieldEvidence, Score

NAME_FIELDS = (Field.NAME, Field.GIVEN_NAME, Field.SURNAME)
MOST_BITS = 1000.0


def score_features(incoming: Features, candidate: Features, model: Model) -> Score:
    """Score two records made ready before."""
    levels = levels_of(incoming, candidate)
    matches, households, strangers = plain_lists(model.weights)
    match, household, stranger = (
        log2(model.prior.match),
        log2(model.prior.household),
        log2(model.prior.stranger),
    )
    evidence, name_share = [], 0.0
    for field, level in zip(Field, levels, strict=True):
        if not level:
            continue
        kind = FREQUENCY_OF.get((field, level))
        share = 0.0 if kind is None else model.frequencies.log_share(kind, value_of(incoming, kind))
        if field in NAME_FIELDS:
            name_share += share
        for_match, for_stranger = matches[field][level], strangers[field][level] + share
        match += for_match
        household += households[field][level]
        stranger += for_stranger
        evidence.append(
            FieldEvidence(
                field.name.lower(), LEVELS[field](level).name.lower(), for_match - for_stranger
            )
        )
    newborn = incoming.is_newborn or candidate.is_newborn
    found = cautions_of(
        levels,
        name_share,
        newborn=newborn,
        proved=_is_proved(incoming) or _is_proved(candidate),
        adult=max(incoming.birth, candidate.birth) < born_before(),
        common=common_share(),
    )
    chance = match_probability(match, household, stranger)
    return Score(tuple(evidence), match, stranger, household, chance, found)


def _is_proved(record: Features) -> bool:
    """Whether a valid number of the record tells its birth date."""
    number = record.number
    return number.is_valid and number.text[6:14] == str(record.birth)


def match_probability(match: float, household: float, stranger: float) -> float:
    """The probability of a match from log2 of the three classes."""
    high, low = max(household, stranger), min(household, stranger)
    other = high + log2(1 + exp2(low - high))
    return 1 / (1 + exp2(min(other - match, MOST_BITS)))
