"""Single samples of some residents, for rooms that follow them; whose own query has checked the right and writes it down."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from kangmai.epidemic.nucleic_acid import people
from kangmai.epidemic.nucleic_acid.types import TubeState
from kangmai.epidemic.orders.queries import emergency_door, living
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.connections import reading
from kangmai.kernel.ids import ResidentId

_SINGLES = """
SELECT t.code, s.sampled_at, CASE WHEN t.published_at IS NULL AND t.state <> 'void' THEN 'closed' ELSE t.state END
FROM nucleic_acid_sample s JOIN nucleic_acid_tube t ON t.id = s.tube_id
WHERE s.person_id = ANY(%s) AND s.sampled_at >= %s AND t.mode = 1
ORDER BY s.sampled_at, t.id"""


@dataclass(frozen=True, slots=True)
class Single:
    """A tube with one person in it; a state before publication is told as CLOSED."""

    code: str
    sampled_at: datetime
    state: TubeState


@emergency_door(Purpose.TESTING)
def singles_of(
    *,
    residents: Collection[ResidentId],
    documents: Collection[str] = (),
    since: datetime,
    at: datetime,
) -> tuple[Single, ...]:
    """The single samples of a person, by all ids and documents under which he may be written down, in order of sampling.

    Pools are left out: what a pool says is not said of one person.

    Raises:
        NoOrderInForce
    """
    guests = people.entered(documents, orders=living(at=at)) if documents else []
    with reading() as database:
        rows = database.execute(_SINGLES, [[*residents, *guests], since]).fetchall()
    return tuple(Single(code, sampled_at, TubeState(state)) for code, sampled_at, state in rows)
