"""Everything that changes something at the clinic."""

from kangmai.programmes.vaccination.actions.calling import (
    call_in,
    judge_children,
    judge_residents,
)
from kangmai.programmes.vaccination.actions.cold import decide, take_file, write_temperatures
from kangmai.programmes.vaccination.actions.injecting import inject, release
from kangmai.programmes.vaccination.actions.loggers import (
    register_logger,
    stop_logger,
    take_readings,
)
from kangmai.programmes.vaccination.actions.reactions import (
    Told,
    find_reaction,
    report,
    return_card,
    review,
)
from kangmai.programmes.vaccination.actions.recording import (
    correct_dose,
    defer,
    end_deferral,
    enter_earlier,
    set_particulars,
    withdraw_dose,
)
from kangmai.programmes.vaccination.actions.stock import (
    add_fridge,
    count,
    move,
    recall,
    receive,
    waste,
)
from kangmai.programmes.vaccination.actions.visiting import (
    check_in,
    consent,
    drop,
    leave,
    pre_check,
)

__all__ = [
    "Told",
    "add_fridge",
    "call_in",
    "check_in",
    "consent",
    "correct_dose",
    "count",
    "decide",
    "defer",
    "drop",
    "end_deferral",
    "enter_earlier",
    "find_reaction",
    "inject",
    "judge_children",
    "judge_residents",
    "leave",
    "move",
    "pre_check",
    "recall",
    "receive",
    "register_logger",
    "release",
    "report",
    "return_card",
    "review",
    "set_particulars",
    "stop_logger",
    "take_file",
    "take_readings",
    "waste",
    "withdraw_dose",
    "write_temperatures",
]
