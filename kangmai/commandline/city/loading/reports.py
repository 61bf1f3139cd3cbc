"""What the bureau of the invented city writes: frozen figures, reports, commitments, a table of the level above.

The same actions make them as people's forms do; whatever is invented says so.
"""

import io
import itertools
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from uuid import UUID, uuid5

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side

from kangmai.access.actors import actor_for_account
from kangmai.access.queries import find_account_id
from kangmai.analytics import actions as analytics
from kangmai.analytics.types import Outside
from kangmai.commandline.city.city import InventedCity
from kangmai.governance.reporting import actions, queries
from kangmai.governance.reporting.rules import read_bindings
from kangmai.governance.reporting.types import Decision, Report
from kangmai.kernel.actor import Actor
from kangmai.registry import actions as registry
from kangmai.standards.division_codes import Level
from kangmai.standards.divisions import DivisionKind, find_division
from kangmai.standards.divisions import city as divisions_of
from kangmai.standards.periods import Period, month, year

KEYS = UUID("6f5d6b0e-4c5d-4d0c-9a7a-7c3a3a1f2b10")
INVENTED = "虚构"
SOURCE = "年度工作要点（虚构）"
PEER = """示例市卫生健康事业发展公报（{year}年，虚构）
{year}年全市高血压患者规范管理率为71.3%，管理人群血压控制率达66.8%。
全市电子健康卡覆盖率达82.5%，每千人托位数为4.1个，市域内住院率达96.2%。
新增家庭病床.36万张，核酸检测机构扩充到家。
"""


def load_reports(
    city: InventedCity, organizations: Sequence[int], *, actor: Actor, at: datetime
) -> None:
    """Write everything; the lake is filled and the accounts are there."""
    writer, checker, signer = (_person(login, at) for login in ("statistics", "officer", "leader"))
    code, last = city.code, city.on.year - 1
    _outside(code, year(last), actor=writer, at=at)
    _review(code, year(last), writer, checker, signer, at)
    _draft("monthly_report", code, _last_month(city.on), writer, at)
    county = divisions_of(code).children(code)[0].code if _is_city(code) else code
    _draft("county_brief", county, year(last), writer, at)
    _table(code, year(last), writer, at)
    _commitments(city, organizations, actor=checker, at=at)
    _elsewhere(city, organizations, actor=actor, at=at)
    _peer(code, last, actor=writer, at=at)


def _person(login: str, at: datetime) -> Actor:
    id = find_account_id(login=login)
    assert id is not None  # the accounts are made before
    return actor_for_account(id, at=at)


def _is_city(code: str) -> bool:
    return code.endswith("00")


def _last_month(on: date) -> Period:
    number, index = divmod(on.year * 12 + on.month - 2, 12)
    return month(number, index + 1)


def _key(name: str) -> UUID:
    return uuid5(KEYS, name)


def _outside(code: str, period: Period, *, actor: Actor, at: datetime) -> None:
    """The share of admissions inside the county, as the insurer would have given it."""
    found = Outside(
        indicator="county_inpatient_rate", area=code, period=period, value=Decimal("91.4"),
        numerator=45_700, denominator=50_000, supplier="市医疗保障局（虚构）", document="函告（虚构）",
        received_on=at.date(),
    )  # fmt: skip
    analytics.record_outside(figures=[found], actor=actor, at=at)


def _draft(template: str, area: str, period: Period, writer: Actor, at: datetime) -> Report:
    made = actions.draft(
        template_id=template, area=area, period=period, key=_key(f"{template}{area}"),
        is_invented=True, actor=writer, at=at,
    )  # fmt: skip
    found, _frozen = actions.freeze_missing(report_id=made.id, expected_version=made.version, actor=writer, at=at)  # fmt: skip
    return found


def _review(
    code: str, period: Period, writer: Actor, checker: Actor, signer: Actor, at: datetime
) -> None:
    """Last year's review, issued by three; where a figure that must be there has no value it stays a draft."""
    found = _draft("annual_review" if find_division(code) else "", code, period, writer, at)
    template = queries.template_of(found)
    if any(not (line := found.line(id)) or line.freeze is None for id in template.figures if template.is_required(id)):  # fmt: skip
        return
    id = found.id
    found = actions.submit(report_id=id, expected_version=found.version, actor=writer, at=at)
    actions.comment(report_id=id, text="请核对同比口径。", actor=checker, at=at)
    found = actions.check(report_id=id, expected_version=found.version, actor=checker, at=at)
    actions.issue(report_id=id, expected_version=found.version, actor=signer, at=at)


