"""Other cities' figures count after a person said so; figures from outside carry their provenance; open data hide small numbers."""

import csv
import io
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from kangmai.analytics import actions as analytics
from kangmai.analytics import queries as figures
from kangmai.analytics.errors import OutsideColumnsMissing, OutsideTableUnfit
from kangmai.analytics.rules import OUTSIDE_COLUMNS, read_outside
from kangmai.analytics.types import By, Status
from kangmai.governance.reporting import actions, queries
from kangmai.governance.reporting.errors import (
    BulletinKnown,
    BulletinUnknown,
    FigureIncomplete,
    OpenDataUnknown,
)
from kangmai.governance.reporting.rules import (
    data_values,
    measure_reports,
    scaled,
    sdmx_csv,
    sdmx_structure,
)
from kangmai.governance.reporting.types import Decision
from kangmai.kernel.actor import NotPermitted
from kangmai.records.validation.rules import validate
from kangmai.standards.periods import parse_period
from tests.analytics.indicators.lake_of_rows import write
from tests.governance.factories import AT, CITY, READER, SIDEWAYS, WRITER, YEAR, people

TEXT = """示例市卫生健康事业发展情况（2025年）
2025年管理人群血压控制率达71.3%，核酸检测能力达17.23万管/天。
接种.64万剂次，血压控制率达971.3%。
"""


def take(text=TEXT, by=WRITER):
    id = actions.take_in(name="示例市.txt", content=text.encode(), origin="公开网页", area=CITY, actor=by, at=AT)  # fmt: skip
    return queries.peer_figures(bulletin_id=id, actor=WRITER)[0]


def confirm(of, **more):
    said = {"indicator": of.indicator, "place": "示例市", "period": "2025", "decision": Decision.CONFIRMED}  # fmt: skip
    return actions.decide(figure_id=of.id, expected_version=of.version, **{"actor": WRITER, "at": AT, **said, **more})  # fmt: skip


def test_only_confirmed_figures_stand_beside_ours_with_their_sentence(city):
    control, capacity, lost, impossible = take()
    assert queries.side_by_side(actor=READER) == ()
    control = confirm(control)
    confirm(capacity)
    for each in (lost, impossible):
        with pytest.raises(FigureIncomplete, match="whole"):
            confirm(each)
    with pytest.raises(FigureIncomplete, match="place"):
        confirm(control, place=" ")
    with pytest.raises(FigureIncomplete, match="an indicator"):
        confirm(control, indicator="血压")
    control = confirm(control, indicator="Blood pressure control rate of those managed")
    found = {each.indicator: each for each in queries.side_by_side(actor=READER)}
    side = found["ht_control_rate"]
    assert (side.ours.value, side.unit) == (Decimal("66.67"), "%")
    assert side.base and "under management" in side.base.en
    (peer,) = side.peers
    assert (peer.value, peer.place, peer.decided_by_name) == (Decimal("71.3"), "示例市", "人员11")
    assert "血压控制率达71.3%" in peer.sentence
    assert found["nat_capacity"].ours.value is None
    assert scaled(Decimal("17.23"), "万管/天") == (Decimal(172300), "管/天")
    confirm(queries.peer_figures(bulletin_id=control.bulletin, actor=WRITER)[0][0], decision=Decision.REJECTED)  # fmt: skip
    assert "ht_control_rate" not in {each.indicator for each in queries.side_by_side(actor=READER)}


def test_a_file_is_read_once_and_no_neighbour_decides(city):
    (first, *_rest) = take()
    with pytest.raises(BulletinKnown, match="示例市"):
        take()
    with pytest.raises(BulletinUnknown):
        confirm(first, actor=SIDEWAYS)
    with pytest.raises(BulletinUnknown):
        queries.get_peer_bulletin(bulletin_id=first.bulletin, actor=SIDEWAYS)
    with pytest.raises(NotPermitted):
        confirm(first, actor=READER)


TODAY = date(2026, 11, 24)
HEAD = ",".join(OUTSIDE_COLUMNS.values())
GOOD = "county_inpatient_rate,441202,2025,,9320,10000,市医保局,函1号,2026-02-01"


