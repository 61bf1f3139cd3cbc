"""How frequent values are among residents: a shared rare value proves more than a common one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import log2

import numpy as np

from kangmai.identity.matching.comparison.levels import Kind
from kangmai.identity.matching.learning.reference_names import name_share
from kangmai.identity.matching.learning.weights import base_definition
from kangmai.identity.matching.preparation.columns import Columns
from kangmai.identity.matching.preparation.features import Features

FLOOR_RECORDS = 50_000
"""With fewer records than about this many, a value seen only in the pair at hand is taken for rarer than 1 in n."""
NAMES = (Kind.NAME, Kind.NAME_SOUND, Kind.NAME_BLUR, Kind.MOTHER, Kind.MOTHER_SOUND)
LEAST = 1e-9
REFERENCE_RECORDS = 100_000
"""From this many records on, names are frequent as the file says; below, the tables of names help."""


@dataclass(frozen=True, slots=True)
class Smoothing:
    """How counts become shares; see the head of the definition."""

    slack: float
    floor: float
    weight: float
    reference: float
    spread: float


@cache
def smoothing(kind: Kind) -> Smoothing:
    """The smoothing of one kind of value."""
    given = base_definition()["frequencies"][kind.name.lower()]
    return Smoothing(
        slack=given["slack"],
        floor=given["floor"],
        weight=given["weight"],
        reference=given.get("reference", 0.0),
        spread=given.get("spread", 0.0),
    )


def log_shares(
    kind: Kind, counts: np.ndarray, references: np.ndarray | float, total: float
) -> np.ndarray:
    """log2 of the shares of values that `counts` of `total` records have; bounded by 1 above."""
    s = smoothing(kind)
    weight = s.weight if kind not in NAMES or total < REFERENCE_RECORDS else 0.0
    seen = np.maximum(counts - s.slack, 0.0) + s.floor * total / (total + FLOOR_RECORDS)
    shares = (seen + weight * references + LEAST) / (total + weight + LEAST)
    return np.log2(np.minimum(shares, 1.0))


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Counts of values by kind, and the shares expected of names, for scoring one pair at a time.

    `records` is how many records have a value of the kind. Keep it as secret as the records.
    """

    counts: Mapping[Kind, Mapping[object, int]]
    expected: Mapping[Kind, Mapping[object, float]]
    records: Mapping[Kind, int]

    def log_share(self, kind: Kind, value: object) -> float:
        """log2 of a value's share."""
        count = self.counts.get(kind, {}).get(value, 0)
        s, total = smoothing(kind), self.records.get(kind, 0)
        reference = self.expected.get(kind, {}).get(value, s.reference)
        weight = s.weight if kind not in NAMES or total < REFERENCE_RECORDS else 0.0
        seen = max(count - s.slack, 0.0) + s.floor * total / (total + FLOOR_RECORDS)
        return log2(min((seen + weight * reference + LEAST) / (total + weight + LEAST), 1.0))


def frequencies_of(records: Iterable[Features]) -> Frequencies:
    """Count the values of records."""
    counts: dict[Kind, dict[object, int]] = {kind: defaultdict(int) for kind in Kind}
    expected: dict[Kind, dict[object, float]] = {kind: {} for kind in NAMES}
    for record in records:
        for kind in Kind:
            if value := value_of(record, kind):
                counts[kind][value] += 1
                if kind in NAMES:
                    share = name_share(folded_of(record, kind)) * smoothing(kind).spread
                    expected[kind][value] = max(expected[kind].get(value, 0.0), share)
    return Frequencies(counts, expected, {kind: sum(counts[kind].values()) for kind in Kind})


def folded_of(record: Features, kind: Kind) -> str:
    """The name that a kind of name value comes from."""
    return (record.mother if kind in (Kind.MOTHER, Kind.MOTHER_SOUND) else record.name).folded


def value_of(record: Features, kind: Kind) -> object:
    """The value of a kind in a record; empty or 0 where it is missing."""
    match kind:
        case Kind.NAME:
            return record.name.folded
        case Kind.NAME_SOUND:
            return record.name.sound
        case Kind.NAME_BLUR:
            return record.name.blur
        case Kind.FAMILY:
            return record.name.family
        case Kind.OWN:
            return record.name.own
        case Kind.GIVEN_WORD:
            return record.given_name
        case Kind.SURNAME_WORD:
            return record.surname
        case Kind.BIRTH_DATE:
            return record.birth
        case Kind.NUMBER:
            return record.number.text
        case Kind.PHONE:
            return record.phone
        case Kind.ADDRESS:
            return record.address
        case Kind.TOWN:
            return record.town
        case Kind.POSTCODE:
            return record.postcode
        case Kind.MOTHER:
            return record.mother.folded
        case Kind.MOTHER_SOUND:
            return record.mother.sound


Shares = Mapping[Kind, np.ndarray]
"""For each kind log2 of the share of every code; place 0 (missing) is 0."""


def shares_of(c: Columns) -> Shares:
    """The shares of all values of a file, by code."""
    references = _name_references(c)
    return {kind: _shares(c.of(kind), kind, references.get(kind)) for kind in Kind}


def _shares(codes: np.ndarray, kind: Kind, references: np.ndarray | None) -> np.ndarray:
    counts = np.bincount(codes, minlength=1)
    counts[0] = 0
    expected = smoothing(kind).reference if references is None else references[: len(counts)]
    shares = log_shares(kind, counts.astype(np.float64), expected, float(counts.sum()))
    shares[0] = 0.0
    return shares


def _name_references(c: Columns) -> dict[Kind, np.ndarray]:
    """Shares expected of names by code, in files too small to tell."""
    expected = {}
    for kind in NAMES:
        codes, rows = _codes_of_rows(c, kind)
        if np.count_nonzero(c.of(kind)) >= REFERENCE_RECORDS:
            expected[kind] = np.zeros(int(codes.max(initial=0)) + 1)
            continue
        shares = np.zeros(int(codes.max(initial=0)) + 1)
        used = np.unique(rows)
        values = np.array([name_share(text) for text in c.names.folded_text[used].tolist()])
        # Names of one sound have different shares: the largest stands for all of them.
        np.maximum.at(shares, codes[used], values * smoothing(kind).spread)
        expected[kind] = shares
    return expected


def _codes_of_rows(c: Columns, kind: Kind) -> tuple[np.ndarray, np.ndarray]:
    """The codes of a kind by row of the table of names, and the rows in use."""
    rows = c.mother_row if kind in (Kind.MOTHER, Kind.MOTHER_SOUND) else c.written
    match kind:
        case Kind.NAME | Kind.MOTHER:
            return c.names.folded, rows
        case Kind.NAME_SOUND | Kind.MOTHER_SOUND:
            return c.names.sound, rows
        case _:
            return c.names.blur, rows
