"""Several callers at once: one deadline, one escalation."""

from kangmai.deadlines import actions, models
from kangmai.deadlines.types import Start, Subject
from kangmai.messages.models import Message
from tests.conftest import database
from tests.factories.access import ADMIN, AT, later, organizations
from tests.factories.concurrency import at_once

__all__ = ["database"]


def test_simultaneous_starts_and_clocks_do_everything_once(database):
    made = organizations()
    start = Start(
        definition="report_24h",
        subject=Subject("case", "1"),
        started_at=AT,
        owner_org=made["hospital"],
        place_code="441202001002",
    )
    found = at_once(4, lambda: actions.start([start], actor=ADMIN, at=AT)[0].id)
    assert len(set(found)) == 1
    assert sum(at_once(4, lambda: actions.escalate_due(at=later(days=1, hours=0.2)))) == 1
    # five roles may owe it; each is told once
    assert (models.Deadline.objects.count(), Message.objects.count()) == (1, 5)
