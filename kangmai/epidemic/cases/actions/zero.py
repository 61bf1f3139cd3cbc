"""Zero reports: an institution states that a day had no case."""

from datetime import date, datetime, timedelta

from django.db import transaction

from kangmai.epidemic.cases import events, models
from kangmai.epidemic.cases.errors import CasesOnThatDay, ZeroForFuture
from kangmai.epidemic.cases.reach import REPORT, institutions
from kangmai.epidemic.cases.types import REPORTED_STATES, ZeroReport
from kangmai.kernel import audit, feed
from kangmai.kernel.actor import Actor, NotPermitted
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.ids import AccountId, OrganizationId
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

DAYS_BACK = 7


def report_zero(
    *, organization: OrganizationId, day: date, actor: Actor, at: datetime
) -> ZeroReport:
    """State that a day had no case to report; saying it twice changes nothing.

    Raises:
        NotPermitted, OrganizationUnknown
        ZeroForFuture: the day has not begun, or lies too far back.
        CasesOnThatDay: cards were diagnosed on it.
    """
    if organization not in institutions(actor, REPORT):
        raise NotPermitted(permission=REPORT)
    today = legal_day(at)
    if not today - timedelta(days=DAYS_BACK) <= day <= today:
        raise ZeroForFuture(day=day, days=DAYS_BACK)
    with transaction.atomic():
        cards = models.Card.objects.filter(
            organization=organization, diagnosed_on=day, state__in=REPORTED_STATES
        ).count()
        if cards:
            raise CasesOnThatDay(cards=cards, day=day)
        division, _ = registry.codes_of_place(organization_id=organization)
        row, is_new = models.ZeroReport.objects.get_or_create(
            organization=organization,
            day=day,
            defaults={"place_code": division, "stated_at": at, "account": actor.account},
        )
        if is_new:
            _write_down(row, actor, at)
    return ZeroReport(organization, day, row.stated_at, AccountId(row.account))


def _write_down(row: models.ZeroReport, actor: Actor, at: datetime) -> None:
    with unit_of_work() as database:
        audit.record(
            database,
            actor=actor,
            at=at,
            action=events.ZERO_REPORTED,
            object_type="Organization",
            object_id=str(row.organization),
            details={"day": row.day.isoformat()},
        )
        data = {"day": row.day.isoformat(), "place": row.place_code}
        feed.announce(
            database, kind=events.ZERO_REPORTED, key=str(row.organization), data=data, at=at
        )
