"""Tasks, needs and cells in words, with their tone."""

import datetime
from collections.abc import Collection

from django.utils.translation import gettext as _

from kangmai.epidemic.grid import queries as grid
from kangmai.epidemic.grid import rules as grid_rules
from kangmai.epidemic.tasks import rules
from kangmai.epidemic.tasks.types import NeedState, Show, Task, TaskState
from kangmai.kernel.words import Words as Named
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import area, words
from kangmai.standards.calendars import legal_day

Words = tuple[str, str]
VILLAGE_DIGITS = 12


def named(known: Named | None, id: str) -> str:
    """A word of a list of rules, in the language of the page."""
    return known.in_language(language()) if known is not None else id


def kind(id: str, at: datetime.datetime) -> str:
    """A kind of task."""
    found = rules.rule(on=legal_day(at)).kinds.get(id)
    return named(found.title if found else None, id)


def need(id: str, at: datetime.datetime) -> str:
    """Why somebody needs help; words that say nothing for who may not know."""
    if not id:
        return _("needs help")
    found = rules.rule(on=legal_day(at)).needs.get(id)
    return named(found.title if found else None, id)


def role(id: str, at: datetime.datetime) -> str:
    """What somebody does in a grid."""
    return named(grid_rules.rule(on=legal_day(at)).roles.get(id), id)


def result(task: Task, at: datetime.datetime) -> Words:
    """How a task ended, or how it stands."""
    if task.state is TaskState.DONE:
        found = rules.rule(on=legal_day(at)).kinds.get(task.kind)
        known = found.results.get(task.result) if found else None
        return named(known.title if known else None, task.result), "danger" if task.is_abnormal else "good"  # fmt: skip
    if task.state is TaskState.CANCELLED:
        return _("taken back"), ""
    if task.due_at < at:
        return _("late"), "danger"
    return (_("started"), "info") if task.state is TaskState.STARTED else (_("to do"), "warning")


def show(show: Show) -> str:
    """A list of tasks."""
    return {
        Show.TODAY: _("today"),
        Show.LATE: _("late"),
        Show.OPEN: _("all to do"),
        Show.ABNORMAL: _("with something unusual"),
        Show.DONE: _("done"),
    }[show]


def need_state(state: NeedState) -> str:
    """A list of needs."""
    return {
        NeedState.PROPOSED: _("to confirm"),
        NeedState.CONFIRMED: _("served"),
        NeedState.DECLINED: _("declined"),
        NeedState.ENDED: _("ended"),
    }[state]


def due(value: datetime.datetime, at: datetime.datetime) -> str:
    """By when, as short as it can be said: the time alone if it is today."""
    said = words.instant(value)
    return said[11:] if said[:10] == words.instant(at)[:10] else said[5:]


def cells(codes: set[str]) -> dict[str, str]:
    """Cells and villages by code, as people call them."""
    known = grid.cell_names(codes={each for each in codes if len(each) > VILLAGE_DIGITS})
    return {
        each: f"{area.path(each[:VILLAGE_DIGITS])} {known[each]}" if each in known else area.path(each[:VILLAGE_DIGITS])
        for each in codes
    }  # fmt: skip


def short_cells(codes: Collection[str]) -> dict[str, str]:
    """Cells by code, by their own name alone where all lie in one village: a phone has room for no more."""
    if len({each[:VILLAGE_DIGITS] for each in codes}) > 1:
        return cells(set(codes))
    return cells(set(codes)) | grid.cell_names(codes=codes)
