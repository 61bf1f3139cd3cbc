"""The cases that registration desks meet, each by its name: what is linked, what is left for review."""

from dataclasses import replace

import pyarrow as pa
import pytest

from kangmai.identity.matching.comparison.levels import LEVELS, Field
from kangmai.identity.matching.comparison.pairs import levels_of
from kangmai.identity.matching.rules import (
    Model,
    base_weights,
    blocking_keys,
    decide,
    features,
    for_index,
    frequencies_of,
    score,
)
from kangmai.identity.matching.types import Caution, Decision, Person
from kangmai.standards.check_characters import mod_11_2

RESIDENTS = 4_000_000


def number(region: str, birth: str, sequence: int) -> str:
    """An identity number with its check character."""
    body = f"{region}{birth}{sequence:03d}"
    return body + mod_11_2(body)


@pytest.fixture(scope="module")
def model(people_file: pa.Table) -> Model:
    """The base weights for an index of four million, names as frequent as in a file of invented people."""
    rows = people_file.drop_columns(["id", "person"]).to_pylist()
    ready = [features(Person(**{key: value or "" for key, value in row.items()})) for row in rows]
    return for_index(base_weights(), frequencies_of(ready), residents=RESIDENTS)


LI = Person(
    name="李思远",
    sex="男",
    birth_date="1986-04-12",
    id_number=number("441202", "19860412", 31),
    phone="13512345678",
    address="人民路12号3房",
    town="龙镇",
    mother="陈桂兰",
)


def decided(incoming: Person, model: Model, *known: Person) -> Decision:
    """What is done with an arriving record when these are the candidates."""
    return decide(
        features(incoming), {place: features(each) for place, each in enumerate(known)}, model
    ).decision


def level(field: Field, left: Person, right: Person) -> str:
    """The name of the level on which two records agree."""
    return LEVELS[field](levels_of(features(left), features(right))[field]).name


def test_the_same_record_is_linked(model: Model) -> None:
    assert decided(LI, model, LI) is Decision.LINK


def test_someone_unknown_is_new(model: Model) -> None:
    other = Person(
        name="周海燕", sex="女", birth_date="1990-02-02", phone="13698765432", town="凤镇"
    )
    assert decided(other, model, LI) is Decision.NEW
    assert decided(other, model) is Decision.NEW


def test_twins_are_never_linked(model: Model) -> None:
    one = replace(LI, name="李子轩", birth_date="2023-05-01", id_number="")
    two = replace(one, name="李子涵")
    assert Caution.TWINS in score(one, two, model).cautions
    assert decided(one, model, two) is not Decision.LINK
    numbered = [
        replace(each, id_number=number("441202", "20230501", n))
        for n, each in ((11, one), (13, two))
    ]
    assert decided(numbered[0], model, numbered[1]) is Decision.NEW


def test_who_moved_and_kept_the_phone_has_another_name_not_a_twin(model: Model) -> None:
    before = replace(LI, birth_date="1986-04-12", id_number="")
    after = replace(before, name="李嘉豪", address="东路8号", town="凤镇")
    assert Caution.TWINS not in score(after, before, model).cautions
    assert decided(after, model, before) is Decision.LINK
    at_home = replace(before, name="李嘉豪")
    assert Caution.TWINS in score(at_home, before, model).cautions
    for phone in ("13900001111", "13512345677"):
        other_phone = replace(after, phone=phone)
        assert Caution.TWINS in score(other_phone, before, model).cautions
    child = replace(after, birth_date="2019-04-12")
    assert Caution.TWINS in score(child, replace(before, birth_date="2019-04-12"), model).cautions


def test_a_child_under_its_mothers_number_is_not_the_mother(model: Model) -> None:
    mothers_number = number("441202", "19860412", 42)
    mother = replace(LI, name="陈晓燕", sex="女", id_number=mothers_number, mother="黄秀英")
    child = replace(
        LI,
        name="李梓涵",
        sex="女",
        birth_date="2021-08-09",
        id_number=mothers_number,
        mother="陈晓燕",
    )
    assert level(Field.NUMBER, child, mother) == "EQUAL_GUARDIAN"
    assert decided(child, model, mother) is Decision.NEW


def test_a_child_is_found_again_when_it_has_its_own_number(model: Model) -> None:
    child = replace(
        LI,
        name="李梓涵",
        sex="女",
        birth_date="2021-08-09",
        id_number=number("441202", "19860412", 42),
        mother="陈晓燕",
    )
    later = replace(child, id_number=number("441202", "20210809", 24))
    assert level(Field.NUMBER, later, child) == "DIFFERENT_GUARDIAN"
    assert decided(later, model, child) is Decision.LINK


