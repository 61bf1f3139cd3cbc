"""Scores as they are kept with a link or a case: fields, levels and bits, and nothing that names a person."""

from collections.abc import Sequence

import orjson

from kangmai.identity.matching.types import FieldEvidence, Score
from kangmai.identity.types import Explained
from kangmai.kernel.ids import ResidentId

MOST_CANDIDATES = 5


def packed(found: Sequence[tuple[int, Score]], *, version: str) -> bytes:
    """The scores of the most probable candidates, about 200 bytes each."""
    return orjson.dumps([version, *(_row(id, score) for id, score in found[:MOST_CANDIDATES])])


def _row(resident_id: int, score: Score) -> list[object]:
    return [
        resident_id,
        round(score.probability, 6),
        [round(each, 2) for each in (score.match, score.stranger, score.household)],
        [[each.field, each.level, round(each.bits, 2)] for each in score.evidence],
        [each.name.lower() for each in score.cautions],
    ]


def unpacked(kept: bytes | None) -> tuple[Explained, ...]:
    """The candidates as they were scored, the most probable first."""
    return tuple(_explained(row) for row in orjson.loads(kept)[1:]) if kept else ()


def _explained(row: list) -> Explained:
    resident_id, probability, (match, stranger, household), evidence, cautions = row
    return Explained(
        ResidentId(resident_id),
        probability,
        match,
        stranger,
        household,
        tuple(FieldEvidence(*each) for each in evidence),
        tuple(cautions),
    )


def explained(resident_id: int, score: Score) -> Explained:
    """A score that was not kept anywhere."""
    return _explained(_row(resident_id, score))
