"""The score of one pair, explained field by field: the same number as the file-wide scoring gives."""

import numpy as np

from kangmai.identity.matching.comparison.levels import FREQUENCY_OF, LEVELS, Field
from kangmai.identity.matching.comparison.pairs import levels_of
from kangmai.identity.matching.learning.frequencies import value_of
from kangmai.identity.matching.learning.likelihood import probability
from kangmai.identity.matching.learning.model import Model
from kangmai.identity.matching.learning.safeguards import cautions
from kangmai.identity.matching.learning.weights import common_share
from kangmai.identity.matching.preparation.features import Features
from kangmai.identity.matching.types import Caution, FieldEvidence, Score

NAME_FIELDS = (Field.NAME, Field.GIVEN_NAME, Field.SURNAME)


def score_features(incoming: Features, candidate: Features, model: Model) -> Score:
    """Score two records made ready before."""
    levels = levels_of(incoming, candidate)
    weights = model.weights
    match, household, stranger = (
        float(np.log2(count)) for count in (model.prior.match, model.prior.household, model.prior.stranger)
    )
    evidence, name_share = [], 0.0
    for field, level in zip(Field, levels, strict=True):
        if not level:
            continue
        kind = FREQUENCY_OF.get((field, int(level)))
        share = 0.0 if kind is None else model.frequencies.log_share(kind, value_of(incoming, kind))
        name_share += share if field in NAME_FIELDS else 0.0
        for_match, for_stranger = weights.match[field, level], weights.stranger[field, level] + share
        match += for_match
        household += weights.household[field, level]
        stranger += for_stranger
        evidence.append(
            FieldEvidence(field.name.lower(), LEVELS[field](level).name.lower(), float(for_match - for_stranger))
        )
    chance = probability(np.float64(match), np.float64(household), np.float64(stranger))
    found = _cautions(levels, name_share, incoming.is_newborn or candidate.is_newborn)
    return Score(
        tuple(evidence), float(match), float(stranger), float(household), float(chance), found
    )


def _cautions(levels: tuple[int, ...], name_share: float, newborn: bool) -> tuple[Caution, ...]:
    column = np.array(levels, dtype=np.uint8)[:, None]
    found = cautions(column, np.array([name_share]), np.array([newborn]), common=common_share())
    return tuple(caution for caution, holds in found.items() if holds[0])