def test_a_renamed_newborn_is_found_by_mother_and_birth(model: Model) -> None:
    born = Person(
        name="陈晓燕之女",
        birth_date="2025-03-04",
        phone="13512345678",
        address="人民路12号3房",
        town="龙镇",
    )
    named = replace(
        born, name="李梓涵", sex="女", mother="陈晓燕", id_number=number("441202", "20250304", 24)
    )
    assert set(blocking_keys(born)) & set(blocking_keys(named))
    assert decided(named, model, born) is Decision.LINK


def test_a_newborn_known_only_by_its_mothers_name_is_reviewed(model: Model) -> None:
    born = Person(name="陈晓燕之女", birth_date="2025-03-04")
    named = Person(name="李梓涵", sex="女", birth_date="2025-03-04", mother="陈晓燕")
    assert Caution.NEWBORN in score(named, born, model).cautions
    assert decided(named, model, born) is not Decision.LINK


def test_a_newborn_whose_lunar_date_was_written_is_known_by_mother_and_phone(model: Model) -> None:
    born = Person(name="陈晓燕之女", sex="女", birth_date="2025-03-04", phone="13512345678")
    lunar = Person(
        name="李梓涵", sex="女", birth_date="2025-02-05", mother="陈晓燕", phone="13512345678"
    )
    assert level(Field.BIRTH_DATE, born, lunar) == "LUNAR"
    assert decided(lunar, model, born) is Decision.LINK
    assert decided(replace(lunar, phone=""), model, born) is not Decision.LINK


def test_an_elder_with_a_lunar_date_is_linked(model: Model) -> None:
    elder = replace(LI, name="黄桂兰", sex="女", birth_date="1948-03-17", id_number="")
    lunar = replace(elder, birth_date="1948-02-07")
    assert level(Field.BIRTH_DATE, elder, lunar) == "LUNAR"
    assert decided(lunar, model, elder) is Decision.LINK


def test_a_number_of_15_digits_is_the_one_of_18(model: Model) -> None:
    old = replace(
        LI, id_number=LI.id_number[:6] + LI.id_number[8:17], phone="", address="", mother=""
    )
    assert level(Field.NUMBER, old, LI) == "EQUAL"
    assert decided(old, model, LI) is Decision.LINK


def test_a_foreigners_new_card_does_not_speak_against_the_old_one(model: Model) -> None:
    old = Person(
        given_name="Amanda",
        surname="Okonkwo",
        birth_date="1981-08-03",
        sex="F",
        id_number="USA440081080312",
        phone="13512345678",
    )
    new = replace(old, id_number=number("944840", "19810803", 2))
    assert level(Field.NUMBER, old, new) == "MISSING"
    assert decided(new, model, old) is Decision.LINK


def test_two_of_one_common_name_born_the_same_day_are_never_linked_by_that_alone(
    model: Model,
) -> None:
    one = Person(name="王伟", sex="男", birth_date="1980-05-01")
    two = replace(one, phone="13512345678", town="龙镇")
    found = score(one, two, model)
    assert Caution.COMMON_NAME in found.cautions
    assert decided(one, model, two) is not Decision.LINK
    rare = replace(one, name="尉迟稚圭")
    assert Caution.NAME_AND_BIRTH_ONLY in score(rare, replace(rare, town="龙镇"), model).cautions
    assert decided(rare, model, replace(rare, town="龙镇")) is Decision.REVIEW
    neighbour = replace(one, name="王伟", town="龙镇")
    assert decided(neighbour, model, replace(neighbour, phone="13512345678")) is Decision.REVIEW


def test_a_rare_name_with_birth_and_town_is_linked_but_not_one_heard_or_dated_otherwise(
    model: Model,
) -> None:
    known = Person(
        name="尉迟稚圭", sex="男", birth_date="1980-05-01", town="龙镇", phone="13512345678"
    )
    says = replace(known, phone="", id_number=number("441202", "19800501", 31))
    assert decided(replace(says, id_number=""), model, known) is Decision.REVIEW
    assert decided(says, model, known) is Decision.LINK
    assert decided(replace(says, town="凤镇"), model, known) is Decision.REVIEW
    assert decided(replace(says, name="尉迟志圭"), model, known) is Decision.REVIEW
    assert decided(replace(says, birth_date="1980-01-01"), model, known) is not Decision.LINK


def test_a_familiar_name_is_not_taken_for_a_twin(model: Model) -> None:
    known = replace(LI, name="李思琪", sex="女", id_number=number("441202", "19860412", 22))
    says = replace(known, name="小琪", id_number="")
    assert decided(says, model, known) is Decision.LINK
    twin = replace(known, name="李思雅", id_number=number("441202", "19860412", 24))
    assert decided(says, model, twin) is Decision.REVIEW
    assert decided(says, model, known, twin) is not Decision.NEW


