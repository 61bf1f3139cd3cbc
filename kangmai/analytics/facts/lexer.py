"""Cut a condition into words, numbers with their units, days, codes and signs."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from kangmai.analytics.facts.errors import ConditionUnreadable

KEYWORDS = frozenset(("and", "or", "not", "in", "is", "missing", "between"))


class Kind(Enum):
    """What a token is."""

    NUMBER = auto()
    UNIT = auto()
    DAY = auto()
    CODE = auto()
    NAME = auto()
    SIGN = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: keywords and operators are signs."""

    kind: Kind
    text: str
    start: int


_PATTERN = re.compile(
    r"""(?P<blank>\s+)
    |@(?P<day>\d{4}-\d{2}-\d{2})
    |(?P<number>\d+(?:\.\d+)?)
    |'(?P<code>[^'\n]*)'
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<sign><=|>=|!=|[<>=(),+-])""",
    re.VERBOSE,
)
_UNIT = re.compile(r"[ \t]*(?P<unit>[A-Za-z%°/µμ℃\[\u4e00-\u9fff][^\s,()<>=!']*)")
_KINDS = {"day": Kind.DAY, "number": Kind.NUMBER, "code": Kind.CODE, "name": Kind.NAME}


def tokens(text: str) -> list[Token]:
    """Every token, an END last. A word right behind a number is its unit unless it is a keyword.

    Raises:
        ConditionUnreadable: a character that begins nothing.
    """
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _unit(text, at) if found and found[-1].kind is Kind.NUMBER else None
        if match:
            found.append(Token(Kind.UNIT, match["unit"], match.start("unit")))
        elif match := _PATTERN.match(text, at):
            if match.lastgroup != "blank":
                found.append(_token(match))
        else:
            raise ConditionUnreadable(
                place=place_of(text, at), expected="a fact, a value or an operator", found=text[at]
            )
        at = match.end()
    return [*found, Token(Kind.END, "the end", len(text))]


def _unit(text: str, at: int) -> re.Match[str] | None:
    match = _UNIT.match(text, at)
    return match if match and match["unit"] not in KEYWORDS else None


def _token(match: re.Match[str]) -> Token:
    kind, text = match.lastgroup or "", match[match.lastgroup or ""]
    if kind == "sign" or text in KEYWORDS:
        return Token(Kind.SIGN, text, match.start())
    return Token(_KINDS[kind], text, match.start())


def place_of(text: str, at: int) -> str:
    """Line and character, both from 1, of a place in a text."""
    line = text.count("\n", 0, at) + 1
    return f"line {line}, character {at - text.rfind(chr(10), 0, at)}"
