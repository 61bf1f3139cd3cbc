"""Reports, commitments and figures of other cities in the words of the page."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kangmai.documents.types import Bars, Block, Heading, Paragraphs, Prose
from kangmai.governance.reporting import rules
from kangmai.governance.reporting.types import Decision, Note, Print, Standing, State, Status, Step
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import words

TONES = {
    Standing.REACHED: "good",
    Standing.KEPT: "good",
    Standing.UNDER_WAY: "",
    Standing.UNKNOWN: "",
    Standing.WITHDRAWN: "",
    Standing.BEHIND: "warning",
    Standing.OVERDUE: "danger",
    Standing.MISSED: "danger",
}
SCALE = 1000


def state(value: State) -> tuple[str, str]:
    """How far a report is, and the tone."""
    return {
        State.DRAFT: (_("draft"), ""),
        State.SUBMITTED: (_("waits to be checked"), "warning"),
        State.CHECKED: (_("waits to be issued"), "warning"),
        State.ISSUED: (_("issued"), "good"),
        State.WITHDRAWN: (_("withdrawn"), ""),
    }[value]


def step(value: Step) -> str:
    """What somebody did."""
    return {
        Step.DRAFTED: _("drafted"),
        Step.TAKEN: _("froze what was missing"),
        Step.EDITED: _("edited"),
        Step.SUBMITTED: _("handed over to be checked"),
        Step.COMMENTED: _("commented"),
        Step.RETURNED: _("gave back"),
        Step.CHECKED: _("checked"),
        Step.AUTHORIZED: _("recorded the authority for outbreak figures"),
        Step.ISSUED: _("issued"),
        Step.WITHDRAWN: _("withdrew"),
    }[value]


def history(notes: tuple[Note, ...]) -> list[dict[str, str]]:
    """The steps of a report, the latest first."""
    return [
        {
            "step": step(each.step),
            "by": each.by.name,
            "at": words.instant(each.by.at),
            "text": "" if each.step is Step.TAKEN else each.text,
        }
        for each in reversed(notes)
    ]


def standing(value: Standing) -> tuple[str, str]:
    """How a commitment stands, and the tone."""
    return rules.STANDINGS[value][language()], TONES[value]


def decision(value: Decision) -> tuple[str, str]:
    """What a person said of a figure that was read, and the tone."""
    return {
        Decision.WAITING: (_("waits for a person"), "warning"),
        Decision.CONFIRMED: (_("confirmed by a person"), "good"),
        Decision.REJECTED: (_("not taken"), ""),
    }[value]


def reading(value: Status) -> tuple[str, str]:
    """What may be said of a figure as it was read, and the tone."""
    return {
        Status.STATED: ("", ""),
        Status.LOST_DIGITS: (_("digits lost"), "danger"),
        Status.IMPLAUSIBLE: (_("cannot be"), "danger"),
    }[value]


def printing(value: Print) -> tuple[str, str]:
    """Whether a figure may be printed, and the tone."""
    return {
        Print.PRINTED: (_("frozen"), "good"),
        Print.SMALL: (_("hidden (small number)"), "info"),
        Print.NOT_FROZEN: (_("not frozen"), "danger"),
        Print.NOT_AVAILABLE: (_("not available"), "warning"),
        Print.NO_DATA: (_("no data"), ""),
    }[value]


def body(blocks: tuple[Block, ...], address: str) -> list[dict[str, Any]]:
    """The text of a report up to its cards; `address` with `FIGURE` in it leads to the card of each number."""
    found: list[dict[str, Any]] = []
    for block in blocks[1:]:
        match block:
            case Heading(level=1):
                break
            case Heading():
                found.append({"kind": "heading", "text": block.text})
            case Paragraphs():
                found.append({"kind": "lines", "lines": block.lines})
            case Prose():
                lines = [
                    [(run.text, _link(run.link, address)) for run in runs] for runs in block.lines
                ]
                found.append({"kind": "prose", "lines": lines})
            case Bars():
                found.append(_bars(block))
    return found


def _link(anchor: str, address: str) -> str:
    return address.replace("FIGURE", anchor.removeprefix("card-")) if anchor else ""


def _bars(block: Bars) -> dict[str, Any]:
    return {
        "kind": "bars",
        "title": block.title,
        "target": block.target_label,
        "bars": [
            (each.label, round(SCALE * block.share(each.value)), each.printed)
            for each in block.bars
        ],
    }


PLACES = (
    ("reports", "reports.read"),
    ("workbooks", "reports.draft"),
    ("peers", "peers.read"),
    ("figures-outside", "indicators.intake"),
    ("reporting-places", "reports.read"),
    ("open-data", "indicators.read"),
)


def kinds(actor: Actor, current: str) -> list[tuple[str, str, bool]]:
    """The pages beside this one that the actor may open: name, address, whether it is this one."""
    names = {
        "reports": _("Statistical reports"),
        "workbooks": _("Tables of the level above"),
        "peers": _("Other cities"),
        "figures-outside": _("Figures from outside"),
        "reporting-places": _("Reporting areas"),
        "open-data": _("Open data"),
    }
    return [
        (names[name], reverse(name), name == current)
        for name, permission in PLACES
        if is_permitted(actor, permission)
    ]
