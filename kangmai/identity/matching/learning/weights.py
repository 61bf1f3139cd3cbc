"""What each level is worth: tables of log2 chances by class, and the counts of pairs of each class.

Source: I. P. Fellegi, A. B. Sunter, A Theory for Record Linkage, JASA 64 (1969) 1183-1210; with a third
class for members of one household beside matches and strangers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
import yaml

from kangmai.identity.matching.comparison.levels import FREQUENCY_OF, LEVELS, MOST_LEVELS, Field
from kangmai.identity.matching.preparation.words import FOLDER

Table = np.ndarray
"""float64, one row a field, one column a level; column 0 (missing) is neutral."""


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """log2 chances of levels. `stranger` of a level that agrees on a value holds only what its
    frequency is multiplied with. Two objects are never equal: compare the tables."""

    match: Table
    household: Table
    stranger: Table


@dataclass(frozen=True, slots=True)
class Prior:
    """Expected pairs of each class, in any one unit: of a whole file, or for one arriving record."""

    match: float
    household: float
    stranger: float


@cache
def base_definition() -> Mapping[str, Any]:
    """The definition of the weights that matching starts from."""
    text = (FOLDER / "matching_weights" / "base.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded


def base_weights() -> Weights:
    """The weights that matching starts from."""
    return weights_of(base_definition()["fields"])


def weights_of(fields: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Weights:
    """Weights from chances by field, level and class, as definitions and model files write them."""
    tables = {
        name: np.zeros((len(Field), MOST_LEVELS)) for name in ("match", "household", "stranger")
    }
    for field, levels in LEVELS.items():
        for level in list(levels)[1:]:
            chances = fields[field.name.lower()].get(level.name.lower())
            if chances is None:
                continue
            for name in ("match", "household"):
                tables[name][field, level] = np.log2(chances[name])
            counted = (field, int(level)) in FREQUENCY_OF
            factor = chances.get("share", 1.0) if counted else chances["stranger"]
            tables["stranger"][field, level] = np.log2(factor)
    return Weights(**tables)


def fields_of(weights: Weights) -> dict[str, dict[str, dict[str, float]]]:
    """The opposite of `weights_of`."""
    return {
        field.name.lower(): {
            level.name.lower(): _chances(weights, field, int(level)) for level in list(levels)[1:]
        }
        for field, levels in LEVELS.items()
    }


def _chances(weights: Weights, field: Field, level: int) -> dict[str, float]:
    factor = "share" if (field, level) in FREQUENCY_OF else "stranger"
    return {
        "match": float(2 ** weights.match[field, level]),
        "household": float(2 ** weights.household[field, level]),
        factor: float(2 ** weights.stranger[field, level]),
    }


@lru_cache(maxsize=16)
def plain_lists(weights: Weights) -> tuple[list[list[float]], ...]:
    """The tables of match, household and stranger as lists, which single look-ups read faster."""
    return tuple(table.tolist() for table in (weights.match, weights.household, weights.stranger))


@cache
def common_share() -> float:
    """The share of residents from which a name is common."""
    return float(base_definition()["common_name"]["share"])


@cache
def born_before() -> int:
    """The day (YYYYMMDD) before which who was born has a phone of his own."""
    return int(base_definition()["own_phone"]["born_before"])
