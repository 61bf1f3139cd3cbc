"""What the pages of contracts call things."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kangmai.identity.types import Resident
from kangmai.portal.messages.presenters import language
from kangmai.portal.programmes import catalogue
from kangmai.portal.shell import area, words
from kangmai.programmes.contracts import rules
from kangmai.programmes.contracts.types import (
    Contract,
    Done,
    End,
    Package,
    Service,
    Show,
    Signature,
    State,
)


@dataclass(frozen=True, slots=True)
class Line:
    """A contract in a list."""

    id: str
    name: str
    age: str
    place: str
    team: str
    packages: str
    until: str
    label: str
    tone: str
    progress: str
    is_open: bool


def show(value: Show) -> str:
    """A list of contracts."""
    return {
        Show.ASKED: pgettext("contract", "Asked for"),
        Show.ENDING: _("To be renewed"),
        Show.OPEN_ITEMS: _("Items still open"),
        Show.VALID: _("In force"),
        Show.OVER: _("Over or declined"),
    }[value]


def state(of: Contract, on: datetime.date) -> tuple[str, str]:
    """Where a contract stands, and its tone."""
    if of.state is State.ASKED:
        return pgettext("contract", "asked for"), "warning"
    if of.state is State.REFUSED:
        return pgettext("contract", "declined"), ""
    if of.state is State.ENDED and not of.holds(on):
        return pgettext("contract", "ended"), ""
    if of.ends_on and of.ends_on < on:
        return (pgettext("contract", "over"), "") if of.state is State.RENEWED else (pgettext("contract", "over, not renewed"), "danger")  # fmt: skip
    if of.begins_on and of.begins_on > on:
        return pgettext("contract", "begins later"), "info"
    return pgettext("contract", "in force"), "good"


def signature(value: Signature) -> str:
    """How it was signed."""
    return {Signature.PAPER: _("on paper"), Signature.ELECTRONIC: _("electronically")}[value]


def end(reason: str, on: datetime.date) -> str:
    """Why a contract ended before its time."""
    by_house = {
        End.CHANGED_TEAM: _("another team goes on"),
        End.DIED: _("the resident died"),
        End.MERGED: _("two records of one resident"),
        End.NONE: "",
    }
    known = rules.rule(on=on).ends.get(reason)
    return known.in_language(language()) if known else by_house.get(End(reason), "")


def package(of: Package) -> str:
    """The name of a package."""
    return of.title.in_language(language())


def packages(of: Contract, on: datetime.date) -> str:
    """The names of a contract's packages."""
    offered = rules.packages(on=of.begins_on or of.asked_on or on)
    names = [package(offered[each]) for each in of.packages if each in offered]
    return " · ".join(names)


def line(of: Contract, resident: Resident | None, on: datetime.date) -> Line:
    """A contract in a list."""
    label, tone = state(of, on)
    known = resident.demographics if resident else None
    return Line(
        id=str(of.id),
        name=known.name if known else "—",
        age=words.age(known.birth_date, on) if known else "",
        place=area.name_of(of.place_code),
        team=of.team_name,
        packages=packages(of, on),
        until=words.day(of.ends_on),
        label=label,
        tone=tone,
        progress=f"{of.done} / {of.promised}" if of.promised else "—",
        is_open=of.done < of.promised,
    )


def items(found: Iterable[Done], on: datetime.date) -> list[dict[str, Any]]:
    """The items of a contract, package by package."""
    offered = rules.packages(on=on)
    return [
        {
            "package": package(offered[each.package]) if each.package in offered else each.package,
            "key": f"{each.package}.{each.item.id}",
            "title": each.item.title.in_language(language()),
            "done": each.done,
            "times": each.item.times or "",
            "is_open": each.is_open,
            "is_promised": each.item.times > 0,
            "is_by_hand": each.item.is_by_hand,
        }
        for each in found
    ]


def services(found: Iterable[Service], on: datetime.date) -> list[dict[str, Any]]:
    """What was given under a contract."""
    return [
        {
            "kind": each.ref.kind,
            "id": str(each.ref.id),
            "on": words.day(each.on),
            "title": _title(each, on),
            "note": each.note,
            "is_rated": each.is_rated,
        }
        for each in found
    ]


def _title(of: Service, on: datetime.date) -> str:
    if of.ref.kind == "visit":
        programme = catalogue.programme_title(of.programme, on=on)
        return f"{programme} · {catalogue.service_title(of.programme, of.name, on=on)}"
    offered = rules.packages(on=on)
    known = offered[of.programme].items if of.programme in offered else ()
    return next((e.title.in_language(language()) for e in known if e.id == of.name), of.name)


def scores() -> list[tuple[str, str]]:
    """Answers to how satisfied one was, the best first."""
    return [
        ("5", _("very satisfied")),
        ("4", _("satisfied")),
        ("3", pgettext("satisfaction", "fair")),
        ("2", _("not satisfied")),
        ("1", _("not satisfied at all")),
    ]
