"""What bulletins say is read as printed; what they have lost is not guessed. The sentences are our own."""

import io
import json
from decimal import Decimal

import pytest
from click.testing import CliRunner
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from kangmai.commandline.bulletin import bulletin
from kangmai.governance.reporting.errors import BulletinUnreadable
from kangmai.governance.reporting.reading.numerals import read_numeral
from kangmai.governance.reporting.rules import read_bulletin
from kangmai.governance.reporting.types import Quoted, Status

TITLE = "肇庆市卫生健康事业发展情况（2023年）"


def read(text: str) -> tuple[Quoted, ...]:
    return read_bulletin(f"{TITLE}\n{text}".encode(), name="bulletin.txt")


def one(text: str) -> Quoted:
    (found,) = read(text)
    return found


@pytest.mark.parametrize(
    ("text", "indicator", "value", "unit", "period"),
    [
        ("截至2023年6月，每千人托位数达4.61个。", "cc_places", "4.61", "个", "2023-06"),
        ("全市托位总数为19,022个。", "cc_places_n", "19022", "个", "2023"),
        ("2022年，最大核酸检测能力达17.23万管/天。", "nat_capacity", "17.23", "万管/天", "2022"),
        ("上半年共建成托育机构41家。", "cc_count", "41", "家", "2023H1"),
        ("家庭医生签约率比2019年提高到45%。", "fd_rate", "45", "%", "2023"),
        ("今年上半年市域内住院率97.4%。", "city_inpatient_rate", "97.4", "%", "2023H1"),
        ("2021年1—3月完工率为百分之96.3。", "completion_rate", "96.3", "%", "2021Q1"),
        ("2021年1—3月完工率为百分之九十六点三。", "completion_rate", "96.3", "%", "2021Q1"),
        ("12岁以上人群第二针接种2240096剂次。", "covid_12_d2", "2240096", "剂次", "2023"),
        ("设立市级质控中心45个。", "qc_centres", "45", "个", "2023"),
        ("每千人口执业（助理）医师数2.85人。", "doc_1000", "2.85", "人", "2023"),
        ("每千常住人口执业(助理)医师3.1名。", "doc_1000", "3.1", "名", "2023"),
        ("每千人口注册护士数3.20人。", "nurse_1000", "3.20", "人", "2023"),
        ("老年人健康管理率达72.1%。", "elderly_mgmt_rate", "72.1", "%", "2023"),
        ("65岁及以上老年人城乡社区规范健康管理服务率65%。", "elderly_mgmt_rate", "65", "%", "2023"),
        ("老年人中医药健康管理率70.2%。", "tcm_elderly_rate", "70.2", "%", "2023"),
        ("0～6岁儿童健康管理率94.5%。", "child_mgmt_rate", "94.5", "%", "2023"),
        ("3岁以下儿童系统管理率93%。", "child_system_rate", "93", "%", "2023"),
        ("孕产妇系统管理率94%。", "maternal_system_rate", "94", "%", "2023"),
        ("严重精神障碍患者规范管理率92%。", "smd_std_rate", "92", "%", "2023"),
        ("肺结核患者管理率98%。", "tb_mgmt_rate", "98", "%", "2023"),
        ("家庭医生签约率45%。", "fd_rate", "45", "%", "2023"),
        ("管理人群血糖控制率51%。", "dm_control_rate", "51", "%", "2023"),
        ("建立15分钟健康服务圈。", "circle_15", "15", "分钟", "2023"),
        ("孕产妇死亡率为3.2/10万。", "mmr", "3.2", "/10万", "2023"),
        ("婴儿死亡率1.52‰。", "imr", "1.52", "‰", "2023"),
        ("5岁以下儿童死亡率2.1‰。", "u5mr", "2.1", "‰", "2023"),
        ("重点人群签约率78.5%。", "fd_key_rate", "78.5", "%", "2023"),
        ("居民健康素养水平达25.1%。", "literacy", "25.1", "%", "2023"),
    ],
)  # fmt: skip
def test_a_figure_is_read_as_printed(text, indicator, value, unit, period):
    found = one(text)
    assert (found.indicator, found.value, found.unit) == (indicator, Decimal(value), unit)
    assert (found.period, found.place, found.status) == (period, "肇庆市", Status.STATED)
    assert found.sentence in text


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("老年人健康管理率７２．５％。", "72.5", "%"),
        ("老年人健康管理率72.5﹪。", "72.5", "%"),
        ("全市托位总数为１９，０２２个。", "19022", "个"),
        ("派出１２人，３４５人参加。", "12", "人"),
    ],
)
def test_full_width_numbers_lose_no_digits(text, value, unit):
    found = read(text)[0]
    assert (found.value, found.unit) == (Decimal(value), unit)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("家庭医生签约率达七成。", "70", "%"),
        ("重点人群签约率为八成五以上。", "85", "%"),
        ("血压控制率在七成半左右。", "75", "%"),
        ("全市托位总数一万九千零二十二个。", "19022", "个"),
        ("培训护士一万二千余人次。", "12000", "人次"),
        ("建成托育机构四十一家。", "41", "家"),
        ("投入一亿三千万元。", "130000000", "元"),
    ],
)
def test_numbers_in_characters_are_read(text, value, unit):
    found = one(text)
    assert (found.value, found.unit, found.status) == (Decimal(value), unit, Status.STATED)