def test_a_table_from_outside_is_taken_whole_or_its_lines_are_named(city):
    bad = [
        "ht_control_rate,441202,2025,50,,,局,文,2026-02-01",
        "county_inpatient_rate,999999,2025,50,,,局,文,2026-02-01",
        "county_inpatient_rate,441202,2025-03,50,,,局,文,2026-02-01",
        "county_inpatient_rate,441202,2025,95.0,9320,10000,局,文,2026-02-01",
        "county_inpatient_rate,441202,2025,x,,,局,文,2026-02-01",
        "county_inpatient_rate,441202,2025,50,,,,文,2026-02-01",
        "county_inpatient_rate,441202,2025,50,,,局,文,昨天",
        "county_inpatient_rate,441202,2025,50,7,,局,文,2026-02-01",
        f"county_inpatient_rate,441202,2025,50,,,{'局' * 121},文,2026-02-01",
    ]
    found, faults = read_outside("\n".join([HEAD, GOOD, *bad, ""]).encode("gb18030"), on=TODAY)
    assert (len(found), [each.line for each in faults]) == (1, [3, 4, 5, 6, 7, 8, 9, 10, 11])
    with pytest.raises(OutsideColumnsMissing, match="收到日期"):
        read_outside(b"\xe6\x8c\x87\xe6\xa0\x87\n1", on=TODAY)
    assert found[0].value == Decimal("93.2")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("primary_visit_share,441200,2025,120,,,局,文,2026-02-01", "a share is more than 100 %"),
        ("primary_visit_share,441200,2025,,12,10,局,文,2026-02-01", "the numerator is more than"),
        ("primary_visit_share,441200,2025,-3,,,局,文,2026-02-01", "the value is below 0"),
        ("smd_incident,441200,2025,-1,,,局,文,2026-02-01", "the value is below 0"),
        ("primary_visit_share,441200,2027,12,,,局,文,2026-02-01", "the period had not begun"),
        (
            "primary_visit_share,441200,2025,12,,,局,文,2026-11-25",
            "the day of receipt is yet to come",
        ),
    ],
)
def test_a_figure_that_cannot_be_is_named(line, reason):
    (found, (fault,)) = read_outside("\n".join([HEAD, GOOD, line]).encode(), on=TODAY)
    assert (len(found), fault.line) == (1, 3)
    assert reason in fault.error.message("en") and "请对照来源文件核对" in fault.error.message("zh")


@pytest.mark.parametrize(
    "line",
    [
        "bed_use,441200,2025,104.2,,,局,文,2026-02-01",  # beds in use twice a day
        "hosp_37,441200,2025,-3.1,,,局,文,2026-02-01",  # growth
        "primary_visit_share,441200,2025,100,,,局,文,2026-02-01",
        "primary_visit_share,441200,2026,30,,,局,文,2026-11-24",  # of the year so far, received today
    ],
)
def test_growth_occupancy_and_the_whole_are_taken(line):
    found, faults = read_outside(f"{HEAD}\n{line}".encode(), on=TODAY)
    assert (len(found), faults) == (1, [])


def test_a_table_says_each_figure_once(city):
    other = GOOD.replace("9320", "9330")
    found, faults = read_outside("\n".join([HEAD, GOOD, "", GOOD, other]).encode(), on=TODAY)
    assert (len(found), [each.line for each in faults]) == (1, [4, 5])
    assert "Line 2 already gives" in faults[0].error.message("en")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (f"{HEAD}\n".encode(), "there is no line below the headers"),
        (f"{HEAD}\n{'x' * 200_000}".encode(), "it is no CSV"),
        (b"\xff\xfe\x00\xd8", "it is no CSV"),
        (f"{HEAD}\n{GOOD}\n".encode() + b",,,,,,,,\n" * 5000, "more than 5000 lines"),
    ],
)
def test_a_table_that_is_none_says_why(content, reason):
    with pytest.raises(OutsideTableUnfit, match=reason):
        read_outside(content, on=TODAY)


def test_a_figure_from_outside_is_a_figure_with_its_provenance_and_the_latest_holds(city):
    asked = {"indicator": "county_inpatient_rate", "period": YEAR, "area": "441202"}
    assert figures.compute(**asked, actor=READER).total.status is Status.NOT_AVAILABLE
    (found,), _none = read_outside(f"{HEAD}\n{GOOD}".encode(), on=TODAY)
    with pytest.raises(NotPermitted):
        analytics.record_outside(figures=[found], actor=SIDEWAYS, at=AT)
    analytics.record_outside(figures=[found], actor=WRITER, at=AT)
    (later,), _none = read_outside(f"{HEAD}\n{GOOD.replace('9320', '9330')}".encode(), on=TODAY)
    analytics.record_outside(figures=[later], actor=WRITER, at=AT)
    total = figures.compute(**asked, actor=READER).total
    assert (str(total.value), total.numerator, total.denominator) == ("93.3", 9330, 10000)
    card = figures.card(**asked, actor=READER)
    assert [each.figure.numerator for each in card.received] == [9330, 9320]
    assert (card.received[0].figure.supplier, card.received[0].recorded_by_name) == ("市医保局", "人员11")  # fmt: skip
    frozen = analytics.freeze(**asked, actor=WRITER, at=AT)
    assert figures.published(freeze_id=frozen.id, actor=READER).total == total
    whole = figures.compute(**{**asked, "area": CITY}, by=By.COUNTY, actor=READER)
    assert whole.total.status is Status.NOT_AVAILABLE  # nobody adds up what was counted elsewhere
    assert {each.area: each.status for each in whole.parts}["441202"] is Status.OK


def lines_of(found):
    return list(csv.DictReader(io.StringIO(sdmx_csv(found))))


