"""Put residents on the list of the suspected, a batch at a time, from what arrived in the record."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import ResidentId, uuid7
from kangmai.programmes.engine import events, models
from kangmai.programmes.engine.definition.types import Programme
from kangmai.programmes.engine.population import inside_population
from kangmai.programmes.engine.types import Priority, State, Way
from kangmai.programmes.engine.writing import write_down_many

DIAGNOSIS = "Condition"

_SUSPECT = """
INSERT INTO programmes_enrolment (id, resident_id, programme, state, way, suspected_on, closing_reason, anchors,
    organization, place_code, priority, next_service, latest_class, evidence_days, key, account, version, updated_at)
SELECT u.id, r.id, %(programme)s, 'suspected', %(way)s, u.suspected_on, '', '{}', coalesce(r.managing_org, 0),
       r.place_code, %(priority)s, '', '', 0, '', %(account)s, 1, %(at)s
FROM unnest(%(ids)s::uuid[], %(residents)s::bigint[], %(days)s::date[]) AS u (id, resident, suspected_on)
JOIN identity_resident r ON r.id = u.resident
WHERE NOT EXISTS (SELECT 1 FROM programmes_enrolment o WHERE o.resident_id = r.id AND o.programme = %(programme)s
                  AND (o.state <> 'closed' OR o.closed_on >= u.suspected_on))
ON CONFLICT DO NOTHING
RETURNING id"""


@dataclass(frozen=True, slots=True)
class Finding:
    """A raised reading or a diagnosis of a resident."""

    resident_id: ResidentId
    resource_type: str
    resource_id: str
    found_on: date
    measures: Mapping[str, Any]
    organization: int | None


def suspect(
    programme: Programme,
    findings: Sequence[Finding],
    *,
    on: date | None = None,
    actor: Actor,
    at: datetime,
) -> int:
    """Suspect the residents of findings who are in the population and in no enrolment; keep the evidence.

    A diagnosis confirms a suspicion; management begins when a team takes it on. Findings that were
    kept before change nothing.

    Args:
        on: the day on which they come under suspicion and must be in the population; by default that of
            each finding.

    Returns:
        How many are newly suspected.

    Raises:
        NotPermitted
    """
    require(actor, "programmes.manage")
    assert programme.suspicion is not None
    by_day: dict[date, set[int]] = defaultdict(set)
    for each in findings:
        by_day[on or each.found_on].add(each.resident_id)
    within = {
        (id, day)
        for day, ids in by_day.items()
        for id in inside_population(programme.suspicion.population, ids, on=day)
    }
    kept = [each for each in findings if (each.resident_id, on or each.found_on) in within]
    with transaction.atomic():
        new = _suspect_all(programme, kept, on, actor, at)
        _keep_evidence(programme, kept, at)
        rows = list(models.Enrolment.objects.filter(id__in=new).order_by("id"))
        write_down_many(rows, events.SUSPECTED, actor=actor, at=at)
    return len(new)


def _suspect_all(
    programme: Programme,
    findings: Sequence[Finding],
    on: date | None,
    actor: Actor,
    at: datetime,
) -> list[Any]:
    first: dict[int, date] = {}
    for each in findings:
        day = first.setdefault(each.resident_id, each.found_on)
        first[each.resident_id] = min(day, each.found_on)
    residents = sorted(first)
    with connection.cursor() as cursor:
        cursor.execute(
            _SUSPECT,
            {
                "programme": programme.id,
                "way": Way.RULE.value,
                "priority": int(Priority.ROUTINE),
                "account": actor.account,
                "at": at,
                "ids": [uuid7() for _ in residents],
                "residents": residents,
                "days": [on or first[id] for id in residents],
            },
        )
        return [id for (id,) in cursor.fetchall()]


def _keep_evidence(programme: Programme, findings: Sequence[Finding], at: datetime) -> None:
    """Evidence joins the enrolments that are suspected or confirmed; those are locked in order of keys."""
    waiting = models.Enrolment.objects.select_for_update().filter(
        resident_id__in={each.resident_id for each in findings},
        programme=programme.id,
        state__in=(State.SUSPECTED, State.CONFIRMED),
    )
    rows = {row.resident_id: row for row in waiting.order_by("id")}
    models.Evidence.objects.bulk_create(
        (
            models.Evidence(
                enrolment=rows[each.resident_id],
                resource_type=each.resource_type,
                resource_id=each.resource_id,
                measured_on=each.found_on,
                measures=dict(each.measures),
                organization=each.organization,
            )
            for each in findings
            if each.resident_id in rows
        ),
        ignore_conflicts=True,
    )
    _count_evidence(list(rows.values()), at)


def _count_evidence(rows: Sequence[models.Enrolment], at: datetime) -> None:
    """How many days the readings stand on, and whether a diagnosis confirms."""
    counted = models.Evidence.objects.filter(enrolment__in=rows).values("enrolment_id")
    days = counted.annotate(
        days=Count("measured_on", distinct=True, filter=~Q(resource_type=DIAGNOSIS)),
        diagnoses=Count("id", filter=Q(resource_type=DIAGNOSIS)),
    )
    found = {each["enrolment_id"]: each for each in days}
    changed = []
    for row in rows:
        evidence = found.get(row.id, {"days": 0, "diagnoses": 0})
        state = State.CONFIRMED if evidence["diagnoses"] else row.state
        if (row.evidence_days, row.state) != (evidence["days"], state):
            row.evidence_days, row.state = evidence["days"], state
            row.confirmed_on = row.confirmed_on or (
                row.suspected_on if evidence["diagnoses"] else None
            )
            row.version, row.updated_at = row.version + 1, at
            changed.append(row)
    models.Enrolment.objects.bulk_update(
        changed, ["evidence_days", "state", "confirmed_on", "version", "updated_at"]
    )
