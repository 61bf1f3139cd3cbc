"""Cut a FHIRPath expression into tokens.

Source: FHIRPath, Lexical Elements, https://hl7.org/fhirpath/#lexical-elements
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

from kangmai.records.fhirpath.errors import Misuse


class Kind(Enum):
    """What a token is."""

    NUMBER = auto()
    STRING = auto()
    TEMPORAL = auto()
    WORD = auto()
    QUOTED_WORD = auto()
    VARIABLE = auto()
    SPECIAL = auto()
    SYMBOL = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the expression: its text with escapes undone, and its 0-based place."""

    kind: Kind
    text: str
    place: int


PATTERN = re.compile(
    r"""(?P<blank>\s+|//[^\n\r]*|/\*.*?\*/)
    |(?P<temporal>@(?:T\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?
        |\d{4}(?:-\d{2}(?:-\d{2})?)?
         (?:T(?:\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?(?:Z|[+-]\d{2}:\d{2})?)?)?))
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<string>'(?:[^'\\]|\\.)*')
    |(?P<quoted>`(?:[^`\\]|\\.)*`)
    |(?P<variable>%(?:[A-Za-z_][A-Za-z0-9_]*|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`))
    |(?P<special>\$(?:this|index|total)\b)
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<symbol>!=|!~|<=|>=|[-+*/&|=~<>.,()\[\]{}])""",
    re.VERBOSE | re.DOTALL,
)
KINDS = {
    "temporal": Kind.TEMPORAL,
    "number": Kind.NUMBER,
    "string": Kind.STRING,
    "quoted": Kind.QUOTED_WORD,
    "variable": Kind.VARIABLE,
    "special": Kind.SPECIAL,
    "word": Kind.WORD,
    "symbol": Kind.SYMBOL,
}
ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
ESCAPED = {"f": "\f", "n": "\n", "r": "\r", "t": "\t"} | {mark: mark for mark in "\\/\"`'"}


def tokens(text: str) -> list[Token]:
    """Every token of `text`, blanks and comments left out, an END last.

    Raises: Misuse, with its place, at a character that begins no token.
    """
    found, place = [], 0
    while place < len(text):
        match = PATTERN.match(text, place)
        if match is None or (text.startswith("/*", place) and match.lastgroup != "blank"):
            raise misuse(unreadable(text, place), place)
        if match.lastgroup != "blank":
            found.append(token(match))
        place = match.end()
    return [*found, Token(Kind.END, "", len(text))]


def token(match: re.Match[str]) -> Token:
    """The token of a match, quotes stripped and escapes undone."""
    kind, text, place = KINDS[match.lastgroup or ""], match.group(), match.start()
    if kind is Kind.VARIABLE:
        text = text[1:]
    if text[0] in "'`":
        return Token(kind, unescaped(text[1:-1], place + 1), place)
    return Token(kind, text, place)


def unescaped(text: str, place: int) -> str:
    """`text` with its escape sequences replaced.

    Raises: Misuse for a sequence that the specification does not name.
    """

    def replace(match: re.Match[str]) -> str:
        mark = match.group(1)
        if len(mark) == 5:
            return chr(int(mark[1:], 16))
        if mark not in ESCAPED:
            raise misuse(f"\\{mark} is no escape sequence", place + match.start())
        return ESCAPED[mark]

    return ESCAPE.sub(replace, text) if "\\" in text else text


def unreadable(text: str, place: int) -> str:
    """Why no token begins at `place`."""
    if text.startswith("/*", place):
        return "the comment /* is not closed"
    mark = text[place]
    if mark in "'`":
        return f"the text after {mark} is not closed"
    if mark == "@":
        return "@ is not followed by a date or a time"
    return f"unexpected character {mark!r}"


def misuse(reason: str, place: int) -> Misuse:
    """A Misuse that already knows its place."""
    trouble = Misuse(reason)
    trouble.place = place
    return trouble
