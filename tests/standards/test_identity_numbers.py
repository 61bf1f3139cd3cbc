"""Identity numbers, credit codes and record numbers: published examples, refusals, round trips."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangmai.kernel.errors import Incorrect
from kangmai.standards import errors
from kangmai.standards.check_characters import (
    CREDIT_CODE_CHARACTERS,
    MOD_11_2_CHARACTERS,
    mod_11_2,
    mod_11_2_many,
    mod_31,
)
from kangmai.standards.codes import code_set
from kangmai.standards.credit_codes import is_credit_code, make_credit_code, parse_credit_code
from kangmai.standards.health_record_numbers import (
    make_health_record_number,
    parse_health_record_number,
)
from kangmai.standards.identity_documents import (
    DocumentKind,
    parse_identity_document,
    read_document_number,
)
from kangmai.standards.identity_numbers import (
    IdentityKind,
    is_identity_number,
    make_identity_number,
    mask_identity_number,
    parse_identity_number,
    upgrade_identity_number,
)
from kangmai.standards.identity_regions import (
    RegionState,
    region_history,
    region_name,
    region_state,
)
from kangmai.standards.types import Sex

TODAY = date(2026, 7, 1)


def slow_check_character(body: str) -> str:
    """The check character by the definition of ISO 7064: the whole number leaves 1 on division by 11."""
    for value, character in enumerate("0123456789X"):
        total = sum(
            int(digit) * 2**power for digit, power in zip(body, range(17, 0, -1), strict=True)
        )
        if (total + value) % 11 == 1:
            return character
    raise AssertionError("one of eleven values must fit")


def test_the_examples_of_the_standard() -> None:
    woman = parse_identity_number("11010519491231002X", on=TODAY)
    assert (woman.kind, woman.region) == (IdentityKind.RESIDENT_CARD, "110105")
    assert (woman.birth_on, woman.sex) == (date(1949, 12, 31), Sex.FEMALE)
    man = parse_identity_number("440524188001010014", on=TODAY)
    assert (man.birth_on, man.sex) == (date(1880, 1, 1), Sex.MALE)


@given(st.integers(0, 10**17 - 1))
def test_the_check_character_agrees_with_its_definition(body: int) -> None:
    assert mod_11_2(f"{body:017d}") == slow_check_character(f"{body:017d}")


@given(st.lists(st.integers(10**16, 10**17 - 1), min_size=1, max_size=20))
def test_many_check_characters_agree_with_one(bodies: list[int]) -> None:
    together = mod_11_2_many(np.array(bodies, dtype=np.int64))
    assert together.tolist() == [mod_11_2(str(body)) for body in bodies]


def test_many_check_characters_keep_the_shape() -> None:
    assert mod_11_2_many(np.full((2, 3), 11010519491231002)).tolist() == [["X"] * 3] * 2


@given(
    region=st.integers(110000, 659999).map(str),
    birth_on=st.dates(date(1850, 1, 1), TODAY),
    sequence=st.integers(1, 999),
)
def test_what_is_made_is_read_again(region: str, birth_on: date, sequence: int) -> None:
    number = make_identity_number(region=region, birth_on=birth_on, sequence=sequence)
    read = parse_identity_number(number, on=TODAY)
    assert is_identity_number(number)
    assert (read.value, read.region, read.birth_on) == (number, region, birth_on)
    assert read.sex is (Sex.MALE if sequence % 2 else Sex.FEMALE)


@given(
    birth_on=st.dates(date(1900, 1, 1), TODAY),
    place=st.integers(0, 17),
    to=st.sampled_from("0123456789X"),
)
def test_every_single_mistyped_character_is_found(birth_on: date, place: int, to: str) -> None:
    number = make_identity_number(region="441202", birth_on=birth_on, sequence=123)
    wrong = number[:place] + to + number[place + 1 :]
    assert is_identity_number(wrong) == (wrong == number)


@given(birth_on=st.dates(date(1900, 1, 1), date(1999, 12, 31)), sequence=st.integers(1, 995))
def test_15_digits_become_18(birth_on: date, sequence: int) -> None:
    full = make_identity_number(region="441202", birth_on=birth_on, sequence=sequence)
    old = full[:6] + full[8:17]
    assert upgrade_identity_number(old) == full
    assert parse_identity_number(old, on=TODAY).value == full


def test_15_digits_of_a_centenarian() -> None:
    assert upgrade_identity_number("110105980101997")[6:14] == "18980101"


@pytest.mark.parametrize(
    "written",
    [
        "11010519491231002x",
        " 110105 19491231 002X ",
        "110105-19491231-002X",
        "１１０１０５１９４９１２３１００２Ｘ",
    ],
)
def test_forms_that_people_write(written: str) -> None:
    assert parse_identity_number(written, on=TODAY).value == "11010519491231002X"


@pytest.mark.parametrize(
    ("number", "error"),
    [
        ("", errors.IdentityNumberLengthWrong),
        ("1101051949123100", errors.IdentityNumberLengthWrong),
        ("11010519491231002X1", errors.IdentityNumberLengthWrong),
        ("11010519491231A02X", errors.IdentityNumberCharactersWrong),
        ("11010519491231002A", errors.IdentityNumberCharactersWrong),
        ("11010519491231००२X", errors.IdentityNumberCharactersWrong),
        ("11010X491231002", errors.IdentityNumberCharactersWrong),
        ("110105194912310021", errors.CheckCharacterWrong),
        ("110105194913310028", errors.BirthDateImpossible),
        ("110105190002290028", errors.BirthDateImpossible),
        ("110105000001010028", errors.BirthDateImpossible),
    ],
)
def test_refusals_say_what_is_wrong(number: str, error: type[Incorrect]) -> None:
    with pytest.raises(error) as raised:
        parse_identity_number(number, on=TODAY)
    assert isinstance(raised.value, errors.IdentityNumberIncorrect)
    assert not is_identity_number(number)
    for language in ("zh", "en"):
        assert raised.value.message(language)
        assert number == "" or number not in raised.value.message(language)


def test_the_place_of_a_wrong_character_is_told() -> None:
    with pytest.raises(errors.IdentityNumberCharactersWrong, match="character 15"):
        parse_identity_number("11010519491231A02X", on=TODAY)


def test_a_birth_after_the_day_of_reading_is_refused() -> None:
    number = make_identity_number(region="441202", birth_on=TODAY + timedelta(days=1), sequence=1)
    with pytest.raises(errors.BirthInFuture, match="2026-07-01"):
        parse_identity_number(number, on=TODAY)
    assert parse_identity_number(number, on=TODAY + timedelta(days=1)).birth_on is not None


@pytest.mark.parametrize(
    ("region", "kind"),
    [
        ("810000", IdentityKind.HONG_KONG_MACAU_RESIDENCE_PERMIT),
        ("820000", IdentityKind.HONG_KONG_MACAU_RESIDENCE_PERMIT),
        ("830000", IdentityKind.TAIWAN_RESIDENCE_PERMIT),
        ("944840", IdentityKind.FOREIGN_PERMANENT_RESIDENT_CARD),
        ("999999", IdentityKind.FOREIGN_PERMANENT_RESIDENT_CARD),
        ("441202", IdentityKind.RESIDENT_CARD),
    ],
)
def test_cards_of_the_same_shape(region: str, kind: IdentityKind) -> None:
    number = make_identity_number(region=region, birth_on=date(1980, 5, 6), sequence=2)
    assert parse_identity_number(number, on=TODAY).kind is kind


def test_the_older_foreign_card() -> None:
    card = parse_identity_number("usa310081010101", on=TODAY)
    assert card.kind is IdentityKind.FOREIGN_PERMANENT_RESIDENT_CARD
    assert (card.value, card.birth_on, card.sex) == ("USA310081010101", None, Sex.UNKNOWN)


def test_masking_hides_birth_and_keeps_length() -> None:
    assert mask_identity_number("11010519491231002X") == "110***********002X"
    assert mask_identity_number("12345") == "*****"


@pytest.mark.parametrize(
    ("region", "state"),
    [
        ("441202", RegionState.PRESENT),
        ("441283", RegionState.ABOLISHED),
        ("440923", RegionState.ABOLISHED),
        ("999999", RegionState.UNKNOWN),
    ],
)
def test_regions_known_abolished_and_unknown(region: str, state: RegionState) -> None:
    assert region_state(region) is state
    number = make_identity_number(region=region, birth_on=date(1980, 5, 6), sequence=2)
    assert parse_identity_number(number, on=TODAY).region == region


def test_a_region_code_has_had_several_names() -> None:
    assert [each.name for each in region_history("440203")] == ["浈江区", "武江区"]
    assert region_name("440203", year=1990) == "浈江区"
    assert region_name("440203", year=2020) == "武江区"
    assert region_name("441283", year=2020) == "高要市"
    assert region_name("999999", year=2020) is None


def test_the_credit_code_of_the_standard() -> None:
    code = parse_credit_code("91350100m000100y43")
    assert code.value == "91350100M000100Y43"
    assert (code.department, code.category, code.region) == ("9", "1", "350100")
    assert code.organization_code == "M000100Y4"


def slow_mod_31(body: str) -> str:
    total = sum(
        CREDIT_CODE_CHARACTERS.index(character) * 3**place for place, character in enumerate(body)
    )
    return CREDIT_CODE_CHARACTERS[(31 - total % 31) % 31]


@given(
    st.text(CREDIT_CODE_CHARACTERS, min_size=2, max_size=2),
    st.integers(110000, 659999).map(str),
    st.text(CREDIT_CODE_CHARACTERS, min_size=9, max_size=9),
)
def test_credit_codes_round_trip(head: str, region: str, organization: str) -> None:
    code = make_credit_code(head + region + organization)
    assert code[-1] == slow_mod_31(code[:-1]) == mod_31(code[:-1])
    assert is_credit_code(code)
    assert parse_credit_code(code).organization_code == organization


@pytest.mark.parametrize(
    "text",
    ["", "91350100M000100Y4", "91350100M000100Y44", "91350100I000100Y43", "9135010０M000100Y43"],
)
def test_wrong_credit_codes(text: str) -> None:
    assert not is_credit_code(text)
    with pytest.raises(errors.CreditCodeIncorrect):
        parse_credit_code(text)


@given(st.integers(110000000000, 659999999999).map(str), st.integers(1, 99_999))
def test_record_numbers_round_trip(village: str, serial: int) -> None:
    number = make_health_record_number(village=village, serial=serial)
    assert len(str(number)) == 17
    assert parse_health_record_number(str(number)) == number


def test_record_numbers_written_in_groups() -> None:
    number = parse_health_record_number("441202-001-001-00042")
    assert (number.village, number.serial) == ("441202001001", 42)


@pytest.mark.parametrize(
    "text",
    ["", "44120200100100000", "4412020010010004", "44120200100100042X", "4412020010010004２"],
)
def test_wrong_record_numbers(text: str) -> None:
    with pytest.raises(errors.HealthRecordNumberIncorrect):
        parse_health_record_number(text)


def test_all_check_characters_occur() -> None:
    assert {mod_11_2(f"{n:017d}") for n in range(200)} == set(MOD_11_2_CHARACTERS)


def test_document_kinds_are_those_of_the_code_set() -> None:
    assert {kind.value for kind in DocumentKind} == set(code_set("identity-document").codes)


@pytest.mark.parametrize(
    ("written", "kind", "value"),
    [
        (" e 1234 5678", DocumentKind.PASSPORT, "E12345678"),
        ("h12345678", DocumentKind.HONG_KONG_MACAU_TRAVEL_PERMIT, "H12345678"),
        ("g441234567", DocumentKind.BIRTH_CERTIFICATE, "G441234567"),
        ("军字第0123号", DocumentKind.MILITARY_OFFICER_CARD, "军字第0123号"),
    ],
)
def test_documents_taken_as_written(written: str, kind: DocumentKind, value: str) -> None:
    document = parse_identity_document(written, kind=kind, on=TODAY)
    assert (document.kind, document.value, document.number) == (kind, value, None)


def test_documents_with_a_checked_number() -> None:
    document = parse_identity_document(
        "110105 19491231 002x", kind=DocumentKind.RESIDENT_CARD, on=TODAY
    )
    assert document.value == "11010519491231002X"
    assert document.number is not None
    assert document.number.birth_on == date(1949, 12, 31)
    with pytest.raises(errors.CheckCharacterWrong):
        parse_identity_document("110105194912310021", kind=DocumentKind.RESIDENT_CARD, on=TODAY)


def test_a_number_of_another_kind_is_refused() -> None:
    permit = make_identity_number(region="810000", birth_on=date(1980, 5, 6), sequence=2)
    with pytest.raises(errors.DocumentKindWrong, match="kind P237, not 01"):
        parse_identity_document(permit, kind=DocumentKind.RESIDENT_CARD, on=TODAY)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("e 1234 5678", "E12345678"),
        ("12345678", "12345678"),
        ("军字第1234567号", "军字第1234567号"),
        ("110105 19491231 002x", "11010519491231002X"),
        ("110105491231002", "11010519491231002X"),
    ],
)
def test_a_document_of_an_unsaid_kind(written: str, value: str) -> None:
    assert read_document_number(written, on=TODAY) == value


@pytest.mark.parametrize(
    ("written", "error"),
    [
        ("123", errors.DocumentNumberUnlikely),
        ("无", errors.DocumentNumberUnlikely),
        ("UNKNOWN", errors.DocumentNumberUnlikely),
        ("E1234567;DROP", errors.DocumentNumberUnlikely),
        ("11010519491231002", errors.IdentityNumberLengthWrong),
        ("110105194912310021", errors.CheckCharacterWrong),
        ("110105194913310021", errors.BirthDateImpossible),
        (" ", errors.DocumentNumberMissing),
    ],
)
def test_a_number_that_no_document_has(written: str, error: type[Incorrect]) -> None:
    with pytest.raises(error):
        read_document_number(written, on=TODAY)


def test_an_empty_number_is_refused() -> None:
    with pytest.raises(errors.DocumentNumberMissing):
        parse_identity_document(" - ", kind=DocumentKind.PASSPORT, on=TODAY)
