"""Whom to see: lists by urgency and day, a page at a time, and how much waits.

Every list is one statement that finds ids in a total order, inside the actor's reach, by an index of
that order or of the place or institution; names are opened for the lines of the page only.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, Q

from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, DataScope, require
from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.programmes.engine import models
from kangmai.programmes.engine.errors import CursorUnreadable
from kangmai.programmes.engine.queries.enrolments import READ
from kangmai.programmes.engine.seeing import Reach, below, of_label, own_programmes, reach
from kangmai.programmes.engine.types import Counts, Enrolment, Filter, Page, Row, Show
from kangmai.programmes.engine.values import enrolment_of, planned_of
from kangmai.standards.calendars import legal_day

MOST_FOUND = 200
"""Residents that a search by name looks among."""
MOST_COUNTED = 1000


MANY = 8_000
"""Rows of which sorting takes longer than walking the index past those of other places."""
MANY_BEHIND = 40_000
"""The same, where all that is overdue in the city stands before them in the index."""


@dataclass(frozen=True, slots=True)
class _List:
    """What a list holds and the columns that order it, with their SQL types."""

    condition: str
    order: Mapping[str, str]
    many: int = MANY


_BY_URGENCY = {"e.priority": "smallint", "e.next_due_on": "date", "e.id": "uuid"}
_BY_ID = {"e.id": "uuid"}
_SORTED = {
    "(e.priority + 0)": "smallint",
    "coalesce(e.next_due_on, date '9999-12-31')": "date",
    "e.id": "uuid",
}
"""By urgency as well, but of no index: of a town's few thousand rows, found by their place, sorting all is
quicker than walking the city's index in order until a page is full."""
TOWN_DIGITS = 9
_MANAGED = "e.state = 'managed' AND "
_LISTS = {
    Show.TO_SEE: _List(_MANAGED + "e.next_opens_on <= %(on)s::date", _BY_URGENCY),
    Show.OVERDUE: _List(_MANAGED + "e.next_late_on < %(on)s::date", _BY_URGENCY),
    Show.DUE: _List(
        _MANAGED + "e.next_due_on <= %(on)s::date AND e.next_late_on >= %(on)s::date",
        _BY_URGENCY,
        MANY_BEHIND,
    ),
    Show.DUE_SOON: _List(
        _MANAGED + "e.next_opens_on <= %(on)s::date AND e.next_due_on > %(on)s::date", _BY_URGENCY
    ),
    Show.LOST: _List(_MANAGED + "e.lost_on IS NOT NULL", _BY_ID),
    Show.ALL: _List("e.state <> 'closed'", _BY_ID),
    Show.SUSPECTED: _List(
        "e.state IN ('suspected', 'confirmed')", {"e.suspected_on": "date", "e.id": "uuid"}
    ),
    Show.TRANSFERS: _List("e.state <> 'closed'", _BY_ID),
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A list with its conditions written out."""

    source: str
    conditions: tuple[str, ...]
    reach: Reach
    order: Mapping[str, str]
    values: Mapping[str, Any]

    @property
    def where(self) -> str:
        return " AND ".join((*self.conditions, self.reach.sql))


def worklist(
    *, filter: Filter, after: str = "", limit: int = 20, actor: Actor, at: datetime
) -> Page:
    """One page of a list, emergencies first, then the earliest day.

    Args:
        after: what the page before gave.

    Raises:
        NotPermitted, CursorUnreadable, PlaceUnreadable
    """
    require(actor, READ)
    asked = asked_of(filter, actor=actor, at=at)
    found = _ids(asked, after=after, limit=limit + 1)
    ids = [row[-1] for row in found[:limit]]
    rest = "~".join(map(str, found[limit - 1])) if len(found) > limit else ""
    return Page(_rows(ids, actor=actor, at=at), rest)


def counts(*, programme: str = "", actor: Actor, at: datetime) -> Counts:
    """How much waits in each list; each number stops at 1,000.

    Raises:
        NotPermitted
    """
    require(actor, READ)
    shown = (Show.OVERDUE, Show.DUE, Show.DUE_SOON, Show.SUSPECTED, Show.TRANSFERS)
    return Counts(*(_count(Filter(show, programme), actor=actor, at=at) for show in shown))


def _count(filter: Filter, *, actor: Actor, at: datetime) -> int:
    asked = asked_of(filter, actor=actor, at=at)
    conditions = " AND ".join(asked.conditions)
    each = [
        f"(SELECT 1 FROM {asked.source} WHERE {conditions} AND {part} LIMIT {MOST_COUNTED})"
        for part in asked.reach.apart()
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT least(count(*), {MOST_COUNTED}) FROM ({' UNION ALL '.join(each)}) AS counted",
            asked.values,
        )
        (count,) = cursor.fetchone()
    return int(count)


def asked_of(filter: Filter, *, actor: Actor, at: datetime) -> _Asked:
    wanted = _LISTS[filter.show]
    values: dict[str, Any] = {"on": filter.until or legal_day(at)}
    conditions = [wanted.condition]
    source = "programmes_enrolment e"
    if filter.show is Show.TRANSFERS:
        source += " JOIN programmes_transfer t ON t.enrolment_id = e.id AND t.decided_at IS NULL"
        inside = Reach((), _coming(actor.scope, values), {})
    else:
        inside = reach(actor.scope)
    values |= inside.values
    for sql, name, value in _narrowing(filter, actor=actor, at=at):
        conditions.append(sql)
        values |= dict(zip(name.split(), value, strict=True))
    asked = _Asked(source, tuple(conditions), inside, wanted.order, values)
    if wanted.order not in (_BY_URGENCY, _BY_ID) or not _is_narrow(filter, actor.scope):
        return asked
    if wanted.order is _BY_URGENCY and _rows_of(asked) > wanted.many:
        return asked
    return replace(asked, order=_SORTED)


def _rows_of(asked: _Asked) -> float:
    """How many rows a list of a town holds, by the planner's estimate."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN (FORMAT JSON) SELECT 1 FROM {asked.source} WHERE {asked.where}", asked.values
        )
        (plan,) = cursor.fetchone()
    if isinstance(plan, str):
        plan = json.loads(plan)
    return float(plan[0]["Plan"]["Plan Rows"])


