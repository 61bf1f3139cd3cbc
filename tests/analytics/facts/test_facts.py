"""Conditions over facts: what they mean, that SQL and Python agree, and how a wrong one is refused."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kangmai.analytics.facts.condition import condition, with_terms
from kangmai.analytics.facts.errors import (
    CodeUnknown,
    ConditionUnreadable,
    FactUnknown,
    TypeWrong,
    UnitWrong,
)
from kangmai.analytics.facts.parts import conjuncts, names
from kangmai.analytics.facts.types import Fact, FactType, vocabulary_of

AGE = Fact("age", FactType.NUMBER, "a")
SYSTOLIC = Fact("systolic", FactType.NUMBER, "mm[Hg]")
LATEST = Fact("latest_on", FactType.DATE)
ENROLLED = Fact("enrolled_on", FactType.DATE)
SEX = Fact("sex", FactType.CODE, codes=frozenset(("1", "2")))
SMOKES = Fact("smokes", FactType.BOOLEAN)
WORDS = vocabulary_of(AGE, SYSTOLIC, LATEST, ENROLLED, SEX, SMOKES)
MISSING = dict.fromkeys((*WORDS.facts, "today"))


def truth(text: str, **values: object) -> bool | None:
    return condition(text, WORDS).truth({**MISSING, **values})


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("age >= 35 years", {"age": 35}, True),
        ("age >= 35 years", {"age": 34}, False),
        ("age >= 35 years", {}, None),
        ("systolic >= 140 mmHg or age >= 65 岁", {"age": 70}, True),
        ("systolic >= 140 mmHg and age >= 65 years", {"age": 70}, None),
        ("systolic >= 140 mmHg and age >= 65 years", {"age": 60}, False),
        ("not (systolic >= 140 mmHg)", {}, None),
        ("systolic is missing", {}, True),
        ("systolic is not missing", {}, False),
        ("sex in ('1')", {"sex": "2"}, False),
        ("sex not in ('1')", {}, None),
        ("age between 35 years and 64 years", {"age": 64}, True),
        ("age not between 35 years and 64 years", {"age": 65}, True),
        ("not not smokes", {"smokes": True}, True),
        # the last day of a month that has no 31st
        ("latest_on + 1 month = @2025-02-28", {"latest_on": date(2025, 1, 31)}, True),
        ("latest_on - 1 week = @2024-12-29", {"latest_on": date(2025, 1, 5)}, True),
        (
            "today - latest_on > 90 days",
            {"today": date(2025, 4, 2), "latest_on": date(2025, 1, 1)},
            True,
        ),
        (
            "today - latest_on > 90 days",
            {"today": date(2025, 4, 1), "latest_on": date(2025, 1, 1)},
            False,
        ),
    ],
)
def test_meaning(text: str, values: dict[str, object], expected: bool | None) -> None:
    assert truth(text, **values) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sex = '1' and age >= 35 years", [{"sex"}, {"age"}]),
        ("sex in ('1', '2') or smokes", [{"sex", "smokes"}]),
        ("not (sex is missing) and today - latest_on > 90 days", [{"sex"}, {"today", "latest_on"}]),
        ("latest_on + 1 month = enrolled_on", [{"latest_on", "enrolled_on"}]),
    ],
)
def test_parts_that_must_all_hold_and_what_they_ask_for(
    text: str, expected: list[set[str]]
) -> None:
    assert [names(each) for each in conjuncts(condition(text, WORDS).node)] == expected


def test_terms_are_named_conditions() -> None:
    words = with_terms(
        WORDS, {"high": "systolic >= 140 mmHg", "old_and_high": "high and age > 64 a"}
    )
    high = condition("old_and_high", words)
    assert high.holds({**MISSING, "systolic": Decimal("140"), "age": 65})
    assert not high.holds({**MISSING, "systolic": Decimal("139.9"), "age": 65})


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (
            "systolic >= 18 kPa",
            UnitWrong,
            "line 1, character 13: systolic is measured in mm[Hg], but 'kPa' stands here."
            " Write the value in mm[Hg].",
        ),
        (
            "age > 35 a and\n  systolic >= 140",
            UnitWrong,
            "line 2, character 15: systolic is measured in mm[Hg], but 'no unit' stands here."
            " Write the value in mm[Hg].",
        ),
        (
            "age > systolic",
            UnitWrong,
            "line 1, character 7: age is measured in a, but 'mm[Hg]' stands here."
            " Write the value in a.",
        ),
        (
            "pulse > 100 /min",
            FactUnknown,
            "line 1, character 1: there is no fact 'pulse'. Facts here:"
            " age, enrolled_on, latest_on, sex, smokes, systolic, today.",
        ),
        ("sex = '3'", CodeUnknown, "line 1, character 7: '3' is none of the codes of sex: 1, 2."),
        (
            "latest_on > 3 months",
            TypeWrong,
            "line 1, character 13: a date is needed here, found a number.",
        ),
        (
            "age >= ",
            ConditionUnreadable,
            "line 1, character 8: expected a fact or a value, found 'the end'.",
        ),
        (
            "latest_on < @2025-02-30",
            ConditionUnreadable,
            "line 1, character 13: expected a day of the calendar, found '2025-02-30'.",
        ),
        (
            "smokes and ?",
            ConditionUnreadable,
            "line 1, character 12: expected a fact, a value or an operator, found ?.",
        ),
    ],
)
def test_a_wrong_condition_is_refused_with_its_place(
    text: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        condition(text, WORDS)
    assert str(caught.value) == message


def test_brackets_have_a_limit() -> None:
    with pytest.raises(ConditionUnreadable):
        condition("(" * 60 + "smokes" + ")" * 60, WORDS)


signs = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
days = st.dates(date(1900, 1, 1), date(2199, 12, 31))
spans = st.builds(
    "{} {} {}".format,
    st.sampled_from("+-"),
    st.integers(0, 40),
    st.sampled_from(["days", "weeks", "months", "years"]),
)
day_terms = st.sampled_from(["latest_on", "enrolled_on", "today"]) | st.builds("@{}".format, days)
moved = st.builds(lambda day, some: " ".join([day, *some]), day_terms, st.lists(spans, max_size=2))
ages = st.integers(0, 120).map("{} years".format)
predicates = st.one_of(
    st.builds("age {} {}".format, signs, ages),
    st.builds("age between {} and {}".format, ages, ages),
    st.builds("{} years {} age".format, st.integers(0, 120), signs),
    st.builds("systolic {} {} mm[Hg]".format, signs, st.decimals(60, 260, places=1)),
    st.builds("{} {} {}".format, moved, signs, moved),
    st.builds("{} - {} {} {} days".format, moved, day_terms, signs, st.integers(-400, 400)),
    st.sampled_from(["sex = '1'", "sex != '2'", "sex in ('1', '2')", "sex not in ('1')", "smokes"]),
    st.builds("{} is missing".format, st.sampled_from([*WORDS.facts, "latest_on + 1 day"])),
)
conditions = st.recursive(
    predicates,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not ({})".format, inner),
    ),
    max_leaves=6,
)
rows = st.fixed_dictionaries(
    {
        "age": st.none() | st.integers(0, 120),
        "systolic": st.none() | st.decimals(60, 260, places=1),
        "latest_on": st.none() | days,
        "enrolled_on": st.none() | days,
        "sex": st.none() | st.sampled_from("12"),
        "smokes": st.none() | st.booleans(),
        "today": days,
    }
)
TYPES = {
    "age": "int",
    "systolic": "numeric",
    "latest_on": "date",
    "enrolled_on": "date",
    "sex": "text",
    "smokes": "boolean",
    "today": "date",
}


@pytest.fixture(scope="module")
def connected(shared_database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(shared_database, autocommit=True) as database:
        yield database


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=conditions, values=st.lists(rows, min_size=1, max_size=8))
def test_sql_and_python_agree_on_every_truth(
    connected: psycopg.Connection, text: str, values: list[dict[str, object]]
) -> None:
    read = condition(text, WORDS)
    sql = read.sql({name: name for name in TYPES})
    columns = ", ".join(f"unnest(%({n})s::{t}[]) AS {n}" for n, t in TYPES.items())
    arrays = {name: [row[name] for row in values] for name in TYPES}
    found = connected.execute(
        f"SELECT {sql.text}, {sql.holds} FROM (SELECT {columns}) AS one", {**sql.values, **arrays}
    ).fetchall()
    assert found == [(read.truth(row), read.holds(row)) for row in values]
