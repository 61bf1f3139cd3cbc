"""Figures as pages show them: number, change against yesterday with its tone, where the rows behind are."""

from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from kangmai.epidemic.bulletin import rules
from kangmai.epidemic.bulletin.types import Figure, Line, Rule, Sheet, State, Value
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import words


def state(value: State) -> tuple[str, str]:
    """How far a bulletin is, and the tone."""
    return {
        State.DRAFT: (_("waits for a signature"), "warning"),
        State.RETURNED: (_("given back"), "danger"),
        State.ISSUED: (_("issued"), "good"),
    }[value]


def number(value: Value) -> str:
    """A number, or why there is none."""
    if value.value is None:
        return rules.missing(value.why, language=language())
    return words.count(value.value)


def shown(line: Line, figure: Figure, address: str = "") -> dict[str, Any]:
    """A figure as a tile or a line."""
    moved = rules.change(line)
    return {
        "id": figure.id,
        "title": figure.title.in_language(language()),
        "unit": figure.unit.in_language(language()) if line.now.value is not None else "",
        "value": number(line.now),
        "is_known": line.now.value is not None,
        "of": words.count(line.now.of) if line.now.of is not None and line.now.value is not None else "",
        "share": rules.share(line),
        "change": "" if moved is None else rules.signed(moved) if moved else "±0",
        "tone": _tone(moved, figure),
        "before": words.count(line.before.value) if line.before.value is not None else "",
        "address": address,
    }  # fmt: skip


def _tone(moved: int | None, figure: Figure) -> str:
    if not moved or not figure.more_is:
        return ""
    return "good" if (moved > 0) == (figure.more_is == "better") else "danger"


def sections(sheet: Sheet, found: Rule, address: str) -> list[dict[str, Any]]:
    """The figures of a sheet by section; `address` with `FIGURE` in it leads to the card."""
    return [
        {
            "id": id,
            "title": found.sections[id].in_language(language()),
            "figures": [
                shown(line, found.figures[line.figure], address.replace("FIGURE", line.figure))
                for line in lines
            ],
        }
        for id, lines in rules.shown(sheet, found).items()
    ]


def rows_behind(figure: Figure, actor: Actor) -> str:
    """The page with just the rows behind a figure, else that of the room that owns them; empty where there is none."""
    try:
        if figure.rows and any(is_permitted(actor, each) for each in figure.rows.permissions):
            return f"{reverse(figure.rows.page)}?{urlencode(dict(figure.rows.filter))}"
        return reverse(figure.opens)
    except NoReverseMatch:
        return ""
