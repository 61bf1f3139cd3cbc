"""A model of matching: weights, priors and frequencies, kept in a JSON file without personal data."""

import json
from dataclasses import dataclass
from pathlib import Path

from kangmai.identity.matching.errors import ModelUnreadable
from kangmai.identity.matching.learning.frequencies import Frequencies
from kangmai.identity.matching.learning.weights import (
    Prior,
    Weights,
    base_definition,
    base_weights,
    fields_of,
    weights_of,
)

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Model:
    """All that scoring a pair needs beside the two records."""

    weights: Weights
    prior: Prior
    frequencies: Frequencies

    def version(self) -> str:
        """A short name that changes with any weight or prior, to keep with a link."""
        from hashlib import blake2b

        return blake2b(to_json(self.weights, self.prior).encode(), digest_size=6).hexdigest()


def for_index(weights: Weights, frequencies: Frequencies, *, residents: int) -> Model:
    """A model for one arriving record against an index of `residents`."""
    given = base_definition()["prior"]
    prior = Prior(
        match=given["index_known"],
        household=given["index_household"],
        stranger=float(max(residents, 1)),
    )
    return Model(weights, prior, frequencies)


def base_prior(records: int) -> Prior:
    """The pairs of each class expected in a file of `records` before it is seen."""
    given = base_definition()["prior"]
    return Prior(
        match=max(records * given["matches_per_record"], 0.1),
        household=max(records * given["households_per_record"], 0.1),
        stranger=max(records * (records - 1) / 2, 1.0),
    )


def to_json(weights: Weights, prior: Prior) -> str:
    """Weights and rates as a model file has them."""
    content = {
        "format": FORMAT,
        "pairs": {"match": prior.match, "household": prior.household, "stranger": prior.stranger},
        "fields": fields_of(weights),
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def read_model(path: Path) -> tuple[Weights, Prior]:
    """The weights and pairs of a model file; levels that it lacks keep their base weights.

    Raises: ModelUnreadable.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        known = fields_of(base_weights())
        fields = {name: known[name] | content["fields"].get(name, {}) for name in known}
        pairs = {name: float(content["pairs"][name]) for name in ("match", "household", "stranger")}
        if content["format"] != FORMAT or min(pairs.values()) <= 0:
            raise ValueError("not a model of this format")
        return weights_of(fields), Prior(**pairs)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelUnreadable(path=path.name, reason=str(error)) from error
