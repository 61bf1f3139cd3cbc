"""Take over many enrolments and visits at once by COPY: a register from elsewhere, an invented city.

The caller vouches that they are new and that residents exist; visits are judged here, by the same rules
in force on their days, the oldest first. Afterwards the programme is to be replanned.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import psycopg
from django.db import connection, transaction

from kangmai.analytics.facts.types import Value
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import uuid7
from kangmai.programmes.engine.actions.suspecting import DIAGNOSIS
from kangmai.programmes.engine.actions.visiting import service_of
from kangmai.programmes.engine.deciding import anchor_facts, decide, empty_facts, kept, rules_on
from kangmai.programmes.engine.definition.reading import programme
from kangmai.programmes.engine.definition.types import Service
from kangmai.programmes.engine.growing import growth_facts
from kangmai.programmes.engine.judging import facts_of_person, why_not_counted
from kangmai.programmes.engine.types import (
    Decision,
    EnrolmentDraft,
    Priority,
    State,
    VisitDraft,
    Way,
)
from kangmai.standards.calendars import legal_day

_ENROLMENT = (
    "id", "resident_id", "programme", "state", "way", "suspected_on", "confirmed_on", "enrolled_on", "closed_on",
    "closing_reason", "anchors", "organization", "staff", "place_code", "priority", "next_service", "latest_class",
    "evidence_days", "key", "account", "version", "updated_at",
)  # fmt: skip
_EVIDENCE = (
    "enrolment_id", "resource_type", "resource_id", "measured_on", "measures", "organization",
)  # fmt: skip
_VISIT = (
    "id", "enrolment_id", "service", "occasion", "visited_on", "measured_on", "entered_at", "method", "response_id",
    "response_version", "observations", "measures", "rule", "outcome", "target_met", "reasons", "rule_version",
    "priority", "next_on", "overdue_after_days", "is_complete", "is_counted", "not_counted", "is_late_entry",
    "standing", "first_id", "deadline", "organization", "account", "key", "version",
)  # fmt: skip

_KNOWN = """
SELECT e.id, e.programme, e.enrolled_on, e.anchors, r.birth_date, r.sex_code, v.visited_on, v.outcome, v.target_met
FROM programmes_enrolment e
JOIN identity_resident r ON r.id = e.resident_id
LEFT JOIN LATERAL (
    SELECT v.visited_on, v.outcome, v.target_met FROM programmes_visit v
    WHERE v.enrolment_id = e.id AND v.standing = 'current' AND v.outcome <> ''
    ORDER BY v.visited_on DESC, v.id DESC LIMIT 1) v ON true
WHERE e.id = ANY(%s::uuid[])"""

_LATEST = """
UPDATE programmes_enrolment e SET latest_visit = v.id, latest_visit_on = v.visited_on, latest_class = v.outcome,
    latest_target_met = v.target_met, priority = v.priority
FROM (SELECT DISTINCT ON (v.enrolment_id) v.* FROM programmes_visit v
      WHERE v.enrolment_id = ANY(%s::uuid[]) AND v.standing = 'current' AND v.outcome <> ''
      ORDER BY v.enrolment_id, v.visited_on DESC, v.id DESC) v
