"""Reports: three persons, frozen figures only, and every number of every file stands on its card."""

import dataclasses
import datetime
import io
import re
from uuid import uuid4

import lxml.html
import pytest
from django.db import ProgrammingError, transaction
from docx import Document as WordDocument
from pypdf import PdfReader

from kangmai.analytics import actions as analytics
from kangmai.analytics import queries as figures
from kangmai.analytics.rules import find_target, get_indicator
from kangmai.analytics.types import By
from kangmai.documents.errors import FontMissing
from kangmai.documents.fonts import chinese_font
from kangmai.documents.types import Fields, Format
from kangmai.governance.reporting import actions, models, queries
from kangmai.governance.reporting.errors import (
    AlreadyIssued,
    AuthorityIncomplete,
    DraftWaits,
    FiguresMissing,
    FigureUnknown,
    KeyReused,
    NotInThisState,
    PeriodNotOfTemplate,
    ReasonMissing,
    RemarkHoldsNumber,
    ReportUnknown,
    SameHand,
    TemplateNotForArea,
)
from kangmai.governance.reporting.types import Print, State, Step
from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.deeds import ChangedMeanwhile
from kangmai.standards.periods import parse_period
from tests.analytics.indicators.lake_of_rows import visits, write
from tests.governance.factories import (
    AT,
    CHECKER,
    CITY,
    COUNTY,
    EVERYTHING,
    READER,
    SIDEWAYS,
    SIGNER,
    WRITER,
    YEAR,
    people,
)

MARCH = parse_period("2025-03")

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def draft(template="county_brief", area=COUNTY, period=YEAR, by=WRITER, **more):
    return actions.draft(
        template_id=template, area=area, period=period, actor=by, at=AT, **{"key": uuid4(), **more}
    )


def do(action, of, by, **more):
    found = action(report_id=of.id, expected_version=of.version, actor=by, at=AT, **more)
    return found[0] if isinstance(found, tuple) else found


def issued(template="county_brief", area=COUNTY, period=YEAR, of=None):
    of = of or draft(template, area, period)
    of = do(actions.freeze_missing, of, WRITER)
    of = do(actions.submit, of, WRITER)
    of = do(actions.check, of, CHECKER)
    return do(actions.issue, of, SIGNER)


def in_english(caught):
    """A refusal in English, in which nothing is left in Chinese."""
    said = caught.value.message("en")
    assert not re.search("[\u4e00-\u9fff]", said), said
    return said


def test_a_draft_says_which_figures_are_not_frozen_and_cannot_go_on(city):
    of = draft()
    printed = {each.indicator: each.print for each in of.lines}
    assert printed["ht_control_rate"] is Print.NOT_FROZEN
    # no numbers are in it: nothing that was not frozen can leak into a text
    assert all(each.now.value is None for each in of.lines)
    with pytest.raises(FiguresMissing) as caught:
        do(actions.submit, of, WRITER)
    assert "管理人群血压控制率（未冻结" in caught.value.message("zh")
    assert "Blood pressure control rate of those managed (not frozen" in in_english(caught)
    of = do(actions.freeze_missing, of, WRITER)
    line = of.line("ht_control_rate")
    # 30 of the county's people are managed; of residents 1–30 those in its two towns were at target
    assert (line.print, line.now.numerator, line.now.denominator) == (Print.PRINTED, 20, 30)
    assert (line.before.numerator, line.before.denominator) == (14, 30)
    text = plain_text(of, "zh")
    assert "管理人群血压控制率为66.67%（20/30），比上年同期上升20.00个百分点" in text
    english = plain_text(of, "en")
    assert "66.67% (20 of 30), up on the year before by 20.00 points" in english
    assert do(actions.submit, of, WRITER).state is State.SUBMITTED


