"""The sentences that say why a dose stands as it does, in English and Chinese."""

from collections.abc import Iterable

from kangmai.programmes.immunization.schedule.types import Words
from kangmai.programmes.immunization.types import Reason

SENTENCES = {
    "valid": ("valid", "有效"),
    "beyond_age": ("valid; given after the age limit", "有效；接种时已超过年龄上限"),
    "additional": ("in addition to the schedule", "程序之外的剂次"),
    "other_product": (
        "not counted in a series begun with another product",
        "该系列已用其他产品开始，本剂不计入",
    ),
    "in_its_place": ("given as {0} instead", "已以{0}替代"),
    "reached_otherwise": ("enough doses without this one", "无需此剂即可达到规定剂次"),
    "continued_with": ("continued with {0}", "已改用{0}继续"),
    "passed": (
        "the time of this dose has passed; the others follow",
        "本剂时间已过，按后续剂次接种",
    ),
    "invalid_min_age": (
        "too early: does not count before {0} days of age; to be repeated",
        "接种过早：满{0}日龄前接种无效，须补种",
    ),
    "invalid_interval": (
        "too soon: at least {0} days after {1} of {2}; to be repeated",
        "间隔过短：距{2}的{1}应至少{0}天，须补种",
    ),
    "invalid_after_dose": (
        "too soon: at least {0} days after dose {1}; to be repeated",
        "间隔过短：距第{1}剂应至少{0}天，须补种",
    ),
    "invalid_live_interval": (
        "too soon: injected live vaccines the same day or {0} days apart, {1} was on {2}; to be repeated",
        "注射类减毒活疫苗应同日或间隔至少{0}天，{2}曾接种{1}，须补种",
    ),
    "invalid_immunoglobulin": (
        "within {0} months after the immunoglobulin of {1}; to be repeated",
        "距{1}注射免疫球蛋白不足{0}个月，须补种",
    ),
    "invalid_before_immunoglobulin": (
        "less than {0} days before the immunoglobulin of {1}; to be repeated",
        "接种后不足{0}天即于{1}注射免疫球蛋白，须补种",
    ),
    "invalid_same_day": ("a second dose on one day does not count", "同日重复接种不计入"),
    "birth": ("scheduled at birth", "程序规定出生时接种"),
    "month": ("scheduled at 1 month of age", "程序规定1月龄接种"),
    "years_months": (
        "scheduled at {0} years {1} months of age",
        "程序规定{0}岁{1}月龄接种",
    ),
    "in_force": ("scheduled from the day the rule came into force", "自该规定施行之日起接种"),
    "months": ("scheduled at {0} months of age", "程序规定{0}月龄接种"),
    "years": ("scheduled at {0} years of age", "程序规定{0}周岁接种"),
    "min_age": ("catch-up: from {0} days of age", "补种：满{0}日龄起"),
    "interval": ("catch-up: {0} days after {1} of {2}", "补种：距{2}的{1}满{0}天"),
    "after_dose": ("catch-up: {0} days after dose {1}", "补种：距第{1}剂满{0}天"),
    "planned_interval": ("catch-up: {0} days after the dose before", "补种：距前一剂满{0}天"),
    "advised_interval": ("{0} months after the dose before", "距前一剂满{0}个月"),
    "live_interval": (
        "{0} days after the live vaccine {1} of {2}",
        "距{2}接种的减毒活疫苗{1}满{0}天",
    ),
    "immunoglobulin": (
        "{0} months after the immunoglobulin of {1}",
        "距{1}注射免疫球蛋白满{0}个月",
    ),
    "gestation": (
        "premature: after {0} weeks from the mother's last period, when stable",
        "早产儿：胎龄满{0}周后且病情稳定方可接种",
    ),
    "repeat": ("repeat of the dose of {0} that does not count", "{0}的一剂无效，重新接种"),
    "timely_until": ("should have been given by {0}", "应于{0}前完成"),
    "contraindicated": ("a contraindication is recorded", "已登记禁忌"),
    "aged_out": ("not given after {0}", "{0}后不再接种"),
    "no_time_left": (
        "cannot be given by {0}, the latest day of the age for it",
        "在年龄上限{0}前已无法接种",
    ),
}
"""By name: English, Chinese. Numbers in braces are the values of a `Reason`."""


def say(reasons: Iterable[Reason], language: str) -> str:
    """The reasons in one line, in `en` or `zh`."""
    is_zh = language.startswith("zh")
    return ("；" if is_zh else "; ").join(_sentence(each, is_zh) for each in reasons)


def _sentence(reason: Reason, is_zh: bool) -> str:
    if reason.name == "words":
        words = reason.values[0]
        assert isinstance(words, Words)
        return words.zh if is_zh else words.en
    text = SENTENCES[reason.name][is_zh]
    return text.format(*reason.values) if reason.values else text


def from_definition(words: Words) -> Reason:
    """A sentence that stands in a definition."""
    return Reason("words", (words,))


def scheduled_at(months: int) -> Reason:
    """The age of the schedule."""
    if months < 2:
        return Reason("month" if months else "birth")
    if months < 24:
        return Reason("months", (months,))
    years, left = divmod(months, 12)
    return Reason("years_months", (years, left)) if left else Reason("years", (years,))
