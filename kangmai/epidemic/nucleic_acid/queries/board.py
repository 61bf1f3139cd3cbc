"""How a round stands: tubes by where they are, people, what is late or will be, each site."""

from datetime import datetime, timedelta

from django.db.models import Case, Count, Max, Min, Q, Sum, Value, When
from django.db.models.fields import CharField

from kangmai.epidemic.nucleic_acid import models
from kangmai.epidemic.nucleic_acid.errors import CursorUnreadable
from kangmai.epidemic.nucleic_acid.queries.doubles import doubles
from kangmai.epidemic.nucleic_acid.queries.rounds import site_value, within
from kangmai.epidemic.nucleic_acid.reach import get_round
from kangmai.epidemic.nucleic_acid.types import (
    SETTLED,
    Board,
    BoxState,
    LateTube,
    Page,
    PoolState,
    SiteLine,
    TubeState,
)
from kangmai.epidemic.orders.queries import emergency_door
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import Actor

SOON = timedelta(hours=2)
LARGEST_PAGE = 200
STAGE = Case(
    When(state__in=[*(each.value for each in SETTLED), "open", "retest"], then="state"),
    When(tested_at__isnull=False, then=Value("tested")),
    When(is_received=True, then=Value("received")),
    When(box__state=BoxState.TRAVELLING.value, then=Value("travelling")),
    When(box__isnull=False, then=Value("boxed")),
    default=Value("closed"),
    output_field=CharField(),
)
"""Where a tube is: from its own row, and from its box while it travels."""


@emergency_door(Purpose.TESTING)
def board(round_id: int, *, actor: Actor, at: datetime) -> Board:
    """How a round stands at the sites in the actor's reach. Raises NoOrderInForce, NotPermitted, RoundUnknown."""
    row = get_round(round_id, actor=actor)
    tubes = models.Tube.objects.filter(within(actor, "site__"), round=row)
    stages = tubes.annotate(stage=STAGE).values("stage").order_by("stage")
    counted = {r["stage"]: r["n"] for r in stages.annotate(n=Count("id"))}
    waiting = tubes.filter(published_at=None).exclude(state=TubeState.OPEN.value)
    sums = waiting.aggregate(
        late=Count("id", filter=Q(due_at__lt=at)),
        soon=Count("id", filter=Q(due_at__gte=at, due_at__lt=at + SOON)),
        oldest=Min("closed_at"),
    )
    out = tubes.exclude(published_at=None)
    incidents = models.Incident.objects.filter(round_id=row.id, settled_at=None)
    sites = _site_ids(row.id, actor)
    again = sum(count for site, count in doubles(row.id, tubes).items() if site in sites)
    return Board(
        people=(tubes.aggregate(n=Sum("people"))["n"] or 0) - again,
        tubes=sum(counted.values()),
        by_stage=counted,
        published=sum(counted.get(each.value, 0) for each in SETTLED),
        late=sums["late"],
        late_within_two_hours=sums["soon"],
        oldest_unpublished_at=sums["oldest"],
        published_last_hour=out.filter(published_at__gt=at - timedelta(hours=1)).count(),
        incidents=incidents.filter(site_id__in=sites).count(),
        open_pools=models.Pool.objects.filter(
            within(actor, "site__"), round=row, state=PoolState.OPEN.value
        ).count(),
    )


def _site_ids(round_id: int, actor: Actor) -> list[int]:
    rows = models.Site.objects.filter(within(actor), round_id=round_id)
    return list(rows.values_list("id", flat=True))


@emergency_door(Purpose.TESTING)
def late_tubes(
    round_id: int,
    *,
    within_hours: float = 2,
    after: str = "",
    limit: int = 50,
    actor: Actor,
    at: datetime,
) -> Page[LateTube]:
    """Tubes without a result whose limit has passed, or will within some hours: the most urgent first.

    Raises:
        NoOrderInForce, NotPermitted, RoundUnknown, CursorUnreadable.
    """
    row = get_round(round_id, actor=actor)
    before = at + timedelta(hours=max(0.0, min(within_hours, 48)))
    rows = models.Tube.objects.filter(
        within(actor, "site__"), round=row, published_at=None, due_at__lt=before
    ).exclude(state=TubeState.OPEN.value)
    if after:
        due_at, tube_id = _cursor(after)
        rows = rows.filter(Q(due_at__gt=due_at) | Q(due_at=due_at, id__gt=tube_id))
    limit = max(1, min(limit, LARGEST_PAGE))
    found = list(
        rows.annotate(stage=STAGE).select_related("box").order_by("due_at", "id")[: limit + 1]
    )
    following = ""
    if len(found) > limit:
        following = f"{found[limit - 1].due_at.isoformat()}|{found[limit - 1].id}"
    return Page(tuple(_late(each) for each in found[:limit]), following)


def _late(row: models.Tube) -> LateTube:
    return LateTube(
        row.code,
        row.site_id,
        row.box.code if row.box else "",
        row.stage,
        row.people,
        row.closed_at or row.opened_at,
        row.due_at,
        row.box.laboratory_id if row.box else None,
    )


def _cursor(text: str) -> tuple[datetime, int]:
    try:
        instant, _bar, number = text.partition("|")
        found = datetime.fromisoformat(instant), int(number)
    except ValueError:
        raise CursorUnreadable() from None
    if found[0].tzinfo is None:
        raise CursorUnreadable()
    return found


@emergency_door(Purpose.TESTING)
def site_lines(round_id: int, *, actor: Actor, at: datetime) -> tuple[SiteLine, ...]:
    """How each site of a round stands, by code. Raises NoOrderInForce, NotPermitted, RoundUnknown."""
    row = get_round(round_id, actor=actor)
    rows = models.Site.objects.filter(within(actor), round=row).order_by("code")
    counted = (
        models.Tube.objects.filter(round=row, site__in=rows).values("site_id").order_by("site_id")
    )
    sums = {
        each["site_id"]: each
        for each in counted.annotate(
            people=Sum("people"),
            tubes=Count("id"),
            published=Count("id", filter=Q(published_at__isnull=False)),
            unpacked=Count("id", filter=Q(box=None, published_at=None)),
            newest=Max("closed_at"),
        )
    }
    again = doubles(row.id, models.Tube.objects.filter(round=row))
    nothing = {"people": 0, "tubes": 0, "published": 0, "unpacked": 0}
    lines = ((each, sums.get(each.id, nothing)) for each in rows)
    return tuple(
        SiteLine(
            site_value(each),
            s["people"] - again.get(each.id, 0),
            s["tubes"],
            s["published"],
            s["unpacked"],
        )
        for each, s in lines
    )
