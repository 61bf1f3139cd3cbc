"""End a contract before its time, for the team or as the resident."""

import datetime
from uuid import UUID

from django.db import transaction

from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.programmes.contracts import events, models, reach, rules
from kangmai.programmes.contracts.errors import NotInForce, ReasonUnknown
from kangmai.programmes.contracts.reading import contract_of
from kangmai.programmes.contracts.standing import BINDING, cut_years
from kangmai.programmes.contracts.types import Contract, State
from kangmai.standards.calendars import legal_day

ONE_DAY = datetime.timedelta(days=1)
WISH = "wish"


def end(
    *, contract_id: UUID, reason: str, note: str, expected_version: int, actor: Actor, at: datetime.datetime
) -> Contract:  # fmt: skip
    """End a contract today, with the one that would follow it; a resident always ends his own by his wish.

    Raises:
        ContractNotFound, ChangedMeanwhile, NotInForce, ReasonUnknown, ReasonMissing
    """
    on = legal_day(at)
    with transaction.atomic():
        row = reach.locked(contract_id, actor=actor)
        require_version(row.version, expected_version)
        if row.state not in BINDING or row.ends_on < on:
            raise NotInForce(until=row.ends_on)
        reason = WISH if reach.is_own(row, actor) else reason
        if reason not in rules.rule(on=on).ends:
            raise ReasonUnknown(reason=reason[:32])
        said = rules.given_reason(note)
        for each in models.Contract.objects.select_for_update().filter(
            renews=row, state__in=BINDING
        ):
            end_row(each, reason, on, note=said, actor=actor, at=at)
        has_begun = row.begins_on <= on
        end_row(row, reason, on, note=said, actor=actor, at=at)
        if not has_begun:
            # the one that it would have followed is the newest again
            earlier = models.Contract.objects.filter(pk=row.renews_id, state=State.RENEWED)
            earlier.update(state=State.SIGNED)
    return contract_of(row)


def end_row(
    row: models.Contract, reason: str, on: datetime.date, *, note: str = "", actor: Actor, at: datetime.datetime
) -> None:  # fmt: skip
    """End a contract on a day; one that had not begun never held."""
    row.ends_on = max(on, row.begins_on - ONE_DAY)
    row.end_reason, row.note = reason, note
    row.state, row.version = State.ENDED.value, row.version + 1
    row.save()
    cut_years(row)
    data = {"resident": row.resident_id, "reason": reason, "organization": row.organization}
    write_down_and_announce(events.ENDED, "Contract", row.id, data=data, actor=actor, at=at)