def _table(code: str, period: Period, writer: Actor, at: datetime) -> None:
    """A table as the level above might send it, bound to figures that are frozen."""
    made = actions.upload(
        name="基本公共卫生服务统计表（虚构）.xlsx", content=_sheet(), area=code, key=_key("table"),
        is_invented=True, actor=writer, at=at,
    )  # fmt: skip
    lines = "\n".join(
        f"表一!{column}{row},{indicator},{code},{part},{when}"
        for row, indicator in ((5, "ht_std_rate"), (6, "ht_control_rate"), (7, "elderly_mgmt_rate"))
        for column, part, when in (
            ("B", "denominator", "now"), ("C", "numerator", "now"), ("D", "value", "now"),
        )
    )  # fmt: skip
    actions.bind(workbook_id=made.id, bindings=read_bindings(lines), expected_version=made.version, actor=writer, at=at)  # fmt: skip


def _sheet() -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = "表一"
    sheet.merge_cells("A1:E1")
    sheet["A1"], sheet["A1"].font = "基本公共卫生服务项目统计表（虚构）", Font(bold=True, size=14)
    sheet["A1"].alignment = Alignment(horizontal="center")
    sheet["A3"] = "填报单位："
    rows = (
        ("指标", "分母", "分子", "比例（%）", "备注"),
        ("高血压患者规范管理", None, None, None, None),
        ("高血压患者血压控制", None, None, None, None),
        ("老年人健康管理", None, None, None, None),
        ("合计", "=SUM(B5:B7)", "=SUM(C5:C7)", None, None),
    )
    line = Side(style="thin")
    for n, row in enumerate(rows, start=4):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(n, column, value)
            cell.border = Border(line, line, line, line)
    sheet.column_dimensions["A"].width = 28
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _commitments(
    city: InventedCity, organizations: Sequence[int], *, actor: Actor, at: datetime
) -> None:
    on, code = city.on, city.code
    end = date(on.year, 12, 31)
    bureau = _owner(city, organizations, ("commission", "bureau"))
    hospital = _owner(city, organizations, ("hospital",))
    this_year = year(on.year)
    for n, (title, indicator, target, owner) in enumerate(
        (
            ("高血压患者规范管理率达到80%以上", "ht_std_rate", "80", bureau),
            ("管理人群血压控制率达到50%以上", "ht_control_rate", "50", bureau),
            ("电子健康卡覆盖率达到80%以上", "ehc_rate", "80", hospital),
        )
    ):
        actions.commit(
            title=title, area=code, year=on.year, owner=owner, due_on=end, source=SOURCE,
            indicator=indicator, period=this_year, target=Decimal(target), key=_key(f"commitment{n}"),
            is_invented=True, actor=actor, at=at,
        )  # fmt: skip
    made = actions.commit(
        title="80%以上的乡镇卫生院设心理咨询室", area=code, year=on.year, owner=hospital, due_on=end, source=SOURCE,
        milestones=[("名单确定", date(on.year, 3, 31)), ("场地就绪", date(on.year, 9, 30)), ("开诊", end)],
        key=_key("commitment steps"), is_invented=True, actor=actor, at=at,
    )  # fmt: skip
    first = made.milestones[0]
    if first.due_on < on:
        actions.finish_milestone(
            commitment_id=made.id, milestone_id=first.id, proof="会议纪要（虚构）", on=first.due_on, actor=actor, at=at
        )  # fmt: skip
    actions.show_evidence(commitment_id=made.id, text="已确定首批名单。", document="会议纪要（虚构）", actor=actor, at=at)  # fmt: skip


def _elsewhere(
    city: InventedCity, organizations: Sequence[int], *, actor: Actor, at: datetime
) -> None:
    """A hospital that stands in a county, and zones that are no towns, are counted in the city; of a district nothing."""
    if not _is_city(city.code):
        return
    to = partial(
        registry.report_elsewhere,
        reports_to=city.code,
        from_on=date(2020, 1, 1),
        document="演示用归属规则（虚构）",
        actor=actor,
        at=at,
    )
    towns = divisions_of(city.code).at_level(Level.TOWN, kind=DivisionKind.SPECIAL)
    hospitals = (
        each
        for each in city.network.institutions
        if each.kind == "hospital" and each.division != city.code
    )
    for each in itertools.islice(hospitals, 1):
        to(organization_id=organizations[each.order])
    for zone in towns:
        to(division_code=zone.code)


def _owner(city: InventedCity, organizations: Sequence[int], keys: tuple[str, ...]) -> int:
    found = [each for each in city.network.institutions if each.key in keys]
    return organizations[min(found, key=lambda each: keys.index(each.key)).order]


def _peer(code: str, last: int, *, actor: Actor, at: datetime) -> None:
    """A bulletin of a city that does not exist, two of whose figures somebody confirmed."""
    id = actions.take_in(
        name="示例市公报（虚构）.txt", content=PEER.format(year=last).encode(), origin="虚构", area=code,
        actor=actor, at=at,
    )  # fmt: skip
    found, _next = queries.peer_figures(bulletin_id=id, actor=actor)
    for each in found:
        if each.indicator in ("ht_std_rate", "ht_control_rate"):
            actions.decide(
                figure_id=each.id, decision=Decision.CONFIRMED, indicator=each.indicator, place="示例市（虚构）",
                period=each.period or str(last), expected_version=each.version, actor=actor, at=at,
            )  # fmt: skip
