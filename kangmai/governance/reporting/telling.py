"""Tell whose turn a report is: who checks, who issues, or its writer when it is given back."""

from datetime import datetime

from kangmai.governance.reporting.models import Report
from kangmai.governance.reporting.reach import CHECK, ISSUE
from kangmai.governance.reporting.types import Step
from kangmai.kernel.actor import Actor
from kangmai.messages import actions as messages
from kangmai.messages.types import Draft, To, to_account, to_permission

ENDS = (Step.SUBMITTED, Step.RETURNED, Step.CHECKED, Step.ISSUED, Step.WITHDRAWN)
"""Steps after which what was asked before is done."""


def tell(row: Report, step: Step, *, actor: Actor, at: datetime) -> None:
    """Close what the step before asked for, and ask the next, within the caller's transaction."""
    if step not in ENDS:
        return
    subject = ("report", str(row.id))
    messages.settle([subject], actor=actor, at=at)
    to = _next(row, step)
    if to is not None:
        link, key = f"/reports/{row.id}/", f"report {row.id} {row.version}"
        draft = Draft("report_waits", to, {"area": row.area}, link=link, subject=subject, key=key)
        messages.notify([draft], actor=actor, at=at)


def _next(row: Report, step: Step) -> To | None:
    match step:
        case Step.SUBMITTED:
            return to_permission(CHECK, row.area)
        case Step.CHECKED:
            return to_permission(ISSUE, row.area)
        case Step.RETURNED if row.drafted_by:
            return to_account(row.drafted_by)
        case _:
            return None
