"""A form as something to show, in one language: sections of fields with what was given, proposed and refused.

There is no HTML here; `portal` makes pages of it, a printout or an app could be made of it just as well.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kangmai.forms.rules.spelling import read_date
from kangmai.forms.types import (
    Fault,
    Form,
    Given,
    Item,
    ItemKind,
    Proposal,
    RenderedCondition,
    RenderedFault,
    RenderedField,
    RenderedForm,
    RenderedOption,
    RenderedProposal,
    RenderedSection,
    Widget,
)

FEWEST_ROWS = 3
PAIR = "+"
"""Between the link ids of proposals that are taken together."""
LONG_TEXT = 200
WIDGETS = {
    ItemKind.GROUP: Widget.GROUP,
    ItemKind.DISPLAY: Widget.DISPLAY,
    ItemKind.BOOLEAN: Widget.YES_NO,
    ItemKind.DECIMAL: Widget.NUMBER,
    ItemKind.QUANTITY: Widget.NUMBER,
    ItemKind.INTEGER: Widget.NUMBER,
    ItemKind.DATE: Widget.DATE,
    ItemKind.TEXT: Widget.TEXT,
    ItemKind.CHOICE: Widget.ONE_OF,
    ItemKind.OPEN_CHOICE: Widget.ONE_OF,
    ItemKind.MULTIPLE_CHOICE: Widget.SOME_OF,
}


def render(
    form: Form,
    *,
    language: str,
    given: Given,
    faults: Iterable[Fault] = (),
    proposals: Mapping[str, Proposal] | None = None,
    calculated: Mapping[str, str] | None = None,
) -> RenderedForm:
    """The form as it is to be shown.

    Args:
        language: `zh` or `en`.
        given: what stands in the inputs.
        faults: what was found wrong with it.
        proposals: link id → what the record offers.
        calculated: link id → the answer that was calculated, as text.
    """
    words = "zh" if language.startswith("zh") else "en"
    shown = tuple(_fault(form, each, words) for each in faults)
    renderer = _Renderer(form, words, given, shown, proposals or {}, calculated or {})
    return RenderedForm(
        id=form.id,
        version=form.version.isoformat(),
        title=form.title[words],
        is_verified=form.is_verified,
        sections=tuple(renderer.sections()),
        faults=shown,
        has_proposals=bool(proposals),
    )


def take(
    given: Given, proposals: Mapping[str, Proposal], *, link_id: str = ""
) -> dict[str, str | Sequence[str]]:
    """The inputs after one proposal was taken (by its link id, or several joined), or all of them; what stands in an input already gives way."""
    wanted = link_id.split(PAIR)
    taken = [p for p in proposals.values() if not link_id or p.link_id in wanted]
    result = dict(given)
    for proposal in taken:
        result |= proposal.given
    return result


def _fault(form: Form, fault: Fault, words: str) -> RenderedFault:
    item = form.by_link_id.get(fault.link_id)
    return RenderedFault(
        place=fault.place,
        title=item.title[words] if item else fault.place,
        message=fault.message(words),
        is_to_confirm=bool(fault.confirm_name),
        confirm_name=fault.confirm_name,
        confirm_value=fault.confirm_value,
    )


@dataclass(frozen=True, slots=True)
class _Renderer:
    form: Form
    words: str
    given: Given
    faults: tuple[RenderedFault, ...]
    proposals: Mapping[str, Proposal]
    calculated: Mapping[str, str]

    def sections(self) -> Iterator[RenderedSection]:
        """Each group at the top is a section; items that stand alone between them share one without a title."""
        loose: list[Item] = []
        for item in self.form.items:
            if item.kind is ItemKind.GROUP and not item.is_repeating and not item.extract:
                yield from self._loose(loose)
                loose = []
                yield self._section(item)
            else:
                loose.append(item)
        yield from self._loose(loose)

    def _loose(self, items: list[Item]) -> Iterator[RenderedSection]:
        if items:
            fields = tuple(self._field(each, each.link_id) for each in items)
            yield RenderedSection("", "", "", fields, (), False)

    def _section(self, group: Item) -> RenderedSection:
        return RenderedSection(
            link_id=group.link_id,
            title=group.title[self.words],
            help=group.help.get(self.words, ""),
            fields=tuple(self._field(each, each.link_id) for each in group.items),
            conditions=self._conditions(group),
            is_any_enough=group.is_any_enough,
        )

    def _field(self, item: Item, place: str) -> RenderedField:
        shown = RenderedField(
            link_id=item.link_id,
            place=place,
            widget=self._widget(item),
            title=item.title[self.words],
            help=item.help.get(self.words, ""),
            unit=item.unit.words[self.words] if item.unit else "",
            is_whole=item.kind is ItemKind.INTEGER or item.decimals == 0,
            is_required=item.is_required,
            is_required_sometimes=bool(item.required_when),
            max_length=item.max_length,
            is_verified=item.is_verified and all(code.is_verified for code in item.codes),
            value=self._value(item, place),
            other=self._text(f"{place}.other"),
            takes_other=item.kind is ItemKind.OPEN_CHOICE,
            options=self._options(item, place),
            faults=tuple(each for each in self.faults if each.place == place),
            proposal=self._proposal(item) if place == item.link_id else None,
            conditions=self._conditions(item),
            is_any_enough=item.is_any_enough,
        )
        if item.is_repeating:
            return replace(shown, rows=self._rows(item), max_rows=item.max_rows)
        fields = tuple(self._field(each, each.link_id) for each in item.items)
        together = _together(fields)
        if together is None:
            return replace(shown, fields=fields)
        fields = tuple(replace(each, proposal=None) for each in fields)
        return replace(shown, fields=fields, proposal=together)

    def _widget(self, item: Item) -> Widget:
        if item.is_repeating:
            return Widget.ROWS
        if item.calculate:
            return Widget.CALCULATED
        if item.kind is ItemKind.TEXT and item.max_length > LONG_TEXT:
            return Widget.LONG_TEXT
        return WIDGETS[item.kind]

    def _texts(self, place: str) -> tuple[str, ...]:
        value = self.given.get(place, ())
        return (value,) if isinstance(value, str) else tuple(value)

    def _text(self, place: str) -> str:
        return next(iter(self._texts(place)), "")

    def _value(self, item: Item, place: str) -> str:
        if item.calculate:
            return self.calculated.get(item.link_id, "")
        text = self._text(place)
        day = read_date(text) if item.kind is ItemKind.DATE else None
        return day.isoformat() if day else text

    def _options(self, item: Item, place: str) -> tuple[RenderedOption, ...]:
        chosen = self._texts(place)
        return tuple(
            RenderedOption(
                each.code, each.words[self.words], each.code in chosen, each.is_exclusive
            )
            for each in item.options
        )

    def _rows(self, group: Item) -> tuple[tuple[RenderedField, ...], ...]:
        """Rows that were given, closed up, and empty ones to write into."""
        prefix = f"{group.link_id}."
        numbers = {
            int(number)
            for place in self.given
            if place.startswith(prefix) and (number := place.split(".")[1]).isdigit()
        }
        count = max([FEWEST_ROWS, *(number + 2 for number in numbers)])
        return tuple(
            tuple(self._field(each, f"{prefix}{number}.{each.link_id}") for each in group.items)
            for number in range(min(count, group.max_rows))
        )

    def _conditions(self, item: Item) -> tuple[RenderedCondition, ...]:
        return tuple(
            RenderedCondition(each.question, each.operator.value, each.answer)
            for each in item.enable_when
        )

    def _proposal(self, item: Item) -> RenderedProposal | None:
        found = self.proposals.get(item.link_id)
        if found is None:
            return None
        return RenderedProposal(
            link_id=item.link_id,
            text=found.words[self.words],
            inputs=found.given,
            source=found.source,
            organization=found.organization,
            measured_on=found.measured_on,
            age_days=found.age_days,
            is_own=found.is_own,
        )


def _together(fields: tuple[RenderedField, ...]) -> RenderedProposal | None:
    """The proposals of all parts of one reading as one: 142/88 mmHg; None where they are not of one source."""
    offers = [each.proposal for each in fields if each.proposal]
    if len(offers) < 2 or len({offer.source for offer in offers}) > 1:
        return None
    numbers = "/".join(str(offer.inputs[offer.link_id]) for offer in offers)
    inputs = {place: text for offer in offers for place, text in offer.inputs.items()}
    return replace(
        offers[0],
        link_id=PAIR.join(o.link_id for o in offers),
        text=f"{numbers} {fields[0].unit}".strip(),
        inputs=inputs,
    )