def test_a_month_is_held_against_the_month_before_and_a_year_against_twelve_months(city):
    rows = people()
    february = [
        visit for n in range(45) for visit in visits(n + 1, ["2025-02-01"], target_met=n < 15)
    ]
    write(city, {**rows, "visit": [*rows["visit"], *february]})
    of = do(actions.freeze_missing, draft("monthly_report", COUNTY, MARCH), WRITER)
    # of the county's thirty, residents 1 to 15 of its two towns were at target in February: ten
    assert (
        of.line("ht_control_rate").just_before.numerator,
        of.line("ht_control_rate").now.numerator,
    ) == (10, 20)
    assert "，比上月上升33.34个百分点" in plain_text(of, "zh")
    assert ", up on the month before by 33.34 points" in plain_text(of, "en")
    assert "环比: 33.33% · 比上月上升33.34个百分点" in on_cards(of, "zh")
    year = do(actions.freeze_missing, draft(), WRITER)
    assert "the month before" not in plain_text(year, "en")
    assert "Period before: 66.67% · as in the twelve months that ended a month earlier" in on_cards(
        year, "en"
    )


def test_a_period_that_is_not_over_is_held_against_no_other_and_frozen_again_when_it_is(city):
    march = datetime.datetime(2025, 3, 20, 2, tzinfo=datetime.UTC)
    write(city, people(), at=march)
    of = do(actions.freeze_missing, draft("monthly_report", COUNTY, MARCH), WRITER)
    line = of.line("ht_control_rate")
    assert (line.now.numerator, line.before, line.just_before) == (20, None, None)
    assert "统计期尚未结束" in repr(queries.pages(report_id=of.id, language="zh", actor=WRITER))
    write(city, people(at_target=31))
    later = AT + datetime.timedelta(hours=1)
    of, _done = actions.freeze_missing(
        report_id=of.id, expected_version=of.version, actor=WRITER, at=later
    )
    line = of.line("ht_control_rate")
    assert (line.now.numerator, line.before.numerator) == (21, 14)
    assert "统计期尚未结束" not in repr(queries.pages(report_id=of.id, language="zh", actor=WRITER))


def on_cards(of, language):
    found = queries.pages(report_id=of.id, language=language, actor=WRITER)
    return "\n".join(
        f"{name}: {text}"
        for block in found.blocks
        if isinstance(block, Fields)
        for name, text in block.pairs
    )


def plain_text(of, language):
    found = queries.pages(report_id=of.id, language=language, actor=WRITER)
    return "\n".join(
        "".join(run.text for run in runs)
        for block in found.blocks
        if hasattr(block, "lines")
        for runs in block.lines
        if not isinstance(runs, str)
    )


def test_what_nobody_here_can_count_is_said_with_who_could_supply_it(city):
    of = draft("annual_review", CITY)
    line = of.line("county_inpatient_rate")
    assert (line.print, line.now.value) == (Print.NOT_AVAILABLE, None)
    assert "县域住院率（县域内住院率）：暂无数据：需要医保结算数据（由市医疗保障局提供）。" in plain_text(of, "zh")  # fmt: skip


