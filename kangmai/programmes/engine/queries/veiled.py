"""That a visit is due, and not why: what the rest of a team may know of programmes whose label it has not.

Of such a programme nothing is seen by those without its label. So that nobody is forgotten, and nobody calls
on the wrong day, a team hears of the residents it serves the day alone: no programme, service, class, urgency
or team. Several due at one time are one.

Source: 严重精神障碍管理治疗工作规范（2018年版）, 随访管理: the responsible doctor visits; our own reading of what a
family-doctor team needs to know.
"""

from datetime import date, datetime

from django.db import connection

from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, PlaceRange, require
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.engine.seeing import hidden
from kangmai.programmes.engine.types import Veiled
from kangmai.standards.calendars import legal_day

VISIT = "programmes.visit"

_DUE = """
SELECT e.resident_id, min(e.next_due_on) AS due_on
FROM programmes_enrolment e
WHERE e.programme = ANY(%(unseen)s) AND e.state = 'managed' AND e.next_opens_on <= %(today)s
  AND ({reach}) AND NOT e.resident_id = ANY(%(objections)s::bigint[]) {only}
GROUP BY e.resident_id ORDER BY due_on, e.resident_id LIMIT %(limit)s"""


def veiled_visits(*, limit: int = 30, actor: Actor, at: datetime) -> tuple[Veiled, ...]:
    """The residents of an actor's places and institutions who are due for a visit of somebody else, by day.

    Raises:
        NotPermitted
    """
    require(actor, VISIT)
    return _veiled(None, limit, actor, at)


def veiled_visit_of(resident_id: ResidentId, *, actor: Actor, at: datetime) -> date | None:
    """By when somebody else visits a resident; None where nothing is due, or for those who visit nobody.

    Raises:
        NotPermitted
    """
    require(actor, VISIT)
    found = _veiled(resident_id, 1, actor, at)
    return found[0].due_on if found else None


def _veiled(
    resident_id: ResidentId | None, limit: int, actor: Actor, at: datetime
) -> tuple[Veiled, ...]:
    unseen = hidden(actor.scope)
    if not unseen:
        return ()
    reach, values = _reach(actor)
    only = "AND e.resident_id = ANY(%(residents)s::bigint[])" if resident_id is not None else ""
    values |= {
        "unseen": list(unseen),
        "today": legal_day(at),
        "objections": sorted(actor.scope.objections),
        "residents": list(identity.same_resident_ids(resident_id)) if resident_id else [],
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DUE.format(reach=reach, only=only), values)
        rows = cursor.fetchall()
    people = identity.residents_by_id([ResidentId(id) for id, _ in rows], actor=actor, at=at)
    return tuple(
        Veiled(person.id, person.index_number, person.demographics.name, person.demographics.place_code, due_on)
        for id, due_on in rows
        if (person := people.get(ResidentId(id)))
    )  # fmt: skip


def _reach(actor: Actor) -> tuple[str, dict[str, object]]:
    """The enrolments in the places and institutions for which somebody visits."""
    grants = [each for each in actor.grants if {VISIT, "*"} & each.permissions]
    organizations = sorted({each.organization for each in grants if each.organization})
    places: list[PlaceRange] = [place for each in grants for place in each.places]
    parts = ["e.organization = ANY(%(organizations)s::bigint[])"]
    values: dict[str, object] = {"organizations": organizations}
    for number, place in enumerate(places):
        parts.append(f"(e.place_code >= %(low{number})s AND e.place_code < %(high{number})s)")
        values |= {f"low{number}": place.low, f"high{number}": place.high}
    return " OR ".join(parts), values
