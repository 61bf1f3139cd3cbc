"""What may be done in tracing; every one passes the gate of orders."""

from kangmai.epidemic.tracing.actions.cases import conclude, go_on_site, open_case, record_core
from kangmai.epidemic.tracing.actions.finding import (
    add_contact,
    add_household,
    ask_scans,
    take_scans,
)
from kangmai.epidemic.tracing.actions.following import (
    become_case,
    check,
    notify,
    release,
    settle,
    test,
)
from kangmai.epidemic.tracing.actions.judging import judge
from kangmai.epidemic.tracing.actions.line_lists import (
    accept_row,
    receive_list,
    refuse_row,
    send_list,
    take_reply,
    try_list,
)
from kangmai.epidemic.tracing.actions.tree import assert_link, withdraw_link

__all__ = [
    "accept_row",
    "add_contact",
    "add_household",
    "ask_scans",
    "assert_link",
    "become_case",
    "check",
    "conclude",
    "go_on_site",
    "judge",
    "notify",
    "open_case",
    "receive_list",
    "record_core",
    "refuse_row",
    "release",
    "send_list",
    "settle",
    "take_reply",
    "take_scans",
    "test",
    "try_list",
    "withdraw_link",
]
