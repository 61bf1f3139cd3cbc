"""The one table of what runs by the clock: name → (seconds between runs, task)."""

from collections.abc import Callable
from datetime import datetime

from django.db import connection

from kangmai.access.actions import forget_old
from kangmai.deadlines import actions as deadlines
from kangmai.epidemic.orders import actions as orders
from kangmai.epidemic.supplies import actions as supplies
from kangmai.epidemic.surveillance.actions import begin_clocks, detect_missing, remind
from kangmai.epidemic.tasks import actions as tasks
from kangmai.epidemic.venues import actions as venues
from kangmai.exchange.hl7v2.actions import forget_old as forget_hl7
from kangmai.forms.actions import forget_drafts
from kangmai.governance.reporting import actions as reporting
from kangmai.handover import actions as handover
from kangmai.identity.actions import count_frequencies
from kangmai.kernel import audit
from kangmai.kernel.actor import operator
from kangmai.messages import actions as messages
from kangmai.programmes.campaigns import actions as campaigns
from kangmai.programmes.contracts import actions as contracts
from kangmai.programmes.engine import actions as programmes
from kangmai.programmes.vaccination import actions as vaccination
from kangmai.programmes.watchdog import actions as watchdog
from kangmai.records.actions import forget_jobs


def seal_audit(*, at: datetime) -> None:
    """Chain the newest rows of the audit trail."""
    audit.seal_blocks(at=at)


def make_partitions(*, at: datetime) -> None:
    """Make the partitions of append-only tables that will be needed next."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kernel_ensure_partitions()")


def plan_programmes(*, at: datetime) -> None:
    """Take in whom the programmes' rules take in, then plan every managed enrolment anew, as seen from today."""
    planner = operator(
        "programmes.planner",
        permissions=("programmes.manage", "programmes.replan", "records.read", "identity.search"),
    )
    programmes.screen_all(actor=planner, at=at)
    programmes.replan_all(actor=planner, at=at)


def watch_visits(*, at: datetime) -> None:
    """Look at the visits of the year for what is omitted, empty or untrue, and ask the teams about it."""
    watcher = operator(
        "programmes.watchdog",
        permissions=(
            "watchdog.watch", "programmes.read", "records.read", "identity.search", "registry.read", "deadlines.write",
        ),
    )  # fmt: skip
    watchdog.watch(actor=watcher, at=at)


def reckon_contracts(*, at: datetime) -> None:
    """Count what was done of what family-doctor contracts promise."""
    contracts.reckon(actor=operator("contracts.reckoner", permissions=("contracts.sign",)), at=at)


SCHEDULES: dict[str, tuple[int, Callable[..., object]]] = {
    "seal audit": (60, seal_audit),
    "make partitions": (600, make_partitions),
    "forget old logins and tokens": (86_400, forget_old),
    "escalate deadlines": (60, deadlines.escalate_due),
    "count provisional deadlines again": (86_400, deadlines.recompute),
    "post rows to systems above": (60, handover.post_due),
    "tell of failures": (60, messages.tell_of_failures),
    "forget old messages": (86_400, messages.forget_old),
    "forget old HL7 messages": (86_400, forget_hl7),
    "forget bulk exports and imports": (3600, forget_jobs),
    "count names": (86_400, count_frequencies),
    "plan programmes anew": (86_400, plan_programmes),
    "look over the visits": (86_400, watch_visits),
    "count what contracts promise": (86_400, reckon_contracts),
    "judge vaccinations of children": (3600, vaccination.judge_children),
    "keep the lists of campaigns": (3600, campaigns.keep_campaigns),
    "forget old drafts of forms": (86_400, forget_drafts),
    "judge the series of yesterday": (3600, detect_missing),
    "tell what is late in events": (3600, remind),
    "begin the clocks of control measures": (3600, begin_clocks),
    "read how long supplies last": (3600, supplies.read_days),
    "end emergency orders and erase their data": (60, orders.settle),
    "begin the clocks of commitments": (86_400, reporting.remind),
    "keep the days of scans": (3600, venues.keep_days),
    "remind of tasks of the grid": (300, tasks.remind),
    "let colours end": (60, venues.settle_colours),
}