def test_three_persons_and_the_way_back(city):
    of = do(actions.freeze_missing, draft(by=EVERYTHING), EVERYTHING)
    of = do(actions.submit, of, EVERYTHING)
    with pytest.raises(SameHand):
        do(actions.check, of, EVERYTHING)
    with pytest.raises(NotPermitted):
        do(actions.check, of, SIGNER)
    with pytest.raises(ReasonMissing):
        do(actions.give_back, of, CHECKER, reason=" ")
    actions.comment(report_id=of.id, text="同比如何解释", actor=CHECKER, at=AT)
    of = do(actions.give_back, of, CHECKER, reason="补充说明")
    assert of.state is State.DRAFT
    of = do(actions.edit, of, EVERYTHING, remarks={"key": "控制率上升得益于随访。"})
    of = do(actions.submit, of, EVERYTHING)
    of = do(actions.check, of, CHECKER)
    with pytest.raises(SameHand):
        do(actions.issue, of, EVERYTHING)
    with pytest.raises(ChangedMeanwhile):
        do(actions.issue, dataclasses.replace(of, version=of.version - 1), SIGNER)
    of = do(actions.issue, of, SIGNER)
    assert (of.state, of.number, of.is_same) == (State.ISSUED, (2026, 1), True)
    steps = [each.step for each in queries.notes(report_id=of.id, actor=READER)]
    assert steps == [
        Step.DRAFTED, Step.TAKEN, Step.SUBMITTED, Step.COMMENTED, Step.RETURNED,
        Step.EDITED, Step.SUBMITTED, Step.CHECKED, Step.ISSUED,
    ]  # fmt: skip
    with pytest.raises(NotInThisState):
        do(actions.give_back, of, SIGNER, reason="迟了")
    for change in (
        lambda: models.Report.objects.filter(id=of.id).update(version=9),
        lambda: models.ReportNote.objects.filter(report=of.id).update(text="x"),
    ):
        with pytest.raises(ProgrammingError, match="never change"), transaction.atomic():
            change()


def test_a_remark_holds_no_number(city):
    of = draft()
    for text in ("新增12人", "提高３个百分点"):
        with pytest.raises(RemarkHoldsNumber) as caught:
            do(actions.edit, of, WRITER, remarks={"key": text})
        assert "'Key figures'" in in_english(caught)
    assert do(actions.edit, of, WRITER, remarks={"key": "稳步提高。", "none": "x"}).remarks == {
        "key": "稳步提高。"
    }


def test_small_numbers_are_hidden_though_they_are_frozen(city):
    write(city, people(at_target=43))
    of = do(actions.freeze_missing, draft("monthly_report", CITY, MARCH), WRITER)
    line = of.line("ht_control_rate")
    assert line.print is Print.SMALL  # 43 of 45: what is between them is 2
    assert "管理人群血压控制率：数值较小，不予公布。" in plain_text(of, "zh")
    assert "95.56" not in repr(models.Report.objects.get(id=of.id).content)
    assert do(actions.submit, of, WRITER).state is State.SUBMITTED


def card_numbers(of, indicator):
    """Every number that a card may hold, from what was frozen and from the rule, worked out here again."""
    line = of.line(indicator)
    rule = get_indicator(indicator, period=of.period)
    frozen = figures.get_freeze(freeze_id=line.freeze, actor=WRITER).result
    before = [
        latest
        for period in ("2024", "2024-12-01/2025-12-01")
        for latest in figures.freezes(
            indicator=indicator, period=parse_period(period), area=of.area, actor=WRITER
        )[:1]
    ]
    found = set()
    for each in (frozen.total, *frozen.parts, *(b.result.total for b in before)):
        found |= {f"{number:,}" for number in (each.value, each.numerator, each.denominator) if number is not None}  # fmt: skip
    found |= {f"{abs(frozen.total.value - each.result.total.value):,}" for each in before}
    if goal := find_target(rule, period=of.period, area=of.area):
        found.add(f"{goal.value:,}")
    return found


def test_every_number_of_every_file_stands_on_its_card(city):
    of = issued()
    html_numbers_are_links_to_cards(of)
    word_says_the_same(of)
    pdf_says_the_same(of)


def test_the_words_stand_before_the_cards_with_the_names_under_them(city):
    of = issued()
    word = WordDocument(io.BytesIO(queries.file(report_id=of.id, format=Format.DOCX, language="en", actor=READER)))  # fmt: skip
    texts = [each.text for each in word.paragraphs]
    cards = texts.index("Answer cards")
    assert word.paragraphs[cards].paragraph_format.page_break_before
    assert texts[cards - 1].startswith("Drafted: ")
    assert "Area and period: Duanzhou District · 2025" in texts[cards:]
    page = queries.file(report_id=of.id, format=Format.HTML, language="en", actor=READER).decode()
    assert '<h1 class="page">Answer cards</h1>' in page


