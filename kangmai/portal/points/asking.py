"""What the pages of service points read from requests."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from kangmai.kernel.actor import Actor, is_permitted
from kangmai.kernel.errors import Incorrect
from kangmai.portal.messages.presenters import language
from kangmai.portal.points import wording
from kangmai.portal.shell import area
from kangmai.portal.shell.choices import Choice, choices
from kangmai.programmes.points import queries
from kangmai.programmes.points.types import Fault, Field, FieldType, Kind, Show, Value
from kangmai.standards.divisions import Level, city_code_of


class DayUnreadable(Incorrect):
    """'{value}' is no day. Write it as 2026-03-01."""

    zh = "“{value}”不是日期，应写作 2026-03-01。"


@dataclass(frozen=True, slots=True)
class Input:
    """A field of a form with what was given, and what is wrong with it."""

    id: str
    type: str
    title: str
    unit: str
    value: str
    is_required: bool
    is_checked: bool
    most: int | None
    choices: tuple[Choice, ...]
    fault: str


@dataclass(frozen=True, slots=True)
class Group:
    """Kinds of a topic, to choose from."""

    title: str
    choices: tuple[Choice, ...]


def day(text: str) -> datetime.date:
    """A day that must be given. Raises DayUnreadable."""
    try:
        return datetime.date.fromisoformat(text.strip())
    except ValueError:
        raise DayUnreadable(value=text[:12]) from None


def optional_day(text: str) -> datetime.date | None:
    """A day, or nothing. Raises DayUnreadable."""
    return day(text) if text.strip() else None


def number(text: str) -> int | None:
    """An id as a form sends it."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def version(request: HttpRequest) -> int:
    """The version that the page showed."""
    return number(request.POST.get("version", "")) or 0


def key(request: HttpRequest) -> UUID:
    """What the form was sent with, so that sending it twice does one thing."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid4()


def kind_of(request: HttpRequest, on: datetime.date) -> Kind:
    """The kind an address asks for, else the first."""
    known = queries.kinds(on=on)
    return known.get(request.GET.get("kind", "")) or next(iter(known.values()))


def show_of(request: HttpRequest) -> Show:
    """Which part of the list an address asks for."""
    return next((each for each in Show if each == request.GET.get("show")), Show.OPEN)


def kind_groups(current: str, on: datetime.date) -> list[Group]:
    """All kinds by topic."""
    known = queries.kinds(on=on).values()
    topics = list(dict.fromkeys(each.topic for each in known))
    return [
        Group(
            wording.topic(topic),
            choices(
                (
                    (each.id, each.title.in_language(language()))
                    for each in known
                    if each.topic is topic
                ),
                current=current,
            ),
        )
        for topic in topics
    ]


def areas(actor: Actor, *, current: str, permission: str = "points.read") -> tuple[Choice, ...]:
    """The counties of the city in which an actor holds a right; of one county only its towns."""
    home = area.home_city(actor)
    if home is None:
        return ()
    counties = [each for each in area.counties(home) if _touches(actor, permission, each.code)]
    if len(counties) == 1:
        towns = home.children(counties[0].code)
        counties = [each for each in towns if _touches(actor, permission, each.code)]
    return choices(((each.code, area.name(each)) for each in counties), current=current)


def _touches(actor: Actor, permission: str, code: str) -> bool:
    held = [p for grant in actor.grants for p in grant.places if {permission, "*"} & grant.permissions]  # fmt: skip
    return any(p.covers(code) or p.low.startswith(code) for p in held)


def towns(actor: Actor, *, current: str) -> tuple[Choice, ...]:
    """The towns in which an actor enters points."""
    home = area.home_city(actor)
    if home is None:
        return ()
    found = [each for each in home.at_level(Level.TOWN) if is_permitted(actor, "points.enter", each.code)]  # fmt: skip
    return choices(((each.code, area.path(each.code)) for each in found), current=current)


def known_area(text: str) -> str:
    """A division of a filter, or nothing."""
    return text if text.isascii() and text.isdecimal() and city_code_of(text) else ""


def given(post: QueryDict, known: Kind) -> dict[str, str | list[str]]:
    """What a form said of the fields of a kind."""
    return given_fields(post, known.fields.values())


def given_fields(post: QueryDict, fields: Iterable[Field]) -> dict[str, str | list[str]]:
    """What a form said of some fields."""
    found: dict[str, str | list[str]] = {}
    for field in fields:
        if field.type is FieldType.CODES:
            found[field.id] = post.getlist(field.id)
        else:
            found[field.id] = post.get(field.id, "")
    return found


def given_of(values: Mapping[str, Value]) -> dict[str, str | list[str]]:
    """Kept values as a form shows them."""
    found: dict[str, str | list[str]] = {}
    for id, value in values.items():
        if isinstance(value, bool):
            found[id] = "1" if value else ""
        else:
            found[id] = value if isinstance(value, list) else str(value)
    return found


def inputs(
    known: Kind, said: Mapping[str, str | list[str]], faults: tuple[Fault, ...] = ()
) -> list[Input]:
    """The fields of a kind as a form shows them."""
    return inputs_of(known.fields.values(), said, faults)


def inputs_of(
    fields: Iterable[Field],
    said: Mapping[str, str | list[str]],
    faults: tuple[Fault, ...] = (),
) -> list[Input]:
    """Some fields as a form shows them."""
    wrong = {each.field: each.message(language()) for each in faults}
    return [_input(each, said.get(each.id, ""), wrong) for each in fields]


def _input(field: Field, said: str | list[str], wrong: Mapping[str, str]) -> Input:
    chosen = said if isinstance(said, list) else [said]
    return Input(
        id=field.id,
        type=field.type.value,
        title=field.title.in_language(language()),
        unit=field.unit.in_language(language()) if field.unit else "",
        value=said if isinstance(said, str) else "",
        is_required=field.is_required,
        is_checked=said == "1",
        most=field.most,
        choices=tuple(
            Choice(each.id, each.title.in_language(language()), each.id in chosen)
            for each in field.choices.values()
        ),
        fault=wrong.get(field.id, ""),
    )


def fault_lines(known: Kind, faults: tuple[Fault, ...]) -> list[tuple[str, str]]:
    """Faults with the input each is about; what is no field leads to the top."""
    named = {*known.fields, "name", "division"}
    return [(each.field if each.field in named else "form", each.message(language())) for each in faults]  # fmt: skip


def note_of(request: HttpRequest) -> str:
    """A sentence as a form sends it."""
    return request.POST.get("note", "")


def unknown_change(value: str) -> str:
    """What is told of a deed that there is not."""
    return _("'%(deed)s' cannot be done with a service point.") % {"deed": value[:20]}