def _is_narrow(filter: Filter, scope: DataScope) -> bool:
    """Whether a list looks at a town, an institution or some people at most."""
    is_asked = filter.organization is not None or filter.staff is not None or filter.text.strip()
    is_seen = not scope.everything and all(len(each.low) >= TOWN_DIGITS for each in scope.places)
    return bool(is_asked) or is_seen or len(filter.place) >= TOWN_DIGITS


def _coming(scope: DataScope, values: dict[str, Any]) -> str:
    """SQL of the hand-overs that wait for a scope's institutions, or for whoever serves its places; of
    labelled programmes and of residents who object nothing comes, as on every list."""
    label, of_labels = of_label(scope)
    values |= of_labels
    if scope.everything:
        return label
    values["orgs"] = sorted(scope.organizations)
    parts = ["t.to_organization = ANY(%(orgs)s::bigint[])"]
    for number, place in enumerate(scope.places):
        values |= {f"low{number}": place.low, f"high{number}": place.high}
        here = f"t.place_code >= %(low{number})s AND t.place_code < %(high{number})s"
        parts.append(f"(t.to_organization IS NULL AND {here})")
    coming = f"({' OR '.join(parts)}) AND {label}"
    if not scope.objections:
        return coming
    values["objections"] = sorted(scope.objections)
    return f"{coming} AND NOT e.resident_id = ANY(%(objections)s::bigint[])"