def html_numbers_are_links_to_cards(of):
    root = lxml.html.fromstring(queries.file(report_id=of.id, format=Format.HTML, language="zh", actor=READER).decode())  # fmt: skip
    links = root.xpath("//a[starts-with(@href, '#card-')]")
    assert len(links) >= 10
    for link in links:
        anchor = link.get("href")[1:]
        (heading,) = root.xpath(f"//h2[@id='{anchor}']")
        on_card = set(NUMBER.findall(heading.getnext().text_content()))
        numbers = set(NUMBER.findall(link.text_content()))
        assert numbers
        assert numbers <= card_numbers(of, anchor.removeprefix("card-")), link.text_content()
        assert numbers <= on_card, (link.text_content(), on_card)
    for paragraph in root.xpath("//main//p[a]"):
        beside = "".join(paragraph.xpath("text()")).replace("65岁", "").replace("24小时", "")
        assert not NUMBER.findall(re.sub(r"每千|0[—-]6岁|0～6岁|7天内|\d+岁|\d+周", "", beside)), (
            beside
        )
    tables = " ".join(each.text_content() for each in root.xpath("//table"))
    for text in root.xpath("//ul[@class='bars']/li/span[3]/text()"):
        assert text in tables


def word_says_the_same(of):
    asked = {"report_id": of.id, "language": "zh", "actor": READER}
    sentences = [each for each in plain_text(of, "zh").splitlines() if each]
    word = WordDocument(io.BytesIO(queries.file(format=Format.DOCX, **asked)))
    paragraphs = [each.text for each in word.paragraphs]
    linked = 0
    for sentence in sentences:
        assert sentence in paragraphs
    for paragraph in word.paragraphs:
        for link in paragraph.hyperlinks:
            linked += 1
            assert set(NUMBER.findall(link.text)) <= card_numbers(of, link.fragment.removeprefix("card-"))  # fmt: skip
    assert linked > 5
    bookmarks = set(re.findall(r'w:name="(card-[a-z_]+)"', word.element.xml))
    told = {link.fragment for each in word.paragraphs for link in each.hyperlinks}
    assert told <= bookmarks
    assert bookmarks - told == {
        "card-fd_rate"
    }  # nobody has a contract here: a card without a number


def pdf_says_the_same(of):
    asked = {"report_id": of.id, "language": "zh", "actor": READER}
    try:
        chinese_font()
    except FontMissing:
        return  # without a font there is no PDF, which tests/documents holds to
    sentences = [each for each in plain_text(of, "zh").splitlines() if each]
    reader = PdfReader(io.BytesIO(queries.file(format=Format.PDF, **asked)))
    text = "".join("".join(page.extract_text() for page in reader.pages).replace("\x00", "").split())  # fmt: skip
    for sentence in sentences:
        assert "".join(sentence.split()) in text, sentence
    assert any(page.get("/Annots") for page in reader.pages)


def test_files_of_an_issued_report_are_always_the_same_bytes(city):
    of = issued()
    write(city, people(at_target=5))
    analytics.freeze(indicator="ht_control_rate", period=YEAR, area=COUNTY, actor=WRITER, at=AT)
    for format in (Format.HTML, Format.DOCX):
        asked = {"report_id": of.id, "format": format, "language": "en", "actor": READER}
        assert queries.file(**asked) == queries.file(**asked)
    again = queries.get_report(report_id=of.id, actor=READER)
    assert again.is_same
    assert again.line("ht_control_rate").now.numerator == 20


