"""Figures in the words of the page's language."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kangmai.analytics.rules import Indicator, find_target, interval_of, is_behind
from kangmai.analytics.types import By, Direction, Figure, Result, Status
from kangmai.kernel.words import Words
from kangmai.portal.indicators.asking import Asked
from kangmai.portal.shell import area as areas
from kangmai.registry import queries as registry
from kangmai.standards.divisions import find_division
from kangmai.standards.periods import Period

TONES = {
    Status.OK: "",
    Status.NO_DATA: "",
    Status.NOT_AVAILABLE: "warning",
    Status.SUPPRESSED: "info",
}


def is_chinese() -> bool:
    """Whether the page speaks Chinese."""
    return (get_language() or "zh").startswith("zh")


def said(words: Words | None) -> str:
    """A text in the language of the page."""
    return "" if words is None else words.zh if is_chinese() else words.en


def status_word(status: Status) -> str:
    """A status in a word or two."""
    return {
        Status.OK: _("available"),
        Status.NO_DATA: _("no data"),
        Status.NOT_AVAILABLE: _("not available"),
        Status.SUPPRESSED: _("hidden (small number)"),
    }[status]


def level_word(by: By) -> str:
    """What a figure is broken down by."""
    return {
        By.COUNTY: _("County"),
        By.TOWN: _("Town"),
        By.VILLAGE: _("Village"),
        By.INSTITUTION: _("Institution"),
    }[by]


def area_name(code: str) -> str:
    """A division's name, or its code where it is not listed."""
    found = find_division(code)
    return areas.name(found) if found else code


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure for a template; `value` is a number or the word that stands for it."""

    name: str
    value: str
    has_value: bool
    tone: str
    fraction: str
    numerator: str
    denominator: str
    completeness: str
    address: str = ""
    is_behind: bool = False


def shown(
    figure: Figure, *, name: str, address: str = "", rule: Indicator, target: Decimal | None = None
) -> Shown:
    """A figure with its name."""
    numerator, denominator = (_count(each) for each in (figure.numerator, figure.denominator))
    completeness = figure.completeness
    return Shown(
        name=name,
        value=f"{figure.value:,}" if figure.value is not None else status_word(figure.status),
        has_value=figure.value is not None,
        tone=TONES[figure.status],
        fraction=f"{numerator} / {denominator}" if figure.denominator is not None else "",
        numerator=numerator,
        denominator=denominator,
        completeness=f"{completeness * 100:.1f} %" if completeness is not None else "",
        address=address,
        is_behind=is_behind(figure, rule, target),
    )


def interval(figure: Figure, rule: Indicator) -> str:
    """How far chance alone reaches around a share; empty where that cannot be said."""
    found = interval_of(figure, rule)
    return f"{found[0]} – {found[1]} {said(rule.unit)}" if found else ""


def completeness(figure: Figure, rule: Indicator) -> str:
    """Of how many of the denominator enough is known, and of how many it should be."""
    if figure.value is None or rule.denominator is None:
        return ""
    known = figure.completeness
    if known is None:
        return _("each row counted carries what the rule asks for")
    text = f"{known * 100:.1f} % ({figure.known:,} / {figure.denominator:,})"
    if rule.least_known is None:
        return text
    least = _("at least %(share)s %% are asked for") % {"share": f"{rule.least_known * 100:.0f}"}
    return f"{text} · {least}"


def fraction(numerator: int | None, denominator: int | None) -> str:
    """Both amounts, where there are both."""
    return "" if numerator is None or denominator is None else f"{numerator:,} / {denominator:,}"


def _count(value: int | None) -> str:
    return f"{value:,}" if value is not None else ""


def target_of(rule: Indicator, period: Period, area: str) -> Decimal | None:
    """What an area is to reach, or None."""
    goal = find_target(rule, period=period, area=area)
    return goal.value if goal else None


def _area_of(code: str, found: Result) -> str:
    """The area of a part; that of the whole for institutions and what is placed nowhere."""
    return found.total.area if found.by is By.INSTITUTION or not code else code


def parts(
    found: Result, rule: Indicator, asked: Asked, *, may_open_rows: bool = False
) -> list[Shown]:
    """The parts of a result, each with the address that goes one level down; of institutions to their rows."""
    names = _institutions(found) if found.by is By.INSTITUTION else {}
    return [
        shown(
            each,
            name=names.get(each.area) or _part_name(each.area, found.by),
            address=_down(each.area, found.by, asked, rule, may_open_rows),
            rule=rule,
            target=target_of(rule, found.period, _area_of(each.area, found)),
        )
        for each in found.parts
    ]


def _institutions(found: Result) -> dict[str, str]:
    ids = {int(each.area) for each in found.parts if each.area.isdigit()}
    names = registry.names_by_id(ids=ids, language=get_language() or "zh")
    return {str(id): name for id, name in names.items()}


def _part_name(code: str, by: By | None) -> str:
    if not code:
        return _("without an institution") if by is By.INSTITUTION else _("not placed further")
    return area_name(code)


def _down(code: str, by: By | None, asked: Asked, rule: Indicator, may_open_rows: bool) -> str:
    if not code:
        return ""
    if by is By.INSTITUTION:
        if not may_open_rows:
            return ""
        return asked.address("indicator-rows", rule.id, institution=code, by="")
    return asked.address("indicator", rule.id, area=code, by="")


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure moved since a year before."""

    text: str
    tone: str


