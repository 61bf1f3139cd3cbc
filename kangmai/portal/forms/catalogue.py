"""Forms, their search, facts and worked examples as the catalogue shows them."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kangmai.forms import queries, rules
from kangmai.forms.types import Form
from kangmai.portal.forms.presenters import language
from kangmai.portal.shell.words import clauses, day, joined
from kangmai.standards.pinyin import initials, sort_key

PAGE = 30


class Show(StrEnum):
    """Which versions a list has."""

    IN_FORCE = "in-force"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class FormRow:
    """One version of a form."""

    address: str
    title: str
    version: str
    until: str
    is_in_force: bool
    is_verified: bool
    questions: int


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A worked example: what is typed, and what comes of it."""

    name: str
    given: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str], ...]
    faults: tuple[str, ...]


def title(form: Form) -> str:
    """A form's title in the language of the request."""
    return form.title[language()]


def row(form: Form, *, on: datetime.date) -> FormRow:
    """One version of a form in the list."""
    is_begun = form.version <= on and (form.version_to is None or on < form.version_to)
    return FormRow(
        address=reverse("form", args=[form.id, form.version.isoformat()]),
        title=title(form),
        version=day(form.version),
        until=day(form.version_to),
        is_in_force=is_begun and form.status == "active",
        is_verified=form.is_verified,
        questions=len(form.leaves),
    )


def found(text: str, show: Show, *, on: datetime.date) -> list[FormRow]:
    """Versions whose title, its initials or code hold what was typed, in the order of their titles."""
    wanted = text.strip().casefold()
    forms = [each for each in queries.forms() if wanted in _said(each)]
    rows = [row(each, on=on) for each in sorted(forms, key=_order)]
    return [each for each in rows if each.is_in_force or show is Show.ALL]


def page(rows: list[FormRow], after: str) -> tuple[list[FormRow], str | None]:
    """The rows of a page that begins after an address, and the last of it if more follow."""
    addresses = [each.address for each in rows]
    start = addresses.index(after) + 1 if after in addresses else 0
    end = start + PAGE
    return rows[start:end], addresses[end - 1] if end < len(rows) else None


def _said(form: Form) -> str:
    chinese = form.title["zh"]
    return " ".join((chinese, initials(chinese), form.title["en"], form.id)).casefold()


def _order(form: Form) -> tuple[str, datetime.date]:
    name = form.title[language()]
    return sort_key(name) if language() == "zh" else name.casefold(), form.version


def facts(form: Form) -> tuple[tuple[str, str], ...]:
    """What is known of a form besides its items: label and words."""
    audience = rules.audience_words(form.audience, language())
    return (
        (_("For"), audience or _("Everybody")),
        (_("Source"), form.source),
        (_("Between answers"), clauses(each.message[language()] for each in form.constraints)),
    )


def case(example: Mapping[str, Any]) -> ShownCase:
    """A worked example in the language of the request."""
    expect = example["expect"]
    return ShownCase(
        name=example["name"][language()],
        given=tuple((place, _text(value)) for place, value in example["given"].items()),
        answers=tuple((place, _text(value)) for place, value in expect.get("answers", {}).items()),
        faults=tuple(expect.get("faults", ())),
    )


def _text(value: Any) -> str:
    return joined(map(str, value)) if isinstance(value, tuple) else str(value)