@pytest.mark.parametrize(
    ("text", "value"),
    [("十", 10), ("一百二", 120), ("三百零二", 302), ("一万零五十", 10050), ("一百二十万三千", 1_203_000), ("一亿零五", 100_000_005), ("两万亿", 2 * 10**12), ("二〇二三", 2023)],
)  # fmt: skip
def test_numerals(text, value):
    assert read_numeral(text) == value


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("人口自然增长率为-0.52‰。", ["-0.52"]),
        ("人口自然增长率由1.2‰降至－0.5‰。", ["1.2", "-0.5"]),
        ("覆盖率为90%-95%。", ["90", "95"]),
        ("家庭医生签约率-45%。", ["45"]),
        ("派出3-5人。", ["5"]),
    ],
)
def test_a_stroke_is_a_sign_only_where_a_value_is_told(text, values):
    assert [each.value for each in read(text)] == [Decimal(each) for each in values]


@pytest.mark.parametrize(
    ("text", "indicators"),
    [
        ("每千人口执业（助理）医师数2.61人，比上年增加0.05人。", ["doc_1000", ""]),
        ("血压控制率66.8%，同比提高1.2个百分点。", ["ht_control_rate", ""]),
        ("家庭医生签约率45%，较上年下降约2.1%。", ["fd_rate", ""]),
        ("家庭医生签约率由38%提高到45%。", ["fd_rate", "fd_rate"]),
        ("家庭医生签约率38.9%，重点人群签约率78.5%。", ["fd_rate", "fd_key_rate"]),
    ],
)
def test_by_how_much_something_moved_is_no_value_of_it(text, indicators):
    assert [each.indicator for each in read(text)] == indicators


@pytest.mark.parametrize(
    ("text", "indicator", "unit"),
    [
        ("新冠疫苗累计接种.64万剂次。", "covid_doses", "万剂次"),
        ("流调队伍扩充到人。", "epi_team", "人"),
        ("乡镇卫生院中医药服务覆盖率达%的目标。", "tcm_cover_town", "%"),
        ("全程接种.36万人。", "covid_full", "万人"),
        # a page that was decoded wrongly: what the broken character was nobody knows
        ("建成胸痛中心\ufffd0个。", "chest_stroke_centres", "个"),
        ("建成胸痛中心2\ufffd个。", "chest_stroke_centres", "个"),
        ("建成胸痛中心2\ufffd0个。", "chest_stroke_centres", "个"),
        ("血压控制率达\ufffd1.3%。", "ht_control_rate", "%"),
        ("血压控制率达7\ufffd%。", "ht_control_rate", "%"),
        # letters that look like digits
        ("血压控制率达7O.5%。", "ht_control_rate", "%"),
        ("建成胸痛中心2l个。", "chest_stroke_centres", "个"),
        ("流调队伍扩充到O5人。", "epi_team", "人"),
    ],
)
def test_lost_digits_are_said_to_be_lost(text, indicator, unit):
    found = one(text)
    assert (found.indicator, found.value, found.unit) == (indicator, None, unit)
    assert found.status is Status.LOST_DIGITS


@pytest.mark.parametrize(
    "text",
    ["县域内住院率974%。", "每千人托位数461个。", "群众满意率达195%。"],
)
def test_what_cannot_be_is_marked(text):
    assert one(text).status is Status.IMPLAUSIBLE


