"""The writes of early warning."""

from kangmai.epidemic.surveillance.actions.contacts import add_contact, became_case, follow_up
from kangmai.epidemic.surveillance.actions.detecting import detect, detect_missing
from kangmai.epidemic.surveillance.actions.intake import read_table, report_unusual, take_counts
from kangmai.epidemic.surveillance.actions.line_list import (
    add_line,
    change_line,
    link,
    take_cases,
    unlink,
)
from kangmai.epidemic.surveillance.actions.measure_clocks import begin_clocks
from kangmai.epidemic.surveillance.actions.measures import add_measure, finish_measure
from kangmai.epidemic.surveillance.actions.outbreaks import (
    declare_over,
    describe,
    give_report,
    move_outbreak,
)
from kangmai.epidemic.surveillance.actions.quieting import merge, mute, unmute
from kangmai.epidemic.surveillance.actions.reminding import remind
from kangmai.epidemic.surveillance.actions.resources import (
    answer_resource,
    ask_resource,
    end_resource,
)
from kangmai.epidemic.surveillance.actions.taking import count_cards, take_occurrences
from kangmai.epidemic.surveillance.actions.tuning import decide, propose
from kangmai.epidemic.surveillance.actions.workflow import exclude, move, suspect

__all__ = [
    "add_contact",
    "add_line",
    "add_measure",
    "answer_resource",
    "ask_resource",
    "became_case",
    "begin_clocks",
    "change_line",
    "count_cards",
    "decide",
    "declare_over",
    "describe",
    "detect",
    "detect_missing",
    "end_resource",
    "exclude",
    "finish_measure",
    "follow_up",
    "give_report",
    "link",
    "merge",
    "move",
    "move_outbreak",
    "mute",
    "propose",
    "read_table",
    "remind",
    "report_unusual",
    "suspect",
    "take_cases",
    "take_counts",
    "take_occurrences",
    "unlink",
    "unmute",
]
