"""Colour decisions, appeals, the daily report, and what another list would change."""

from collections import Counter
from datetime import date, datetime, timedelta
from uuid import UUID

from kangmai.deadlines import queries as deadlines
from kangmai.epidemic.orders.queries import emergency_door, require_awake
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import models, rules
from kangmai.epidemic.venues.actions.appeals import KIND
from kangmai.epidemic.venues.errors import AppealUnknown, DecisionUnknown
from kangmai.epidemic.venues.reach import APPEAL, DECIDE, OVERSEE, inside
from kangmai.epidemic.venues.reading import appeal_of, decision_of
from kangmai.epidemic.venues.rulebook import colour_rule, colour_rules
from kangmai.epidemic.venues.types import (
    Appeal,
    AppealState,
    Change,
    Colour,
    ColourRule,
    Decision,
    DecisionState,
    PersonKey,
    WhatIf,
)
from kangmai.kernel.actor import Actor, operator, require
from kangmai.kernel.ids import AccountId
from kangmai.standards.calendars import start_of_day

CLOCK = operator("venues.clock", permissions=("deadlines.read",))


@emergency_door(Purpose.COLOURS)
def decisions(
    *, state: DecisionState | None = None, limit: int = 50, actor: Actor, at: datetime
) -> list[Decision]:
    """Decisions of the actor's area, newest first.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    require(actor, DECIDE)
    rows = models.Decision.objects.filter(inside(actor, DECIDE), person__isnull=False)
    if state is not None:
        rows = rows.filter(state=state.value)
    return list(map(decision_of, rows.order_by("-id")[:limit]))


@emergency_door(Purpose.COLOURS)
def get_decision(*, decision_id: UUID, actor: Actor, at: datetime) -> Decision:
    """One decision of the actor's area.

    Raises:
        NoOrderInForce, NotPermitted, DecisionUnknown.
    """
    require(actor, DECIDE)
    row = models.Decision.objects.filter(inside(actor, DECIDE), id=decision_id).first()
    if row is None:
        raise DecisionUnknown()
    return decision_of(row)


@emergency_door(Purpose.COLOURS)
def own_decisions(*, pass_number: int, at: datetime) -> tuple[Decision, ...]:
    """Why a code is not green, for the one whose it is: the decisions in force, most severe first.

    Raises:
        NoOrderInForce
    """
    rows = models.Decision.objects.filter(
        person__pass_number=pass_number, state=DecisionState.IN_FORCE.value
    )
    alive = rows.exclude(expires_at__lte=at).order_by("-colour", "-id")
    return tuple(map(decision_of, alive))


@emergency_door(Purpose.COLOURS)
def own_appeals(*, pass_number: int, at: datetime) -> tuple[Appeal, ...]:
    """The appeals of the one whose pass it is, newest first.

    Raises:
        NoOrderInForce
    """
    rows = models.Appeal.objects.filter(decision__person__pass_number=pass_number)
    found = list(rows.select_related("decision").order_by("-id"))
    due = _due({str(row.id) for row in found})
    return tuple(appeal_of(row, due.get(str(row.id))) for row in found)


@emergency_door(Purpose.COLOURS)
def appeals(*, only_open: bool = True, limit: int = 50, actor: Actor, at: datetime) -> list[Appeal]:
    """Appeals of the actor's area, the oldest first.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    require(actor, APPEAL)
    rows = models.Appeal.objects.filter(inside(actor, APPEAL)).select_related("decision")
    if only_open:
        rows = rows.filter(state=AppealState.FILED.value)
    found = list(rows.order_by("id")[:limit])
    due = _due({str(row.id) for row in found})
    return [appeal_of(row, due.get(str(row.id))) for row in found]


@emergency_door(Purpose.COLOURS)
def get_appeal(*, appeal_id: UUID, actor: Actor, at: datetime) -> Appeal:
    """One appeal of the actor's area.

    Raises:
        NoOrderInForce, NotPermitted, AppealUnknown.
    """
    require(actor, APPEAL)
    rows = models.Appeal.objects.filter(inside(actor, APPEAL)).select_related("decision")
    row = rows.filter(id=appeal_id).first()
    if row is None:
        raise AppealUnknown()
    return appeal_of(row, _due({str(row.id)}).get(str(row.id)))


def _due(ids: set[str]) -> dict[str, datetime]:
    found = deadlines.of_subjects(KIND, ids, actor=CLOCK)
    return {id: each.due_at for id, clocks in found.items() for each in clocks}


@emergency_door(Purpose.COLOURS)
def daily_report(*, day: date, actor: Actor, at: datetime) -> list[Change]:
    """Colours that came into force on a day in the actor's area, by operator and reason; numbers only.

    The operator of a change by hand is who approved it.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    require(actor, OVERSEE)
    first = start_of_day(day)
    rows = models.Decision.objects.filter(
        inside(actor, OVERSEE), decided_at__gte=first, decided_at__lt=first + timedelta(days=1)
    ).exclude(state__in=(DecisionState.PROPOSED.value, DecisionState.REFUSED.value))
    counted: Counter[tuple[int, str, int, bool]] = Counter()
    for row in rows.iterator():
        operator = row.decided_by if row.decided_by is not None else row.proposed_by
        counted[operator, row.reason, row.colour, row.is_by_hand] += 1
    keys = sorted({key[:3] for key in counted})
    return [
        Change(
            AccountId(account),
            reason,
            Colour(colour),
            counted[account, reason, colour, True],
            counted[account, reason, colour, False],
        )
        for account, reason, colour in keys
    ]


@emergency_door(Purpose.COLOURS)
def what_if(*, edition: str, actor: Actor, at: datetime) -> WhatIf:
    """How many people of the actor's area would show which colour under the list of another edition.

    Raises:
        NoOrderInForce, NotPermitted, UnknownDefinition.
    """
    require(actor, OVERSEE)
    orders = require_awake(Purpose.COLOURS, at=at)
    rows = models.Decision.objects.filter(
        inside(actor, OVERSEE),
        state=DecisionState.IN_FORCE.value,
        order_id__in=[order.id for order in orders],
        person__isnull=False,
    )
    standing = [
        (PersonKey(row.person_id), row.reason, row.decided_at, row.expires_at)
        for row in rows.iterator()
    ]
    return rules.what_if(standing, colour_rule(orders[0].edition), colour_rule(edition), at)


def reasons_of(edition: str) -> ColourRule:
    """The closed list of an edition. Raises UnknownDefinition."""
    return colour_rule(edition)


def editions() -> tuple[ColourRule, ...]:
    """Every list there is."""
    return colour_rules()
