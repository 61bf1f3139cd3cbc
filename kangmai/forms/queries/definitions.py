"""The forms there are. They are rules and say nothing of anybody, so no actor is asked."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from kangmai.forms.definition import KIND, ROOM, read_form
from kangmai.forms.errors import FormUnknown
from kangmai.forms.types import Form
from kangmai.kernel import definitions


@cache
def forms() -> tuple[Form, ...]:
    """Every version of every form, by id and date."""
    return tuple(read_form(each) for each in definitions.load(ROOM, KIND))


def form(id: str, *, on: date) -> Form:
    """The version of a form that is in force on a day.

    Raises:
        FormUnknown
    """
    for each in forms():
        is_begun = each.version <= on and (each.version_to is None or on < each.version_to)
        if each.id == id and each.status == "active" and is_begun:
            return each
    raise FormUnknown(form=id, on=on)


def form_version(id: str, version: date) -> Form:
    """One version of a form, also one that is no longer in force.

    Raises:
        FormUnknown
    """
    for each in forms():
        if each.id == id and each.version == version:
            return each
    raise FormUnknown(form=id, on=version)


def case_list(form: Form) -> tuple[Mapping[str, Any], ...]:
    """The worked examples beside the definition of a form, for people to judge it by."""
    for each in definitions.load(ROOM, KIND):
        if each.id == form.id and each.effective_from == form.version:
            return definitions.cases(each)
    return ()
