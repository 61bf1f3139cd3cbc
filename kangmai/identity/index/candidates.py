"""Residents who share a key with a record, read in one round trip, and how they compare."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import psycopg
from django.db import connection

from kangmai.identity import models
from kangmai.identity.details import details_opener, read_details
from kangmai.identity.index.explanation import packed
from kangmai.identity.index.frequencies import model_for, model_version, residents_expected
from kangmai.identity.index.keys import keys_to_ask, number_hashes
from kangmai.identity.index.people import (
    is_single,
    person_of,
    person_of_details,
    ready,
    side_by_side,
    witness_of,
)
from kangmai.identity.matching.rules import (
    Features,
    Model,
    compete,
    hopeless_for,
    score_features,
)
from kangmai.identity.matching.types import Decision, Score
from kangmai.identity.types import Demographics, Witness
from kangmai.kernel.connections import reading

LARGEST_BLOCK = 300
"""A key that more residents share (the phone of a home, a placeholder) names nobody and is passed over."""
FEW = 2
"""So many candidates are all compared, and told with their scores."""
EVEN = 0.5

_FIND = """
WITH numbered AS MATERIALIZED (
  SELECT resident_id FROM identity_document WHERE number_hash = ANY(%s::bytea[])
), shared AS MATERIALIZED (
  SELECT block.resident_id FROM unnest(%s::int8[]) AS asked(key)
  CROSS JOIN LATERAL (
    SELECT resident_id, count(*) OVER () AS size
    FROM (SELECT resident_id FROM identity_key WHERE key = asked.key LIMIT %s) AS rows
  ) AS block WHERE block.size <= %s
  UNION SELECT resident_id FROM numbered
)
SELECT {columns}, r.id IN (SELECT resident_id FROM numbered)
FROM shared JOIN identity_resident r ON r.id = shared.resident_id ORDER BY r.id"""
_COLUMNS = tuple(field.attname for field in models.Resident._meta.concrete_fields)
_NEEDED = tuple(
    map(
        _COLUMNS.index,
        ("id", "sex_code", "birth_date", "place_code", "details_key", "details", "merged_into_id"),
    )
)
_Row = tuple[Any, ...]
"""The columns of a resident, and whether he bears a number of the record."""
_Models = Callable[[Features], Model]
_FIND_SQL = _FIND.format(columns=", ".join(f'r."{name}"' for name in _COLUMNS))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A master row found by a key; `root` is the resident it stands for now."""

    id: int
    root: int
    known: Demographics
    has_document: bool
    values: _Row = ()
    """The columns of the row in the order of the model, for those few that are shown."""

    @property
    def row(self) -> models.Resident:
        """The master row."""
        return models.Resident(*self.values)


@dataclass(frozen=True, slots=True)
class Found:
    """What the index says about a record.

    `best` is the master row that agrees best, `root` the resident it stands for; `scores` are by
    resident, the most probable first. `is_shared`: a number of the record stands with several residents.
    """

    decision: Decision
    best: int | None
    root: int | None
    probability: float
    scores: tuple[tuple[int, Score], ...]
    version: str
    is_document_known: bool
    is_shared: bool
    candidates: Mapping[int, Candidate]
    """What was read, by master row."""

    @property
    def explanation(self) -> bytes:
        """The scores as they are kept."""
        return packed(self.scores, version=self.version)


def _rows(witness: Witness) -> list[_Row]:
    """The master rows that share a key or a number with a record, merged ones among them."""
    # arrays as text: the driver looks at every element of a list before it sends it
    hashes = _array(rf'"\\x{each.hex()}"' for each in number_hashes(witness.known))
    asked = [hashes, _array(map(str, keys_to_ask(witness))), LARGEST_BLOCK + 1, LARGEST_BLOCK]
    with reading() as database, psycopg.Cursor(database) as cursor:
        return cursor.execute(_FIND_SQL, asked, binary=True).fetchall()


def _array(elements: Iterable[str]) -> str:
    return "{" + ",".join(elements) + "}"


def _hopeful(witness: Witness, rows: Sequence[_Row], models: _Models) -> Iterator[Candidate]:
    """The candidates opened; of many, those left out who cannot be the one."""
    opened, hopeless = details_opener(), None
    if len(rows) > FEW and is_single(witness.known):
        asked = ready(person_of(witness))
        hopeless = hopeless_for(asked, models(asked))
    for row in rows:
        id, sex, born, place, key, sealed, into = (row[each] for each in _NEEDED)
        details = opened(id, key, sealed)
        if hopeless is not None and not row[-1]:
            person = person_of_details(details, sex_code=sex, birth_date=born, place_code=place)
            if person is not None and hopeless(person):
                continue
        known = Demographics(
            sex_code=sex, birth_date=born, place_code=place, **read_details(details)
        )
        yield Candidate(id, root_of(into) if into else id, known, row[-1], row[:-1])


def root_of(resident_id: int) -> int:
    """The resident that an id stands for now: itself, or the one it was merged into."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH RECURSIVE way AS (
                 SELECT id, merged_into_id FROM identity_resident WHERE id = %s
                 UNION SELECT r.id, r.merged_into_id FROM identity_resident r JOIN way ON r.id = way.merged_into_id)
               SELECT id FROM way WHERE merged_into_id IS NULL""",
            [resident_id],
        )
        found = cursor.fetchone()
    return found[0] if found else resident_id


def find(witness: Witness, *, at: datetime, without: frozenset[int] = frozenset()) -> Found:
    """Link, review or new, for a record that is not of the residents `without`."""
    models = _models(at)
    likely = _hopeful(witness, _rows(witness), models)
    candidates = [each for each in likely if each.root not in without]
    best_of: dict[int, tuple[int, Score]] = {}
    for each, score in scored(witness, candidates, models):
        if each.root not in best_of or _standing(score) > _standing(best_of[each.root][1]):
            best_of[each.root] = (each.id, score)
    outcome = compete((root, score) for root, (_, score) in best_of.items())
    holders = {each.root for each in candidates if each.has_document}
    return Found(
        decision=outcome.decision,
        best=best_of[outcome.best][0] if outcome.best is not None else None,
        root=outcome.best,
        probability=outcome.probability,
        scores=outcome.scores,
        version=model_version(residents_expected(at)),
        is_document_known=bool(holders),
        is_shared=len(holders) > 1,
        candidates={each.id: each for each in candidates},
    )


def _standing(score: Score) -> tuple[bool, float]:
    """How well one of several master rows of one resident speaks for him: a probable one that nothing
    speaks against, then the likeliest."""
    return (score.probability >= EVEN and not score.cautions, score.match)


def scored(
    witness: Witness, candidates: Sequence[Candidate], models: _Models
) -> list[tuple[Candidate, Score]]:
    """Each candidate with its score."""
    found = []
    for each in candidates:
        asked, there = side_by_side(witness, witness_of(each.known))
        found.append((each, score_features(asked, there, models(asked))))
    return found


def _models(at: datetime) -> _Models:
    """The model for each form of the asking record, made once."""
    return cache(lambda record: model_for(record, at))
