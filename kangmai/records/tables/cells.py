"""Cells as values: days, numbers, codes, identity numbers, codes of diagnoses and procedures.

Source: GB 11643 (identity numbers); forms of codes of 疾病分类代码国家临床版 2.0 and 手术操作分类代码国家临床版 3.0,
restated from memory: only the form is checked here, not whether a code exists.
"""

import datetime
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from kangmai.records.tables.types import Column
from kangmai.standards.errors import IdentityNumberIncorrect
from kangmai.standards.identity_numbers import parse_identity_number

SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))
ICD10 = re.compile(r"^[A-Z]\d{2}(\.[0-9x]([0-9]{0,2}(x\d{3})?))?[+*]?$|^M\d{4,5}/\d{1,2}$")
ICD9CM3 = re.compile(r"^\d{2}\.\d{1,4}(x\d{3})?$")
_DAY = re.compile(r"^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?$")
_MOMENT = re.compile(r"^(.+?)[ T](\d{1,2}):(\d{2})(?::(\d{2}))?$")


class CellWrong(Exception):
    """What a cell is wrong for, in both languages; gathered with its row, never seen outside."""

    def __init__(self, english: str, chinese: str) -> None:
        self.english, self.chinese = english, chinese
        super().__init__(english)


def value_of(text: str, column: Column, *, on: datetime.date) -> Any:
    """The value of a cell that is not empty. Raises CellWrong."""
    return _KINDS[column.kind](text, column, on)


def _plain(text: str, column: Column, on: datetime.date) -> str:
    if len(text) > 2000:
        raise CellWrong("longer than 2000 characters", "超过 2000 字")
    return text


def _day(text: str, column: Column, on: datetime.date) -> datetime.date:
    found = _DAY.match(text.split(" ")[0].split("T")[0])
    try:
        day = datetime.date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None:
        raise CellWrong("this is not a day (2026-01-31)", "不是日期（2026-01-31）")
    if day > on or day.year < 1850:
        raise CellWrong("this day cannot be right", "日期不合理")
    return day


def _moment(text: str, column: Column, on: datetime.date) -> datetime.datetime:
    found = _MOMENT.match(text)
    day = _day(found[1] if found else text, column, on)
    hour, minute, second = (int(each or 0) for each in found.groups()[1:]) if found else (0, 0, 0)
    if hour > 23 or minute > 59 or second > 59:
        raise CellWrong("this is not a time (09:30)", "不是时间（09:30）")
    return datetime.datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=SHANGHAI)


def _number(text: str, column: Column, on: datetime.date) -> Decimal:
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise CellWrong("this is not a number", "不是数字") from None
    if not number.is_finite() or number < 0 or number > 10**9:
        raise CellWrong("this number cannot be right", "数值不合理")
    return number


def _integer(text: str, column: Column, on: datetime.date) -> int:
    number = _number(text, column, on)
    if number != number.to_integral_value():
        raise CellWrong("write a whole number", "应为整数")
    return int(number)


def _money(text: str, column: Column, on: datetime.date) -> Decimal:
    amount = _number(text.removeprefix("¥").removeprefix("￥"), column, on)
    if -int(amount.as_tuple().exponent) > 4:
        raise CellWrong("more than four decimals", "小数超过四位")
    return amount


def _code(text: str, column: Column, on: datetime.date) -> str:
    for code, word in column.codes.items():
        if text in (code, word):
            return code
    words = "、".join(f"{code} {word}" for code, word in column.codes.items())
    raise CellWrong(f"write one of: {words}", f"应为以下之一：{words}")


def _id_number(text: str, column: Column, on: datetime.date) -> str:
    if "e+" in text.lower():
        raise CellWrong(
            "the sheet cut the digits off: format the column as text",
            "单元格截断了数字，请将该列设为文本格式",
        )
    try:
        return parse_identity_number(text, on=on).value
    except IdentityNumberIncorrect:
        raise CellWrong("this is not an identity number", "身份证号有误") from None


def _icd10(text: str, column: Column, on: datetime.date) -> str:
    code = text.upper().replace("X", "x")
    code = code[:1].upper() + code[1:]
    if not ICD10.match(code):
        raise CellWrong(
            "this is not a code of ICD-10 (I10.x00x002)",
            "不是 ICD-10 国家临床版编码（I10.x00x002）",
        )
    return code


def _icd9(text: str, column: Column, on: datetime.date) -> str:
    code = text.lower()
    if not ICD9CM3.match(code):
        raise CellWrong(
            "this is not a code of ICD-9-CM-3 (36.1100)", "不是 ICD-9-CM-3 编码（36.1100）"
        )
    return code


_KINDS: Mapping[str, Callable[[str, Column, datetime.date], Any]] = {
    "text": _plain,
    "date": _day,
    "datetime": _moment,
    "number": _number,
    "integer": _integer,
    "money": _money,
    "code": _code,
    "id_number": _id_number,
    "icd10": _icd10,
    "icd9cm3": _icd9,
}
