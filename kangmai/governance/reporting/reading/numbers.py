"""Numbers with their units in Chinese text, and the places where a number has lost its digits.

Public pages lose digits when they are copied: “.64万剂次” has lost those before the point, “扩充到人” and
“覆盖率达%” all of them; where a page was decoded wrongly the mark of a broken character (U+FFFD) stands in or
beside a number, which may have been a digit; a letter O or l among digits (1O5%) was one. Such a figure is
not stated; nothing is put in its place.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from kangmai.governance.reporting.reading.numerals import ALL, ONES, read_numeral, read_tenths

UNITS = (
    "/10万", "/十万", "张/千人", "个百分点", "人次", "人份", "剂次", "管/天", "例次", "分钟", "小时", "平方米", "公里",
    "%", "‰", "剂", "管", "例", "张", "个", "家", "所", "间", "支", "名", "人", "户", "辆", "台", "套", "件",
    "项", "元", "吨", "天", "次", "份", "批", "对", "种", "类", "镇", "县", "村", "床", "针", "位", "亩", "岁", "号",
)  # fmt: skip
NOT_FIGURES = frozenset(("岁", "号"))
"""Units of what is no figure: ages that bound a group, numbers of documents."""

_SCALE = "(?:万|亿|千万|百万|十万)?(?:余|多)?"
_UNIT = f"{_SCALE}(?:{'|'.join(map(re.escape, UNITS))})"
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_HUNDREDTHS = re.compile(rf"百分之(?:(?P<number>{_DIGITS})|(?P<numeral>[{ALL}]+(?:点[{ONES}]+)?))")
_TENTHS = re.compile(rf"(?P<tenths>[{ONES}十]成[{ONES}半]?)(?=[多左以的，。；、,;）)]|$)")
_NUMERAL = re.compile(
    rf"(?<![{ALL}几上第每/之点])(?!(?<=数)十)(?=[{ONES}]*[十百千万亿])(?P<numeral>[{ONES}十][{ALL}]*)"
    rf"(?P<unit>[余多]?(?:{'|'.join(map(re.escape, UNITS))}))"
)
"""A count in characters of ten or more; 一个 and 三级 are figures of speech, 每十万人 is a base."""
_BROKEN = "\N{REPLACEMENT CHARACTER}"
_SIGN = r"(?P<sign>(?<=[为是达至到：:])[-－−])?"
"""A stroke is a sign only where a value is told; elsewhere it joins or parts words."""
_NUMBER = re.compile(
    rf"{_SIGN}(?<![\d.A-Za-z第〔\[{_BROKEN}])(?P<number>{_DIGITS})(?P<unit>{_UNIT})"
)
_HALF_LOST = re.compile(rf"(?<![\d.OoIl{_BROKEN}])\.\d+(?P<unit>{_UNIT})")
_BROKEN_NUMBER = re.compile(rf"[\d.,]*{_BROKEN}[\d.,{_BROKEN}]*(?P<unit>{_UNIT})")
_LETTERED = re.compile(
    rf"(?<![\d.,A-Za-z])(?=[\d.,OoIl]*\d)(?=[\d.,]*[OoIl])[\d.,OoIl]+(?P<unit>{_UNIT})"
)
_TOLD = "扩充到|扩大到|增加到|增至|增长到|增长至|达到|达|提高到|提高至|提升到|提升至|超过|共有|共计|累计|总数为|总数达|约"
_COUNTED = "人次|剂次|张|个|家|所|间|支|名|人|户|辆|台|套|件|项|元|剂|管|例"
_ALL_LOST = re.compile(
    rf"(?:{_TOLD})(?P<unit>(?:{_SCALE})(?:{_COUNTED}))(?=[的，。；、,;以之左]|$)"
    rf"|(?P<percent>(?<![\d.%一二三四五六七八九十百{_BROKEN}])[%‰])"
    rf"|(?:{_TOLD})(?P<scaled>[万亿](?:{_COUNTED}))"
)
_YEAR = re.compile(r"(?:19|20)\d\d年")
_DOCUMENT = re.compile(r"[〔\[（(]\d{4}[〕\]）)]\d+号")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a sentence: where it stands, its value as printed (None where digits are lost), its unit."""

    start: int
    end: int
    value: Decimal | None
    unit: str


def numbers(sentence: str) -> list[Number]:
    """The numbers with a unit, in order; years, dates, ages and numbers of documents are none."""
    found = [*_lost(sentence), *_stated(sentence)]
    return sorted(found, key=lambda each: each.start)


def _stated(sentence: str) -> Iterator[Number]:
    masked = _DOCUMENT.sub(lambda match: " " * len(match[0]), sentence)
    masked = _YEAR.sub(lambda match: " " * len(match[0]), masked)
    for match in _NUMBER.finditer(masked):
        unit = re.sub("[余多]", "", match["unit"])
        if unit not in NOT_FIGURES and not _is_date(masked, match.end()):
            value = Decimal(match["number"].replace(",", ""))
            yield Number(match.start(), match.end(), -value if match["sign"] else value, unit)
    for match in _HUNDREDTHS.finditer(sentence):
        written = match["number"]
        value = Decimal(written.replace(",", "")) if written else read_numeral(match["numeral"])
        yield Number(match.start(), match.end(), value, "%")
    for match in _TENTHS.finditer(sentence):
        yield Number(match.start(), match.end(), read_tenths(match["tenths"]), "%")
    for match in _NUMERAL.finditer(sentence):
        unit = re.sub("[余多]", "", match["unit"])
        if unit not in NOT_FIGURES and not _is_date(sentence, match.end()):
            yield Number(match.start(), match.end(), read_numeral(match["numeral"]), unit)


def _is_date(sentence: str, end: int) -> bool:
    """Whether what looks like a count of months goes on as a date: 11个月 is one, 11月 is none."""
    return sentence[end : end + 1] in "月日" and sentence[end : end + 1] != ""


def _lost(sentence: str) -> Iterator[Number]:
    for pattern in (_HALF_LOST, _BROKEN_NUMBER, _LETTERED):
        for match in pattern.finditer(sentence):
            yield Number(match.start(), match.end(), None, match["unit"])
    for match in _ALL_LOST.finditer(sentence):
        unit = match["unit"] or match["percent"] or match["scaled"]
        start = match.end() - len(unit)
        if not re.search(rf"(?:{_DIGITS})$", sentence[:start]):
            yield Number(start, match.end(), None, unit)