def test_an_issued_report_is_mended_by_another_that_names_it(city):
    of = issued()
    with pytest.raises(AlreadyIssued, match=r"issued as No\. 1 of 2026\."):
        draft()
    write(city, people(at_target=24))
    analytics.freeze(indicator="ht_control_rate", period=YEAR, area=COUNTY, by=By.TOWN, actor=WRITER, at=AT)  # fmt: skip
    correction = actions.correct(report_id=of.id, key=uuid4(), actor=WRITER, at=AT)
    with pytest.raises(DraftWaits):
        actions.correct(report_id=of.id, key=uuid4(), actor=WRITER, at=AT)
    correction = issued(of=correction)
    assert correction.number == (2026, 2)
    text = plain_text(correction, "zh")
    assert "本报告更正〔2026〕第1号，以本报告为准。" in text
    assert "管理人群血压控制率：原为66.67%，更正为53.33%。" in text
    old = queries.get_report(report_id=of.id, actor=READER)
    assert (old.corrected_by, old.line("ht_control_rate").now.numerator) == (correction.id, 20)
    with pytest.raises(AlreadyIssued):
        actions.correct(report_id=of.id, key=uuid4(), actor=WRITER, at=AT)


def test_reports_of_all_areas_are_numbered_in_one_series(city):
    assert issued().number == (2026, 1)
    assert issued("annual_review", CITY).number == (2026, 2)


def test_outbreak_figures_wait_for_a_recorded_authority(city):
    day = MARCH.start
    cases = [{"card": f"c{n}", "disease": "0201", "case_class": "3", "place_code": "441202000000", "reported_on": day} for n in range(9)]  # fmt: skip
    write(city, {**people(), "case_report": cases})
    of = do(actions.freeze_missing, draft("monthly_report", CITY, MARCH), WRITER)
    assert of.line("notifiable_cases").now.value == 9
    assert "病例数" not in plain_text(of, "zh")
    with pytest.raises(FigureUnknown):
        queries.figure(report_id=of.id, indicator="notifiable_cases", language="zh", actor=WRITER)
    with pytest.raises(NotPermitted):
        do(actions.authorize, of, WRITER, authority="省卫生健康委", document="粤卫〔2026〕第一号")
    with pytest.raises(AuthorityIncomplete):
        do(actions.authorize, of, SIGNER, authority="省卫生健康委", document="")
    of = do(actions.authorize, of, SIGNER, authority="省卫生健康委", document="粤卫文")
    assert "法定传染病报告病例数为9例" in plain_text(of, "zh")


def test_a_template_is_for_its_areas_and_periods(city):
    with pytest.raises(TemplateNotForArea) as caught:
        draft("county_brief", CITY)
    assert in_english(caught) == "'One-page brief' is not written for Zhaoqing."
    with pytest.raises(PeriodNotOfTemplate) as caught:
        draft(period=parse_period("2025-03"))
    assert "March 2025" in in_english(caught)
    key = uuid4()
    first = draft(key=key)
    assert draft(key=key).id == first.id
    with pytest.raises(KeyReused):
        draft(area="441203", key=key)
    with pytest.raises(DraftWaits) as caught:
        draft()
    assert "端州区、2025年" in caught.value.message("zh")
    assert "Duanzhou District and 2025" in in_english(caught)
    gone = do(actions.withdraw, first, WRITER, reason="重拟")
    assert (gone.state, draft().state) == (State.WITHDRAWN, State.DRAFT)


def test_nobody_sees_or_does_sideways(city):
    of = draft()
    for action, by in ((actions.submit, SIDEWAYS), (actions.freeze_missing, SIDEWAYS)):
        with pytest.raises(ReportUnknown):
            do(action, of, by)
    with pytest.raises(NotPermitted):
        draft(by=SIDEWAYS)
    assert queries.reports(actor=SIDEWAYS)[0] == ()
    # who only reads sees what was issued and nothing before
    for read in (queries.get_report, queries.notes):
        with pytest.raises(ReportUnknown):
            read(report_id=of.id, actor=READER)
    assert queries.reports(actor=READER)[0] == ()
    done = issued(of=of)
    assert [each.id for each in queries.reports(actor=READER)[0]] == [done.id]
    with pytest.raises(ReportUnknown):
        queries.file(report_id=done.id, format=Format.HTML, language="zh", actor=SIDEWAYS)
