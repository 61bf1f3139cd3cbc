"""Read what was given for a form: answers where they can be understood, a fault with its place where not.

Items are read in the order of the form. What is not asked (enable_when) is not read; what is calculated
is calculated, whatever was sent for it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from kangmai.forms.rules import expressions
from kangmai.forms.rules.audience import find_audience_faults
from kangmai.forms.rules.enablement import is_enabled
from kangmai.forms.rules.faults import Wrong, refused
from kangmai.forms.rules.limits import find_limit_fault, is_unusual
from kangmai.forms.rules.single import Misread, read_choices, read_single
from kangmai.forms.rules.writing import confirmation_token
from kangmai.forms.types import (
    Answers,
    Choice,
    Constraint,
    Fault,
    FaultKind,
    Form,
    Given,
    Item,
    ItemKind,
    Reading,
    Row,
    Subject,
    Value,
)

CONFIRM = "confirm."
OTHER = ".other"
_ROW = re.compile(r"([a-z][a-z0-9_]*)\.(\d{1,4})\.([a-z][a-z0-9_]*)")

Texts = Mapping[str, tuple[str, ...]]


def read_answers(form: Form, given: Given, *, subject: Subject, on: date) -> Reading:
    """Answers and faults of what was given.

    Args:
        given: place → text or texts; empty texts count as not given.
        subject: whom it is about.
        on: the day of entry: nothing may have been measured after it.
    """
    return _Reader(form, _texts(given), subject, on).read()


def _texts(given: Given) -> dict[str, tuple[str, ...]]:
    listed = {
        place: (value,) if isinstance(value, str) else tuple(value)
        for place, value in given.items()
    }
    stripped = {
        place: tuple(text.strip() for text in texts if text.strip())
        for place, texts in listed.items()
    }
    return {place: texts for place, texts in stripped.items() if texts}


@dataclass(slots=True)
class _Reader:
    form: Form
    given: Texts
    subject: Subject
    on: date
    values: dict[str, Value | tuple[Choice, ...]] = field(default_factory=dict)
    rows: dict[str, tuple[Row, ...]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    confirmed: set[str] = field(default_factory=set)

    def read(self) -> Reading:
        self._refuse_unknown()
        for item in self.form.walk():
            if item.calculate or not is_enabled(self.form, item, self.values):
                continue
            if item.is_repeating:
                self._read_rows(item)
            elif item.is_answered:
                self._read_item(item)
        self._calculate()
        self._require()
        self._constrain()
        answers = Answers(self.values, self.rows, frozenset(self.confirmed))
        return Reading(answers, tuple(self._ordered()))

    def _refuse_unknown(self) -> None:
        """A name that is no place of the form is a slip of the sender; nothing is dropped silently."""
        anchor = self.form.item(self.form.effective_item)
        for place in sorted(self.given):
            if not place.startswith(CONFIRM) and not _is_place(self.form, place):
                self.faults.append(refused(Wrong.NO_SUCH_ITEM, anchor, place, name=place[:40]))

    def _read_item(self, item: Item) -> None:
        texts = self.given.get(item.link_id, ())
        other = self.given.get(item.link_id + OTHER, ("",))[0]
        value = self._value(item, texts, item.link_id, other)
        if value is not None:
            self.values[item.link_id] = value

    def _value(
        self, item: Item, texts: tuple[str, ...], place: str, other: str = ""
    ) -> Value | tuple[Choice, ...] | None:
        """The value of one place within its limits; None where nothing was given or it is at fault."""
        try:
            if item.kind is ItemKind.MULTIPLE_CHOICE:
                return read_choices(item, texts, place) or None
            value = read_single(item, texts, place, other)
        except Misread as error:
            self.faults.append(error.fault)
            return None
        if value is None:
            return None
        return value if self._is_within_limits(item, value, place) else None

    def _is_within_limits(self, item: Item, value: Value, place: str) -> bool:
        """Note what is wrong with its size; what is only unusual stays an answer, to be confirmed."""
        texts = self.given.get(CONFIRM + place, ())
        fault = find_limit_fault(
            item, value, place, on=self.on, confirmed=texts[0] if texts else None
        )
        if fault is not None:
            self.faults.append(fault)
        elif texts and is_unusual(item, value, on=self.on):
            self.confirmed.add(place)
        return fault is None or fault.kind is FaultKind.TO_CONFIRM

    def _read_rows(self, group: Item) -> None:
        found: dict[int, dict[str, tuple[str, ...]]] = {}
        for place, texts in self.given.items():
            match = _ROW.fullmatch(place)
            if match and match[1] == group.link_id:
                found.setdefault(int(match[2]), {})[match[3]] = texts
        if len(found) > group.max_rows:
            fault = refused(Wrong.TOO_MANY_ROWS, group, group.link_id, most=group.max_rows)
            self.faults.append(fault)
            return
        rows = tuple(self._row(group, number, found[number]) for number in sorted(found))
        if rows:
            self.rows[group.link_id] = rows

    def _row(self, group: Item, number: int, texts: Texts) -> Row:
        row: dict[str, Value] = {}
        for item in group.items:
            place = f"{group.link_id}.{number}.{item.link_id}"
            value = self._value(item, texts.get(item.link_id, ()), place)
            if value is not None:
                # rows hold no multiple choice: the definition's checks see to it
                row[item.link_id] = cast(Value, value)
            elif item.is_required and item.link_id not in texts:
                self.faults.append(refused(Wrong.MISSING, item, place))
        return row

    def _calculate(self) -> None:
        for item in self.form.walk():
            if not item.calculate or not is_enabled(self.form, item, self.values):
                continue
            value = expressions.calculated(item, self._variables())
            if value is not None and self._is_within_limits(item, value, item.link_id):
                self.values[item.link_id] = value

    def _variables(self) -> dict[str, object]:
        measured = self.values.get(self.form.effective_item)
        day = measured if isinstance(measured, date) else self.on
        return expressions.variables_of(
            self.form, self.values, self.rows, subject=self.subject, on=day
        )

    def _require(self) -> None:
        """Everything asked and required is answered; what is at fault already is not asked for again."""
        at_fault, variables = {fault.place for fault in self.faults}, self._variables()
        for item in self.form.walk():
            link_id = item.link_id
            if link_id in self.values or link_id in self.rows or link_id in at_fault:
                continue
            needed = item.is_required or (
                item.required_when and expressions.is_true(item.required_when, variables)
            )
            if needed and is_enabled(self.form, item, self.values):
                self.faults.append(refused(Wrong.MISSING, item, link_id))

    def _constrain(self) -> None:
        day = self.values.get(self.form.effective_item)
        if isinstance(day, date):
            if day > self.on:
                item = self.form.item(self.form.effective_item)
                self.faults.append(refused(Wrong.IN_FUTURE, item, item.link_id, today=self.on))
            if against := list(find_audience_faults(self.form, self.subject, on=day)):
                # a day that cannot be need not be usual
                self.faults = [each for each in self.faults if not is_doubt_of(each, against)]
                self.faults += against
        variables = self._variables()
        for constraint in self.form.constraints:
            if expressions.is_violated(constraint, variables):
                self._note_violation(constraint)

    def _note_violation(self, constraint: Constraint) -> None:
        """A constraint that only warns passes once these very values were confirmed."""
        token = confirmation_token(Answers(self.values), constraint.items)
        name = CONFIRM + constraint.id
        if constraint.is_warning and self.given.get(name, ("",))[0] == token:
            self.confirmed.add(constraint.id)
            return
        kind = FaultKind.TO_CONFIRM if constraint.is_warning else FaultKind.REFUSED
        confirm = (name, token) if constraint.is_warning else ("", "")
        first = constraint.items[0]
        words = constraint.message
        self.faults.append(Fault(first, first, kind, words["zh"], words["en"], *confirm))

    def _ordered(self) -> Iterator[Fault]:
        """The faults in the order of the form, what must be mended before what must be confirmed."""
        order = {link_id: number for number, link_id in enumerate(self.form.by_link_id)}
        yield from sorted(
            self.faults,
            key=lambda f: (f.kind is FaultKind.TO_CONFIRM, order.get(f.link_id, 0), f.place),
        )


def _is_place(form: Form, place: str) -> bool:
    match = _ROW.fullmatch(place)
    if match:
        group = form.by_link_id.get(match[1])
        is_group = group is not None and group.is_repeating
        return is_group and form.parents.get(match[3]) == match[1]
    link_id = place.removesuffix(OTHER)
    item = form.by_link_id.get(link_id)
    if item is None or not item.is_answered or _is_in_row(form, link_id):
        return False
    return link_id == place or item.kind is ItemKind.OPEN_CHOICE


def _is_in_row(form: Form, link_id: str) -> bool:
    parent = form.parents.get(link_id)
    return parent is not None and form.item(parent).is_repeating


def is_doubt_of(fault: Fault, against: Sequence[Fault]) -> bool:
    """Whether a fault only asks to confirm what is refused for another reason."""
    return fault.kind is FaultKind.TO_CONFIRM and any(each.place == fault.place for each in against)
