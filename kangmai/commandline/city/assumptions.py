"""The assumptions as read from `definitions/commandline/invented_city`."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[2] / "definitions"

Table = dict[str, Any]


@cache
def read(name: str) -> Table:
    """One of `population`, `health`, `network`, `vaccinations`, `infections`, `supplies`, `teams`, `ground` …"""
    return _load(FOLDER / "commandline" / "invented_city" / f"{name}.yaml")


@cache
def read_names(name: str) -> Table:
    """One of `surnames`, `given_names`, `regional_names`."""
    return _load(FOLDER / "standards" / "names" / f"{name}.yaml")


def for_area(table: dict[str, Any], code: str) -> Any:
    """The entry with the longest key that the code begins with, or None."""
    for length in range(len(code), 1, -1):
        if code[:length] in table:
            return table[code[:length]]
    return None


def _load(path: Path) -> Table:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