def change(now: Figure, before: Figure | None, rule: Indicator) -> Change | None:
    """The difference to an earlier figure, and whether it is for the better; None where one has no value."""
    if now.value is None or before is None or before.value is None:
        return None
    return moved_by(now.value - before.value, rule)


def moved_by(difference: Decimal, rule: Indicator) -> Change:
    """A difference in words, and whether it is for the better."""
    text = f"{difference:+,} {difference_unit(rule)}"
    if rule.direction is Direction.LEVEL or not difference:
        return Change(text, "")
    better = (difference > 0) is (rule.direction is Direction.UP)
    return Change(text, "good" if better else "danger")


def difference_unit(rule: Indicator) -> str:
    """The unit of a difference: that of two shares is in points."""
    return _("points") if rule.unit.en == "%" else said(rule.unit)


@dataclass(frozen=True, slots=True)
class Tile:
    """An indicator on the cockpit."""

    title: str
    value: str
    unit: str
    has_value: bool
    fraction: str
    year: Change | None
    month: Change | None
    target: str
    is_behind: bool
    is_verified: bool
    reason: str
    address: str
    completeness: str
    is_thin: bool
    is_chosen: bool = False


def is_thin(figure: Figure, rule: Indicator) -> bool:
    """Whether of fewer than the rule asks for enough is known."""
    known = figure.completeness
    return known is not None and rule.least_known is not None and known < rule.least_known


def tile(
    rule: Indicator,
    now: Result,
    year: Result | None,
    month: Result | None,
    address: str,
    *,
    is_chosen: bool = False,
) -> Tile:
    """An indicator with its value and how it moved since a year and a period before."""
    target = target_of(rule, now.period, now.total.area)
    figure = shown(now.total, name="", rule=rule, target=target)
    return Tile(
        title=said(rule.title),
        value=figure.value,
        unit=said(rule.unit),
        has_value=figure.has_value,
        fraction=figure.fraction,
        year=change(now.total, year.total if year else None, rule),
        month=change(now.total, month.total if month else None, rule),
        completeness=figure.completeness,
        is_thin=is_thin(now.total, rule),
        target=str(target) if target is not None else "",
        is_behind=figure.is_behind,
        is_verified=rule.is_verified,
        reason=said(now.reason),
        address=address,
        is_chosen=is_chosen,
    )


def rounded(value: float, digits: int) -> Decimal:
    """A number with the digits of a figure."""
    return Decimal(value).quantize(Decimal(1).scaleb(-digits))


def number(value: Decimal | None) -> float | None:
    """A value as charts take it."""
    return None if value is None else float(value)
