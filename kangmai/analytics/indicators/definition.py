"""An indicator as its definition says it, conditions compiled; and what more must hold of one.

Conditions speak of the columns of the view they stand with (types: facts), of the facts made from other
views, and of three days of the period: `period_start`, `period_end` (the day after it) and `latest_day`.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from typing import Any

import orjson

from kangmai.analytics.engines.measure import FactRule, Measure, Rows
from kangmai.analytics.errors import IndicatorUnknown, PeriodNotCounted
from kangmai.analytics.facts.condition import Condition, condition
from kangmai.analytics.facts.errors import ConditionIncorrect
from kangmai.analytics.facts.types import Fact, FactType, Vocabulary
from kangmai.analytics.indicators.groups import groups
from kangmai.analytics.published import ColumnType, PublishedView, published_views
from kangmai.analytics.types import Direction, Form
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.kernel.words import Words
from kangmai.standards.periods import Period, day, month, quarter

ROUNDINGS = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN}
DAYS = ("period_start", "period_end", "latest_day")
OPENED_BY = {"enrolment": "enrolment", "resident": "resident", "institution": "organization"}
"""The column of a view by which the rows behind a figure are opened."""
FACT_TYPES = {
    ColumnType.ID: FactType.CODE,
    ColumnType.RESIDENT: FactType.CODE,
    ColumnType.TEXT: FactType.CODE,
    ColumnType.INTEGER: FactType.NUMBER,
    ColumnType.NUMBER: FactType.NUMBER,
    ColumnType.BOOLEAN: FactType.BOOLEAN,
    ColumnType.DATE: FactType.DATE,
}


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached in periods that begin in these days."""

    start: date
    end: date | None
    value: Decimal


@dataclass(frozen=True, slots=True, eq=False)
class Indicator:
    """One dated entry of an indicator. `rule` is a hash of all that decides its values."""

    id: str
    title: Words
    group: str
    is_listed_only: bool
    is_outbreak: bool
    is_beyond_whole: bool
    form: Form
    unit: Words
    per: int
    direction: Direction
    digits: int
    rounding: str
    periods: tuple[str, ...]
    base: Words
    numerator: Words
    denominator: Words | None
    note: Words | None
    counted: Measure | None
    against: Measure | None
    targets: tuple[Target, ...]
    least_known: Decimal | None
    suppress_below: int
    missing: Words | None
    supplier: Words | None
    opens: str
    source: str
    is_verified: bool
    effective_from: date
    rule: str

    def measures(self) -> tuple[Measure, ...]:
        """What is counted for it."""
        return tuple(each for each in (self.counted, self.against) if each)

    def views(self) -> frozenset[str]:
        """The published views it needs."""
        return frozenset(view for measure in self.measures() for view in measure.views())

    def value(self, numerator: int, denominator: int | None) -> Decimal | None:
        """The figure, rounded by its rule; None where the denominator is nothing."""
        if denominator is None:
            return Decimal(numerator)
        if denominator == 0:
            return None
        exact = Decimal(numerator * self.per) / Decimal(denominator)
        return exact.quantize(Decimal(1).scaleb(-self.digits), ROUNDINGS[self.rounding])

    def check_period(self, period: Period) -> None:
        """Raises PeriodNotCounted where the period is of no kind that this is counted for."""
        if not self.counts(period):
            raise PeriodNotCounted(
                indicator=self.id, kinds=", ".join(self.periods), period=str(period)
            )

    def counts(self, period: Period) -> bool:
        """Whether it is counted for such periods; twelve months from any day on are a year, too."""
        is_year = "year" in self.periods and year_before(period).end == period.start
        return is_year or bool(kinds_of(period) & set(self.periods))

    @property
    def is_watched(self) -> bool:
        """Whether its movement of the week is told: what the cockpit shows, and what has a target."""
        return self.is_followed or (self.counted is not None and bool(self.targets))

    @property
    def is_followed(self) -> bool:
        """Whether it is counted ahead over time, which takes two dozen counts a night."""
        return self.counted is not None and not self.is_listed_only