WHERE e.id = v.enrolment_id"""


def load_enrolments(drafts: Sequence[EnrolmentDraft], *, actor: Actor, at: datetime) -> list[UUID]:
    """Write enrolments; returns their ids in the order given.

    Raises:
        NotPermitted
    """
    require(actor, "programmes.manage")
    ids = [uuid7() for _ in drafts]
    rows = [_enrolment(id, draft, actor, at) for id, draft in zip(ids, drafts, strict=True)]
    evidence = [
        (id, each.resource_type, each.resource_id, each.measured_on,
         orjson.dumps(dict(each.measures), default=_plain).decode(), each.organization)
        for id, draft in zip(ids, drafts, strict=True)
        for each in draft.evidence
    ]  # fmt: skip
    with transaction.atomic():
        _copy("programmes_enrolment", _ENROLMENT, rows)
        _copy("programmes_evidence", _EVIDENCE, evidence)
        _write_down("programmes.load_enrolments", len(rows), actor, at)
    return ids


def _enrolment(id: UUID, draft: EnrolmentDraft, actor: Actor, at: datetime) -> tuple[Any, ...]:
    anchors = {name: day.isoformat() for name, day in draft.anchors.items()}
    is_suspected = draft.state is State.SUSPECTED
    is_waiting = draft.state in (State.SUSPECTED, State.CONFIRMED)
    return (
        id, draft.resident_id, draft.programme, draft.state.value, Way.HAND.value,
        draft.enrolled_on if is_waiting else None, None if is_suspected else draft.enrolled_on,
        draft.enrolled_on if draft.state in (State.MANAGED, State.CLOSED) else None, draft.closed_on,
        draft.closing_reason, orjson.dumps(anchors).decode(), draft.organization, draft.staff, draft.place_code,
        int(Priority.ROUTINE), "", "", _evidence_days(draft), "", actor.account, 1, at,
    )  # fmt: skip


def _evidence_days(draft: EnrolmentDraft) -> int:
    """On how many different days readings were raised."""
    return len({each.measured_on for each in draft.evidence if each.resource_type != DIAGNOSIS})


def load_visits(drafts: Sequence[VisitDraft], *, actor: Actor, at: datetime) -> int:
    """Write and judge visits; those of one enrolment are given oldest first, also over several calls.

    Raises:
        NotPermitted
    """
    require(actor, "programmes.manage")
    enrolments = sorted({draft.enrolment_id for draft in drafts})
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_KNOWN, [enrolments])
        judges = {row[0]: _Judge(row) for row in cursor.fetchall()}
        rows = [judges[draft.enrolment_id].row(draft) for draft in drafts]
        _copy("programmes_visit", _VISIT, rows)
        cursor.execute(_LATEST, [enrolments])
        _write_down("programmes.load_visits", len(rows), actor, at)
    return len(rows)


class _Judge:
    """Judges the visits of one enrolment in the order of their days."""

    def __init__(self, known: Sequence[Any]) -> None:
        _, self.programme, self.enrolled_on, anchors, self.birth_date, self.sex_code, *previous = (
            known
        )
        days = {name: date.fromisoformat(day) for name, day in orjson.loads(anchors).items()}
        self.anchors = anchor_facts(self.programme, days)
        self.previous: Sequence[Any] = previous
        self.measured: list[tuple[date, dict[str, Any]]] = []
        """Of visits of this call; lines are not counted from those of earlier ones."""

    def row(self, draft: VisitDraft) -> tuple[Any, ...]:
        definition = programme(self.programme, on=draft.visited_on)
        service = service_of(definition, draft.service)
        facts = self._facts(draft)
        facts |= growth_facts(
            service,
            facts,
            birth_date=self.birth_date,
            sex_code=self.sex_code,
            day=draft.visited_on,
            earlier=self.measured,
        )
        if service.growth:
            self.measured.append((draft.visited_on, _numbers(service, facts)))
        is_complete = service.complete is None or service.complete.holds(facts)
        not_counted = why_not_counted(service, draft.method, is_complete)
        late_days = (legal_day(draft.entered_at) - draft.visited_on).days
        decision = None
        if service.decides:
            rules = rules_on(definition, draft.visited_on)
            late = definition.late
            decision = decide(rules, facts, overdue_after_days=late.overdue_after_days)
            self.previous = (draft.visited_on, decision.outcome, decision.target_met)
        id = uuid7()
        return (
            id, draft.enrolment_id, draft.service, draft.occasion, draft.visited_on, draft.measured_on or draft.visited_on,
            draft.entered_at, draft.method.value, draft.response_id, 1,
            orjson.dumps(dict(draft.observations)).decode(), _measures(service, facts),
            *_decided(decision),
            is_complete, not not_counted, not_counted.value, late_days > definition.late.late_entry_after_days,
            "current", id, decision.deadline if decision else "", draft.organization, draft.account, "", 1,
        )  # fmt: skip

    def _facts(self, draft: VisitDraft) -> dict[str, Value]:
        visited_on, outcome, target_met = self.previous
        return {
            **empty_facts(self.programme),
            **self.anchors,
            **draft.facts,
            **facts_of_person(self.birth_date, self.sex_code, draft.visited_on),
            "service": draft.service,
            "method": draft.method.value,
            "visited_on": draft.visited_on,
            "today": draft.visited_on,
            "enrolled_on": self.enrolled_on,
            "previous_visit_on": visited_on,
            "previous_class": outcome,
            "previous_target_met": target_met,
        }


def _measures(service: Service, facts: dict[str, Value]) -> str:
    return orjson.dumps(kept(service, facts), default=_plain).decode()


def _numbers(service: Service, facts: dict[str, Value]) -> dict[str, Any]:
    """The kept numbers as a row of a visit has them."""
    known = kept(service, facts).items()
    return {name: float(v) for name, v in known if isinstance(v, int | Decimal)}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else float(value)


def _decided(decision: Decision | None) -> tuple[Any, ...]:
    if decision is None:
        return ("", "", None, "[]", "", int(Priority.ROUTINE), None, None)
    reasons = orjson.dumps([asdict(reason) for reason in decision.reasons]).decode()
    return (
        decision.rule, decision.outcome, decision.target_met, reasons, decision.rule_version,
        int(decision.priority), decision.next_on, decision.overdue_after_days,
    )  # fmt: skip


def _copy(table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    with (
        psycopg.Cursor(connection.connection) as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _write_down(action: str, count: int, actor: Actor, at: datetime) -> None:
    audit.record(
        connection.connection,
        actor=actor,
        at=at,
        action=action,
        object_type="Enrolment",
        object_id="",
        details={"rows": count},
    )
