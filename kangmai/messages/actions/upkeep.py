"""What the clock does here: tell administrators of what failed, and forget what is old."""

from datetime import datetime

from django.db import transaction

from kangmai.kernel import feed
from kangmai.kernel.actor import Actor, operator
from kangmai.messages import models
from kangmai.messages.actions.notify import notify
from kangmai.messages.actions.reading import settle
from kangmai.messages.queries import MOST, dead_deliveries
from kangmai.messages.types import Draft, to_permission
from kangmai.standards.calendars import legal_day

CLOCK = operator("messages.clock", permissions=("feed.manage",))
MANAGE = "feed.manage"


def tell_of_failures(*, at: datetime) -> None:
    """Keep one open message about failed events and one about undelivered messages while there are any."""
    letters = feed.dead_letters(limit=MOST)
    events = (letters[0].failed_at, f"{letters[0].id}:{letters[0].attempts}") if letters else None
    _tell("failed_events", "/feed/", len(letters), events, CLOCK, at)
    dead = dead_deliveries(actor=CLOCK)
    lost = (dead[0].created_at, str(dead[0].id)) if dead else None
    _tell("failed_deliveries", "/outbound-messages/", len(dead), lost, CLOCK, at)


def _tell(
    template: str,
    link: str,
    count: int,
    latest: tuple[datetime, str] | None,
    actor: Actor,
    at: datetime,
) -> None:
    """A newer failure makes a new message in place of the one before."""
    subject = ("failures", template)
    if latest is None:
        settle([subject], actor=actor, at=at)
        return
    happened_at, key = latest
    if models.Message.objects.filter(key=key, subject_kind="failures").exists():
        return
    draft = Draft(
        template,
        to_permission(MANAGE, ""),
        {"count": count, "latest": happened_at.isoformat()},
        link,
        subject,
        key,
    )
    with transaction.atomic():
        settle([subject], actor=actor, at=at)
        notify([draft], actor=actor, at=at)


def forget_old(*, at: datetime) -> int:
    """Delete messages whose time is over, with their readings and deliveries; returns how many."""
    count, _ = models.Message.objects.filter(forget_on__lte=legal_day(at)).delete()
    return count
