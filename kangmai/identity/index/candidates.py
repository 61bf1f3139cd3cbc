"""Residents who share a key with a record, read in one round trip, and how they compare."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import psycopg
from django.db import connection

from kangmai.identity import models
from kangmai.identity.details import open_details
from kangmai.identity.index.explanation import packed
from kangmai.identity.index.frequencies import model_for, model_version, residents_expected
from kangmai.identity.index.keys import keys_to_ask, number_hashes
from kangmai.identity.index.people import side_by_side, witness_of
from kangmai.identity.matching.rules import Features, Model, compete, score_features
from kangmai.identity.matching.types import Decision, Score
from kangmai.identity.types import Demographics, Witness
from kangmai.kernel.connections import reading

LARGEST_BLOCK = 300
"""A key that more residents share (the phone of a home, a placeholder) names nobody and is passed over."""
EVEN = 0.5

_FIND = """
WITH shared AS MATERIALIZED (
  SELECT block.resident_id FROM unnest(%s::int8[]) AS asked(key)
  CROSS JOIN LATERAL (
    SELECT resident_id, count(*) OVER () AS size
    FROM (SELECT resident_id FROM identity_key WHERE key = asked.key LIMIT %s) AS rows
  ) AS block WHERE block.size <= %s
  UNION SELECT resident_id FROM identity_document WHERE number_hash = ANY(%s::bytea[])
)
SELECT {columns},
       EXISTS (SELECT FROM identity_document d WHERE d.resident_id = r.id AND d.number_hash = ANY(%s::bytea[]))
FROM shared JOIN identity_resident r ON r.id = shared.resident_id ORDER BY r.id"""
_COLUMNS = tuple(field.attname for field in models.Resident._meta.concrete_fields)
_FIND_SQL = _FIND.format(columns=", ".join(f'r."{name}"' for name in _COLUMNS))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A master row found by a key; `root` is the resident it stands for now."""

    id: int
    root: int
    known: Demographics
    has_document: bool
    row: models.Resident | None = None


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
    explanation: bytes
    is_document_known: bool
    is_shared: bool
    rows: Mapping[int, models.Resident]
    """The master rows that were read, by resident."""


def candidates_of(witness: Witness) -> list[Candidate]:
    """The master rows that share a key or a number with a record, merged ones among them."""
    hashes = number_hashes(witness.known)
    asked = [keys_to_ask(witness), LARGEST_BLOCK + 1, LARGEST_BLOCK, hashes, hashes]
    with reading() as database, psycopg.Cursor(database) as cursor:
        return [_candidate(row) for row in cursor.execute(_FIND_SQL, asked, binary=True)]


def _candidate(values: tuple) -> Candidate:
    row = models.Resident(*values[:-1])
    known = Demographics(
        sex_code=row.sex_code,
        birth_date=row.birth_date,
        place_code=row.place_code,
        **open_details(row.id, row.details_key, bytes(row.details)),
    )
    root = root_of(row.merged_into_id) if row.merged_into_id else row.id
    return Candidate(row.id, root, known, values[-1], row)


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
    candidates = [each for each in candidates_of(witness) if each.root not in without]
    best_of: dict[int, tuple[int, Score]] = {}
    for each, score in scored(witness, candidates, at=at):
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
        explanation=packed(outcome.scores, version=model_version(residents_expected(at))),
        is_document_known=bool(holders),
        is_shared=len(holders) > 1,
        rows={each.id: each.row for each in candidates if each.row is not None},
    )


def _standing(score: Score) -> tuple[bool, float]:
    """How well one of several master rows of one resident speaks for him: a probable one that nothing
    speaks against, then the likeliest."""
    return (score.probability >= EVEN and not score.cautions, score.match)


def scored(
    witness: Witness, candidates: Sequence[Candidate], *, at: datetime
) -> list[tuple[Candidate, Score]]:
    """Each candidate with its score."""
    model = _models(at)
    found = []
    for each in candidates:
        asked, there = side_by_side(witness, witness_of(each.known))
        found.append((each, score_features(asked, there, model(asked))))
    return found


def _models(at: datetime) -> Callable[[Features], Model]:
    """The model for each form of the asking record, made once."""
    return cache(lambda record: model_for(record, at))
