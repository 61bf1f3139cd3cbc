"""Which reports, commitments and workbooks an actor reaches: those of his places."""

from uuid import UUID

from django.db.models import Model, Q, QuerySet

from kangmai.governance.reporting.errors import ReportUnknown
from kangmai.governance.reporting.models import Report
from kangmai.governance.reporting.types import State
from kangmai.kernel.actor import Actor, require

READ = "reports.read"
DRAFT = "reports.draft"
CHECK = "reports.check"
ISSUE = "reports.issue"
COMMITMENTS_READ = "commitments.read"
COMMITMENTS_KEEP = "commitments.keep"
COMMITMENTS_REPORT = "commitments.report"
PEERS_READ = "peers.read"
PEERS_CONFIRM = "peers.confirm"


def within(actor: Actor, permission: str, *, column: str = "area") -> Q:
    """The rows of areas in which the actor holds a permission; none where he holds it nowhere."""
    found = Q(pk__in=())
    for grant in actor.grants:
        if permission in grant.permissions or "*" in grant.permissions:
            for place in grant.places:
                found |= Q(**{f"{column}__gte": place.low, f"{column}__lt": place.high})
    return found


def rows_of(model: type[Model], actor: Actor, permission: str, *, column: str = "area") -> QuerySet:
    """The rows an actor reaches. Raises NotPermitted where he holds the permission nowhere."""
    require(actor, permission)
    return model._default_manager.filter(within(actor, permission, column=column))


HANDS = (DRAFT, CHECK, ISSUE)
"""Who works on reports sees them before they are issued; others only what was issued."""


def reports_of(actor: Actor) -> QuerySet:
    """The reports an actor sees. Raises NotPermitted."""
    rows = rows_of(Report, actor, READ)
    unissued = Q(pk__in=())
    for each in HANDS:
        unissued |= within(actor, each)
    return rows.filter(Q(state=State.ISSUED.value) | unissued)


def report_row(
    report_id: UUID, permission: str, *, actor: Actor, is_locked: bool = False
) -> Report:
    """A report of the actor's places, in which he holds a permission.

    Raises:
        NotPermitted: he sees the report, and may not do this with it.
        ReportUnknown: there is none, or it is not for him to see.
    """
    rows = reports_of(actor).select_for_update() if is_locked else reports_of(actor)
    row = rows.filter(id=report_id).first()
    if row is None:
        raise ReportUnknown()
    require(actor, permission, row.area)
    return row
