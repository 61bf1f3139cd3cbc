"""What the clinic does when the record or the resident index changes."""

from collections.abc import Sequence
from datetime import UTC, datetime

from kangmai.identity import queries as identity
from kangmai.kernel.feed import OUTBOX, Event, Subscription, subscribe
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.vaccination.standing import HOUSE, judge_residents
from kangmai.programmes.vaccination.telling import tell_invalid
from kangmai.records import events, queries
from kangmai.records.fhir.definitions import resource_types
from kangmai.standards.calendars import legal_day

FOLLOWED = ("registered", "move", "correct", "merged", "unmerged")


def follow_doses(batch: Sequence[Event]) -> None:
    """Judge anew whose vaccinations changed, and tell the clinic of doses that do not count."""
    at = datetime.now(UTC)
    rows = sorted({(event.data["rt"], event.data["rid"]) for event in batch})
    resources = queries.by_row_ids(rows, actor=HOUSE)
    owners = identity.residents_of_patients({each.subject for each in resources if each.subject})
    judge_residents(set(owners.values()), on=legal_day(at))
    arrived = [(owners[each.subject], each.id) for each in resources if each.subject in owners]
    tell_invalid(arrived, at=at)


def follow_residents(batch: Sequence[Event]) -> None:
    """Bring the rows of children into line with who moved, died, was corrected or merged."""
    ids = set()
    for event in batch:
        data = event.data["data"]
        ids |= {int(data[name]) for name in ("kept", "retired", "restored") if name in data}
        if event.data["key"].isdigit():
            ids.add(int(event.data["key"]))
    judge_residents({ResidentId(id) for id in ids}, on=legal_day(datetime.now(UTC)))


def register() -> None:
    """Subscribe to the record and the outbox; called when the room wakes."""
    kind = resource_types()["Immunization"]
    subscribe(
        Subscription(
            "vaccination.doses", events.FEED, follow_doses, condition=f"rt = {kind}", batch=500
        )
    )
    kinds = ", ".join(f"'identity.{kind}'" for kind in FOLLOWED)
    subscribe(
        Subscription(
            "vaccination.residents",
            OUTBOX,
            follow_residents,
            condition=f"kind IN ({kinds})",
            batch=200,
        )
    )
