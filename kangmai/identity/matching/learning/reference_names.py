"""How frequent a Chinese name is expected to be, by the tables of surnames and of given names.

Source: `definitions/standards/names`, see there.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

import yaml

from kangmai.standards.pinyin import split_surname
from kangmai.standards.tables import FOLDER

RARE_SURNAME, RARE_CHARACTER = 0.00001, 0.0005
"""Shares of a surname, and of a character in given names, that the tables do not have."""


@dataclass(frozen=True, slots=True)
class GivenNames:
    """Chances in one cohort and sex: of one character, of whole names, of first and second characters."""

    single: float
    whole_part: float
    one: dict[str, float]
    first: dict[str, float]
    second: dict[str, float]
    whole: dict[str, float]


def name_share(folded: str) -> float:
    """The share of residents expected to bear a name; 0 for no name."""
    if not folded:
        return 0.0
    family, own = split_surname(folded)
    if not family:
        return RARE_SURNAME
    return surname_shares().get(family, RARE_SURNAME) * given_share(own)


@cache
def given_share(own: str) -> float:
    """The share of residents with a given name, over all cohorts and both sexes."""
    tables = given_names()
    return sum(_share_in(table, own) for table in tables) / len(tables)


def _share_in(table: GivenNames, own: str) -> float:
    if len(own) == 1:
        return table.single * table.one.get(own, RARE_CHARACTER)
    if len(own) != 2:
        return RARE_CHARACTER**2
    drawn = table.first.get(own[0], RARE_CHARACTER) * table.second.get(own[1], RARE_CHARACTER)
    free = 1 - table.single - table.whole_part
    return table.whole_part * table.whole.get(own, 0.0) + free * drawn


@cache
def surname_shares() -> dict[str, float]:
    """Shares of surnames, from percent."""
    table = _load("surnames")
    return {name: percent / 100 for name, percent in (table["single"] | table["compound"]).items()}


@cache
def given_names() -> tuple[GivenNames, ...]:
    """The tables of all cohorts and both sexes."""
    cohorts = _load("given_names")["cohorts"]
    return tuple(_given_names(cohort[sex]) for cohort in cohorts for sex in ("male", "female"))


def _given_names(table: dict) -> GivenNames:
    parts = {key: _chances(table[key]) for key in ("one", "first", "second", "whole")}
    return GivenNames(single=table["single"], whole_part=table["whole_part"], **parts)


def _chances(tiers: list) -> dict[str, float]:
    weights: dict[str, float] = defaultdict(float)
    for weight, text in tiers:
        for word in text.split() if " " in text else text:
            weights[word] += weight
    total = sum(weights.values())
    return {word: weight / total for word, weight in weights.items()}


def _load(name: str) -> dict:
    text = (FOLDER / "names" / f"{name}.yaml").read_text(encoding="utf-8")
    loaded: dict = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded
