"""Telephone numbers in one form, and units with their conversions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangmai.standards.errors import TelephoneIncorrect, UnitsIncompatible
from kangmai.standards.telephones import TelephoneKind, mask_telephone, parse_telephone
from kangmai.standards.units import convert, ucum_code


@pytest.mark.parametrize(
    ("written", "value", "kind"),
    [
        ("13912983476", "13912983476", TelephoneKind.MOBILE),
        ("+86 139-1298-3476", "13912983476", TelephoneKind.MOBILE),
        ("0086 13912983476", "13912983476", TelephoneKind.MOBILE),
        ("１３９１２９８３４７６", "13912983476", TelephoneKind.MOBILE),
        ("0758-2223344", "0758-2223344", TelephoneKind.FIXED),
        ("（0758）2223344", "0758-2223344", TelephoneKind.FIXED),
        ("+86 758 2223344", "0758-2223344", TelephoneKind.FIXED),
        ("010 6222 3344", "010-62223344", TelephoneKind.FIXED),
        ("400-123-4567", "4001234567", TelephoneKind.SERVICE),
        ("+852 2345 6789", "+85223456789", TelephoneKind.FOREIGN),
        ("00852 23456789", "+85223456789", TelephoneKind.FOREIGN),
    ],
)
def test_numbers_as_written(written: str, value: str, kind: TelephoneKind) -> None:
    number = parse_telephone(written)
    assert (number.value, number.kind, number.extension) == (value, kind, "")
    assert parse_telephone(number.value).value == value


def test_an_extension_is_kept_apart() -> None:
    number = parse_telephone("0758-2223344转801")
    assert (number.value, number.extension) == ("0758-2223344", "801")


@pytest.mark.parametrize(
    "written", ["", "12345", "12912983476", "139129834761", "2223344", "abc", "+86"]
)
def test_what_is_no_number(written: str) -> None:
    with pytest.raises(TelephoneIncorrect) as raised:
        parse_telephone(written)
    assert written == "" or written not in raised.value.message("zh")


@pytest.mark.parametrize(
    ("written", "is_default"),
    [
        ("13800000000", True),
        ("13888888888", True),
        ("18900000001", True),
        ("13812345678", True),
        ("0758-8888888", True),
        ("13800138000", False),
        ("13912983476", False),
        ("0758-2223344", False),
        ("+85223456789", False),
    ],
)
def test_numbers_that_belong_to_nobody(written: str, is_default: bool) -> None:
    assert parse_telephone(written).is_default is is_default


def test_masking() -> None:
    assert mask_telephone("13912983476") == "139****3476"
    assert mask_telephone("0758-2223344") == "0758****3344"
    assert mask_telephone("123") == "**3"


@given(st.from_regex(r"\A1[3-9][0-9]{9}\Z"))
def test_every_mobile_number_is_itself(number: str) -> None:
    assert parse_telephone(f"+86{number[:3]} {number[3:7]}-{number[7:]}").value == number
    assert len(mask_telephone(number)) == 11


@pytest.mark.parametrize(
    ("value", "given_unit", "wanted", "quantity", "expected"),
    [
        (7.0, "mmol/L", "mg/dL", "glucose", 126.1),
        (126.0, "mg/dL", "mmol/L", "glucose", 6.99),
        (5.2, "mmol/L", "mg/dL", "cholesterol", 201.1),
        (1.7, "mmol/L", "mg/dL", "triglyceride", 150.6),
        (1.0, "mg/dL", "umol/L", "creatinine", 88.4),
        (16.0, "kPa", "mm[Hg]", "any", 120.0),
        (98.6, "[degF]", "Cel", "any", 37.0),
        (1.72, "m", "cm", "any", 172.0),
        (120.0, "[jin_cn]", "kg", "any", 60.0),
        (12.5, "g/dL", "g/L", "any", 125.0),
        (7.0, "%", "mmol/mol", "haemoglobin-a1c", 53.0),
        (2.0, "a", "mo", "any", 24.0),
    ],
)
def test_conversions(
    value: float, given_unit: str, wanted: str, quantity: str, expected: float
) -> None:
    found = convert(value, given=given_unit, wanted=wanted, quantity=quantity)
    assert found == pytest.approx(expected, abs=0.06)


@given(st.floats(0.1, 1000), st.sampled_from(["mmol/L", "mg/dL", "umol/L", "g/L"]))
def test_conversions_go_back(value: float, unit: str) -> None:
    there = convert(value, given=unit, wanted="mg/L", quantity="glucose")
    back = convert(there, given="mg/L", wanted=unit, quantity="glucose")
    assert back == pytest.approx(value)


def test_molar_units_need_to_know_what_is_measured() -> None:
    with pytest.raises(UnitsIncompatible, match="from mmol/L to mg/dL"):
        convert(7.0, given="mmol/L", wanted="mg/dL")
    with pytest.raises(UnitsIncompatible):
        convert(7.0, given="kg", wanted="cm")


@pytest.mark.parametrize(
    ("written", "code"),
    [("mmHg", "mm[Hg]"), ("℃", "Cel"), ("公斤", "kg"), ("μmol/L", "umol/L"), ("mmol/L", "mmol/L")],
)
def test_units_as_written(written: str, code: str) -> None:
    assert ucum_code(written) == code


def test_a_unit_that_is_not_known() -> None:
    assert ucum_code("碗") is None