def test_open_data_hide_small_numbers_and_enough_beside_them(city):
    write(city, people(at_target=43))  # two of 45 are not at target
    found = queries.released(ids=["ht_control_rate", "residents"], period=YEAR, area=CITY, by=By.COUNTY)  # fmt: skip
    rows = {(each["INDICATOR"], each["REF_AREA"]): each for each in lines_of(found)}
    hidden = rows["HT_CONTROL_RATE", CITY]
    assert (hidden["OBS_VALUE"], hidden["NUMERATOR"], hidden["OBS_STATUS"], hidden["CONF_STATUS"]) == ("", "", "M", "N")  # fmt: skip
    shown = rows["RESIDENTS", "441202"]
    assert (shown["OBS_VALUE"], shown["FREQ"], shown["TIME_PERIOD"], shown["CONF_STATUS"]) == ("80", "A", "2025", "F")  # fmt: skip
    for form, written in (("2025Q1", "2025-Q1"), ("2025-03", "2025-03"), ("2025-11-01/2026-11-01", "2025-11-01/P1Y")):  # fmt: skip
        again = queries.released(ids=["residents"], period=parse_period(form), area=CITY)
        assert lines_of(again)[0]["TIME_PERIOD"] == written


def test_every_code_and_column_of_the_lines_is_in_their_structure(city):
    write(city, people(at_target=43))
    found = queries.released(period=YEAR, area=CITY, by=By.TOWN)
    every = queries.open_indicators(on=YEAR.latest_day)
    root = ElementTree.fromstring(sdmx_structure(every, found, area=CITY, at=AT))
    tag = "{http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure}"
    codes = {
        each.get("id"): {code.get("id") for code in each.iter(f"{tag}Code")}
        for each in root.iter(f"{tag}Codelist")
    }
    parts = [*root.iter(f"{tag}Dimension"), *root.iter(f"{tag}TimeDimension"), *root.iter(f"{tag}Attribute"), *root.iter(f"{tag}PrimaryMeasure")]  # fmt: skip
    lists = {
        each.get("id"): reference.get("id")
        for each in parts
        for reference in each.findall(f"{tag}LocalRepresentation/{tag}Enumeration/Ref")
    }
    lines = lines_of(found)
    assert {each.get("id") for each in parts if each.get("id")} == {*lines[0]} - {"DATAFLOW"}
    assert set(lists) == {"FREQ", "INDICATOR", "REF_AREA", "OBS_STATUS", "CONF_STATUS"}
    for column, name in lists.items():
        assert {each[column] for each in lines} <= codes[name]
    concepts = {each.get("id") for each in root.iter(f"{tag}Concept")}
    assert concepts == {*lines[0]} - {"DATAFLOW"}
    (flow,) = root.iter(f"{tag}Dataflow")
    assert lines[0]["DATAFLOW"] == f"{flow.get('agencyID')}:{flow.get('id')}({flow.get('version')})"


def test_no_export_gives_a_number_that_is_hidden(city):
    """What one form hides, small or beside a small one, no other gives away."""
    write(city, people(at_target=43))
    for by in (By.COUNTY, By.TOWN):
        found = queries.released(period=YEAR, area=CITY, by=by)
        hidden = {(r.rule.id, f.area) for r in found for f in r.figures if f.status is Status.SUPPRESSED}  # fmt: skip
        assert {area for id, area in hidden if id == "ht_control_rate"} >= {CITY}
        for line in lines_of(found):
            if (line["INDICATOR"].lower(), line["REF_AREA"]) in hidden:
                assert (line["OBS_VALUE"], line["NUMERATOR"], line["DENOMINATOR"]) == ("", "", "")
        for entry in measure_reports(found, base="https://example.org", at=AT)["entry"]:
            report = entry["resource"]
            id = report["measure"].split("/")[-1].split("|")[0]
            if (id, report["subject"]["identifier"]["value"]) in hidden:
                (group,) = report["group"]
                assert not any("count" in each for each in group["population"])
                assert "value" not in group["measureScore"]
        sent = {(each["dataElement"], each["orgUnit"]) for each in data_values(found)["dataValues"]}
        for id, area in hidden:
            for amount in ("", "_NUM", "_DEN"):
                assert (f"KM_{id.upper()}{amount}", area) not in sent


def test_measure_reports_are_valid_and_say_why_a_number_is_not_there(city):
    write(city, people(at_target=43))
    found = queries.released(period=YEAR, area=CITY, by=By.COUNTY)
    bundle = measure_reports(found, base="https://example.org", at=AT)
    reports = [each["resource"] for each in bundle["entry"]]
    assert not [issue for each in reports for issue in validate(each) if issue.severity in ("error", "fatal")]  # fmt: skip
    by_measure = {(each["measure"].split("/")[-1].split("|")[0], each["subject"]["identifier"]["value"]): each for each in reports}  # fmt: skip
    score = by_measure["ht_control_rate", CITY]["group"][0]["measureScore"]
    assert score["extension"][0]["valueCode"] == "masked"
    population = by_measure["residents", "441202"]["group"][0]["population"]
    assert [each["count"] for each in population] == [80]
    assert not [each for each in by_measure if each[0] == "notifiable_cases"]
    with pytest.raises(OpenDataUnknown):
        queries.released(ids=["notifiable_cases"], period=YEAR, area=CITY)
    with pytest.raises(OpenDataUnknown):
        queries.released(ids=["residents"], period=YEAR, area=CITY, by=By.INSTITUTION)
