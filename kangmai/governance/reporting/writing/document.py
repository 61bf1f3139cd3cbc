"""A report as a document: title, sections with their sentences and charts, cards, names.

Every number in a sentence is a link to its card; what may not be printed is said and never a number.
"""

from collections.abc import Iterable, Iterator

from kangmai.analytics.rules import Indicator, find_indicator
from kangmai.analytics.types import Figure, Status
from kangmai.documents.types import (
    Bar,
    Bars,
    Block,
    Document,
    Fields,
    Heading,
    Paper,
    Paragraphs,
    Prose,
    Run,
    Signature,
    Table,
)
from kangmai.governance.reporting.types import Line, Print, Report, Section, State, Template
from kangmai.governance.reporting.writing import wording
from kangmai.kernel.words import Words
from kangmai.standards.calendars import legal_day
from kangmai.standards.periods import Period

LANGUAGES = ("zh", "en")
A4 = Paper(210, 297)
ROUNDINGS = {
    "half_up": {"zh": "四舍五入", "en": "half up"},
    "half_even": {"zh": "四舍六入五成双", "en": "half to even"},
    "down": {"zh": "舍去", "en": "downwards"},
}
WORDS = {
    "draft": {"zh": "（草稿，未签发）", "en": " (draft, not issued)"},
    "invented": {"zh": "本报告数据为演示用虚构数据。", "en": "All data of this report are invented."},
    "running": {
        "zh": "统计期尚未结束，本报告数据截至冻结时，不与其他时期比较。",
        "en": "The period is not over: these are its figures up to the freeze, and they are held against no other.",
    },
    "chart": {"zh": "{title}，按下级区域", "en": "{title}, by area"},
    "target": {"zh": "目标 {value}", "en": "target {value}"},
    "cards": {"zh": "数据口径卡", "en": "Answer cards"},
    "parts": {"zh": "分区域", "en": "By area"},
    "unplaced": {"zh": "未落到下级区域", "en": "not placed further"},
    "footer": {
        "zh": "文中数字均为冻结数据，口径见文末。",
        "en": "Every number is a frozen figure; its card stands at the end.",
    },
    "corrections": {"zh": "更正", "en": "Correction"},
    "withheld": {
        "zh": "疫情数据须经有权机关授权后公布，本报告未列。",
        "en": "Outbreak figures are published by authority only; none is recorded, so they are left out.",
    },
    "authority": {"zh": "疫情数据公布依据：{authority} {document}", "en": "Outbreak figures by authority of {authority}, {document}"},
}  # fmt: skip
FIELDS = {
    "value": {"zh": "数值", "en": "Value"},
    "numerator": {"zh": "分子", "en": "Numerator"},
    "denominator": {"zh": "分母", "en": "Denominator"},
    "base": {"zh": "统计范围", "en": "Base"},
    "scope": {"zh": "区域与期间", "en": "Area and period"},
    "before": {"zh": "上年同期", "en": "Year before"},
    "just_before": {"zh": "环比", "en": "Period before"},
    "target": {"zh": "目标", "en": "Target"},
    "known": {"zh": "资料完整率", "en": "Completeness"},
    "rounding": {"zh": "取整", "en": "Rounding"},
    "rule": {"zh": "口径版本", "en": "Rule"},
    "cutoff": {"zh": "数据截止", "en": "Data up to"},
    "frozen": {"zh": "冻结", "en": "Frozen"},
    "source": {"zh": "口径来源", "en": "Source"},
}  # fmt: skip


def document(
    of: Report, template: Template, *, language: str, earlier: Report | None = None
) -> Document:
    """A report in one language.

    Args:
        earlier: the issued report that this one corrects.
    """
    title = _title(of, template, language)
    shown = [each for each in of.lines if is_shown(each, of)]
    blocks: list[Block] = [Heading(title, 1), *_head(of, language)]
    if earlier is not None:
        blocks += _corrections(of, earlier, language)
    for section in template.sections:
        blocks += _section(section, of, language)
    blocks.append(_signatures(of, language))
    blocks.append(Heading(WORDS["cards"][language], 1, starts_page=True))
    for n, each in enumerate(shown, start=1):
        blocks += card(n, each, of, language)
    dated = of.issued.at if of.issued else None
    footer = WORDS["footer"][language]
    return Document(title, language, A4, tuple(blocks), footer, dated)


