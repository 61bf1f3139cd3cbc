"""Read a FHIRPath expression into nodes, by operator precedence.

Source: FHIRPath, Operator Precedence, https://hl7.org/fhirpath/#operator-precedence
"""

from decimal import Decimal

from kangmai.records.fhirpath.syntax.lexer import Kind, Token, misuse, tokens
from kangmai.records.fhirpath.syntax.nodes import (
    Binary,
    Call,
    Empty,
    Index,
    Indexer,
    Literal,
    Member,
    Node,
    Polarity,
    This,
    Total,
    TypeTest,
    Variable,
)
from kangmai.records.fhirpath.values.quantity import CALENDAR_WORDS, Quantity
from kangmai.records.fhirpath.values.temporal import NotATime, read_literal

LEVELS = (
    ("implies",),
    ("or", "xor"),
    ("and",),
    ("in", "contains"),
    ("=", "~", "!=", "!~"),
    ("<", "<=", ">", ">="),
    ("|",),
    ("is", "as"),
    ("+", "-", "&"),
    ("*", "/", "div", "mod"),
)
STRENGTH = {operator: level for level, row in enumerate(LEVELS) for operator in row}
SPECIAL: dict[str, type[This] | type[Index] | type[Total]] = {
    "$this": This,
    "$index": Index,
    "$total": Total,
}
UNARY = len(LEVELS)
DEEPEST = 100  # nested expressions, well inside the interpreter's own stack


class Parser:
    """A cursor over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self.tokens = tokens(text)
        self.position = 0
        self.depth = 0

    @property
    def current(self) -> Token:
        return self.tokens[self.position]

    def take(self) -> Token:
        """The current token; the cursor moves on."""
        self.position += 1
        return self.tokens[self.position - 1]

    def at_symbol(self, symbol: str) -> bool:
        return self.current.kind is Kind.SYMBOL and self.current.text == symbol

    def expect(self, symbol: str) -> None:
        """Take `symbol`, or refuse."""
        if not self.at_symbol(symbol):
            raise misuse(f"{symbol!r} expected, found {shown(self.current)}", self.current.place)
        self.take()

    def whole(self) -> Node:
        """The whole text as one expression."""
        node = self.expression(0)
        if self.current.kind is not Kind.END:
            raise misuse(f"unexpected {shown(self.current)}", self.current.place)
        return node

    def expression(self, level: int) -> Node:
        """An expression whose operators bind at least as strongly as `level`."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise misuse(f"more than {DEEPEST} expressions inside one another", self.current.place)
        left = self.prefix()
        while (strength := self.infix_strength()) >= level:
            left = self.infix(left, strength)
        self.depth -= 1
        return left

    def infix_strength(self) -> int:
        if self.current.kind not in (Kind.SYMBOL, Kind.WORD):
            return -1
        return STRENGTH.get(self.current.text, -1)

    def infix(self, left: Node, strength: int) -> Node:
        """The operator at the cursor with its right operand; operators of one level lean left."""
        operator = self.take()
        if operator.text in ("is", "as"):
            return TypeTest(operator.text, left, self.type_name(), operator.place)
        return Binary(operator.text, left, self.expression(strength + 1), operator.place)

    def prefix(self) -> Node:
        if self.at_symbol("+") or self.at_symbol("-"):
            sign = self.take()
            return Polarity(sign.text, self.expression(UNARY), sign.place)
        return self.chain(self.term())

    def chain(self, node: Node) -> Node:
        """The invocations and indexers that follow a term."""
        while True:
            if self.at_symbol("."):
                self.take()
                node = self.invocation(node)
            elif self.at_symbol("["):
                place = self.take().place
                node = Indexer(node, self.expression(0), place)
                self.expect("]")
            else:
                return node

    def term(self) -> Node:
        token = self.current
        match token.kind:
            case Kind.SYMBOL if token.text == "(":
                self.take()
                inner = self.expression(0)
                self.expect(")")
                return inner
            case Kind.SYMBOL if token.text == "{":
                self.take()
                self.expect("}")
                return Empty(token.place)
            case Kind.VARIABLE:
                return Variable(self.take().text, token.place)
            case Kind.WORD | Kind.QUOTED_WORD | Kind.SPECIAL:
                return self.invocation(None)
            case _:
                return self.literal()

    def literal(self) -> Node:
        token = self.take()
        match token.kind:
            case Kind.NUMBER:
                return self.number(token)
            case Kind.STRING:
                return Literal(token.text, token.place)
            case Kind.TEMPORAL:
                return temporal(token)
            case _:
                raise misuse(f"a value expected, found {shown(token)}", token.place)

    def number(self, token: Token) -> Literal:
        """A number, or a quantity where a unit follows."""
        unit = self.current
        if unit.kind is Kind.STRING:
            self.take()
            return Literal(Quantity(Decimal(token.text), unit.text), token.place)
        if unit.kind is Kind.WORD and unit.text in CALENDAR_WORDS:
            self.take()
            quantity = Quantity(Decimal(token.text), unit.text, calendar=True)
            return Literal(quantity, token.place)
        value = Decimal(token.text) if "." in token.text else int(token.text)
        return Literal(value, token.place)

    def invocation(self, source: Node | None) -> Node:
        """A member, a function call or a `$` word; `true` and `false` where nothing precedes."""
        token = self.take()
        if token.kind is Kind.SPECIAL:
            return SPECIAL[token.text](token.place)
        if token.kind not in (Kind.WORD, Kind.QUOTED_WORD):
            raise misuse(f"a name expected, found {shown(token)}", token.place)
        if self.at_symbol("("):
            return Call(source, token.text, self.arguments(token.text), token.place)
        if source is None and token.kind is Kind.WORD and token.text in ("true", "false"):
            return Literal(token.text == "true", token.place)
        return Member(source, token.text, token.place)

    def arguments(self, function: str) -> tuple[Node, ...]:
        """What stands between the parentheses of a call."""
        self.expect("(")
        found: list[Node] = []
        while not self.at_symbol(")"):
            found.append(self.sort_key() if function == "sort" else self.expression(0))
            if not self.at_symbol(","):
                break
            self.take()
            if self.at_symbol(")"):
                raise misuse("an argument is missing after the comma", self.current.place)
        self.expect(")")
        return tuple(found)

    def sort_key(self) -> Node:
        """An argument of sort(): `expression`, `expression asc` or `expression desc`."""
        key = self.expression(0)
        if self.current.kind is Kind.WORD and self.current.text in ("asc", "desc"):
            word = self.take()
            return Polarity("-", key, word.place) if word.text == "desc" else key
        return key

    def type_name(self) -> str:
        """A type specifier, qualified or not."""
        words = [self.type_word()]
        while self.at_symbol("."):
            self.take()
            words.append(self.type_word())
        return ".".join(words)

    def type_word(self) -> str:
        token = self.take()
        if token.kind not in (Kind.WORD, Kind.QUOTED_WORD):
            raise misuse(f"a type expected, found {shown(token)}", token.place)
        return token.text


def temporal(token: Token) -> Literal:
    """A date, dateTime or time literal, checked against the calendar."""
    try:
        return Literal(read_literal(token.text), token.place)
    except NotATime as error:
        raise misuse(str(error), token.place) from None


def shown(token: Token) -> str:
    """A token as a message names it."""
    return "the end" if token.kind is Kind.END else repr(token.text)


def parse(text: str) -> Node:
    """The expression in `text`.

    Raises: Misuse, with its place, where the text is not FHIRPath.
    """
    return Parser(text).whole()
