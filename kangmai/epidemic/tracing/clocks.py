"""The clocks of tracing: on site in 2 hours, core facts in 4, everybody at risk settled in 24, a close contact moved in 8.

Source: the "2 + 4 + 24" rule, from memory; durations are definitions of `deadlines`, named by `tracing_rule`.
"""

from collections.abc import Sequence
from datetime import datetime

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines.types import Met, Start, Subject
from kangmai.epidemic.tracing import models, rules
from kangmai.kernel.actor import operator
from kangmai.kernel.ids import OrganizationId
from kangmai.standards.calendars import legal_day

CLOCK = operator("tracing.clock", permissions=("deadlines.write",))
CASE, CONTACT = "tracing_case", "tracing_contact"
OF_A_CASE = ("on_site", "core", "settled")


def start(case: models.Case, *, at: datetime) -> None:
    """Start the three clocks of an investigation, from the moment at which the case was found."""
    if case.organization_id is None:
        return
    clocks = rules.rule(on=legal_day(at)).clocks
    starts = [
        Start(
            definition=clocks[name],
            subject=Subject(CASE, str(case.id)),
            started_at=case.found_at,
            owner_org=OrganizationId(case.organization_id),
            place_code=case.place_code,
        )
        for name in OF_A_CASE
    ]
    deadlines.start(starts, actor=CLOCK, at=at)


def start_transfers(
    contacts: Sequence[models.Contact], *, organization: int | None, at: datetime
) -> None:
    """Start the clock of everybody who was judged a close contact now."""
    if organization is None or not contacts:
        return
    definition = rules.rule(on=legal_day(at)).clocks["transfer"]
    starts = [
        Start(
            definition=definition,
            subject=Subject(CONTACT, str(contact.id)),
            started_at=at,
            owner_org=OrganizationId(organization),
            place_code=contact.place_code or "",
        )
        for contact in contacts
    ]
    deadlines.start(starts, actor=CLOCK, at=at)


def meet(name: str, kind: str, id: object, *, at: datetime) -> None:
    """Stop a clock; one that does not run is left alone."""
    definition = rules.rule(on=legal_day(at)).clocks[name]
    deadlines.meet([Met(definition, Subject(kind, str(id)), at, "tracing", str(id))], actor=CLOCK, at=at)  # fmt: skip


def stop(contacts: Sequence[object], *, reason: str, at: datetime) -> None:
    """Stop the clocks of contacts who are no longer to be moved."""
    subjects = [Subject(CONTACT, str(each)) for each in contacts]
    if subjects:
        deadlines.cancel_of(subjects, reason=reason, actor=CLOCK, at=at)
