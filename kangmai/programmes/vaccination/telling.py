"""Who is told what by message: doses that do not count, lots put aside, villages whose children are late."""

from collections.abc import Sequence
from datetime import datetime

from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, operator
from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.messages import actions as messages
from kangmai.messages.types import Draft, to_permission, to_role
from kangmai.programmes.vaccination import history
from kangmai.programmes.vaccination.reach import DECIDE, WORK
from kangmai.programmes.vaccination.types import JudgedDose

TELLER = operator("vaccination.teller", permissions=("records.read", "records.search", "identity.search"))  # fmt: skip
MOST = 50
"""Of one batch: whoever takes in the records of a whole town reads its lists instead."""


def invalid_drafts(resident: Resident, doses: Sequence[JudgedDose]) -> list[Draft]:
    """A message to the clinics of a resident's home for each dose that does not count."""
    to = to_permission(WORK, resident.demographics.place_code)
    return [
        Draft(
            template="vaccination_invalid_dose",
            to=to,
            parameters={"day": each.recorded.day.isoformat() if each.recorded.day else "", "vaccine": each.recorded.vaccine},
            link=f"/vaccination/residents/{resident.index_number}/",
            subject=("vaccination_dose", each.recorded.id),
            key=f"invalid:{each.recorded.id}",
        )
        for each in doses
        if each.is_valid is False
    ]  # fmt: skip


def tell_invalid(arrived: Sequence[tuple[ResidentId, str]], *, at: datetime) -> None:
    """Tell of the doses among those that arrived that do not count; nothing of a whole town's at once."""
    if not arrived or len(arrived) > MOST:
        return
    known = identity.residents_by_id({who for who, _ in arrived}, actor=TELLER, at=at)
    ids = {id for _, id in arrived}
    drafts = []
    for resident in known.values():
        if resident.demographics.birth_date is None:
            continue
        file = history.file_of(resident, actor=TELLER, at=at)
        drafts += invalid_drafts(resident, [each for each in file.doses if each.recorded.id in ids])
    if drafts:
        messages.notify(drafts, actor=TELLER, at=at)


def tell_quarantine(
    *, breach: str, lots: int, organization: int, place_code: str, actor: Actor, at: datetime
) -> None:
    """Tell those who may decide that lots were put aside."""
    draft = Draft(
        template="vaccination_lots_put_aside",
        to=to_permission(DECIDE, place_code),
        parameters={"institution": organization, "lots": lots},
        link=f"/vaccination/breaches/{breach}/",
        subject=("vaccination_breach", breach),
        key=f"breach:{breach}",
    )
    messages.notify([draft], actor=actor, at=at)


def call_in(
    counts: Sequence[tuple[OrganizationId, str, int]], *, actor: Actor, at: datetime
) -> int:
    """Ask village doctors to call in the late children of their villages; how many were told."""
    drafts = [
        Draft(
            template="vaccination_call_in",
            to=to_role("village_doctor", organization),
            parameters={"children": count, "village": village},
            link=f"/vaccination/late/?place={village}",
            subject=("vaccination_late", village),
            key=f"late:{village}:{at.date().isoformat()}",
        )
        for organization, village, count in counts
    ]
    return messages.notify(drafts, actor=actor, at=at) if drafts else 0
