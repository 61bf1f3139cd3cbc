"""Plain data for the pages of a resident."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

import orjson
from django.utils.translation import gettext as _

from kangmai.identity.types import IdentityDocument, Resident
from kangmai.portal.institutions.presenters import standard
from kangmai.portal.residents.authors import author_of
from kangmai.portal.residents.kinds import BY_TYPE, KINDS, Kind
from kangmai.portal.residents.moments import Moment, moment_of
from kangmai.portal.residents.summaries import summarize
from kangmai.portal.residents.trends import measurement_key
from kangmai.portal.shell import area, words
from kangmai.records.types import Stored
from kangmai.standards.identity_numbers import mask_identity_number

IDENTITY_CARD = "01"


@dataclass(frozen=True, slots=True)
class Tag:
    """A word beside a name that must not be missed."""

    text: str
    tone: str
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """The head of a resident's page."""

    name: str
    monogram: str
    sex: str
    age: str
    birth_date: str
    number: str
    place: str
    died_on: str
    tags: tuple[Tag, ...] = ()


def person(resident: Resident, *, on: datetime.date, tags: Iterable[Tag] = ()) -> Person:
    """The head of a resident's page as of a day."""
    known = resident.demographics
    found = list(tags)
    if resident.moved_out_on:
        found.append(Tag(_("moved out %(day)s") % {"day": resident.moved_out_on}, "warning"))
    if resident.is_invented:
        found.append(Tag(_("invented"), ""))
    return Person(
        known.name,
        known.name[:1],
        standard("sex", known.sex_code),
        words.age(known.birth_date, resident.deceased_on or on),
        words.day(known.birth_date) if known.birth_date else "",
        spaced(resident.index_number),
        area.path(known.place_code),
        words.day(resident.deceased_on) if resident.deceased_on else "",
        tuple(found),
    )


def spaced(index_number: str) -> str:
    """An index number in groups that can be read aloud: 0000 0000 0042 2."""
    return " ".join(index_number[at : at + 4] for at in range(0, len(index_number), 4))


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the details."""

    label: str
    value: str


def facts(resident: Resident, *, managing: str) -> tuple[Fact, ...]:
    """The details of a resident; numbers that could be copied are shown in part."""
    known = resident.demographics
    lines = [Fact(_document_kind(each), document_number(each)) for each in known.documents]
    lines += [Fact(_("Telephone"), words.masked(each, head=3, tail=4)) for each in known.phones]
    lines += [
        Fact(_("Address"), known.address),
        Fact(_("Ethnic group"), standard("ethnic-group", known.ethnic_code)),
        Fact(_("Marital status"), standard("marital-status", known.marital_code)),
        Fact(_("Former names"), words.joined(known.former_names)),
        Fact(_("Record number"), resident.record_number or ""),
        Fact(_("Looked after by"), managing),
    ]
    return tuple(line for line in lines if line.value)


def whole_numbers(resident: Resident) -> tuple[Fact, ...]:
    """The numbers that `facts` shows in part; only for a page that asked why."""
    known = resident.demographics
    lines = [Fact(_document_kind(each), each.number) for each in known.documents]
    return (*lines, *(Fact(_("Telephone"), each) for each in known.phones))


def _document_kind(document: IdentityDocument) -> str:
    return standard("identity-document", document.kind_code)


def document_number(document: IdentityDocument) -> str:
    """A document's number with its middle hidden."""
    if document.kind_code == IDENTITY_CARD:
        return mask_identity_number(document.number)
    return words.masked(document.number, head=2, tail=2)


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the timeline."""

    kind: str
    icon: str
    title: str
    value: str
    detail: str
    is_abnormal: bool
    is_void: bool
    source: str
    author: str
    day: str
    time: str
    iso: str
    trend: str
    """The key of the measurement whose course can be shown; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Day:
    """The entries of one day."""

    date: str
    age: str
    items: tuple[Item, ...]


def item(stored: Stored, *, organizations: Mapping[int, str]) -> Item:
    """An entry with its source (the institution that sent it) and its author (who made it)."""
    resource = orjson.loads(stored.body)
    kind = BY_TYPE.get(stored.type, KINDS[-1])
    summary = summarize(resource)
    moment = moment_of(resource) or Moment(stored.updated_at.isoformat())
    author = author_of(resource)
    return Item(
        kind=str(kind.label),
        icon=kind.icon,
        title=summary.title,
        value=summary.value,
        detail=summary.detail,
        is_abnormal=summary.is_abnormal,
        is_void=summary.is_void,
        source=organizations.get(stored.author_org or 0)
        or author.organization
        or _("source not named"),
        author=author.person,
        day=moment.day,
        time=moment.time,
        iso=moment.iso,
        trend=measurement_key(resource),
    )


def days(items: Iterable[Item], *, born: datetime.date | None) -> tuple[Day, ...]:
    """Entries that follow one another on the same day, gathered under it."""
    return tuple(
        Day(day, _age_on(day, born), tuple(entries))
        for day, entries in groupby(items, key=lambda each: each.day)
    )


def _age_on(day: str, born: datetime.date | None) -> str:
    return words.age(born, datetime.date.fromisoformat(day)) if len(day) == 10 else ""


@dataclass(frozen=True, slots=True)
class KindLink:
    """A filter of the timeline."""

    label: str
    icon: str
    address: str
    is_current: bool


def kind_links(current: Kind | None) -> tuple[KindLink, ...]:
    """All entries, then each kind."""
    everything = KindLink(_("All"), "", "?", current is None)
    return (
        everything,
        *(
            KindLink(str(each.label), each.icon, f"?kind={each.key}", each == current)
            for each in KINDS
        ),
    )
