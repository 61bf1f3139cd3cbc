"""All visits of a span at once, as SQL: for tasks of the house that look at many together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kangmai.kernel.actor import Actor, Label, require
from kangmai.programmes.engine import models
from kangmai.programmes.engine.definition.reading import labels
from kangmai.programmes.engine.queries.enrolments import READ
from kangmai.programmes.engine.types import Method, Visit
from kangmai.programmes.engine.values import visit_of

_SINCE = """
SELECT v.id AS visit, v.enrolment_id AS enrolment, coalesce(r.merged_into_id, r.id) AS resident, e.programme,
       CASE WHEN e.programme = ANY(%(labelled)s) THEN e.programme ELSE '' END AS circle,
       coalesce(v.organization, e.organization) AS organization, v.account, e.place_code, v.service,
       v.visited_on, v.entered_at, (v.entered_at AT TIME ZONE 'Asia/Shanghai') AS entered,
       v.method = %(face)s AS is_face_to_face, v.measures, v.is_complete, r.deceased_on, r.birth_date
FROM programmes_visit v
JOIN programmes_enrolment e ON e.id = v.enrolment_id
JOIN identity_resident r ON r.id = e.resident_id
WHERE v.standing = 'current' AND v.visited_on >= %(since)s"""


@dataclass(frozen=True, slots=True)
class VisitRows:
    """A SELECT of one row a visit, with its named parameters. `circle` is the programme where it has a
    label of its own, `entered` the wall clock in Shanghai when the visit was entered."""

    sql: str
    values: Mapping[str, object]


def visits_since(day: date, *, actor: Actor) -> VisitRows:
    """The visits that stand, from a day on.

    Raises:
        NotPermitted
    """
    require(actor, READ)
    if not actor.scope.everything:
        raise ValueError("only tasks of the house look at the visits of many teams")
    labelled = [id for id, some in labels().items() if some != {Label.NORMAL}]
    values = {"since": day, "labelled": labelled, "face": Method.FACE_TO_FACE.value}
    return VisitRows(_SINCE, values)


def visits_behind(ids: Sequence[UUID]) -> list[Visit]:
    """Some visits, whoever asks: for a room that has decided who may see them and names nobody."""
    rows = models.Visit.objects.select_related("enrolment").filter(pk__in=ids)
    return list(map(visit_of, rows))
