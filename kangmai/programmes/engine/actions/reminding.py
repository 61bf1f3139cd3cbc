"""Tell the residents of a list, as far as they have an account, that a visit is due: not which, not why."""

from datetime import datetime

from django.db import transaction

from kangmai.access import queries as access
from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import write_down
from kangmai.messages import actions as messages
from kangmai.messages.types import Draft, to_account
from kangmai.programmes.engine.actions.visiting import VISIT
from kangmai.programmes.engine.queries.worklist import worklist
from kangmai.programmes.engine.types import Enrolment, Filter, Reminded, State

MOST = 200


def remind(*, filter: Filter, actor: Actor, at: datetime) -> Reminded:
    """Write to the residents of the first `MOST` lines of a list, each once for one due day.

    Raises:
        NotPermitted, PlaceUnreadable
    """
    require(actor, VISIT)
    found = worklist(filter=filter, limit=MOST, actor=actor, at=at).rows
    due = [
        each.enrolment
        for each in found
        if each.enrolment.state is State.MANAGED and each.enrolment.next_due_on
    ]
    current = identity.standing({each.resident_id for each in due})
    accounts = access.accounts_of_residents(resident_ids=set(current.values()))
    reached = [each for each in due if current.get(each.resident_id) in accounts]
    drafts = [_draft(each, accounts[current[each.resident_id]]) for each in reached]
    with transaction.atomic():
        told = messages.notify(drafts, actor=actor, at=at) if drafts else 0
        people = sorted({int(current[each.resident_id]) for each in reached})
        counts = {"lines": len(due), "told": told}
        write_down("programmes.reminded", "Worklist", "", subjects=people, details=counts, actor=actor, at=at)  # fmt: skip
    return Reminded(lines=len(due), told=told, without_account=len(due) - len(reached))


def _draft(enrolment: Enrolment, account: int) -> Draft:
    day = enrolment.next_due_on
    assert day is not None
    return Draft(
        template="programme_reminder",
        to=to_account(account),
        parameters={"institution": enrolment.organization, "day": day.isoformat()},
        link="/my-record/",
        subject=("enrolment", str(enrolment.id)),
        key=f"remind:{enrolment.id}:{day.isoformat()}",
    )
