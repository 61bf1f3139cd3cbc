"""What the clock does with scans: days ahead are made, days past their keeping are dropped whole."""

from datetime import datetime, timedelta

from django.db import connection

from kangmai.epidemic.orders.queries import awake
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues.rulebook import venue_rule
from kangmai.standards.calendars import legal_day


def keep_days(*, at: datetime) -> int:
    """Make the partitions of today and tomorrow while scans are ordered, and drop those older than they may be kept.

    Returns:
        how many days were dropped.
    """
    today = legal_day(at)
    rule = venue_rule(on=today)
    with connection.cursor() as cursor:
        if awake(Purpose.SCANNING, at=at):
            cursor.execute("SELECT venues_ensure_days(%s, %s)", [today, today + timedelta(days=1)])
        cursor.execute("SELECT venues_drop_days(%s)", [today - timedelta(days=rule.keep_days)])
        return int(cursor.fetchone()[0])
