"""What early warning does when a case is reported or a diagnosis reaches the record: within seconds, by rules."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from kangmai.epidemic.cases import queries as cases
from kangmai.epidemic.surveillance.actions.taking import take_occurrences
from kangmai.epidemic.surveillance.reported import SOURCE, area_of, condition_of, of_line
from kangmai.epidemic.surveillance.types import Occurrence
from kangmai.epidemic.surveillance.visits import of_record
from kangmai.kernel.actor import Label, operator
from kangmai.kernel.feed import OUTBOX, Event, Subscription, subscribe
from kangmai.records import events
from kangmai.records import queries as records
from kangmai.records.fhir.definitions import resource_types
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

WATCHER = operator(
    "surveillance.watcher",
    permissions=("cases.read", "records.read", "signals.take", "deadlines.write", "registry.read"),
)
CASE_KINDS = (
    "cases.diagnosed",
    "cases.submitted",
    "cases.corrected",
    "cases.reviewed",
    "cases.removed",
    "cases.died",
    "cases.placed",
)


def watch_cases(batch: Sequence[Event]) -> None:
    """Count case reports, and raise what one of them is enough for."""
    at = datetime.now(UTC)
    told = {UUID(str(event.data["key"])): event.data for event in batch}
    lines = cases.lines_by_id(set(told), actor=WATCHER, at=at)
    rows = [
        of_line(lines[id], at) if id in lines else _of_event(id, data, at)
        for id, data in told.items()
    ]
    take_occurrences([each for each in rows if each is not None], actor=WATCHER, at=at)


def watch_visits(batch: Sequence[Event]) -> None:
    """Count visits of the record by syndrome; a diagnosis taken back is taken out."""
    at = datetime.now(UTC)
    rows = sorted({(event.data["rt"], event.data["rid"]) for event in batch})
    found = records.by_row_ids(rows, actor=WATCHER)
    places = {
        each.author_org: registry.codes_of_place(organization_id=each.author_org)[0]
        for each in found
        if each.author_org is not None
    }
    taken = [
        row for each in found for row in of_record(each, places.get(each.author_org or 0, ""), at)
    ]
    take_occurrences(taken, actor=WATCHER, at=at)


def register() -> None:
    """Subscribe to the outbox and the record; called when the room wakes."""
    kinds = ", ".join(f"'{kind}'" for kind in CASE_KINDS)
    subscribe(
        Subscription(
            "surveillance.cases", OUTBOX, watch_cases, condition=f"kind IN ({kinds})", batch=500
        )
    )
    kinds = ", ".join(str(resource_types()[each]) for each in ("Condition", "Encounter"))
    subscribe(
        Subscription(
            "surveillance.visits",
            events.FEED,
            watch_visits,
            condition=f"rt IN ({kinds}) AND op IN ('C', 'U') AND {events.FROM_OUTSIDE}",
            batch=1000,
        )
    )


def _of_event(id: UUID, data: dict[str, Any], at: datetime) -> Occurrence | None:
    """A report that does not count: diagnosed and not submitted yet, or removed."""
    said = data["data"]
    if data["kind"] not in ("cases.diagnosed", "cases.removed") or not said.get("disease"):
        return None
    day = legal_day(data["at"])
    return Occurrence(
        source=SOURCE,
        key=str(id),
        condition=condition_of(said["disease"], said.get("subtype") or "", day),
        area_code=area_of(said.get("home") or "", said.get("reported_from") or ""),
        day=day,
        reported_on=legal_day(at),
        reporter=f"org {said.get('org')}",
        is_counted=False,
        is_withdrawn=data["kind"] == "cases.removed",
        label=Label(said.get("label", 0)),
    )