def _narrowing(
    filter: Filter, *, actor: Actor, at: datetime
) -> list[tuple[str, str, Sequence[Any]]]:
    """The conditions of a filter: SQL, the names of its parameters, their values."""
    found: list[tuple[str, str, Sequence[Any]]] = []
    if filter.programme:
        found.append(("e.programme = %(programme)s", "programme", [filter.programme]))
    elif own := own_programmes(actor):
        found.append(("e.programme = ANY(%(own)s::text[])", "own", [list(own)]))
    if filter.organization is not None:
        found.append(("e.organization = %(organization)s", "organization", [filter.organization]))
    if filter.staff is not None:
        found.append(("e.staff = %(staff)s", "staff", [filter.staff]))
    if filter.priority is not None:
        found.append(("e.priority = %(priority)s", "priority", [int(filter.priority)]))
    if filter.place:
        within = below(filter.place)
        sql = "e.place_code >= %(place_low)s AND e.place_code < %(place_high)s"
        found.append((sql, "place_low place_high", [within.low, within.high]))
    if filter.text.strip():
        people = identity.search_residents(filter.text, limit=MOST_FOUND, actor=actor, at=at)
        ids = sorted({each for one in people for each in identity.same_resident_ids(one.id)})
        found.append(("e.resident_id = ANY(%(named)s::bigint[])", "named", [ids]))
    return found


def _ids(asked: _Asked, *, after: str, limit: int) -> list[tuple[Any, ...]]:
    """The ordering columns of a page, the id last."""
    columns = ", ".join(asked.order)
    conditions, values = asked.where, dict(asked.values) | {"limit": limit}
    if after:
        places = _places(after, asked.order)
        values |= {f"after{number}": place for number, place in enumerate(places)}
        given = ", ".join(
            f"%(after{number})s::{type}" for number, type in enumerate(asked.order.values())
        )
        conditions += f" AND ({columns}) > ({given})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM {asked.source} WHERE {conditions} ORDER BY {columns} LIMIT %(limit)s",
            values,
        )
        return list(cursor.fetchall())


_READERS: dict[str, Any] = {"smallint": int, "date": date.fromisoformat, "uuid": UUID}


def _places(after: str, order: Mapping[str, str]) -> list[Any]:
    parts = after.split("~")
    if len(parts) != len(order):
        raise CursorUnreadable()
    try:
        return [_READERS[type](part) for type, part in zip(order.values(), parts, strict=True)]
    except ValueError:
        raise CursorUnreadable() from None


def _rows(ids: Sequence[UUID], *, actor: Actor, at: datetime) -> tuple[Row, ...]:
    found = models.Enrolment.objects.filter(pk__in=ids).prefetch_related("planned")
    since = Q(attempts__attempted_on__gt=F("latest_visit_on")) | Q(latest_visit_on=None)
    counted = {row.id: row for row in found.annotate(made=Count("attempts", filter=since))}
    owners = {ResidentId(row.resident_id) for row in counted.values()}
    people = identity.residents_by_id(owners, actor=actor, at=at)
    offered = models.Transfer.objects.filter(enrolment__in=ids, decided_at=None)
    coming = dict(offered.values_list("enrolment_id", "to_organization"))
    return tuple(_row(counted[id], people, coming, at) for id in ids if id in counted)


def _row(
    row: Any, people: Mapping[ResidentId, Resident], coming: Mapping[UUID, int | None], at: datetime
) -> Row:
    planned = tuple(map(planned_of, sorted(row.planned.all(), key=lambda p: (p.due_on, p.id))))
    to = coming.get(row.id)
    enrolment: Enrolment = enrolment_of(row, planned, OrganizationId(to) if to else None)
    person = people.get(enrolment.resident_id)
    known = person.demographics if person else None
    return Row(
        enrolment=enrolment,
        name=known.name if known else "",
        sex_code=known.sex_code if known else "",
        birth_date=known.birth_date if known else None,
        index_number=person.index_number if person else "",
        household_id=person.household_id if person else None,
        lateness=enrolment.lateness(legal_day(at)),
        attempts=row.made,
        phone=known.phones[0] if known and known.phones else "",
        home=known.address if known else "",
    )
