"""The clocks of a card: the task on a draft, the legal limit of the report, the county's review.

The legal clock starts with the diagnosis at the first institution and is stopped by the receipt of the
national network in the ledger of handover, never by anything that is saved here.

Source: 传染病防治法（2025年修订）; limits by disease and day are in their definitions.
"""

from collections.abc import Sequence
from datetime import datetime

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines import queries
from kangmai.deadlines.types import Met, Start, Subject
from kangmai.deadlines.types import State as Standing
from kangmai.epidemic.cases import models
from kangmai.epidemic.cases.diseases import disease
from kangmai.kernel.actor import Actor, Label, operator
from kangmai.kernel.ids import ResidentId
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

KIND = "case_card"
ASSISTANCE_KIND = "case_assistance"
DRAFTS = ("case_draft", "case_draft_urgent")
LEGAL = ("report_2h", "report_24h")
REVIEWS = ("case_review_2h", "case_review_24h")
KEEPER = operator(
    "cases.clocks", permissions=("deadlines.write", "deadlines.read", "registry.read")
)


def subject(row: models.Card) -> Subject:
    """The card as deadlines and handover know it."""
    return Subject(KIND, str(row.id))


def start_draft(row: models.Card, *, actor: Actor, at: datetime) -> None:
    """Begin the task to decide on a draft: ours, not the law's."""
    is_urgent = disease(row.subtype, on=legal_day(at)).is_urgent
    _start(row, DRAFTS[is_urgent], row.organization, at, actor=actor, at=at)


def meet_draft(row: models.Card, *, actor: Actor, at: datetime) -> None:
    """A doctor decided on the draft."""
    _meet(row, DRAFTS, actor=actor, at=at)


def start_legal(row: models.Card, *, actor: Actor, at: datetime) -> None:
    """Begin the legal clock at the diagnosis, by the limit of the disease on that day."""
    assert row.diagnosed_at is not None
    row.clock = legal_clock(row)
    _start(row, row.clock, row.organization, row.diagnosed_at, actor=actor, at=at)


def legal_clock(row: models.Card) -> str:
    """The definition of the limit that a card's diagnosis sets going."""
    assert row.diagnosed_at is not None
    found = disease(row.subtype, on=legal_day(row.diagnosed_at))
    return LEGAL[found.report_hours != 2]


def correct_legal(row: models.Card, *, before: datetime | None, actor: Actor, at: datetime) -> None:
    """Count the legal limit anew where a correction changed the diagnosis or the disease's limit."""
    assert row.diagnosed_at is not None
    clock = legal_clock(row)
    if clock == row.clock and before == row.diagnosed_at:
        return
    known = {each.definition: each for each in queries.of_subject(subject(row), actor=KEEPER)}
    if row.clock in known and known[row.clock].state is Standing.MET:
        return
    if clock != row.clock:
        deadlines.cancel_of(
            [subject(row)], definition=row.clock, reason="disease corrected", actor=KEEPER, at=at
        )
        start_legal(row, actor=actor, at=at)
    elif clock in known:
        deadlines.restart(
            deadline_id=known[clock].id,
            started_at=row.diagnosed_at,
            reason="time of diagnosis corrected",
            expected_version=known[clock].version,
            actor=KEEPER,
            at=at,
        )


def start_review(row: models.Card, *, actor: Actor, at: datetime) -> None:
    """Begin the county's review; where no county CDC is known, the reporting institution owes it."""
    _start(row, review_clock(row), county_cdc(row.organization), at, actor=actor, at=at)


def review_clock(row: models.Card) -> str:
    """The definition of the limit in which the county reviews a card."""
    assert row.diagnosed_at is not None
    found = disease(row.subtype, on=legal_day(row.diagnosed_at))
    return REVIEWS[not found.is_managed_as_a and found.report_hours != 2]


def meet_review(row: models.Card, *, actor: Actor, at: datetime) -> None:
    """The county decided."""
    _meet(row, REVIEWS, actor=actor, at=at)


def cancel_all(row: models.Card, *, reason: str, at: datetime) -> None:
    """Nothing is awaited any more of a card."""
    deadlines.cancel_of([subject(row)], reason=reason, actor=KEEPER, at=at)


def start_assistance(row: models.Assistance, *, at: datetime) -> None:
    """Begin the time in which the county of residence accepts; a county outside the city has no clock here."""
    asked = county_cdc_of(row.to_code)
    if asked is None:
        return
    start = Start(
        definition="case_assistance",
        subject=Subject(ASSISTANCE_KIND, str(row.id)),
        started_at=at,
        owner_org=asked,
        place_code=row.to_code,
        label=Label(row.label),
    )
    deadlines.start([start], actor=KEEPER, at=at)


def meet_assistance(row: models.Assistance, *, actor: Actor, at: datetime) -> None:
    """The county of residence decided."""
    met = Met(
        "case_assistance", Subject(ASSISTANCE_KIND, str(row.id)), at, "account", str(actor.account)
    )
    deadlines.meet([met], actor=KEEPER, at=at)


def county_cdc(organization: int) -> int:
    """The CDC of the county in which an institution stands; the institution itself where there is none."""
    found = registry.overseers(organization_ids=[organization], kinds=["cdc"])
    return found.get((organization, "county", "cdc"), organization)


def county_cdc_of(county: str) -> int | None:
    """The CDC that answers for a county, or None."""
    page = registry.search_organizations(kind="cdc", division=county, limit=20, actor=KEEPER)
    return next((each.id for each in page.rows if each.jurisdiction_code == county), None)


def _start(
    row: models.Card,
    definition: str,
    owner: int,
    started_at: datetime,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    if not owner:
        return
    start = Start(
        definition=definition,
        subject=subject(row),
        started_at=started_at,
        owner_org=owner,
        place_code=row.report_code,
        resident=ResidentId(row.resident_id) if row.resident_id is not None else None,
        label=Label(row.label),
    )
    deadlines.start([start], actor=actor, at=at)


def _meet(row: models.Card, definitions: Sequence[str], *, actor: Actor, at: datetime) -> None:
    proof = ("account", str(actor.account))
    deadlines.meet(
        [Met(each, subject(row), at, *proof) for each in definitions], actor=actor, at=at
    )
