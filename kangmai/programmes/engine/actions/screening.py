"""Look through all residents for those whom a programme's rule takes in: the night's run, set-based.

A programme says under `enrolment.by_rule` what it looks at. `diagnoses`: the conditions in the record with
one of the codes that raise a suspicion, whoever wrote them and whenever; what arrives by day is watched
anyway, so the night finds whom the day could not: a resident who came of age, was registered, linked or
moved here after his diagnosis was, and everybody when a rule is new. `population`: everybody for whom
the condition of the population holds. Who stands in the programme, or did, is left alone.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection, transaction

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import uuid7
from kangmai.programmes.engine import events, models
from kangmai.programmes.engine.actions.suspecting import suspect
from kangmai.programmes.engine.definition.reading import programme, programmes
from kangmai.programmes.engine.definition.types import Programme
from kangmai.programmes.engine.definition.words import resident_columns
from kangmai.programmes.engine.findings import findings
from kangmai.programmes.engine.kinds import LooksAt
from kangmai.programmes.engine.types import Priority, State, Way
from kangmai.programmes.engine.writing import write_down_many
from kangmai.records import queries as records
from kangmai.standards.calendars import legal_day

PORTION = 5000

_NEW = """r.merged_into_id IS NULL AND coalesce(r.deceased_on, r.moved_out_on) IS NULL AND NOT EXISTS (
    SELECT 1 FROM programmes_enrolment o WHERE o.resident_id = r.id AND o.programme = %(programme)s)"""

_DIAGNOSED = """
SELECT DISTINCT c.rt, c.rid FROM ({coded}) c JOIN identity_resident r ON r.id = c.resident_id
WHERE c.rid > %(after)s AND {population} AND {new} ORDER BY c.rid LIMIT %(portion)s"""

_INSIDE = """
SELECT r.id FROM identity_resident r
WHERE r.id > %(after)s AND {population} AND {new} ORDER BY r.id LIMIT %(portion)s"""

_TAKE_IN = """
INSERT INTO programmes_enrolment (id, resident_id, programme, state, way, suspected_on, confirmed_on, enrolled_on,
    closing_reason, anchors, organization, place_code, priority, next_service, latest_class, evidence_days, key,
    account, version, updated_at)
SELECT u.id, r.id, %(programme)s, %(state)s, %(way)s, CASE WHEN %(state)s = 'managed' THEN NULL ELSE %(today)s::date END,
       CASE WHEN %(state)s = 'suspected' THEN NULL ELSE %(today)s::date END,
       CASE WHEN %(state)s = 'managed' THEN %(today)s::date END, '', '{{}}', coalesce(r.managing_org, 0), r.place_code,
       %(priority)s, '', '', 0, '', %(account)s, 1, %(at)s
FROM unnest(%(ids)s::uuid[], %(residents)s::bigint[]) AS u (id, resident)
JOIN identity_resident r ON r.id = u.resident
WHERE {new}
ON CONFLICT DO NOTHING
RETURNING id"""


def screen(*, programme_id: str, actor: Actor, at: datetime) -> int:
    """Take in whom the rule of a programme takes in; returns how many are new.

    Raises:
        NotPermitted, ProgrammeUnknown
    """
    require(actor, "programmes.manage")
    definition = programme(programme_id, on=legal_day(at))
    if definition.by_rule is None:
        return 0
    if definition.by_rule.looks_at is LooksAt.DIAGNOSES:
        return _screen_diagnoses(definition, actor=actor, at=at)
    return _screen_population(definition, definition.by_rule.state, actor=actor, at=at)


def screen_all(*, actor: Actor, at: datetime) -> dict[str, int]:
    """Do so for every programme in force today that has such a rule: how many each took in.

    Raises:
        NotPermitted
    """
    return {
        each.id: screen(programme_id=each.id, actor=actor, at=at)
        for each in programmes(on=legal_day(at))
        if each.by_rule is not None
    }


def _screen_diagnoses(definition: Programme, *, actor: Actor, at: datetime) -> int:
    assert definition.suspicion is not None
    codes = definition.suspicion.diagnosis_codes
    coded = records.coded_rows("Condition", "code", codes, actor=actor)
    population = definition.suspicion.population.sql(resident_columns())
    sql = _DIAGNOSED.format(coded=coded.sql, population=population.holds, new=_NEW)
    values = {**coded.values, **population.values, "programme": definition.id}
    found, after = 0, 0
    while rows := _portion(sql, values, after=after, on=legal_day(at)):
        resources = records.by_row_ids([(rt, rid) for rt, rid in rows], actor=actor)
        found += suspect(
            definition,
            findings(definition, resources),
            on=legal_day(at),
            actor=actor,
            at=at,
        )
        after = rows[-1][1]
    return found


def _screen_population(definition: Programme, state: State, *, actor: Actor, at: datetime) -> int:
    population = definition.population.sql(resident_columns())
    sql = _INSIDE.format(population=population.holds, new=_NEW)
    values = {**population.values, "programme": definition.id}
    found, after = 0, 0
    while rows := _portion(sql, values, after=after, on=legal_day(at)):
        residents = [id for (id,) in rows]
        found += _take_in(definition, residents, state, actor=actor, at=at)
        after = residents[-1]
    return found


def _portion(sql: str, values: dict[str, object], *, after: int, on: date) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**values, "today": on, "after": after, "portion": PORTION})
        return list(cursor.fetchall())


def _take_in(
    definition: Programme, residents: Sequence[int], state: State, *, actor: Actor, at: datetime
) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _TAKE_IN.format(new=_NEW),
            {
                "programme": definition.id,
                "state": state.value,
                "way": Way.RULE.value,
                "priority": int(Priority.ROUTINE),
                "today": legal_day(at),
                "account": actor.account,
                "at": at,
                "ids": [uuid7() for _ in residents],
                "residents": list(residents),
            },
        )
        new = [id for (id,) in cursor.fetchall()]
        rows = list(models.Enrolment.objects.filter(id__in=new).order_by("id"))
        event = events.SUSPECTED if state is State.SUSPECTED else events.ENROLLED
        write_down_many(rows, event, actor=actor, at=at)
    return len(new)
