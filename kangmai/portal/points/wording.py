"""Service points in words: states, parts of the list, deeds, values of fields."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kangmai.kernel.words import joined
from kangmai.portal.messages.presenters import language
from kangmai.programmes.points.types import (
    Deed,
    Field,
    FieldType,
    Finding,
    FindingState,
    Kind,
    Point,
    Show,
    State,
    Topic,
    Value,
)


def topic(value: Topic) -> str:
    """What kinds belong together."""
    return {
        Topic.CHILDCARE: _("Childcare"),
        Topic.AGEING: _("Ageing"),
        Topic.MIND: _("Mental health"),
        Topic.TCM: _("Chinese medicine"),
    }[value]


def show(value: Show) -> str:
    """A part of the list."""
    return {
        Show.OPEN: pgettext("points", "all that are open"),
        Show.WAITING: _("to be confirmed, or stopped"),
        Show.LACKING: _("lacking a requirement"),
        Show.TO_MEND: _("with findings to mend"),
        Show.EXPIRING: _("review or end within 60 days"),
        Show.CLOSED: pgettext("points", "closed ones"),
    }[value]


def state(point: Point, known: Kind) -> tuple[str, str]:
    """How far a point is, and its tone; a confirmed one in the words of its kind."""
    return {
        State.ENTERED: (_("to be confirmed"), "warning"),
        State.CONFIRMED: (known.standing.in_language(language()), "good"),
        State.SUSPENDED: (_("stopped"), "danger"),
        State.CLOSED: (pgettext("points", "closed"), ""),
    }[point.state]


def deed(value: Deed) -> str:
    """A step in the course of a point."""
    return {
        Deed.ENTERED: _("entered in the register"),
        Deed.STATED: _("facts said anew"),
        Deed.CONFIRMED: _("confirmed after a look on the spot"),
        Deed.REVIEWED: _("reviewed"),
        Deed.SUSPENDED: _("stopped"),
        Deed.RESUMED: _("counts again"),
        Deed.CLOSED: _("closed for good"),
        Deed.INSPECTED: _("inspected"),
    }[value]


def finding_state(value: Finding, *, is_late: bool) -> tuple[str, str]:
    """How far the mending of a finding is, and its tone."""
    if value.state is FindingState.OPEN and is_late:
        return _("not mended in time"), "danger"
    return {
        FindingState.OPEN: (_("to be mended"), "warning"),
        FindingState.MENDED: (_("mended, to be looked at"), "info"),
        FindingState.SETTLED: (pgettext("points", "settled"), "good"),
    }[value.state]


def value_of(field: Field, values: Mapping[str, Value]) -> str:
    """What is kept of a field, as people read it; empty where nothing was said."""
    value = values.get(field.id)
    if value is None or value == "":
        return ""
    if field.type is FieldType.FLAG:
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return joined((_choice(field, each) for each in value), language())
    if field.type is FieldType.CHOICE:
        return _choice(field, str(value))
    if isinstance(value, int) and field.type is FieldType.INTEGER:
        unit = field.unit.in_language(language()) if field.unit else ""
        return f"{value:,} {unit}".strip()
    return str(value)


def _choice(field: Field, id: str) -> str:
    return field.choices[id].title.in_language(language()) if id in field.choices else id


def lacks(point: Point, known: Kind) -> list[str]:
    """The requirements that a point lacks."""
    named = {each.id: each.title.in_language(language()) for each in known.requirements}
    return [named.get(each, each) for each in point.lacks]


def size(point: Point, known: Kind) -> str:
    """Its places or beds, and how many are used: 37 / 60."""
    if point.size is None:
        return ""
    return f"{point.used} / {point.size}" if point.used is not None and known.used else f"{point.size:,}"  # fmt: skip
