"""Read a condition and check it against its vocabulary: one pass, by operator precedence.

condition   or ← and ← not ← comparison ← term ± duration
comparison  term (= != < <= > >=) term · term [not] in ('a', 'b') · term [not] between x and y
            · term is [not] missing · a boolean fact · a named term · ( condition )
term        fact · 140 mm[Hg] · 'code' · @2025-01-01 · today · day ± 3 months · day - day
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from kangmai.analytics.facts.errors import (
    CodeUnknown,
    ConditionUnreadable,
    FactUnknown,
    TypeWrong,
    UnitWrong,
)
from kangmai.analytics.facts.lexer import Kind, Token, place_of, tokens
from kangmai.analytics.facts.nodes import (
    All,
    Any,
    Comparison,
    DaysBetween,
    FactValue,
    Holds,
    IsMissing,
    Literal,
    Node,
    Not,
    OneOf,
    Shifted,
    Term,
)
from kangmai.analytics.facts.types import Fact, FactType, Vocabulary
from kangmai.standards.units import ucum_code

COMPARISONS = frozenset(("=", "!=", "<", "<=", ">", ">="))
DURATIONS = {"d": (0, 1), "wk": (0, 7), "mo": (1, 0), "a": (12, 0)}
"""UCUM unit → months and days of one."""
_ENGLISH = {
    "day": "d", "days": "d", "week": "wk", "weeks": "wk", "month": "mo", "months": "mo", "year": "a",
    "years": "a",
}  # fmt: skip
DEEPEST = 50


@dataclass(frozen=True, slots=True)
class _Typed:
    """A term with what is known of its values; `unit` None stands for a bare number."""

    term: Term
    type: FactType
    start: int
    unit: str | None = None
    fact: Fact | None = None

    @property
    def label(self) -> str:
        return self.fact.name if self.fact else "this value"


def parse(text: str, vocabulary: Vocabulary) -> Node:
    """The tree of a condition.

    Raises:
        ConditionUnreadable, FactUnknown, UnitWrong, TypeWrong, CodeUnknown: with line and character.
    """
    return _Parser(text, vocabulary).whole()


class _Parser:
    """A cursor over the tokens of one condition."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.text, self.vocabulary = text, vocabulary
        self.tokens = tokens(text)
        self.position = self.depth = 0

    @property
    def current(self) -> Token:
        return self.tokens[self.position]

    def take(self) -> Token:
        self.position += 1
        return self.tokens[self.position - 1]

    def takes(self, *signs: str) -> bool:
        """Whether these signs come next; then the cursor moves past them."""
        coming = self.tokens[self.position : self.position + len(signs)]
        if [each.text for each in coming if each.kind is Kind.SIGN] != list(signs):
            return False
        self.position += len(signs)
        return True

    def expect(self, sign: str) -> None:
        if not self.takes(sign):
            raise self.unreadable(repr(sign))

    def place(self, start: int) -> str:
        return place_of(self.text, start)

    def unreadable(self, expected: str) -> ConditionUnreadable:
        place = self.place(self.current.start)
        return ConditionUnreadable(place=place, expected=expected, found=repr(self.current.text))

    def whole(self) -> Node:
        node = self.disjunction()
        if self.current.kind is not Kind.END:
            raise self.unreadable("'and', 'or' or the end")
        return node

    def disjunction(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.unreadable(f"at most {DEEPEST} levels of brackets")
        parts = [self.conjunction()]
        while self.takes("or"):
            parts.append(self.conjunction())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def conjunction(self) -> Node:
        parts = [self.negation()]
        while self.takes("and"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def negation(self) -> Node:
        turns = 0
        while self.takes("not"):
            turns += 1
        node = self.predicate()
        return Not(node) if turns % 2 else node

    def predicate(self) -> Node:
        if self.takes("("):
            node = self.disjunction()
            self.expect(")")
            return node
        if self.current.kind is Kind.NAME and self.current.text in self.vocabulary.terms:
            return self.vocabulary.terms[self.take().text]
        left = self.term()
        if left.type is FactType.BOOLEAN:
            return self.boolean(left)
        if self.current.text in COMPARISONS:
            return self.comparison(left)
        return self.membership(left)

    def boolean(self, left: _Typed) -> Node:
        if missing := self.missing(left):
            return missing
        assert isinstance(left.term, FactValue)
        return Holds(left.term.name)

    def missing(self, left: _Typed) -> Node | None:
        if self.takes("is", "missing"):
            return IsMissing(left.term)
        if self.takes("is", "not", "missing"):
            return Not(IsMissing(left.term))
        return None

    def comparison(self, left: _Typed) -> Node:
        operator = self.take()
        if left.type is FactType.CODE and operator.text not in ("=", "!="):
            wanted = "'=', '!=' or 'in' (codes have no order)"
            raise self.wrong_type(operator.start, wanted, repr(operator.text))
        left, right = self.agreed(left, self.term())
        return Comparison(operator.text, left.term, right.term)

    def membership(self, left: _Typed) -> Node:
        if missing := self.missing(left):
            return missing
        is_negated = self.takes("not")
        if self.takes("in"):
            node: Node = OneOf(left.term, self.listed(left))
        elif self.takes("between"):
            node = self.between(left)
        else:
            raise self.unreadable("a comparison, 'in', 'between' or 'is missing'")
        return Not(node) if is_negated else node

    def between(self, left: _Typed) -> Node:
        _, low = self.agreed(left, self.term())
        self.expect("and")
        _, high = self.agreed(left, self.term())
        return All((Comparison(">=", left.term, low.term), Comparison("<=", left.term, high.term)))

    def listed(self, left: _Typed) -> tuple[Literal, ...]:
        self.expect("(")
        values = [self.listed_value(left)]
        while self.takes(","):
            values.append(self.listed_value(left))
        self.expect(")")
        return tuple(values)

    def listed_value(self, left: _Typed) -> Literal:
        _, value = self.agreed(left, self.term())
        if not isinstance(value.term, Literal):
            raise self.wrong_type(value.start, "a written value", "a fact")
        return value.term

    def term(self) -> _Typed:
        left = self.primary()
        while self.current.text in ("+", "-") and self.current.kind is Kind.SIGN:
            left = self.moved(left, self.take())
        return left

    def moved(self, left: _Typed, sign: Token) -> _Typed:
        if left.type is not FactType.DATE:
            raise self.wrong_type(sign.start, "a day before '+' or '-'", left.type.value)
        right = self.primary()
        if right.type is FactType.DATE and sign.text == "-":
            return _Typed(DaysBetween(left.term, right.term), FactType.NUMBER, left.start, unit="d")
        count = self.whole_count(right)
        months, days = DURATIONS[right.unit or ""]
        turn = count if sign.text == "+" else -count
        return replace(left, term=Shifted(left.term, turn * months, turn * days), fact=None)

    def whole_count(self, value: _Typed) -> int:
        literal = value.term.value if isinstance(value.term, Literal) else None
        is_whole = isinstance(literal, Decimal) and literal == int(literal) and literal <= 10_000
        if not is_whole or value.unit not in DURATIONS:
            raise self.wrong_type(
                value.start, "a whole number of days, weeks, months or years", value.label
            )
        return int(literal)  # type: ignore[arg-type]

    def primary(self) -> _Typed:
        token = self.current
        match token.kind:
            case Kind.NUMBER:
                return self.number(1)
            case Kind.SIGN if token.text == "-":
                self.take()
                return self.number(-1)
            case Kind.DAY:
                return _Typed(Literal(self.day()), FactType.DATE, token.start)
            case Kind.CODE:
                return _Typed(Literal(self.take().text), FactType.CODE, token.start)
            case Kind.NAME:
                return self.fact()
            case _:
                raise self.unreadable("a fact or a value")

    def number(self, sign: int) -> _Typed:
        token = self.current
        if token.kind is not Kind.NUMBER:
            raise self.unreadable("a number")
        value = sign * Decimal(self.take().text)
        unit = None
        if self.current.kind is Kind.UNIT:
            written = self.take().text
            unit = _ENGLISH.get(written) or ucum_code(written) or written
        return _Typed(Literal(value), FactType.NUMBER, token.start, unit=unit)

    def day(self) -> date:
        token = self.take()
        try:
            return date.fromisoformat(token.text)
        except ValueError:
            self.position -= 1
            raise self.unreadable("a day of the calendar") from None

    def fact(self) -> _Typed:
        token = self.take()
        fact = self.vocabulary.find(token.text)
        if fact is None:
            known = ", ".join(self.vocabulary.names())
            raise FactUnknown(place=self.place(token.start), name=token.text, known=known)
        unit = fact.unit or "1" if fact.type is FactType.NUMBER else None
        return _Typed(FactValue(fact.name), fact.type, token.start, unit=unit, fact=fact)

    def agreed(self, left: _Typed, right: _Typed) -> tuple[_Typed, _Typed]:
        """Both sides, once they are of one type and one unit."""
        if left.type is not right.type:
            raise self.wrong_type(right.start, f"a {left.type.value}", f"a {right.type.value}")
        if left.type is FactType.NUMBER and (left.unit or "1") != (right.unit or "1"):
            self.refuse_unit(left, right)
        if left.fact and left.fact.codes and isinstance(right.term, Literal):
            self.require_code(left.fact, str(right.term.value), right.start)
        return left, right

    def refuse_unit(self, left: _Typed, right: _Typed) -> None:
        known, other = (left, right) if left.fact or not right.fact else (right, left)
        raise UnitWrong(
            place=self.place(other.start),
            what=known.label,
            wanted=known.unit or "1",
            found=other.unit or "no unit",
        )

    def require_code(self, fact: Fact, code: str, start: int) -> None:
        if code not in fact.codes:
            known = ", ".join(sorted(fact.codes))
            raise CodeUnknown(place=self.place(start), code=code, name=fact.name, known=known)

    def wrong_type(self, start: int, wanted: str, found: str) -> TypeWrong:
        return TypeWrong(place=self.place(start), wanted=wanted, found=found)