@pytest.mark.parametrize(
    "text",
    [
        "按照国卫办基层发〔2020〕12号文件要求，于2022年5月11日启动。",
        "责任落实到人，精准到户到人。",
        "65岁以上老年人优先，第3次会议通过。",
        "一个中心、两张网，三级医院牵头，第十二次会议通过。",
        "十二岁以上人群，每十万人口，数百人参加，几十家单位，数十个项目，数十个项目，成千上万人次。",
        "取得成果，三成员单位，O型血人群，十四五规划，于二〇二三年十二月启动。",
    ],
)
def test_years_documents_ages_and_figures_of_speech_are_none(text):
    assert read(text) == ()


def test_what_a_figure_is_compared_with_is_not_its_period():
    first, second = read("高血压患者规范管理率达93.2%，比上年提高1.1个百分点。")
    assert [first.period, second.period] == ["2023", "2023"]
    assert [one(text).period for text in ("去年家庭医生签约率45%。", "较2019年，上年家庭医生签约率45%。")] == ["2022", "2022"]  # fmt: skip


def test_each_figure_keeps_its_own_place_and_period():
    first, second, third = read(
        "茂名市2023年上半年县域住院率93.2%；2020年下达卫生项目110个，完工106个。"
    )
    assert (first.place, first.period, first.indicator) == (
        "茂名市",
        "2023H1",
        "county_inpatient_rate",
    )
    assert (second.period, second.indicator) == ("2020", "projects_total")
    assert (third.period, third.indicator, third.value) == ("2020", "projects_done", Decimal(106))


def test_an_advertisement_beside_the_text_is_no_indicator():
    """Its figures are quoted with their sentence, and nobody confirms them."""
    *adverts, figure = read("点击领取99元红包，下载立减20元。建成胸痛中心20个。")
    assert [(each.indicator, each.value, each.unit) for each in adverts] == [
        ("", Decimal(99), "元"),
        ("", Decimal(20), "元"),
    ]
    assert (figure.indicator, figure.value) == ("chest_stroke_centres", Decimal(20))


def test_what_no_rule_names_is_still_quoted():
    found = one("改造厕所12间。")
    assert (found.indicator, found.figure, found.value) == ("", "改造厕所", Decimal(12))


def test_the_noun_behind_names_what_a_verb_stands_before():
    assert one("建成92个名医基层工作站。").figure == "名医基层工作站"


HTML = f"""<html><head><title>{TITLE}</title><script>var n = "99家";</script></head><body><nav>共3家</nav>
<p>建成胸痛中心<b>20</b>个，</p><div>托育机构<span>41</span>家。</div></body></html>"""


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_html_in_either_encoding(encoding):
    found = read_bulletin(HTML.encode(encoding), name="bulletin.html")
    assert [(each.indicator, each.value) for each in found] == [
        ("chest_stroke_centres", Decimal(20)),
        ("cc_count", Decimal(41)),
    ]


def test_word_documents_with_tables():
    document = Document()
    document.add_paragraph(TITLE)
    document.add_table(1, 2).rows[0].cells[1].text = "发热门诊34个"
    file = io.BytesIO()
    document.save(file)
    (found,) = read_bulletin(file.getvalue(), name="bulletin.docx")
    assert (found.indicator, found.value) == ("fever_clinics", Decimal(34))


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7", b"\xff\xfe\x00\x01\x80", b"PK\x03\x04 no archive"]
)
def test_what_is_no_bulletin_is_refused(content):
    with pytest.raises(BulletinUnreadable):
        read_bulletin(content, name="file")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200))
def test_no_text_breaks_the_reader(text):
    for each in read(text):
        assert (each.value is None) == (each.status is Status.LOST_DIGITS)
        assert each.sentence


def test_the_command_prints_json(tmp_path):
    file = tmp_path / "bulletin.txt"
    file.write_text(f"{TITLE}\n托育机构41家，流调队伍扩充到人。", encoding="utf-8")
    result = CliRunner().invoke(bulletin, ["read", str(file), "--json"])
    first, second = json.loads(result.output)
    assert first == {
        "sentence": "托育机构41家，流调队伍扩充到人。", "figure": "托育机构", "value": 41, "unit": "家",
        "place": "肇庆市", "period": "2023", "indicator": "cc_count", "status": "stated",
    }  # fmt: skip
    assert (second["value"], second["status"]) == (None, "lost digits")
