"""How frequent the values of a record are in the index: counted at night, kept as keyed hashes.

Values that no more residents have than any one may have anyway (`slack` of the smoothing) count as if
nobody had them, and are not kept; see the head of `definitions/identity/matching_weights/base.yaml`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from kangmai.identity import models
from kangmai.identity.index.people import person_of, witness_of
from kangmai.identity.matching.comparison.levels import Kind
from kangmai.identity.matching.learning.frequencies import (
    NAMES,
    REFERENCE_RECORDS,
    folded_of,
    smoothing,
    value_of,
)
from kangmai.identity.matching.learning.reference_names import name_share
from kangmai.identity.matching.rules import (
    Features,
    Frequencies,
    Model,
    Weights,
    base_weights,
    features,
    for_index,
    frequencies_of,
    read_model,
)
from kangmai.identity.types import Demographics
from kangmai.kernel import sealing

LEAST_RESIDENTS = 1_000_000
"""A small index is scored as if it held this many: whoever comes is one of a whole city, known or not."""
COUNTED = 200_000
"""Residents of a large index that are counted: enough to know its common names."""
REMEMBERED = timedelta(minutes=10)
VALUES = "identity-value"
"""The purpose of the hashes of values."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The latest count: by kind and keyed value how many, and what share the tables of names expect."""

    counted_at: datetime | None
    residents: int
    records: Mapping[Kind, int]
    values: Mapping[tuple[int, int], tuple[int, float]]


@dataclass(slots=True)
class _Memory:
    database: str = ""
    read_at: datetime | None = None
    counts: Counts | None = None


_memory = _Memory()


@cache
def weights() -> Weights:
    """The weights in force: those of the operator's model file (KANGMAI_MATCHING_MODEL), else the base.

    Raises:
        ModelUnreadable
    """
    path: Path | None = settings.MATCHING_MODEL
    return read_model(path)[0] if path else base_weights()


@cache
def model_version(residents: int) -> str:
    """A short name of the weights and priors that scored."""
    return for_index(weights(), Frequencies({}, {}, {}), residents=residents).version()


def residents_expected(at: datetime) -> int:
    """How many residents the priors reckon with."""
    return max(counts(at).residents, LEAST_RESIDENTS)


def model_for(record: Features, at: datetime) -> Model:
    """The model for one record: its own values with their frequencies, and no others."""
    return for_index(
        weights(), frequencies_for(record, counts(at)), residents=residents_expected(at)
    )


def frequencies_for(record: Features, known: Counts) -> Frequencies:
    """The frequencies of one record's values."""
    seen: dict[Kind, dict[object, int]] = {}
    expected: dict[Kind, dict[object, float]] = {}
    hashes = sealing.blinders(VALUES)
    for kind in Kind:
        if value := value_of(record, kind):
            count, share = _counted(known, kind, value, hashes)
            seen[kind] = {value: count}
            if kind in NAMES and known.records.get(kind, 0) < REFERENCE_RECORDS:
                own = share if share >= 0 else expected_share(record, kind)
                expected[kind] = {value: own}
    return Frequencies(seen, expected, known.records)


def _counted(
    known: Counts, kind: Kind, value: object, hashes: Iterable[Callable[[str], int]]
) -> tuple[int, float]:
    """How many have a value, and the share expected; 0 and -1 where it was not kept."""
    for hashed in hashes:
        if found := known.values.get((int(kind), hashed(f"{int(kind)}|{value}"))):
            return found
    return 0, -1.0


def expected_share(record: Features, kind: Kind) -> float:
    """The share of residents that the tables of names expect to have this name."""
    return name_share(folded_of(record, kind)) * smoothing(kind).spread


def value_key(kind: Kind, value: object) -> int:
    """The keyed hash of a value."""
    return sealing.blinder(VALUES)(f"{int(kind)}|{value}")


def counts(at: datetime) -> Counts:
    """The latest count, read again after a while."""
    name = str(connection.settings_dict["NAME"])
    fresh = _memory.read_at is not None and abs(at - _memory.read_at) < REMEMBERED
    if _memory.counts is None or _memory.database != name or not fresh:
        _memory.counts, _memory.database, _memory.read_at = _read(), name, at
    return _memory.counts


def _read() -> Counts:
    census = models.Census.objects.filter(id=1).first()
    if census is None:
        return Counts(None, 0, {}, {})
    if _memory.counts is not None and _memory.counts.counted_at == census.counted_at:
        return _memory.counts
    rows = models.Frequency.objects.values_list("kind", "value_key", "count", "expected")
    values = {(kind, key): (count, share) for kind, key, count, share in rows.iterator()}
    records = {Kind(int(kind)): count for kind, count in census.records.items()}
    return Counts(census.counted_at, census.residents, records, values)


def count_values(people: Iterable[Demographics], *, residents: int, at: datetime) -> int:
    """Count the values of residents anew; returns how many values are kept."""
    found = frequencies_of(features(person_of(witness_of(each))) for each in people)
    rows = [
        models.Frequency(
            kind=int(kind),
            value_key=value_key(kind, value),
            count=count,
            expected=found.expected.get(kind, {}).get(value, 0.0),
        )
        for kind, by_value in found.counts.items()
        for value, count in by_value.items()
        if _is_kept(kind, count, found.records[kind])
    ]
    with transaction.atomic():
        models.Frequency.objects.all().delete()
        models.Frequency.objects.bulk_create(rows, batch_size=5000)
        models.Census.objects.update_or_create(
            id=1,
            defaults={
                "counted_at": at,
                "residents": residents,
                "records": {str(int(kind)): count for kind, count in found.records.items()},
            },
        )
    _memory.counts = None
    return len(rows)


def _is_kept(kind: Kind, count: int, records: int) -> bool:
    """Whether leaving a value out would change a share: names of small indexes lean on the tables."""
    small_names = kind in NAMES and records < REFERENCE_RECORDS
    return count > smoothing(kind).slack or small_names