def test_anothers_number_links_nobody_by_itself(model: Model) -> None:
    other = replace(LI, name="王建国", phone="13698765432", address="东路8号", mother="周玉兰")
    assert Caution.NUMBER_OF_ANOTHER in score(other, LI, model).cautions
    assert decided(other, model, LI) is Decision.REVIEW
    assert (
        decided(replace(other, name="李建国"), model, LI) is Decision.LINK
    )  # he changed his given name
    assert decided(replace(other, mother="陈桂兰"), model, LI) is Decision.LINK
    foreign = Person(
        given_name="Amanda", surname="Okonkwo", birth_date="1981-08-03", id_number="K1234567"
    )
    assert (
        decided(replace(foreign, given_name="Per", surname="Lind"), model, foreign)
        is Decision.REVIEW
    )


def test_brothers_of_one_name_are_two(model: Model) -> None:
    brother = replace(LI, birth_date="1991-11-30", id_number="", phone="")
    assert Caution.BIRTHS_DIFFER in score(brother, LI, model).cautions
    assert decided(brother, model, LI) is not Decision.LINK


def test_a_newborn_of_twins_is_left_to_a_person(model: Model) -> None:
    born = Person(name="李雨仪之子", sex="男", birth_date="2025-01-03", phone="13512345678")
    one = replace(born, name="任梓铭", birth_date="2025-01-31", mother="李雨仪")
    two = replace(one, name="任梓轩", phone="13698765432")
    assert decided(born, model, one) is Decision.LINK
    assert decided(born, model, one, two) is Decision.REVIEW
    older = replace(two, name="任子墨", birth_date="2021-06-12")
    assert decided(born, model, one, older) is Decision.LINK


def test_a_newborn_of_another_woman_of_that_name_is_no_twin(model: Model) -> None:
    born = Person(
        name="李丽之子",
        sex="男",
        birth_date="2025-01-31",
        phone="13512345678",
        address="人民路12号3房",
        town="龙镇",
    )
    one = replace(born, name="任梓铭", mother="李丽")
    of_another = replace(one, name="黄子轩", phone="13698765432", address="东路8号", town="凤镇")
    assert decided(born, model, one, of_another) is Decision.LINK
    moved = replace(born, phone="13900001111", address="")
    assert decided(moved, model, one, of_another) is Decision.REVIEW
    twin = replace(one, name="任子墨")
    assert decided(born, model, one, twin) is Decision.REVIEW


def test_two_valid_numbers_are_a_veto(model: Model) -> None:
    other = replace(LI, id_number=number("441202", "19860412", 33))
    assert Caution.NUMBERS_CONFLICT in score(LI, other, model).cautions
    assert decided(other, model, LI) is not Decision.LINK


def test_a_mistyped_number_is_no_veto(model: Model) -> None:
    typed = replace(LI, id_number=LI.id_number[:10] + "9" + LI.id_number[11:])
    assert level(Field.NUMBER, LI, typed) == "TYPO"
    assert decided(typed, model, LI) is Decision.LINK


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("張偉強", "张伟强", "VARIANT"),
        ("王喆", "王哲", "VARIANT"),
        ("张 伟强", "张伟强", "EXACT"),
        ("区永强", "欧永强", "HOMOPHONE"),
        ("欧阳修文", "欧阳秀文", "HOMOPHONE"),
        ("陈晓林", "程晓宁", "NEAR_HOMOPHONE"),
        ("欧阳修文", "欧阳修", "PART"),
        ("王国建", "王建国", "PART"),
        ("小琪", "张思琪", "PART"),
        ("阿琪", "王琪", "PART"),
        ("小琪", "张琪琳", "DIFFERENT"),
        ("小思琪", "张思琪", "GIVEN_ONLY"),
        ("李子轩", "李子涵", "ONE_CHARACTER"),
        ("王国庆", "陈国庆", "GIVEN_ONLY"),
        ("欧阳修", "欧阳芬兰", "SURNAME_ONLY"),
        ("欧阳修", "欧立", "DIFFERENT"),
        ("阿卜杜·热合曼", "阿卜杜•热合曼", "VARIANT"),
        ("阿卜杜·热合曼", "阿卜杜热合曼", "VARIANT"),
        ("阿依古丽·买买提", "阿依古丽", "PART"),
    ],
)
def test_levels_of_names(left: str, right: str, expected: str) -> None:
    assert level(Field.NAME, Person(name=left), Person(name=right)) == expected


def test_rivals_go_to_review(model: Model) -> None:
    bare = replace(LI, id_number="", phone="")
    assert decided(bare, model, bare) is Decision.LINK
    assert decided(bare, model, bare, replace(bare, phone="13699999999")) is Decision.REVIEW


def test_the_explanation_names_each_field(model: Model) -> None:
    found = score(replace(LI, name="李思遠", phone=""), LI, model)
    assert [(each.field, each.level) for each in found.evidence] == [
        ("name", "variant"),
        ("birth_date", "equal"),
        ("sex", "equal"),
        ("number", "equal"),
        ("address", "equal"),
        ("mother", "equal"),
    ]
    assert found.bits == pytest.approx(sum(each.bits for each in found.evidence))
    assert found.probability > 0.9999