def _title(of: Report, template: Template, language: str) -> str:
    heading = wording.said(template.heading, language).format(
        area=wording.area(of.area, language), period=wording.period(of.period, language)
    )
    return heading if of.state is State.ISSUED else f"{heading}{WORDS['draft'][language]}"


def _head(of: Report, language: str) -> Iterator[Block]:
    """Number, invented data, authority."""
    lines = [wording.numbered(of.number, language)]
    if of.is_invented:
        lines.append(WORDS["invented"][language])
    if any(_is_running(each, of) for each in of.lines):
        lines.append(WORDS["running"][language])
    if of.release and any(_is_outbreak(each) for each in of.lines):
        said = WORDS["authority"][language]
        lines.append(said.format(authority=of.release.authority, document=of.release.document))
    if any(lines):
        yield Paragraphs("", tuple(filter(None, lines)))


def _is_running(line: Line, of: Report) -> bool:
    """Whether the period was not over when the figure was frozen."""
    return line.cutoff is not None and legal_day(line.cutoff) < of.period.end


def is_shown(line: Line, of: Report) -> bool:
    """Whether a figure may stand in a report at all: of an outbreak only by a recorded authority."""
    return of.release is not None or not _is_outbreak(line)


def _is_outbreak(line: Line) -> bool:
    return rule_of(line).is_outbreak


def rule_of(line: Line) -> Indicator:
    """The rule by which a line was counted."""
    found = find_indicator(line.indicator, on=line.rule_from)
    assert found is not None  # entries stay when newer ones come
    return found


def _section(section: Section, of: Report, language: str) -> Iterator[Block]:
    lines = [each for id in section.figures if (each := of.line(id)) is not None]
    if not lines:
        return
    yield Heading(wording.said(section.title, language), 2)
    shown = [each for each in lines if is_shown(each, of)]
    if shown:
        yield Prose(tuple(sentence(each, of.period, language) for each in shown))
    if len(shown) < len(lines):
        yield Paragraphs("", (WORDS["withheld"][language],))
    chart = of.line(section.chart) if section.chart else None
    if chart is not None and chart in shown and _can_be_drawn(chart):
        yield bars(chart, language)
    if remark := of.remarks.get(section.id, ""):
        yield Paragraphs("", tuple(filter(None, remark.splitlines())))


def _can_be_drawn(line: Line) -> bool:
    """Whether there are areas to compare: one bar alone says nothing."""
    return sum(each.value is not None for each in line.parts if each.area) > 1


def anchor(line: Line) -> str:
    """By which runs lead to a card."""
    return f"card-{line.indicator}"


def sentence(line: Line, period: Period, language: str) -> tuple[Run, ...]:
    """A figure in a sentence, each number a link to its card; or why there is no number."""
    rule, link = rule_of(line), anchor(line)
    title = wording.said(rule.title, language)
    if line.print is not Print.PRINTED or line.now.value is None:
        colon = "：" if language == "zh" else ": "
        end = "。" if language == "zh" else "."
        return (Run(f"{title}{colon}{wording.said(line.reason, language)}{end}"),)
    between = "为" if language == "zh" else ": "
    runs = [Run(f"{title}{between}"), Run(wording.printed(line.now.value, rule, language), link)]
    opening, closing = ("（", "）") if language == "zh" else (" (", ")")
    if part := wording.fraction(line.now, language):
        runs += [Run(opening), Run(part, link), Run(closing)]
    for before, since in _compared(line, period):
        runs += _since(line, before, since, link, language)
    runs += _against(line, rule, link, language)
    return (*runs, Run("。" if language == "zh" else "."))


def _compared(line: Line, period: Period) -> Iterator[tuple[Figure | None, Words]]:
    """What a sentence holds a figure against. Twelve months that end a month earlier stand on the card alone."""
    yield line.before, wording.YEAR_BEFORE
    if (since := wording.just_before(period)) != wording.TWELVE_MONTHS:
        yield line.just_before, since


