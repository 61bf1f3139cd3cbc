"""Figures that were kept: frozen ones, and those that were counted elsewhere."""

from contextlib import suppress
from uuid import UUID

from kangmai.analytics import rules
from kangmai.analytics.errors import AreaUnknown, FreezeUnknown
from kangmai.analytics.indicators import definition, outside
from kangmai.analytics.indicators.freezing import freeze_of
from kangmai.analytics.indicators.results import suppressed_result
from kangmai.analytics.models import FrozenFigure, OutsideFigure
from kangmai.analytics.queries.lakes import lake
from kangmai.analytics.types import Form, Freeze, Received, Result
from kangmai.kernel.actor import Actor, is_permitted, require, subtree
from kangmai.standards.divisions import find_division
from kangmai.standards.periods import Period

ROWS_PAGE = 50


def received_of_figure(indicator: str, period: Period, area: str) -> tuple[Received, ...]:
    """How a figure from outside came, the latest first."""
    rows = OutsideFigure.objects.filter(
        indicator=indicator, area=area, period_start=period.start, period_end=period.end
    )
    return tuple(outside.received_of(row) for row in rows.order_by("-id")[:ROWS_PAGE])


def received(
    *, area: str, after: str = "", limit: int = ROWS_PAGE, actor: Actor
) -> tuple[tuple[Received, ...], str]:
    """Figures from outside of an area and all below it, the latest first, and the next page's cursor.

    Raises:
        AreaUnknown, NotPermitted.
    """
    if find_division(area) is None:
        raise AreaUnknown(area=area[:20])
    if not is_permitted(actor, rules.INTAKE, area):
        require(actor, rules.READ, area)
    reach = subtree(area)
    rows = OutsideFigure.objects.filter(area__gte=reach.low, area__lt=reach.high).order_by("-id")
    with suppress(ValueError):  # a cursor that nobody gave shows the first page
        rows = rows.filter(id__lt=UUID(after)) if after else rows
    found = list(rows[: limit + 1])
    following = str(found[limit - 1].id) if len(found) > limit else ""
    return tuple(outside.received_of(each) for each in found[:limit]), following


def received_ids() -> frozenset[str]:
    """The indicators of which any figure from outside was taken in; that there is one is no secret."""
    return outside.received_ids()


def freezes(*, indicator: str, period: Period, area: str, actor: Actor) -> tuple[Freeze, ...]:
    """What was frozen of a figure, newest first. Raises NotPermitted."""
    require(actor, rules.READ, area)
    rows = FrozenFigure.objects.filter(
        indicator=indicator, area=area, period_start=period.start, period_end=period.end
    )
    return tuple(freeze_of(row) for row in rows.order_by("-frozen_at", "-id"))


def get_freeze(*, freeze_id: UUID, actor: Actor) -> Freeze:
    """A frozen figure. Raises FreezeUnknown, also where it is of an area outside the actor's."""
    row = FrozenFigure.objects.filter(id=freeze_id).first()
    if row is None:
        raise FreezeUnknown(freeze=freeze_id)
    require(actor, rules.READ, row.area)
    return freeze_of(row)


def published(*, freeze_id: UUID, actor: Actor) -> Result:
    """A frozen figure as those outside its area may see it: small numbers hidden in the whole city's tree.

    The tree is counted from the manifest that the figure was frozen with.

    Raises:
        FreezeUnknown, NotPermitted, LakeBroken.
    """
    frozen = get_freeze(freeze_id=freeze_id, actor=actor).result
    rule = definition.find_indicator(frozen.indicator, on=frozen.rule_from)
    if rule is None or rule.form is Form.OUTSIDE or not rule.suppress_below:
        return frozen
    whole = lake()
    return suppressed_result(rule, whole, whole.get_manifest(frozen.manifest), frozen)
