"""Rows of tracing as the rest of the house sees them."""

from kangmai.epidemic.tracing import models, sealed
from kangmai.epidemic.tracing.types import (
    Call,
    Case,
    CaseState,
    Check,
    Contact,
    ContactState,
    Exposure,
    Half,
    Kind,
    Link,
    Outcome,
    Pair,
    PersonId,
    Search,
    Source,
    Stay,
    Test,
    Where,
)
from kangmai.kernel.ids import AccountId, OrganizationId


def person_id(id: int | None) -> PersonId | None:
    """A person, or nobody once the data are anonymised."""
    return None if id is None else PersonId(id)


def case_of(row: models.Case) -> Case:
    """A case."""
    content = sealed.read("case", row.id, row.summary_key, row.summary)
    return Case(
        id=row.id,
        order_id=row.order_id,
        number=row.number,
        person=person_id(row.person_id),
        card_id=row.card_id,
        edition=row.edition,
        place_code=row.place_code,
        organization=OrganizationId(row.organization_id) if row.organization_id else None,
        is_outside=row.is_outside,
        onset_on=row.onset_on,
        sampled_on=row.sampled_on,
        found_at=row.found_at,
        from_at=row.from_at,
        isolated_at=row.isolated_at,
        on_site_at=row.on_site_at,
        core_at=row.core_at,
        concluded_at=row.concluded_at,
        state=CaseState(row.state),
        summary=content.get("text", ""),
        version=row.version,
    )


def contact_of(row: models.Contact) -> Contact:
    """A contact."""
    return Contact(
        id=row.id,
        order_id=row.order_id,
        person=person_id(row.person_id),
        kind=Kind(row.kind),
        state=ContactState(row.state),
        edition=row.edition,
        place_code=row.place_code or "",
        found_at=row.found_at,
        judged_at=row.judged_at,
        last_exposure_on=row.last_exposure_on,
        told_at=row.told_at,
        settled_at=row.settled_at,
        unwell_at=row.unwell_at,
        released_at=row.released_at,
        case_id=row.case_id,
        version=row.version,
    )


def pair_of(row: models.Pair) -> Pair:
    """A contact of a case; of somebody found to be the same as another, that other."""
    contact = row.contact.joined_to or row.contact
    return Pair(
        id=row.id,
        case_id=row.case_id,
        contact_id=contact.id,
        person=PersonId(contact.person_id or 0),
        kind=Kind(row.kind),
        is_judged=row.judged_at is not None,
        reason=row.reason,
        generation=row.generation,
        relation=row.relation,
        source=Source(row.source),
        first_at=row.first_at,
        last_at=row.last_at,
        minutes=row.minutes,
        state=ContactState(contact.state),
        place_code=contact.place_code or "",
        told_at=contact.told_at,
        settled_at=contact.settled_at,
    )


def exposure_of(row: models.Exposure) -> Exposure:
    """An exposure."""
    return Exposure(
        PersonId(row.of_id), row.venue, row.place, row.day, row.first_at, row.last_at, row.minutes, Source(row.source)
    )  # fmt: skip


def call_of(row: models.Call) -> Call:
    """A notification."""
    return Call(row.at, row.answer, AccountId(row.account_id))


def stay_of(row: models.Stay) -> Stay:
    """Where somebody was in quarantine."""
    return Stay(Where(row.where), row.place, row.room, row.from_at, row.until_at)


def check_of(row: models.Check) -> Check:
    """A daily check."""
    measured = None if row.temperature_c is None else float(row.temperature_c)
    return Check(row.day, Half(row.half), measured, tuple(row.symptoms), AccountId(row.account_id))


def test_of(row: models.Test) -> Test:
    """A test."""
    return Test(row.sampled_at, row.reference, Outcome(row.outcome))


def link_of(row: models.Link) -> Link:
    """A link of the tree."""
    note = sealed.read("link", row.id, row.note_key, row.note).get("text", "")
    return Link(
        row.id, row.from_case_id, row.to_case_id, row.evidence, note, AccountId(row.asserted_by), row.asserted_at
    )  # fmt: skip


def search_of(row: models.Search) -> Search:
    """A question to the scans."""
    return Search(row.id, row.lookup_id, row.asked_at, row.taken_at, row.found)
