"""Rows of venues as the rest of the house sees them."""

from datetime import datetime

from kangmai.epidemic.venues import codes, models, sealed
from kangmai.epidemic.venues.types import (
    Appeal,
    AppealState,
    Colour,
    Decision,
    DecisionState,
    Device,
    Entrance,
    Lookup,
    LookupKind,
    LookupState,
    Origin,
    Person,
    PersonFacts,
    PersonKey,
    Venue,
    VenueFacts,
)
from kangmai.kernel import sealing
from kangmai.kernel.ids import AccountId, ResidentId


def document_hash(kind: str, number: str) -> bytes:
    """The keyed hash by which a registered person is found; of another purpose than the resident index's."""
    return sealing.blind(f"{kind}|{number}", purpose="venues.document")


def person_of(row: models.Person) -> Person:
    """A registered person, opened."""
    facts = sealed.read("person", row.pass_number, row.content_key, row.content)
    return Person(
        key=PersonKey(row.id),
        order_id=row.order_id,
        pass_code=codes.pass_text(row.pass_number),
        facts=PersonFacts(**facts),
        resident=ResidentId(row.resident_id) if row.resident_id is not None else None,
        origin=Origin(row.origin),
        guardian=PersonKey(row.guardian_id) if row.guardian_id is not None else None,
        colour=Colour(row.colour),
        colour_until=row.colour_until,
        registered_at=row.registered_at,
    )


def venue_of(row: models.Venue) -> Venue:
    """A venue with its entrances in order."""
    contact = sealed.read("venue", row.key, row.content_key, row.content)
    entrances = sorted(row.entrances.all(), key=lambda each: each.number)
    return Venue(
        id=row.id,
        order_id=row.order_id,
        facts=VenueFacts(
            name=row.name,
            kind=row.kind,
            place_code=row.place_code,
            address=row.address,
            manager=contact.get("manager", ""),
            manager_phone=contact.get("phone", ""),
            capacity=row.capacity,
            organization=row.organization_id,
            longitude=row.longitude,
            latitude=row.latitude,
        ),
        entrances=tuple(map(entrance_of, entrances)),
        closed_at=row.closed_at,
        version=row.version,
    )


def entrance_of(row: models.Entrance) -> Entrance:
    """An entrance with the code that hangs there now."""
    code = codes.entrance_code(row.id, row.code_version)
    return Entrance(row.id, row.number, row.name, code, row.code_version)


def device_of(row: models.Device) -> Device:
    """A device without its token."""
    return Device(row.id, row.name, row.venue_id, row.revoked_at)


def lookup_of(row: models.Lookup) -> Lookup:
    """A question about ways."""
    content = sealed.read("lookup", row.id, row.content_key, row.content)
    return Lookup(
        id=row.id,
        order_id=row.order_id,
        kind=LookupKind(row.kind),
        case_number=row.case_number,
        persons=tuple(map(PersonKey, row.persons or ())),
        from_at=row.from_at,
        until_at=row.until_at,
        reason=content.get("reason", ""),
        state=LookupState(row.state),
        asked_by=AccountId(row.asked_by),
        asked_at=row.asked_at,
        decided_by=_account(row.decided_by),
        decided_at=row.decided_at,
        opened=row.opened,
        version=row.version,
    )


def decision_of(row: models.Decision) -> Decision:
    """A colour decision."""
    content = sealed.read("decision", row.id, row.content_key, row.content)
    return Decision(
        id=row.id,
        order_id=row.order_id,
        person=PersonKey(row.person_id or 0),
        colour=Colour(row.colour),
        reason=row.reason,
        evidence_kind=row.evidence_kind,
        evidence=content.get("evidence", ""),
        authority=row.authority,
        state=DecisionState(row.state),
        is_by_hand=row.is_by_hand,
        proposed_by=AccountId(row.proposed_by),
        proposed_at=row.proposed_at,
        decided_by=_account(row.decided_by),
        decided_at=row.decided_at,
        expires_at=row.expires_at,
        changed_from=Colour(row.changed_from),
        version=row.version,
    )


def appeal_of(row: models.Appeal, due_at: datetime | None = None) -> Appeal:
    """An appeal with the decision it is against."""
    content = sealed.read("appeal", row.id, row.content_key, row.content)
    return Appeal(
        id=row.id,
        decision=decision_of(row.decision),
        text=content.get("text", ""),
        state=AppealState(row.state),
        filed_at=row.filed_at,
        due_at=due_at,
        answer=content.get("answer", ""),
        answered_at=row.answered_at,
        version=row.version,
    )


def _account(id: int | None) -> AccountId | None:
    return None if id is None else AccountId(id)
