"""The tree of who infected whom, and how fast tracing was."""

from datetime import datetime, timedelta
from uuid import UUID

from kangmai.epidemic.orders.queries import emergency_door
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tracing import models, rules
from kangmai.epidemic.tracing.reach import COUNT, INVESTIGATE, cases_of, places
from kangmai.epidemic.tracing.reading import case_of, link_of
from kangmai.epidemic.tracing.recording import statement
from kangmai.epidemic.tracing.types import Speed, Tree
from kangmai.kernel.actor import Actor, NotPermitted, is_permitted, require
from kangmai.kernel.connections import reading
from kangmai.standards.calendars import legal_day

MOST_CASES = 500


@emergency_door(Purpose.TRACING)
def tree(*, order_id: UUID | None = None, actor: Actor, at: datetime) -> Tree:
    """The cases that the actor investigates and the links between them, of one order or of all; the first 500 cases.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    require(actor, INVESTIGATE)
    rows = models.Case.objects.filter(cases_of(actor, at), is_outside=False)
    if order_id is not None:
        rows = rows.filter(order_id=order_id)
    cases = tuple(map(case_of, rows.order_by("id")[:MOST_CASES]))
    ids = [case.id for case in cases]
    found = models.Link.objects.filter(
        from_case_id__in=ids, to_case_id__in=ids, withdrawn_at=None
    ).order_by("id")
    links = tuple(map(link_of, found))
    pairs = [(link.from_case, link.to_case) for link in links]
    return Tree(cases, links, rules.depths(ids, pairs))


@emergency_door(Purpose.TRACING)
def speed(*, since: datetime, until: datetime, actor: Actor, at: datetime) -> Speed:
    """How fast tracing was for cases found in a period, in the actor's places; counts, nobody's name.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    if not (is_permitted(actor, COUNT) or is_permitted(actor, INVESTIGATE)):
        raise NotPermitted(permission=COUNT)
    reach = places(actor, COUNT, INVESTIGATE)
    hours = rules.rule(on=legal_day(at)).speed_hours
    given = {
        "since": since, "until": until, "limit": timedelta(hours=hours),
        "lows": [place.low for place in reach], "highs": [place.high for place in reach],
    }  # fmt: skip
    with reading() as database:
        row = database.execute(statement("speed"), given).fetchone()
    assert row is not None
    cases, followed, contacts, close, determined, settled, told, moved, positive = row
    return Speed(
        hours=hours,
        cases=cases,
        contacts=contacts,
        close=close,
        determined_share=_number(determined),
        settled_share=_number(settled),
        found_to_told_hours=_number(told),
        told_to_settled_hours=_number(moved),
        among_followed_share=followed / cases if cases else None,
        attack_rate=positive / close if close else None,
    )


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))
