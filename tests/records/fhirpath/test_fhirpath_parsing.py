"""Reading expressions: precedence, literals, and the place of every fault."""

import pytest

from kangmai.records.fhirpath import ExpressionUnreadable, compile_expression


def one(text: str) -> object:
    (value,) = compile_expression(text).evaluate({})
    return value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("-2 + 3", 1),
        ("10 - 3 - 2", 5),
        ("1 + 1 = 2 and 3 > 2", True),
        ("true or false and false", True),
        ("false implies false or true", True),
        ("1 | 2 | 3 contains 2", True),
        ("1 is Integer and 'a' & 'b' = 'ab'", True),
        ("`true`.empty()", True),
        ("'it\\'s \\u0041 \\n'", "it's A \n"),
        ("// first\n 1 /* and */ + /* more */ 1", 2),
        ("@2020-02-29.is(Date)", True),
        ("@2020-02-29T.is(DateTime)", True),
        ("4 days = 96 hours", True),
        ("{}.empty()", True),
    ],
)
def test_value(text: str, expected: object) -> None:
    assert one(text) == expected


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("", 1, 1, "a value expected, found the end"),
        ("1 +", 1, 4, "a value expected, found the end"),
        ("name.", 1, 6, "a name expected, found the end"),
        ("name given", 1, 6, "unexpected 'given'"),
        ("name.where(use = 'a'", 1, 21, "')' expected, found the end"),
        ("name[", 1, 6, "a value expected, found the end"),
        ("'open", 1, 1, "the text after ' is not closed"),
        ("1 /* open", 1, 3, "the comment /* is not closed"),
        ("'\\q'", 1, 2, "\\q is no escape sequence"),
        ("@@", 1, 1, "@ is not followed by a date or a time"),
        ("@2023-02-29", 1, 1, "no such day in the calendar"),
        ("@T25:00", 1, 1, "no such time of day"),
        ("name\n  .frst()", 2, 4, "there is no function frst()"),
        ("name.first(1)", 1, 6, "first() takes 0 arguments"),
        ("name.substring()", 1, 6, "substring() takes 1 to 2 arguments"),
        ("name.ofType(Nonsense)", 1, 13, "there is no type Nonsense"),
        ("name is 3", 1, 9, "a type expected, found '3'"),
        ("a.where(1,)", 1, 11, "an argument is missing after the comma"),
        ("#", 1, 1, "unexpected character '#'"),
    ],
)
def test_refused_with_its_place(text: str, line: int, column: int, reason: str) -> None:
    with pytest.raises(ExpressionUnreadable) as caught:
        compile_expression(text)
    details = caught.value.details
    assert (details["line"], details["column"]) == (line, column)
    assert reason in str(details["reason"])


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(ExpressionUnreadable, match="inside one another"):
        compile_expression("(" * 5000 + "1" + ")" * 5000)


def test_a_chain_too_long_to_compile_is_refused() -> None:
    with pytest.raises(ExpressionUnreadable, match="nested too deeply"):
        compile_expression("1" + " + 1" * 20_000)


def test_the_same_text_is_compiled_once() -> None:
    assert compile_expression("name.given") is compile_expression("name.given")


def test_the_message_is_in_both_languages() -> None:
    with pytest.raises(ExpressionUnreadable) as caught:
        compile_expression("1 +")
    assert "第 1 行第 4 列无法解析" in caught.value.message("zh")