def _since(
    line: Line, before: Figure | None, since: Words, link: str, language: str
) -> Iterator[Run]:
    """How it moved, where the earlier figure is frozen, too."""
    if before is None or before.value is None or line.now.value is None:
        return
    way, size = wording.moved(line.now.value, before.value, since, rule_of(line), language)
    yield Run(f"，{way}" if language == "zh" else f", {way}{' ' if size else ''}")
    if size:
        yield Run(size, link)


def _against(line: Line, rule: Indicator, link: str, language: str) -> Iterator[Run]:
    if line.target is None or line.now.value is None:
        return
    reached = wording.is_reached(line.now.value, line.target, rule)
    yield Run("；目标" if language == "zh" else "; target ")
    yield Run(wording.printed(line.target, rule, language), link)
    if language == "zh":
        yield Run("，已达到" if reached else "，未达到")
    else:
        yield Run(", reached" if reached else ", not reached")


def bars(line: Line, language: str) -> Bars:
    """A figure by the areas below, with its target."""
    rule = rule_of(line)
    drawn = tuple(
        Bar(
            wording.area(each.area, language),
            each.value if each.status is Status.OK else None,
            wording.printed(each.value, rule, language),
        )
        for each in line.parts
        if each.area
    )
    title = WORDS["chart"][language].format(title=wording.said(rule.title, language))
    label = ""
    if line.target is not None:
        value = wording.printed(line.target, rule, language)
        label = WORDS["target"][language].format(value=value)
    return Bars(title, drawn, line.target, label)


def card(n: int, line: Line, of: Report, language: str) -> Iterator[Block]:
    """The answer card of a figure: everything that was said of it, and the parts that add up to it."""
    rule = rule_of(line)
    yield Heading(f"{n}. {wording.said(rule.title, language)}", 2, anchor(line))
    pairs = card_facts(line, rule, of, language)
    yield Fields(tuple((FIELDS[key][language], text) for key, text in pairs if text), 1)
    if line.parts:
        yield _parts(line, rule, language)


def card_facts(
    line: Line, rule: Indicator, of: Report, language: str
) -> tuple[tuple[str, str], ...]:
    """What a card says, by the names of `FIELDS`."""
    has_number = line.print is Print.PRINTED
    now, value = line.now, wording.printed(line.now.value, rule, language)
    if has_number and (part := wording.fraction(now, language)):
        value = f"{value} = {part}"
    known = now.completeness
    verified = "" if rule.is_verified else {"zh": "（待核）", "en": " (to be verified)"}[language]
    return (
        ("value", value if has_number else wording.said(line.reason, language)),
        ("numerator", wording.said(rule.numerator, language)),
        ("denominator", wording.said(rule.denominator, language)),
        ("base", wording.said(rule.base, language)),
        ("scope", f"{wording.area(of.area, language)} · {wording.period(of.period, language)}"),
        ("before", _against_earlier(line.before, line, wording.YEAR_BEFORE, language)),
        (
            "just_before",
            _against_earlier(line.just_before, line, wording.just_before(of.period), language),
        ),
        ("target", "" if line.target is None else wording.printed(line.target, rule, language)),
        ("known", f"{known * 100:.1f}%" if known is not None and has_number else ""),
        ("rounding", _rounding(rule, language)),
        ("rule", f"{rule.id} {rule.effective_from} {line.rule}"),
        ("cutoff", wording.instant(line.cutoff)),
        ("frozen", f"{wording.instant(line.frozen_at)} {line.frozen_by_name}".strip()),
        ("source", f"{rule.source}{verified}"),
    )


def _against_earlier(before: Figure | None, line: Line, since: Words, language: str) -> str:
    """An earlier figure with the difference, as a sentence says it; of a line without a number nothing."""
    if line.print is not Print.PRINTED:
        return ""
    if before is None or before.value is None or line.now.value is None:
        return {"zh": "未冻结或无数据，不作比较", "en": "not frozen or no data; no comparison"}[
            language
        ]
    rule = rule_of(line)
    way, size = wording.moved(line.now.value, before.value, since, rule, language)
    gap = "" if language == "zh" else " "
    return f"{wording.printed(before.value, rule, language)} · {way}{gap if size else ''}{size}"


