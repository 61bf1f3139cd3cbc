"""What every deed about a card ends with: the new version, the step, the audit trail, the announcement."""

from datetime import datetime

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines.types import Met, Start, Subject
from kangmai.kernel.actor import Actor, operator
from kangmai.kernel.deeds import write_down_and_announce
from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.programmes.monitoring import events, models
from kangmai.programmes.monitoring.types import CardRule, Deed

HOUSE = operator("monitoring.house", permissions=("identity.search", "deadlines.write", "deadlines.read", "deaths.read"))  # fmt: skip
SUBJECT = "monitored_card"
EVENTS = {
    Deed.REPORTED: events.REPORTED,
    Deed.CORRECTED: events.CORRECTED,
    Deed.CHECKED: events.CHECKED,
    Deed.RETURNED: events.RETURNED,
    Deed.VOIDED: events.VOIDED,
}


def save(row: models.Card) -> None:
    """The row's next version."""
    row.version += 1
    row.save()


def step(
    row: models.Card, deed: Deed, *, reason: str = "", before: tuple[int, bytes] | None = None, actor: Actor, at: datetime
) -> None:  # fmt: skip
    """Keep what was done with a card, and tell it."""
    models.Step.objects.create(
        card=row,
        deed=deed.value,
        reason=reason,
        before_key=before[0] if before else None,
        before=before[1] if before else None,
        account=actor.account,
        at=at,
    )
    data = {"resident": row.resident_id, "kind": row.kind, "state": row.state, "organization": row.organization}  # fmt: skip
    write_down_and_announce(EVENTS[deed], "MonitoredCard", row.id, data=data, reason=reason, actor=actor, at=at)  # fmt: skip


def begin_clock(row: models.Card, definition: str, owner: int, at: datetime) -> None:
    """Start the time limit of the next step."""
    start = Start(
        definition=definition,
        subject=Subject(SUBJECT, str(row.id)),
        started_at=at,
        owner_org=OrganizationId(owner),
        place_code=row.place_code,
        resident=ResidentId(row.resident_id),
    )
    deadlines.start([start], actor=HOUSE, at=at)


def meet_clock(row: models.Card, definition: str, at: datetime) -> None:
    """The step was done."""
    subject = Subject(SUBJECT, str(row.id))
    met = Met(definition, subject, met_at=at, proof_kind=SUBJECT, proof_id=str(row.id))
    deadlines.meet([met], actor=HOUSE, at=at)


def stop_clocks(row: models.Card, of: CardRule, reason: str, at: datetime) -> None:
    """Nothing is awaited of this card any more."""
    deadlines.cancel_of([Subject(SUBJECT, str(row.id))], reason=reason, actor=HOUSE, at=at)