def kinds_of(period: Period) -> frozenset[str]:
    """What kinds of period it is; any twelve whole months are a `year`."""
    start, kinds = period.start, {"span"}
    if period == day(start):
        kinds.add("day")
    if start.day == 1:
        if period == month(start.year, start.month):
            kinds.add("month")
        if start.month % 3 == 1 and period == quarter(start.year, (start.month + 2) // 3):
            kinds.add("quarter")
        if period.end == start.replace(year=start.year + 1):
            kinds.add("year")
    return frozenset(kinds)


def year_before(period: Period) -> Period:
    """The same days a year earlier."""
    return Period(_year_before(period.start), _year_before(period.end))


def _year_before(on: date) -> date:
    return date(on.year - 1, on.month, 28 if (on.month, on.day) == (2, 29) else on.day)


def twelve_months_to(end: date) -> Period:
    """The twelve months before the first of a month."""
    return Period(end.replace(year=end.year - 1), end)


@cache
def _entries() -> tuple[Indicator, ...]:
    return tuple(
        indicator_of(each)
        for each in definitions.load("analytics", "indicator")
        if each.status == "active"
    )


def indicators(*, on: date) -> tuple[Indicator, ...]:
    """The indicators in force on a day, by id."""
    found = {
        each.id: each
        for each in _entries()
        if each.effective_from <= on  # later entries come later
    }
    return tuple(found[id] for id in sorted(found))


def get_indicator(id: str, *, period: Period) -> Indicator:
    """The entry that was in force at the end of a period. Raises IndicatorUnknown, PeriodNotCounted."""
    found = find_indicator(id, on=period.latest_day)
    if found is None:
        raise IndicatorUnknown(indicator=id, on=period.latest_day)
    found.check_period(period)
    return found


def indicator_named(text: str, *, on: date) -> str:
    """The id of the indicator whose name in either language this is; any other text as it stands."""
    return _ids_by_name(on).get(text.strip(), text.strip())


@lru_cache(maxsize=64)
def _ids_by_name(on: date) -> dict[str, str]:
    every = indicators(on=on)
    return {name: each.id for each in every for name in (each.title.zh, each.title.en, each.id)}


def find_indicator(id: str, *, on: date) -> Indicator | None:
    """The entry in force on a day, or None."""
    return next((each for each in indicators(on=on) if each.id == id), None)


def indicator_of(definition: Definition) -> Indicator:
    """A definition as an indicator. Raises ConditionIncorrect, KeyError."""
    content = definition.content
    missing = content.get("missing")
    return Indicator(
        id=definition.id,
        title=Words(**definition.title),
        group=content["group"],
        is_listed_only=content.get("listed_only", False),
        is_outbreak=content.get("outbreak", False),
        is_beyond_whole=content.get("beyond_whole", False),
        form=Form(content["form"]),
        unit=Words(**content["unit"]),
        per=content.get("per", 1),
        direction=Direction(content["direction"]),
        digits=content["rounding"]["digits"],
        rounding=content["rounding"]["mode"],
        periods=tuple(content["periods"]),
        base=Words(**content["base"]),
        numerator=Words(**content["words"]["numerator"]),
        denominator=_words(content["words"].get("denominator")),
        note=_words(content.get("note")),
        counted=_measure(content, "counted"),
        against=_measure(content, "against"),
        targets=tuple(map(_target, content.get("targets", ()))),
        least_known=Decimal(str(content["least_known"])) if "least_known" in content else None,
        suppress_below=content.get("suppress_below", 0),
        missing=Words(missing["zh"], missing["en"]) if missing else None,
        supplier=_words(missing["supplier"]) if missing else None,
        opens=content.get("opens", ""),
        source=_source(definition),
        is_verified=definition.verified,
        effective_from=definition.effective_from,
        rule=_rule(content),
    )


def _words(content: Mapping[str, str] | None) -> Words | None:
    return Words(**content) if content else None


def _source(definition: Definition) -> str:
    return " ".join(filter(None, (definition.source["document"], definition.source.get("clause"))))


def _target(content: Mapping[str, Any]) -> Target:
    start, end = (_date(content.get(each)) for each in ("from", "to"))
    assert start is not None
    return Target(start, end, Decimal(str(content["value"])))


def _date(value: str | date | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _rule(content: Mapping[str, Any]) -> str:
    decisive = {
        each: content[each]
        for each in ("form", "per", "rounding", "counted", "against", "facts", "part", "known")
        if each in content
    }
    text = orjson.dumps(decisive, default=_plain, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()[:12]


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else list(value)


def _measure(content: Mapping[str, Any], which: str) -> Measure | None:
    """The rows that are counted, or counted against; facts, part and known are those of `counted`."""
    if which not in content:
        return None
    rows = content[which]
    view = _view(rows["view"])
    facts = content.get("facts", {}) if which == "counted" else {}
    own = tuple(_fact(name, each) for name, each in facts.items())
    words = vocabulary(view, own)
    part, known = (content.get(each) if which == "counted" else None for each in ("part", "known"))
    return Measure(
        rows=Rows(
            view=view.id,
            where=_condition(f"/{which}/where", rows.get("where"), vocabulary(view)),
            one_per=tuple(rows.get("one_per", ())),
            latest_by=tuple(rows.get("latest_by", ())),
            amount=rows.get("sum"),
            area=rows["area"],
            institution=rows.get("institution"),
            key=view.key,
            stands=view.stands,
        ),
        facts=own,
        part=_condition("/part", part, words),
        known=_condition("/known", known, words),
    )


def _fact(name: str, content: Mapping[str, Any]) -> FactRule:
    view = _view(content["of"])
    latest = content.get("latest")
    return FactRule(
        name=name,
        view=view.id,
        match=tuple(content["match"]),
        during=content.get("during"),
        where=_condition(f"/facts/{name}/where", content.get("where"), vocabulary(view)),
        latest=latest,
        latest_by=tuple(content.get("latest_by", ())),
    )


class _Misplaced(Exception):
    """A fault at a place of the definition."""


def _view(id: str) -> PublishedView:
    view = published_views().get(id)
    if view is None:
        raise _Misplaced(f"there is no published view {id!r}")
    return view


def _condition(place: str, text: str | None, words: Vocabulary) -> Condition | None:
    try:
        return condition(text, words) if text else None
    except ConditionIncorrect as error:
        raise _Misplaced(f"{place}: {error}") from error


def vocabulary(view: PublishedView, facts: tuple[FactRule, ...] = ()) -> Vocabulary:
    """What a condition over a view may name."""
    known = {each: Fact(each, FactType.DATE) for each in DAYS}
    for column in view.columns.values():
        if column.type in FACT_TYPES:
            known[column.name] = Fact(column.name, FACT_TYPES[column.type], column.unit)
    for fact in facts:
        known[fact.name] = _fact_of(fact)
    return Vocabulary(known)


def _fact_of(rule: FactRule) -> Fact:
    if rule.latest is None:
        return Fact(rule.name, FactType.NUMBER, "1")
    column = _view(rule.view).columns[rule.latest]
    return Fact(rule.name, FACT_TYPES[column.type], column.unit)


def check_indicator(definition: Definition) -> Iterator[str]:
    """What its schema cannot say of an indicator: groups, views, columns and conditions that do not exist."""
    if definition.content["group"] not in {each.id for each in groups()}:
        yield f"/group: there is no group {definition.content['group']!r}"
    yield from _wrong_rows_behind(definition.content)
    if faults := list(_wrong_columns(definition.content)):
        yield from faults
        return
    try:
        indicator_of(definition)
    except _Misplaced as fault:
        yield str(fault)


def _wrong_rows_behind(content: Mapping[str, Any]) -> Iterator[str]:
    """What opens must be a column of what is counted."""
    opens, rows = content.get("opens"), content.get("counted")
    if not opens:
        return
    view = published_views().get(rows["view"]) if rows else None
    if view is None or OPENED_BY[opens] not in view.columns:
        yield f"/opens: what is counted names no {opens!r}"


def _wrong_columns(content: Mapping[str, Any]) -> Iterator[str]:
    views = published_views()
    named: list[tuple[str, str, tuple[str, ...]]] = []
    for which in ("counted", "against"):
        if rows := content.get(which):
            columns = (*rows.get("one_per", ()), *rows.get("latest_by", ()), rows.get("sum"), rows["area"], rows.get("institution"))  # fmt: skip
            named.append((f"/{which}", rows["view"], tuple(filter(None, columns))))
    for name, fact in content.get("facts", {}).items():
        columns = (
            *fact["match"],
            fact.get("during"),
            fact.get("latest"),
            *fact.get("latest_by", ()),
        )
        named.append((f"/facts/{name}", fact["of"], tuple(filter(None, columns))))
    for place, view, columns in named:
        if view not in views:
            yield f"{place}: there is no published view {view!r}"
            continue
        for column in columns:
            if column not in views[view].columns:
                yield f"{place}: the view {view!r} has no column {column!r}"