def _rounding(rule: Indicator, language: str) -> str:
    digits = f"{rule.digits} 位小数" if language == "zh" else f"{rule.digits} decimals"
    return f"{digits} · {ROUNDINGS[rule.rounding][language]}"


def _parts(line: Line, rule: Indicator, language: str) -> Table:
    headers = ("区域", "数值", "分子", "分母") if language == "zh" else ("Area", "Value", "Numerator", "Denominator")  # fmt: skip
    rows = tuple(
        (
            wording.area(each.area, language) if each.area else WORDS["unplaced"][language],
            wording.printed(each.value, rule, language),
            "—" if each.numerator is None else wording.number(each.numerator),
            "—" if each.denominator is None else wording.number(each.denominator),
        )
        for each in line.parts
    )
    return Table(WORDS["parts"][language], headers, rows)


def _corrections(of: Report, earlier: Report, language: str) -> Iterator[Block]:
    """Which report this one corrects, and what it printed otherwise."""
    yield Heading(WORDS["corrections"][language], 2)
    number = wording.numbered(earlier.number, language)
    first = {
        "zh": f"本报告更正{number}，以本报告为准。",
        "en": f"This report corrects {number} and stands in its place.",
    }[language]
    lines: list[tuple[Run, ...]] = [(Run(first),)]
    for each in of.lines:
        stated = earlier.line(each.indicator)
        if stated is None or not (is_shown(each, of) and is_shown(stated, earlier)):
            continue
        if (stated.print, stated.now.value) != (each.print, each.now.value):
            lines.append(_changed(stated, each, language))
    yield Prose(tuple(lines))


def _changed(stated: Line, now: Line, language: str) -> tuple[Run, ...]:
    rule, link = rule_of(now), anchor(now)
    title = wording.said(rule.title, language)
    was, is_ = (_as_printed(each, rule, language) for each in (stated, now))
    if language == "zh":
        return (Run(f"{title}：原为"), Run(was, link), Run("，更正为"), Run(is_, link), Run("。"))
    return (Run(f"{title}: was "), Run(was, link), Run(", is "), Run(is_, link), Run("."))


def _as_printed(line: Line, rule: Indicator, language: str) -> str:
    if line.print is Print.PRINTED:
        return wording.printed(line.now.value, rule, language)
    return wording.said(line.reason, language)


def _signatures(of: Report, language: str) -> Signature:
    labels = {
        "zh": ("拟稿", "复核", "签发"),
        "en": ("Drafted", "Checked", "Issued"),
    }[language]
    signers = (of.drafted, of.checked, of.issued)
    return Signature(
        tuple(
            (label, f"{each.name} {wording.instant(each.at)}" if each else "")
            for label, each in zip(labels, signers, strict=True)
        )
    )


def text(of: Document) -> str:
    """All that a document says, line by line; what its digest is made of."""
    return "\n".join(_lines(of.blocks))


def _lines(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Heading():
                yield block.text
            case Paragraphs():
                yield from block.lines
            case Prose():
                yield from ("".join(run.text for run in runs) for runs in block.lines)
            case Bars():
                yield block.title
                yield from (f"{each.label} {each.printed}" for each in block.bars)
            case Fields() | Signature():
                yield from (f"{label}: {value}" for label, value in block.pairs)
            case Table():
                yield from ("\t".join(row) for row in (block.headers, *block.rows))
            case _:
                yield block.text


def missing(of: Report, template: Template, language: str) -> list[str]:
    """The figures without which a report cannot go on, each with the reason."""
    found = []
    for each in of.lines:
        if not is_shown(each, of):
            continue
        is_wanted = each.print is Print.NOT_FROZEN or template.is_required(each.indicator)
        if is_wanted and each.print not in (Print.PRINTED, Print.SMALL):
            title = wording.said(rule_of(each).title, language)
            reason = wording.said(each.reason, language)
            found.append(f"{title}（{reason}）" if language == "zh" else f"{title} ({reason})")
    return found
