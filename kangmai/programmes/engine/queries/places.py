"""Where those of a list live: how many in each division, as far as a page can say it at once."""

from datetime import datetime

from django.db import connection

from kangmai.kernel.actor import Actor, require
from kangmai.programmes.engine import models
from kangmai.programmes.engine.queries.enrolments import READ
from kangmai.programmes.engine.queries.worklist import asked_of
from kangmai.programmes.engine.types import AtPlace, Filter, KeptFilter
from kangmai.standards.calendars import legal_day

MOST_PLACED = 50_000
"""Lines that are counted; of a longer list the rest is left out, and the page says so."""


def people_by_place(
    *, filter: Filter, digits: int, actor: Actor, at: datetime
) -> tuple[AtPlace, ...]:
    """How many lines of a list, and how many of them overdue, in each division, the most first.

    Args:
        digits: of the division's code: 9 for towns, 12 for villages.

    Raises:
        NotPermitted, PlaceUnreadable
    """
    require(actor, READ)
    asked = asked_of(filter, actor=actor, at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT left(place_code, %(digits)s), count(*), count(*) FILTER (WHERE next_late_on < %(today)s)
                FROM (SELECT e.place_code, e.next_late_on FROM {asked.source} WHERE {asked.where} LIMIT {MOST_PLACED}) l
                GROUP BY 1 ORDER BY 2 DESC, 1""",
            {**asked.values, "digits": digits, "today": legal_day(at)},
        )
        return tuple(AtPlace(*row) for row in cursor.fetchall())


def kept_filters(*, actor: Actor) -> tuple[KeptFilter, ...]:
    """The filters that somebody kept for himself, by name.

    Raises:
        NotPermitted
    """
    require(actor, READ)
    rows = models.KeptFilter.objects.filter(account=actor.account).order_by("name")
    return tuple(KeptFilter(row.pk, row.name, row.query) for row in rows)
