"""A bulletin, read sentence by sentence: every number with its unit, what it is called, where and when."""

import re
from collections.abc import Iterator
from decimal import Decimal

from kangmai.governance.reporting.reading.indicators import SHARES, Saying, saying_of
from kangmai.governance.reporting.reading.numbers import Number, numbers
from kangmai.governance.reporting.reading.periods import period_of, year_of
from kangmai.governance.reporting.reading.places import first_place, place_of
from kangmai.governance.reporting.reading.sentences import clause_at, sentences
from kangmai.governance.reporting.reading.texts import paragraphs
from kangmai.governance.reporting.types import Quoted, Status

_HUNDRED = Decimal(100)
_BEFORE_NOUN = re.compile(
    r"(?:建成|建设|建立|新建|改建|设立|设置|组建|成立|开设|培育|创建|拥有|配备|投入|共有|现有|已有|有|共|完成|选派|派出|"
    r"打造|评选|下达|安排|升级|增创|新增|增设|其中|获得|获批|获|实施|推进|在建|支援|储备|全市|全区|全县|累计|其余|另有|分别为|和|及|与)$"
)
_TIME = re.compile(
    r"^(?:截至|截止|到|至|自)?(?:(?:19|20)\d\d年(?:\d{1,2}月(?:\d{1,2}日)?)?(?:底|末|上半年|下半年|以来|第?.季度)?|目前|今年|去年|全年)+(?:以来|底|末|止)?"
)
_TOLD = re.compile(
    r"(?:均|都|已|分别|平均|总数|数量|人数)?(?:保持在|稳定在|控制在|达到了?|达|为|是|超过|突破|不低于|不少于|近|约|从|由|提高到|提高至|提升到|提升至|增至|增加到|扩充到|共有|共计|共|有|≥|>)+$"
)

_CHANGED = re.compile(
    r"(?:增加|减少|提高|提升|下降|上升|上涨|增长|降低|回落|缩短)(?:了|约|近|超过|超)?$"
)
"""A number behind these says by how much something moved, and not what it is; 提高到 and 增至 say what it is."""


def read_bulletin(content: bytes, *, name: str) -> tuple[Quoted, ...]:
    """Every figure that a bulletin quotes, in the order of the text.

    Args:
        content: the file as it came: HTML, plain text (UTF-8 or GB 18030) or DOCX.
        name: what to call it in messages.

    Raises:
        BulletinUnreadable
    """
    text = paragraphs(content, name=name)
    whole = "\n".join(text)
    place, year = first_place(whole), year_of(whole)
    period = str(year or "")
    found: list[Quoted] = []
    for paragraph in text:
        period_here, place_here = period, place
        for sentence in sentences(paragraph):
            period_here = period_of(sentence, year=year) or period_here
            place_here = place_of(sentence) or place_here
            found += _quoted(sentence, place=place_here, period=period_here, year=year)
    return tuple(found)


def _quoted(sentence: str, *, place: str, period: str, year: int | None) -> Iterator[Quoted]:
    for number in numbers(sentence):
        said_before = sentence[: number.start]
        before, behind = clause_at(sentence, number.start, number.end)
        saying = _saying(sentence, number, before, behind)
        figure = _name(before, behind)
        yield Quoted(
            sentence,
            figure,
            number.value,
            number.unit,
            place_of(said_before) or place,
            period_of(said_before, year=year) or period,
            saying.indicator if saying else "",
            _status(number, figure, saying),
        )


def _saying(sentence: str, number: Number, before: str, behind: str) -> Saying | None:
    """By the words of the clause; where it has none of its own, by those of the sentence so far.

    None for a number that says by how much something moved: it is no value of the indicator.
    """
    if _CHANGED.search(sentence[: number.start]) or number.unit == "个百分点":
        return None
    found = saying_of(f"{before}{number.unit}{behind}", number.unit)
    return found or saying_of(sentence[: number.start][-40:], number.unit)


def _name(before: str, behind: str) -> str:
    """What the figure is called: the words before the number, or behind it where a verb stands before."""
    said = _TIME.sub("", before.removeprefix(place_of(before)))
    noun = _TOLD.sub("", said)
    behind = re.split(r"[的，。；、]", behind.removeprefix("的"))[0]
    if (not noun or _BEFORE_NOUN.search(noun)) and behind:
        return behind
    return noun or behind


def _status(number: Number, figure: str, saying: Saying | None) -> Status:
    if number.value is None:
        return Status.LOST_DIGITS
    if saying and not saying.allows(number.value):
        return Status.IMPLAUSIBLE
    if number.unit == "%" and number.value > _HUNDRED and SHARES.search(figure):
        return Status.IMPLAUSIBLE
    return Status.STATED
