"""Commitments as kept, and how they stand. Pure but for the reading of rows."""

from datetime import date

from kangmai.analytics.rules import Indicator
from kangmai.analytics.types import Figure
from kangmai.governance.reporting import models
from kangmai.governance.reporting.reading.scales import plain
from kangmai.governance.reporting.types import Commitment, Kind, Milestone, Progress, Standing
from kangmai.governance.reporting.writing.wording import is_reached
from kangmai.kernel.ids import OrganizationId
from kangmai.standards.periods import Period

LAST_DAYS = 60
"""In the last weeks before its day a target that is not met is behind; before that it is under way."""


def commitment_of(row: models.Commitment) -> Commitment:
    """A commitment as the rest of the house sees it."""
    period = Period(row.period_start, row.period_end) if row.period_start else None
    steps = sorted(row.milestones.all(), key=lambda each: (each.due_on, each.id))
    return Commitment(
        id=row.id,
        title=row.title,
        area=row.area,
        year=row.year,
        kind=Kind(row.kind),
        indicator=row.indicator,
        period=period,
        target=None if row.target is None else plain(row.target),
        owner=OrganizationId(row.owner),
        due_on=row.due_on,
        source=row.source,
        standing=Standing(row.standing) if row.standing else None,
        conclusion=row.conclusion,
        freeze=row.freeze,
        milestones=tuple(
            Milestone(each.id, each.title, each.due_on, each.done_on, each.proof) for each in steps
        ),
        is_invented=row.is_invented,
        version=row.version,
    )


def progress_of(
    of: Commitment, figure: Figure | None, rule: Indicator | None, *, on: date
) -> Progress:
    """How far a commitment is on a day.

    Args:
        figure, rule: the indicator's figure as counted now, and how it is judged.
    """
    done = sum(each.done_on is not None for each in of.milestones)
    late = sum(each.done_on is None and each.due_on < on for each in of.milestones)
    days = (of.due_on - on).days
    standing = of.standing or _standing(of, figure, rule, done=done, late=late, days=days)
    return Progress(standing, figure, done, len(of.milestones), late, days)


def _standing(
    of: Commitment,
    figure: Figure | None,
    rule: Indicator | None,
    *,
    done: int,
    late: int,
    days: int,
) -> Standing:
    if of.kind is Kind.MILESTONES:
        reached = done == len(of.milestones)
    elif figure is None or figure.value is None or rule is None or of.target is None:
        return Standing.OVERDUE if days < 0 else Standing.UNKNOWN
    else:
        reached = is_reached(figure.value, of.target, rule)
    if reached:
        return Standing.REACHED
    if days < 0:
        return Standing.OVERDUE
    return Standing.BEHIND if late or days <= LAST_DAYS else Standing.UNDER_WAY
