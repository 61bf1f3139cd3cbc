"""The tables and headers of `definitions/standards`, read when they are first asked for."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[1] / "definitions" / "standards"


def read_header(kind: str, name: str) -> dict[str, Any]:
    """The YAML header `<kind>/<name>.yaml`: what the table is, whence, since when."""
    text = (FOLDER / kind / f"{name}.yaml").read_text(encoding="utf-8")
    header = yaml.load(text, Loader=yaml.CSafeLoader)
    return dict(header)


def read_rows(kind: str, name: str) -> Iterator[dict[str, str]]:
    """The rows of `<kind>/<name>.csv` as text by column; an empty cell is an empty string."""
    with (FOLDER / kind / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def names_of(kind: str) -> tuple[str, ...]:
    """The ids of the definitions of one kind, sorted."""
    return tuple(sorted(path.stem for path in (FOLDER / kind).glob("*.yaml")))
