"""Take the figures of a report from what is frozen; of the rest say why they cannot be printed."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from kangmai.analytics import actions as analytics
from kangmai.analytics import queries as figures
from kangmai.analytics.rules import (
    Indicator,
    find_indicator,
    find_target,
    next_below,
    period_before,
    year_before,
)
from kangmai.analytics.types import By, Figure, Freeze, Result, Status
from kangmai.governance.reporting.types import Line, Print, Template
from kangmai.kernel.actor import Actor
from kangmai.kernel.words import Words
from kangmai.standards.periods import Period

SMALL = Words("数值较小，不予公布", "the number is small and is not published")
NOT_FROZEN = Words("未冻结，不能印出", "not frozen, so it is not printed")
NO_DATA = Words("分母为零，无数据", "no data: there is nothing to count it against")
NOTHING = Words("", "")
NOTE = "report"


def take(of: Template, *, area: str, period: Period, actor: Actor) -> tuple[Line, ...]:
    """The lines of a report of the latest frozen figures. Raises NotPermitted, LakeBroken."""
    return tuple(_line(rule, area=area, period=period, actor=actor) for rule in _rules(of, period))


def _rules(of: Template, period: Period) -> Iterator[Indicator]:
    """The indicators of a template that were in force at the end of the period."""
    found = (find_indicator(id, on=period.latest_day) for id in of.figures)
    return (each for each in found if each is not None)


def _line(rule: Indicator, *, area: str, period: Period, actor: Actor) -> Line:
    frozen = _latest(rule.id, period, area, actor)
    if frozen is None:
        return _without(rule, area=area, period=period, actor=actor)
    shown = figures.published(freeze_id=frozen.id, actor=actor)
    is_small = shown.total.status is Status.SUPPRESSED
    has_others = not is_small and not frozen.result.is_running
    return Line(
        indicator=rule.id,
        rule_from=frozen.result.rule_from,
        print=Print.SMALL if is_small else Print.PRINTED,
        reason=SMALL if is_small else NOTHING,
        now=shown.total,
        before=_earlier(rule.id, year_before(period), area, actor) if has_others else None,
        just_before=_earlier(rule.id, period_before(period), area, actor) if has_others else None,
        parts=() if is_small else shown.parts,
        target=_target(rule, period, area),
        freeze=frozen.id,
        cutoff=frozen.result.cutoff,
        frozen_at=frozen.frozen_at,
        frozen_by_name=frozen.frozen_by_name,
        rule=frozen.result.rule,
    )


def _target(rule: Indicator, period: Period, area: str) -> Decimal | None:
    goal = find_target(rule, period=period, area=area)
    return goal.value if goal else None


def _latest(indicator: str, period: Period, area: str, actor: Actor) -> Freeze | None:
    found = figures.freezes(indicator=indicator, period=period, area=area, actor=actor)
    return next(iter(found), None)


def _earlier(indicator: str, period: Period | None, area: str, actor: Actor) -> Figure | None:
    """The figure of an earlier period, frozen when that was over, where those outside may see it."""
    if period is None:
        return None
    found = figures.freezes(indicator=indicator, period=period, area=area, actor=actor)
    frozen = next((each for each in found if not each.result.is_running), None)
    if frozen is None:
        return None
    shown = figures.published(freeze_id=frozen.id, actor=actor).total
    return shown if shown.status is Status.OK else None


def _without(rule: Indicator, *, area: str, period: Period, actor: Actor) -> Line:
    """A figure that nobody froze: whether it could be, and if not, why."""
    counted = figures.compute(indicator=rule.id, period=period, area=area, actor=actor)
    state, reason = _why(counted, rule)
    return Line(
        indicator=rule.id,
        rule_from=rule.effective_from,
        print=state,
        reason=reason,
        now=Figure(area, counted.total.status),
        before=None,
        just_before=None,
        parts=(),
        target=_target(rule, period, area),
        freeze=None,
        cutoff=None,
        frozen_at=None,
        frozen_by_name="",
        rule=rule.rule,
    )


def _why(counted: Result, rule: Indicator) -> tuple[Print, Words]:
    match counted.total.status:
        case Status.OK | Status.SUPPRESSED:
            return Print.NOT_FROZEN, NOT_FROZEN
        case Status.NO_DATA:
            return Print.NO_DATA, NO_DATA
        case _:
            zh, en = counted.reason.zh, counted.reason.en
            if rule.supplier is not None:
                zh, en = f"{zh}（由{rule.supplier.zh}提供）", f"{en} (from {rule.supplier.en})"
            return Print.NOT_AVAILABLE, Words(f"暂无数据：{zh}", f"not available: {en}")


def freeze(
    of: Template, *, area: str, period: Period, note: str, actor: Actor, at: datetime
) -> int:
    """Freeze what a report needs and nobody froze yet, of this period and of those it is held against; how many.

    What was frozen while a period ran is frozen again when it is over.

    Raises:
        NotPermitted: the actor freezes no figures there.
    """
    drawn = {section.chart for section in of.sections}
    done = 0
    for each in filter(None, (period, year_before(period), period_before(period))):
        for rule in _rules(of, each):
            by = next_below(area) if rule.id in drawn and each is period else None
            done += _freeze(rule.id, each, area, by, note=note, actor=actor, at=at)
    return done


def _freeze(
    indicator: str,
    period: Period,
    area: str,
    by: By | None,
    *,
    note: str,
    actor: Actor,
    at: datetime,
) -> int:
    asked: dict[str, Any] = {"indicator": indicator, "period": period, "area": area, "actor": actor}
    kept, found = _latest(**asked), figures.compute(**asked)
    is_kept = kept is not None and kept.result.is_running <= found.is_running
    if is_kept or found.total.status is not Status.OK:
        return 0
    analytics.freeze(**asked, by=by, note=note, at=at)
    return 1


def written(line: Line) -> dict[str, Any]:
    """A line as JSON."""
    return {
        "indicator": line.indicator,
        "rule_from": line.rule_from.isoformat(),
        "print": line.print.value,
        "reason": [line.reason.zh, line.reason.en],
        "now": _figure_json(line.now),
        "before": _figure_json(line.before) if line.before else None,
        "just_before": _figure_json(line.just_before) if line.just_before else None,
        "parts": [_figure_json(each) for each in line.parts],
        "target": _text(line.target),
        "freeze": str(line.freeze) if line.freeze else None,
        "cutoff": line.cutoff.isoformat() if line.cutoff else None,
        "frozen_at": line.frozen_at.isoformat() if line.frozen_at else None,
        "frozen_by_name": line.frozen_by_name,
        "rule": line.rule,
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _figure_json(of: Figure) -> list[Any]:
    return [of.area, of.status.value, _text(of.value), of.numerator, of.denominator, of.known]


def line_of(content: Mapping[str, Any]) -> Line:
    """A line of its JSON."""
    return Line(
        indicator=content["indicator"],
        rule_from=datetime.fromisoformat(content["rule_from"]).date(),
        print=Print(content["print"]),
        reason=Words(*content["reason"]),
        now=_figure(content["now"]),
        before=_figure(content["before"]) if content["before"] else None,
        just_before=_figure(content["just_before"]) if content.get("just_before") else None,
        parts=tuple(map(_figure, content["parts"])),
        target=_decimal(content["target"]),
        freeze=UUID(content["freeze"]) if content["freeze"] else None,
        cutoff=_instant(content["cutoff"]),
        frozen_at=_instant(content["frozen_at"]),
        frozen_by_name=content["frozen_by_name"],
        rule=content["rule"],
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _figure(row: list[Any]) -> Figure:
    area, status, value, numerator, denominator, known = row
    return Figure(area, Status(status), _decimal(value), numerator, denominator, known)
