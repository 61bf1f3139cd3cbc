"""The checks of a report card: field by field, across the card, and against the disease it reports.

Source: 传染病信息报告管理规范（2015年版）, 报告卡填写要求, restated from memory; what an ordinary card may rarely
contain is asked again and not refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kangmai.epidemic.cases.diseases import find_disease
from kangmai.epidemic.cases.sections import section
from kangmai.epidemic.cases.types import CaseClass, Content, Disease, Fault, FaultKind, Origin
from kangmai.kernel.errors import KangmaiError
from kangmai.standards.calendars import legal_day
from kangmai.standards.codes import code_set
from kangmai.standards.divisions import find_division
from kangmai.standards.identity_numbers import parse_identity_number
from kangmai.standards.telephones import parse_telephone

GUARDIAN_UNTIL = 14
"""A child up to this age is reported with a parent's name."""
LONG_AGO = timedelta(days=365)
NURSERY_UNTIL, PUPIL_FROM, PUPIL_UNTIL, WORKER_FROM, RETIRED_FROM = 7, 5, 35, 16, 40
OTHER = "99"
WORKERS = frozenset(("4", "5", "6", "7", "8", "9", "10", "14"))
SAME_COUNTY, SAME_CITY, OTHER_PROVINCE = "1", "2", "4"
RESIDENT_CARD = "01"
CONFIRM = FaultKind.TO_CONFIRM


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when a card is checked.

    Args:
        report_code: division of the reporting institution.
        has_laboratory: whether a laboratory result speaks for the case.
    """

    report_code: str
    at: datetime
    has_laboratory: bool = False


def faults(content: Content, setting: Setting) -> tuple[Fault, ...]:
    """Everything that is wrong with a card, and everything to look at twice, in the order of the card."""
    day = legal_day(content.diagnosed_at or setting.at)
    disease = find_disease(content.disease, on=day)
    return (
        *_person(content, setting),
        *_home(content, setting),
        *_occupation(content, setting),
        *_disease(content, disease, setting),
        *_days(content, setting),
        *_sections(content, disease, day),
    )


def age_of(content: Content, on: date) -> int | None:
    """Completed years on a day, from the birth date, else as given."""
    born = content.birth_date
    if born is None:
        return content.age_years
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _refused(field: str, zh: str, en: str) -> Fault:
    return Fault(field, FaultKind.REFUSED, zh, en)


def _ask(field: str, zh: str, en: str) -> Fault:
    return Fault(field, CONFIRM, zh, en)


def _person(content: Content, setting: Setting) -> Iterator[Fault]:
    today = legal_day(setting.at)
    if not content.name:
        yield _refused("name", "请填写姓名。", "Give the name.")
    if content.sex_code not in ("1", "2"):
        yield _refused("sex_code", "请填写性别。", "Give the sex.")
    if content.birth_date is None and content.age_years is None:
        yield _refused(
            "birth_date",
            "请填写出生日期，不详时填写年龄。",
            "Give the birth date, or the age where it is unknown.",
        )
    if content.birth_date and content.birth_date > today:
        yield _refused("birth_date", "出生日期晚于今天。", "The birth date is after today.")
    age = age_of(content, today)
    if age is not None and age > 120:
        yield _refused("birth_date", "年龄超过 120 岁。", "The age is above 120.")
    if age is not None and 0 <= age <= GUARDIAN_UNTIL and not content.guardian:
        yield _refused(
            "guardian",
            "14 岁及以下须填写患儿家长姓名。",
            "A child up to 14 is reported with a parent's name.",
        )
    yield from _document(content, today)
    yield from _phone("phone", content.phone, is_needed=True)
    yield from _phone("doctor_phone", content.doctor_phone, is_needed=False)


def _document(content: Content, today: date) -> Iterator[Fault]:
    number = content.document_number
    if not number:
        yield _ask(
            "document_number",
            "未填写证件号码，请确认无法获得。",
            "There is no document number: is it really not to be had?",
        )
        return
    if content.document_type != RESIDENT_CARD:
        if not content.document_type:
            yield _refused("document_type", "请选择证件类型。", "Choose the kind of document.")
        return
    try:
        found = parse_identity_number(number, on=today)
    except KangmaiError as error:
        yield _refused("document_number", error.message("zh"), error.message("en"))
        return
    if content.birth_date and found.birth_on and found.birth_on != content.birth_date:
        yield _refused(
            "birth_date",
            "出生日期与身份证号不一致。",
            "The birth date differs from that in the identity number.",
        )
    if (
        content.sex_code in ("1", "2")
        and found.sex.value in ("1", "2")
        and found.sex.value != content.sex_code
    ):
        yield _refused(
            "sex_code",
            "性别与身份证号不一致。",
            "The sex differs from that in the identity number.",
        )


def _phone(field: str, text: str, *, is_needed: bool) -> Iterator[Fault]:
    if not text:
        if is_needed:
            yield _refused(field, "请填写联系电话。", "Give a telephone number.")
        return
    try:
        found = parse_telephone(text)
    except KangmaiError as error:
        yield _refused(field, error.message("zh"), error.message("en"))
        return
    if found.is_default:
        yield _ask(
            field,
            "电话号码像是随意填写的，请核对。",
            "The telephone number looks made up: check it.",
        )


def _home(content: Content, setting: Setting) -> Iterator[Fault]:
    where, home, here = content.belongs_to, content.home_code, setting.report_code
    if code_set("report-home-area").find(where) is None:
        yield _refused("belongs_to", "请选择病人属于。", "Say where the patient belongs.")
        return
    if where > OTHER_PROVINCE:
        return
    if not home:
        yield _refused("home_code", "请填写现住址。", "Give the present home.")
        return
    if where in (SAME_COUNTY, SAME_CITY) and (len(home) < 9 or find_division(home) is None):
        yield _refused(
            "home_code",
            "本市现住址须选到乡镇（街道）。",
            "A home in this city is given down to the town.",
        )
    elif not _agrees(where, home, here):
        yield _refused(
            "belongs_to",
            "“病人属于”与现住址区划不一致。",
            "Where the patient belongs does not agree with the home.",
        )
    if not content.address:
        yield _ask(
            "address",
            "未填写门牌号等详细地址。",
            "There is no house number or other detail of the address.",
        )


def _agrees(where: str, home: str, here: str) -> bool:
    """Whether the class 病人属于 fits the division codes of home and report."""
    match where:
        case "1":
            return home[:6] == here[:6]
        case "2":
            return home[:4] == here[:4] and home[:6] != here[:6]
        case "3":
            return home[:2] == here[:2] and home[:4] != here[:4]
        case _:
            return home[:2] != here[:2]


def _occupation(content: Content, setting: Setting) -> Iterator[Fault]:
    known = code_set("report-population").find(content.occupation)
    if known is None:
        yield _refused("occupation", "请选择人群分类。", "Choose the population class.")
        return
    if known.attributes.get("workplace_required") == "1" and not content.workplace:
        yield _refused(
            "workplace",
            "该人群分类须填写学校或工作单位。",
            "This population class needs the school or workplace.",
        )
    if content.occupation == OTHER and not content.occupation_other:
        yield _refused(
            "occupation_other", "请注明其他人群分类。", "Say which other population class."
        )
    age = age_of(content, legal_day(setting.at))
    if age is not None and not _fits(content.occupation, age):
        yield _ask(
            "occupation",
            f"{age} 岁与人群分类不相称，请核对。",
            f"Age {age} is unusual for this population class: check it.",
        )


def _fits(occupation: str, age: int) -> bool:
    match occupation:
        case "1" | "2":
            return age <= NURSERY_UNTIL
        case "3":
            return PUPIL_FROM <= age <= PUPIL_UNTIL
        case "15":
            return age >= RETIRED_FROM
        case worker if worker in WORKERS:
            return age >= WORKER_FROM
        case _:
            return True


def _disease(content: Content, disease: Disease | None, setting: Setting) -> Iterator[Fault]:
    if disease is None:
        yield _refused(
            "disease", "请选择当时需要报告的病种。", "Choose a disease that was notifiable then."
        )
        return
    if disease.has_subtypes:
        yield _ask(
            "disease",
            "该病种有分型，请确认暂时无法分型。",
            "This disease has subtypes: is it really not known which?",
        )
    if disease.code == "9098" and not content.disease_other:
        yield _refused("disease_other", "请填写其他传染病名称。", "Name the other disease.")
    if content.case_class not in set(CaseClass):
        yield _refused("case_class", "请选择病例分类。", "Choose the case class.")
    elif content.case_class == CaseClass.CARRIER and not disease.is_carrier_reportable:
        yield _refused(
            "case_class", "该病种不报告病原携带者。", "Carriers of this disease are not reported."
        )
    elif content.case_class == CaseClass.CONFIRMED and not setting.has_laboratory:
        yield _ask(
            "case_class",
            "确诊病例一般有实验室结果，档案中没有找到。",
            "A confirmed case has a laboratory result as a rule; the record has none.",
        )
    if disease.needs_acute_chronic and content.acute_chronic not in ("1", "2", "3"):
        yield _refused(
            "acute_chronic", "该病种须填写急性或慢性。", "This disease needs acute or chronic."
        )
    if content.origin == Origin.IMPORTED and not content.origin_place:
        yield _refused(
            "origin_place",
            "输入病例须填写感染来源地。",
            "An imported case needs the place of infection.",
        )
    if not content.doctor:
        yield _refused("doctor", "请填写填卡医生。", "Give the doctor who fills in the card.")
    age = age_of(content, legal_day(setting.at))
    if disease.under_years and age is not None and age >= disease.under_years:
        limit = disease.under_years
        yield _ask(
            "disease",
            f"该病种监测 {limit} 岁以下病例。",
            f"This condition is watched below the age of {limit}.",
        )


def _days(content: Content, setting: Setting) -> Iterator[Fault]:
    onset, born, died = content.onset_on, content.birth_date, content.died_on
    today = legal_day(setting.at)
    if content.diagnosed_at is None:
        yield _refused(
            "diagnosed_at", "请填写诊断日期和时间。", "Give day and time of the diagnosis."
        )
    elif content.diagnosed_at > setting.at:
        yield _refused("diagnosed_at", "诊断时间晚于现在。", "The diagnosis is after now.")
    if onset is None:
        if content.case_class != CaseClass.CARRIER:
            yield _refused("onset_on", "请填写发病日期。", "Give the day of onset.")
    elif content.diagnosed_at and onset > legal_day(content.diagnosed_at):
        yield _refused("onset_on", "发病日期晚于诊断日期。", "The onset is after the diagnosis.")
    elif born and onset < born:
        yield _refused("onset_on", "发病日期早于出生日期。", "The onset is before the birth.")
    elif content.diagnosed_at and legal_day(content.diagnosed_at) - onset > LONG_AGO:
        yield _ask(
            "onset_on",
            "发病距诊断超过一年，请核对。",
            "The onset is more than a year before the diagnosis: check it.",
        )
    if died and (died > today or (onset and died < onset)):
        yield _refused(
            "died_on", "死亡日期应在发病日期与今天之间。", "The death lies between onset and today."
        )


def _sections(content: Content, disease: Disease | None, day: date) -> Iterator[Fault]:
    """The supplements of the disease; of suspected cases none is asked for yet."""
    if disease is None or content.case_class == CaseClass.SUSPECTED:
        return
    for id in disease.sections:
        for item in section(id, on=day).items:
            said = content.sections.get(item.id, "")
            field = f"sections.{item.id}"
            if not said:
                if item.is_required:
                    yield _refused(field, f"请填写{item.zh}。", f"{item.en}: an answer is needed.")
                continue
            if item.choices and said not in {code for code, _, _ in item.choices}:
                yield _refused(
                    field, f"{item.zh}：请从列表中选择。", f"{item.en}: choose from the list."
                )
            elif not _is_typed(item.type, said):
                yield _refused(field, f"{item.zh}：格式不对。", f"{item.en}: this cannot be read.")


def _is_typed(kind: str, said: str) -> bool:
    try:
        if kind == "date":
            date.fromisoformat(said)
        elif kind == "number":
            float(said)
    except ValueError:
        return False
    return True
