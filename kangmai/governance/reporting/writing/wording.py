"""Numbers, periods and places as reports write them, in Chinese and English."""

import calendar
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from kangmai.analytics.rules import Indicator, kinds_of
from kangmai.analytics.types import Direction, Figure
from kangmai.governance.reporting.types import Standing, State
from kangmai.kernel.words import Words
from kangmai.standards.calendars import LEGAL_TIME
from kangmai.standards.division_names import division_label
from kangmai.standards.divisions import find_division
from kangmai.standards.periods import Period

POINTS = Words("个百分点", "points")
YEAR_BEFORE = Words("上年同期", "the year before")
JUST_BEFORE = {
    "day": Words("前一日", "the day before"),
    "month": Words("上月", "the month before"),
    "quarter": Words("上季度", "the quarter before"),
}
TWELVE_MONTHS = Words("截至前一个月的十二个月", "the twelve months that ended a month earlier")
STATES = {
    State.DRAFT: Words("草稿", "draft"),
    State.SUBMITTED: Words("待复核", "waits to be checked"),
    State.CHECKED: Words("待签发", "waits to be issued"),
    State.ISSUED: Words("已签发", "issued"),
    State.WITHDRAWN: Words("已撤回", "withdrawn"),
}
STANDINGS = {
    Standing.REACHED: {"zh": "已达到", "en": "reached"},
    Standing.UNDER_WAY: {"zh": "进行中", "en": "under way"},
    Standing.BEHIND: {"zh": "滞后", "en": "behind"},
    Standing.OVERDUE: {"zh": "逾期", "en": "overdue"},
    Standing.UNKNOWN: {"zh": "暂无数据", "en": "no figure"},
    Standing.KEPT: {"zh": "已兑现", "en": "kept"},
    Standing.MISSED: {"zh": "未兑现", "en": "missed"},
    Standing.WITHDRAWN: {"zh": "已撤销", "en": "withdrawn"},
}


def said(words: object, language: str) -> str:
    """A text in a language; of nothing, nothing."""
    return "" if words is None else str(getattr(words, language))


def in_both(write: Callable[[Any, str], str], what: Any) -> Words:
    """What one of the functions here writes, in both languages."""
    return Words(write(what, "zh"), write(what, "en"))


def area(code: str, language: str) -> str:
    """A division's name; its code where it is not listed."""
    found = find_division(code)
    return division_label(found, language=language) if found else code


def period(of: Period, language: str) -> str:
    """A period as a title says it: 2025年, 2025年3月, 2025年11月至2026年10月."""
    kinds, start, last = kinds_of(of), of.start, of.latest_day
    is_zh = language == "zh"
    if "month" in kinds:
        return f"{start.year}年{start.month}月" if is_zh else f"{_month(start.month)} {start.year}"
    if "quarter" in kinds:
        n = (start.month + 2) // 3
        return f"{start.year}年第{n}季度" if is_zh else f"quarter {n} of {start.year}"
    if "year" in kinds and start.month == 1:
        return f"{start.year}年" if is_zh else str(start.year)
    if "year" in kinds:
        if is_zh:
            return f"{start.year}年{start.month}月至{last.year}年{last.month}月"
        return f"{_month(start.month)} {start.year} to {_month(last.month)} {last.year}"
    return f"{start}至{last}" if is_zh else f"{start} to {last}"


def _month(number: int) -> str:
    return calendar.month_name[number]


def instant(at: datetime | None) -> str:
    """An instant of legal time to the minute."""
    return at.astimezone(LEGAL_TIME).strftime("%Y-%m-%d %H:%M") if at else ""


def number(value: Decimal | int) -> str:
    """12,345.60; the digits are those that the rule gave."""
    return f"{value:,}"


def printed(value: Decimal | None, rule: Indicator, language: str) -> str:
    """A value with its unit; a dash where there is none."""
    return "—" if value is None else _with_unit(number(value), said(rule.unit, language), language)


def _with_unit(text: str, unit: str, language: str) -> str:
    return f"{text}{unit}" if language == "zh" or unit in ("%", "‰") else f"{text} {unit}"


def fraction(of: Figure, language: str) -> str:
    """Numerator and denominator, where there are both."""
    if of.numerator is None or of.denominator is None:
        return ""
    between = "/" if language == "zh" else " of "
    return f"{number(of.numerator)}{between}{number(of.denominator)}"


def moved(
    now: Decimal, before: Decimal, since: Words, rule: Indicator, language: str
) -> tuple[str, str]:
    """Which way a figure moved since another period, and by how much; no size where it did not."""
    difference, other = now - before, said(since, language)
    if not difference:
        return (f"与{other}持平" if language == "zh" else f"as in {other}"), ""
    is_share = rule.unit.en == "%"
    size = number(abs(difference))
    if is_share or language == "zh":  # in English the unit stands behind the figure itself
        size = _with_unit(size, said(POINTS if is_share else rule.unit, language), language)
    if language == "zh":
        more, less = ("上升", "下降") if is_share else ("增加", "减少")
        return f"比{other}{more if difference > 0 else less}", size
    return f"{'up' if difference > 0 else 'down'} on {other} by", size


def just_before(of: Period) -> Words:
    """What the period before one is called, as 环比 compares."""
    kinds = kinds_of(of)
    return next((words for kind, words in JUST_BEFORE.items() if kind in kinds), TWELVE_MONTHS)


def is_reached(value: Decimal, target: Decimal, rule: Indicator) -> bool:
    """Whether a value meets a target: from above where less is better."""
    return value <= target if rule.direction is Direction.DOWN else value >= target


def numbered(of: tuple[int, int] | None, language: str) -> str:
    """The number of an issued report: 〔2026〕第3号."""
    if of is None:
        return ""
    return f"〔{of[0]}〕第{of[1]}号" if language == "zh" else f"No. {of[1]} of {of[0]}"
