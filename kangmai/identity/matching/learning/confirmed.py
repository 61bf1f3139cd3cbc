"""Weights from pairs that people, or a number for life, have confirmed to be one resident or one household.

Each level counts as often as it was seen, and the weights that matching starts from count as the `strength`
of their definition: a few decisions change little. What strangers agree on is no matter of decisions.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from kangmai.identity.matching.learning.weights import (
    Weights,
    base_definition,
    fields_of,
    weights_of,
)

Levels = Mapping[str, str]
"""Name of the field → name of the level on which a pair agrees; fields that one side lacks are left out."""


def weights_from_pairs(
    base: Weights, *, matches: Iterable[Levels], households: Iterable[Levels]
) -> Weights:
    """The weights after these pairs."""
    learned = fields_of(base)
    strength = base_definition()["strength"]
    for name, pairs in (("match", matches), ("household", households)):
        seen = Counter((field, level) for pair in pairs for field, level in pair.items())
        for field, levels in learned.items():
            told = sum(seen[field, level] for level in levels)
            if not told:
                continue
            for level, chances in levels.items():
                counted = seen[field, level] + strength[name] * chances[name]
                chances[name] = counted / (told + strength[name])
    return weights_of(learned)
