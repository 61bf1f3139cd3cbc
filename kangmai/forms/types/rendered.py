"""What `rules.render` gives: plain values, words in one language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kangmai.kernel.ids import OrganizationId


class Widget(StrEnum):
    """How an item asks for its answer."""

    GROUP = "group"
    ROWS = "rows"
    DISPLAY = "display"
    CALCULATED = "calculated"
    NUMBER = "number"
    DATE = "date"
    TEXT = "text"
    LONG_TEXT = "long-text"
    YES_NO = "yes-no"
    ONE_OF = "one-of"
    SOME_OF = "some-of"


@dataclass(frozen=True, slots=True)
class RenderedOption:
    """One answer to choose."""

    code: str
    label: str
    is_chosen: bool
    is_exclusive: bool


@dataclass(frozen=True, slots=True)
class RenderedCondition:
    """What another answer must be for an item to be asked."""

    question: str
    operator: str
    answer: str


@dataclass(frozen=True, slots=True)
class RenderedFault:
    """One thing to mend or to confirm, with the place it stands at."""

    place: str
    title: str
    message: str
    is_to_confirm: bool
    confirm_name: str
    confirm_value: str


@dataclass(frozen=True, slots=True)
class RenderedProposal:
    """What the record offers: its words, the inputs it would fill, where and when it is from."""

    link_id: str
    text: str
    inputs: Mapping[str, str | tuple[str, ...]]
    source: str
    organization: OrganizationId | None
    measured_on: date
    age_days: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class RenderedField:
    """One item; groups have `fields`, repeating groups `rows`."""

    link_id: str
    place: str
    widget: Widget
    title: str
    help: str
    unit: str
    is_whole: bool
    is_required: bool
    is_required_sometimes: bool
    max_length: int
    is_verified: bool
    value: str
    other: str
    takes_other: bool
    options: tuple[RenderedOption, ...]
    faults: tuple[RenderedFault, ...]
    proposal: RenderedProposal | None
    conditions: tuple[RenderedCondition, ...]
    is_any_enough: bool
    max_rows: int = 1
    fields: tuple["RenderedField", ...] = ()
    rows: tuple[tuple["RenderedField", ...], ...] = ()


@dataclass(frozen=True, slots=True)
class RenderedSection:
    """Fields under one heading, which may be empty."""

    link_id: str
    title: str
    help: str
    fields: tuple[RenderedField, ...]
    conditions: tuple[RenderedCondition, ...]
    is_any_enough: bool


@dataclass(frozen=True, slots=True)
class RenderedForm:
    """A form as it is to be shown."""

    id: str
    version: str
    title: str
    is_verified: bool
    sections: tuple[RenderedSection, ...]
    faults: tuple[RenderedFault, ...]
    has_proposals: bool
