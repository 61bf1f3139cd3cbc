"""The writes of reporting."""

from kangmai.governance.reporting.actions.commitments import (
    commit,
    conclude,
    finish_milestone,
    remind,
    show_evidence,
)
from kangmai.governance.reporting.actions.peers import decide, take_in
from kangmai.governance.reporting.actions.reports import (
    authorize,
    check,
    comment,
    correct,
    draft,
    edit,
    freeze_missing,
    give_back,
    issue,
    submit,
    withdraw,
    write,
)
from kangmai.governance.reporting.actions.workbooks import bind, fill, unbind, upload

__all__ = [
    "authorize",
    "bind",
    "check",
    "comment",
    "commit",
    "conclude",
    "correct",
    "decide",
    "draft",
    "edit",
    "fill",
    "finish_milestone",
    "freeze_missing",
    "give_back",
    "issue",
    "remind",
    "show_evidence",
    "submit",
    "take_in",
    "unbind",
    "upload",
    "withdraw",
    "write",
]
