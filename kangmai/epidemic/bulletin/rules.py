"""The words of a bulletin: pure functions of a frozen sheet and the dated rule, so that its text never changes.

A number is compared with the same hour of the day before, counted again from what is known now; what a source
cannot count for a past instant is compared with what the day's bulletin stated. A missing source is said, not
written as zero. Source: who may publish figures of an outbreak, 传染病防治法 (2025), clause to be verified.
"""

from collections.abc import Iterable
from datetime import date, datetime

from kangmai.epidemic.bulletin import rulebook
from kangmai.epidemic.bulletin.types import Bulletin, Figure, Line, Release, Rule, Sheet, Why
from kangmai.standards.calendars import LEGAL_TIME
from kangmai.standards.division_names import division_label
from kangmai.standards.divisions import find_division

rule = rulebook.rule
MINUS = "−"


def change(line: Line) -> int | None:
    """How much more it is than the day before, or None where either is unknown."""
    if line.now.value is None or line.before.value is None:
        return None
    return line.now.value - line.before.value


def signed(number: int) -> str:
    """+1,200 or −3.

    >>> signed(-1200)
    '−1,200'
    """
    return f"{'+' if number > 0 else MINUS if number < 0 else ''}{abs(number):,}"


def share(line: Line) -> str:
    """The share of the whole in percent to one decimal, empty where there is no whole."""
    if line.now.value is None or not line.now.of:
        return ""
    return f"{100 * line.now.value / line.now.of:.1f}%"


def sentence(line: Line, figure: Figure, *, language: str) -> str:
    """A figure as the bulletin says it."""
    title = figure.title.in_language(language)
    is_chinese = language.startswith("zh")
    if line.now.value is None:
        return f"{title} {missing(line.now.why, language=language)}" if is_chinese else f"{title}: {missing(line.now.why, language=language)}"  # fmt: skip
    number = f"{line.now.value:,} {figure.unit.in_language(language)}"
    notes = [each for each in (_against_yesterday(line, is_chinese), _of_whole(line, figure, language)) if each]  # fmt: skip
    if is_chinese:
        return f"{title} {number}" + (f"（{'；'.join(notes)}）" if notes else "")
    return f"{title}: {number}" + (f" ({'; '.join(notes)})" if notes else "")


def missing(why: Why, *, language: str) -> str:
    """Why there is no number."""
    words = {
        Why.NOT_ORDERED: ("未列入命令", "not part of the order"),
        Why.NOT_AVAILABLE: ("暂无数据", "not available"),
        Why.KNOWN: ("", ""),
    }[why]
    return words[0] if language.startswith("zh") else words[1]


def _against_yesterday(line: Line, is_chinese: bool) -> str:
    moved = change(line)
    if moved is None:
        return ""
    if moved == 0:
        return "与昨日同时持平" if is_chinese else "as yesterday at this hour"
    return f"较昨日同时 {signed(moved)}" if is_chinese else f"{signed(moved)} on yesterday at this hour"  # fmt: skip


def _of_whole(line: Line, figure: Figure, language: str) -> str:
    if not share(line) or figure.against is None or line.now.of is None:
        return ""
    whole = figure.against.in_language(language)
    if language.startswith("zh"):
        return f"{whole} {line.now.of:,}，占 {share(line)}"
    return f"of {line.now.of:,}, {whole[0].lower()}{whole[1:]}: {share(line)}"


def place_names(areas: Iterable[str], *, language: str) -> str:
    """The names of areas as one text."""
    found = [(find_division(code), code) for code in areas]
    names = [division_label(each, language=language) if each else code for each, code in found]
    return ("、" if language.startswith("zh") else ", ").join(names)


def instant(at: datetime) -> str:
    """An instant in legal time to the minute."""
    return at.astimezone(LEGAL_TIME).strftime("%Y-%m-%d %H:%M")


def heading(sheet: Sheet, day: date, serial: int | None, edition: int, *, language: str) -> str:
    """The title of a bulletin."""
    is_chinese = language.startswith("zh")
    drill = ("【演练】" if is_chinese else "[DRILL] ") if sheet.is_drill else ""
    again = "" if edition == 1 else (f"（第 {edition} 版）" if is_chinese else f" (edition {edition})")  # fmt: skip
    number = "" if serial is None else (f"第 {serial} 期" if is_chinese else f"No. {serial}")
    if is_chinese:
        return f"{drill}疫情防控日报{number}（{day.isoformat()}）{again}"
    return f"{drill}Daily bulletin {number} ({day.isoformat()}){again}".replace("  ", " ")


def shown(sheet: Sheet, found: Rule, *, with_outbreak: bool = True) -> dict[str, list[Line]]:
    """The lines of each section, in the order of the rule; those of the outbreak only if they may be shown."""
    sections: dict[str, list[Line]] = {}
    for id, figure in found.figures.items():
        line = sheet.line(id)
        if line is not None and (with_outbreak or not figure.is_outbreak):
            sections.setdefault(figure.section, []).append(line)
    return sections


def statement(sheet: Sheet, *, language: str) -> str:
    """Under which order, for which area, as of when: what stands under everything that is shown to the public."""
    areas = place_names(sheet.areas, language=language)
    if language.startswith("zh"):
        kind = "演练命令" if sheet.is_drill else "命令"
        return f"依据{kind} {sheet.number}《{sheet.title}》；范围：{areas}；数据截至 {instant(sheet.as_of)}。"
    kind = "drill order" if sheet.is_drill else "order"
    return f"Under {kind} {sheet.number} “{sheet.title}”; area: {areas}; data as of {instant(sheet.as_of)}."


def text(
    of: Bulletin, *, language: str, release: Release | None = None, public: bool = False
) -> str:
    """The whole text of a bulletin; for the public only what was released."""  # fmt: skip
    found = rule(on=of.sheet.rule_from)
    with_outbreak = not public or (release is not None and release.with_outbreak)
    lines = [heading(of.sheet, of.day, of.serial, of.edition, language=language)]
    lines.append(statement(of.sheet, language=language))
    for section, figures in shown(of.sheet, found, with_outbreak=with_outbreak).items():
        lines.append(f"# {found.sections[section].in_language(language)}")
        lines += [sentence(each, found.figures[each.figure], language=language) for each in figures]
    if not public:
        lines += [corrected(each.figure, each.stated, each.now, found, language=language) for each in of.sheet.corrections]  # fmt: skip
        lines += [of.remark] if of.remark else []
    return "\n".join(lines)


def corrected(id: str, stated: int, now: int, found: Rule, *, language: str) -> str:
    """A correction of the day before."""
    title = found.figures[id].title.in_language(language)
    if language.startswith("zh"):
        return f"更正：昨日通报{title} {stated:,}，现核为 {now:,}。"
    return f"Correction: {title} was stated as {stated:,} yesterday and is {now:,} now."
