"""Every morning those who work on an event read what is late in it: measures, contacts nobody asked, resources."""

from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q

from kangmai.epidemic.surveillance import models, rules
from kangmai.epidemic.surveillance.reach import WORK
from kangmai.epidemic.surveillance.types import ResourceState
from kangmai.kernel.actor import operator
from kangmai.messages import actions as messages
from kangmai.messages.types import Draft, to_permission
from kangmai.standards.calendars import LEGAL_TIME, legal_day

REMINDER = operator("surveillance.reminder", permissions=("signals.work",))
MORNING_HOUR = 8
WAITING = (ResourceState.ASKED.value, ResourceState.GRANTED.value)


def remind(*, at: datetime) -> int:
    """Write one message for each open event in which something is late, once a day after eight; for the worker.

    Late is a measure whose day is over, a contact whom nobody asked after yesterday, a resource that did
    not arrive by its day. Returns how many events.
    """
    if at.astimezone(LEGAL_TIME).hour < MORNING_HOUR:
        return 0
    today = legal_day(at)
    yesterday = today - timedelta(days=1)
    asked = models.ContactVisit.objects.filter(contact=OuterRef("pk"), day=yesterday)
    missed = models.Contact.objects.filter(
        ~Exists(asked),
        outbreak=OuterRef("pk"),
        exposed_on__lt=yesterday,
        until_on__gte=yesterday,
        became_line__isnull=True,
    )
    rows = (
        models.Outbreak.objects.filter(state__in=rules.EVENTS)
        .annotate(
            measures_late=Count(
                "measures",
                filter=Q(measures__done_on=None, measures__due_on__lt=today),
                distinct=True,
            ),
            resources_late=Count(
                "resources",
                filter=Q(resources__state__in=WAITING, resources__needed_by__lt=today),
                distinct=True,
            ),
            has_missed=Exists(missed),
        )
        .filter(Q(measures_late__gt=0) | Q(resources_late__gt=0) | Q(has_missed=True))
        .order_by("id")
    )
    drafts = [_draft(row, today.isoformat()) for row in rows]
    if drafts:
        messages.notify(drafts, actor=REMINDER, at=at)
    return len(drafts)


def _draft(row: models.Outbreak, today: str) -> Draft:
    return Draft(
        template="event_overdue",
        to=to_permission(WORK, row.area_code),
        parameters={
            "area": row.area_code,
            "measures": row.measures_late,
            "resources": row.resources_late,
        },
        link=f"/events/{row.id}/",
        subject=("Outbreak", str(row.id)),
        key=f"event {row.id} late {today}",
    )
