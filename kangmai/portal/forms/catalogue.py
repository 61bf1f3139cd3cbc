"""Forms, their facts and worked examples as the catalogue shows them."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kangmai.forms import rules
from kangmai.forms.types import Form
from kangmai.portal.forms.presenters import language
from kangmai.portal.shell.words import day


@dataclass(frozen=True, slots=True)
class FormRow:
    """One version of a form."""

    address: str
    id: str
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
        id=form.id,
        title=title(form),
        version=day(form.version),
        until=day(form.version_to),
        is_in_force=is_begun and form.status == "active",
        is_verified=form.is_verified,
        questions=len(form.leaves),
    )


def facts(form: Form) -> tuple[tuple[str, str], ...]:
    """What is known of a form besides its items: label and words."""
    audience = rules.audience_words(form.audience, language())
    return (
        (_("For"), audience or _("Everybody")),
        (_("Source"), form.source),
        (_("Between answers"), "；".join(each.message[language()] for each in form.constraints)),
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
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
