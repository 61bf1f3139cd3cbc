"""The structure that SDMX-CSV lines follow: code lists, concepts, data structure and dataflow, as one SDMX-ML message.

A program that reads our lines needs it to know which codes there are and what each column is.
Source: SDMX-ML 2.1, Structure message, https://sdmx.org/standards-2/ (element names from memory).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from kangmai.analytics.rules import Indicator
from kangmai.governance.reporting.open_data.sdmx import AGENCY, FLOW, VERSION
from kangmai.governance.reporting.types import Released
from kangmai.kernel.words import Words
from kangmai.standards.division_codes import Level
from kangmai.standards.divisions import city, city_code_of

_SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
MESSAGE, STRUCTURE, COMMON = (
    f"{{{_SCHEMAS}/{each}}}" for each in ("message", "structure", "common")
)
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
CONCEPTS = "CS_FIGURES"
FREQUENCIES = {
    "A": Words("年", "annual"),
    "Q": Words("季", "quarterly"),
    "M": Words("月", "monthly"),
    "D": Words("日", "daily"),
    "_Z": Words("其他起止日期", "any other run of days"),
}
OBSERVED = {"A": Words("有数值", "there is a value"), "M": Words("无数值", "there is no value")}
CONFIDENTIAL = {
    "F": Words("可公开", "free for publication"),
    "N": Words("不公开（小数值及为其保护的数值）", "not for publication: small, or hidden beside a small one"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Component:
    """A column: what it is, and its code list or the type of its text."""

    id: str
    words: Words
    codes: str = ""
    text: str = "String"


DIMENSIONS = (
    Component("FREQ", Words("频率", "frequency"), codes="CL_FREQ"),
    Component("INDICATOR", Words("指标", "indicator"), codes="CL_INDICATOR"),
    Component("REF_AREA", Words("地区", "area"), codes="CL_AREA"),
)
TIME = Component("TIME_PERIOD", Words("时期", "period"), text="ObservationalTimePeriod")
MEASURE = Component("OBS_VALUE", Words("数值", "value"), text="Decimal")
ATTRIBUTES = (
    Component("UNIT_MEASURE", Words("单位", "unit")),
    Component("NUMERATOR", Words("分子", "numerator"), text="Long"),
    Component("DENOMINATOR", Words("分母", "denominator"), text="Long"),
    Component("OBS_STATUS", Words("数值状态", "whether there is a value"), codes="CL_OBS_STATUS"),
    Component("CONF_STATUS", Words("是否公开", "whether it may be shown"), codes="CL_CONF_STATUS"),
    Component("RULE", Words("口径版本", "version of the rule")),
)
NEEDED = frozenset(["UNIT_MEASURE", "OBS_STATUS", "CONF_STATUS", "RULE"])


def sdmx_structure(
    indicators: Iterable[Indicator], found: Iterable[Released], *, area: str, at: datetime
) -> bytes:
    """The structure message of these indicators' figures for the city in which an area lies, in UTF-8.

    Args:
        found: figures that go out; areas among them that are in no list of divisions any more stand by their code.
    """
    root = Element(f"{MESSAGE}Structure")
    _header(root, at)
    parts = SubElement(root, f"{MESSAGE}Structures")
    _dataflow(SubElement(parts, f"{STRUCTURE}Dataflows"))
    lists = SubElement(parts, f"{STRUCTURE}Codelists")
    for id, words, codes in _code_lists(indicators, _areas(area, found)):
        _code_list(lists, id, words, codes)
    _concepts(SubElement(parts, f"{STRUCTURE}Concepts"))
    _data_structure(SubElement(parts, f"{STRUCTURE}DataStructures"))
    for prefix, space in (("mes", MESSAGE), ("str", STRUCTURE), ("com", COMMON)):
        ElementTree.register_namespace(prefix, space[1:-1])
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _header(root: Element, at: datetime) -> None:
    header = SubElement(root, f"{MESSAGE}Header")
    SubElement(header, f"{MESSAGE}ID").text = f"{FLOW}_STRUCTURE"
    SubElement(header, f"{MESSAGE}Test").text = "false"
    SubElement(header, f"{MESSAGE}Prepared").text = at.astimezone(UTC).isoformat(timespec="seconds")
    SubElement(header, f"{MESSAGE}Sender", id=AGENCY)


def _areas(area: str, found: Iterable[Released]) -> dict[str, Words]:
    home = city(city_code_of(area) or area)
    places = (home.root, *home.at_level(Level.COUNTY), *home.at_level(Level.TOWN))
    found_codes = (figure.area for each in found for figure in each.figures)
    names = {code: Words(code, code) for code in found_codes}
    for each in places:
        names[each.code] = Words(each.name, home.english.get(each.code, each.name))
    return dict(sorted(names.items()))


def _code_lists(
    indicators: Iterable[Indicator], areas: Mapping[str, Words]
) -> Iterator[tuple[str, Words, Mapping[str, Words]]]:
    yield "CL_AREA", Words("行政区划", "divisions"), areas
    yield "CL_CONF_STATUS", Words("是否公开", "confidentiality"), CONFIDENTIAL
    yield "CL_FREQ", Words("频率", "frequency"), FREQUENCIES
    titles = {each.id.upper(): Words(each.title.zh, each.title.en) for each in indicators}
    yield "CL_INDICATOR", Words("指标", "indicators"), titles
    yield "CL_OBS_STATUS", Words("数值状态", "status of observations"), OBSERVED


def _named(parent: Element, tag: str, words: Words, **attributes: str) -> Element:
    made = SubElement(parent, f"{STRUCTURE}{tag}", attributes)
    SubElement(made, f"{COMMON}Name", {LANGUAGE: "en"}).text = words.en
    SubElement(made, f"{COMMON}Name", {LANGUAGE: "zh"}).text = words.zh
    return made


def _maintained(parent: Element, tag: str, id: str, words: Words) -> Element:
    return _named(parent, tag, words, id=id, agencyID=AGENCY, version=VERSION)


def _code_list(parent: Element, id: str, words: Words, codes: Mapping[str, Words]) -> None:
    made = _maintained(parent, "Codelist", id, words)
    for code, meaning in codes.items():
        _named(made, "Code", meaning, id=code)


def _dataflow(parent: Element) -> None:
    made = _maintained(parent, "Dataflow", FLOW, Words("公开数据", "open data"))
    holder = SubElement(made, f"{STRUCTURE}Structure")
    _reference(holder, FLOW, "datastructure", "DataStructure")


def _reference(parent: Element, id: str, package: str, kind: str) -> None:
    # references stand in no namespace
    SubElement(parent, "Ref", {"id": id, "version": VERSION, "agencyID": AGENCY, "package": package, "class": kind})  # fmt: skip


def _concepts(parent: Element) -> None:
    made = _maintained(parent, "ConceptScheme", CONCEPTS, Words("概念", "concepts"))
    for each in (*DIMENSIONS, TIME, MEASURE, *ATTRIBUTES):
        _named(made, "Concept", each.words, id=each.id)


def _data_structure(parent: Element) -> None:
    made = _maintained(
        parent, "DataStructure", FLOW, Words("公开数据的结构", "structure of open data")
    )
    parts = SubElement(made, f"{STRUCTURE}DataStructureComponents")
    dimensions = SubElement(parts, f"{STRUCTURE}DimensionList", id="DimensionDescriptor")
    for position, each in enumerate(DIMENSIONS, 1):
        _component(dimensions, "Dimension", each, position=str(position))
    _component(dimensions, "TimeDimension", TIME, position=str(len(DIMENSIONS) + 1))
    attributes = SubElement(parts, f"{STRUCTURE}AttributeList", id="AttributeDescriptor")
    for each in ATTRIBUTES:
        status = "Mandatory" if each.id in NEEDED else "Conditional"
        attribute = _component(attributes, "Attribute", each, assignmentStatus=status)
        relation = SubElement(attribute, f"{STRUCTURE}AttributeRelationship")
        SubElement(SubElement(relation, f"{STRUCTURE}PrimaryMeasure"), "Ref", id=MEASURE.id)
    measures = SubElement(parts, f"{STRUCTURE}MeasureList", id="MeasureDescriptor")
    _component(measures, "PrimaryMeasure", MEASURE)


def _component(parent: Element, tag: str, of: Component, **attributes: str) -> Element:
    made = SubElement(parent, f"{STRUCTURE}{tag}", {"id": of.id, **attributes})
    identity = SubElement(made, f"{STRUCTURE}ConceptIdentity")
    SubElement(identity, "Ref", {"id": of.id, "maintainableParentID": CONCEPTS, "maintainableParentVersion": VERSION, "agencyID": AGENCY, "package": "conceptscheme", "class": "Concept"})  # fmt: skip
    values = SubElement(made, f"{STRUCTURE}LocalRepresentation")
    if of.codes:
        _reference(SubElement(values, f"{STRUCTURE}Enumeration"), of.codes, "codelist", "Codelist")
    else:
        SubElement(values, f"{STRUCTURE}TextFormat", textType=of.text)
    return made
