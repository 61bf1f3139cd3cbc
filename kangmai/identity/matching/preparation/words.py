"""The words of `definitions/identity/matching_words`, read when they are first asked for."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[3] / "definitions" / "identity"


@cache
def words() -> Mapping[str, Any]:
    """The whole definition."""
    text = (FOLDER / "matching_words" / "words.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded


@cache
def no_names() -> frozenset[str]:
    """Entries in place of a name that say there is none, in small letters."""
    return frozenset(str(each) for each in words()["no_names"]) | no_values()


@cache
def no_values() -> frozenset[str]:
    """Entries in any field that say there is nothing, in small letters."""
    return frozenset(str(each) for each in words()["no_values"]) | {""}


@cache
def default_phones() -> frozenset[str]:
    """Phone numbers that are typed to get past a required box."""
    return frozenset(words()["default_phones"])


@cache
def nickname_beginnings() -> frozenset[str]:
    """Characters that make a familiar form with the last character of a given name: 小琪."""
    return frozenset(words()["nickname_beginnings"])


@cache
def newborn_endings() -> tuple[tuple[str, int], ...]:
    """What follows the mother's name in a newborn's placeholder and the sex it tells, longest first."""
    sexes = {"male": 1, "female": 2, "unknown": 0}
    endings = [
        (ending, sexes[sex])
        for sex, all_of in words()["newborn_endings"].items()
        for ending in all_of
    ]
    return tuple(sorted(endings, key=lambda each: -len(each[0])))


@cache
def sex_codes() -> Mapping[str, int]:
    """Sex by the word for it, in small letters: 1 male, 2 female (GB/T 2261.1)."""
    sexes = words()["sexes"]
    return {str(word): code for code, key in ((1, "male"), (2, "female")) for word in sexes[key]}
