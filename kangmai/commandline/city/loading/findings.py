"""What the watchdog finds in the invented city: an evening on which one village doctor made up his visits.

The visits are invented and so is their untruth; they are found by the night's own look, and one of the
findings is answered.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from kangmai.access import queries as access
from kangmai.access.actors import actor_for_account
from kangmai.kernel.actor import Actor
from kangmai.programmes.engine import actions as programmes
from kangmai.programmes.engine import queries
from kangmai.programmes.engine.types import Filter, Method, Show, State, VisitDraft
from kangmai.programmes.watchdog import actions
from kangmai.programmes.watchdog import queries as watchdog
from kangmai.standards.calendars import legal_day, start_of_day

MADE_UP = 24
VALUES = {"systolic": Decimal(136), "diastolic": Decimal(84)}
ANSWER = "当日下乡，晚上集中补录，数值按登记本誊写"


def load_findings(*, actor: Actor, at: datetime) -> None:
    """The second village doctor enters two dozen visits with one reading late in the evening of the day before."""
    account = access.find_account_id(login="village2")
    if account is None:
        return
    doctor = actor_for_account(account, at=at)
    day = legal_day(at) - timedelta(days=1)
    late = start_of_day(day) + timedelta(hours=23, minutes=10)
    chosen = Filter(Show.ALL, programme="hypertension")
    found = queries.worklist(filter=chosen, limit=2 * MADE_UP, actor=doctor, at=at)
    managed = [
        each.enrolment
        for each in found.rows
        if each.enrolment.state is State.MANAGED
        and (each.enrolment.latest_visit_on is None or each.enrolment.latest_visit_on < day)
    ]
    if len(managed) < MADE_UP:  # a small city keeps its few patients as they are
        managed = []
    drafts = [
        VisitDraft(
            enrolment_id=each.id,
            service="followup",
            visited_on=day,
            entered_at=late + timedelta(minutes=number),
            method=Method.FACE_TO_FACE,
            facts=VALUES,
            organization=doctor.grants[0].organization,
            account=account,
        )
        for number, each in enumerate(managed[:MADE_UP])
    ]
    programmes.load_visits(drafts, actor=actor, at=at)
    actions.watch(actor=actor, at=at)
    for finding in watchdog.findings(detector="at_night", actor=doctor, at=at).rows[:1]:
        actions.answer(
            finding_id=finding.id, code="explained", note=ANSWER, expected_version=finding.version, actor=doctor, at=at
        )  # fmt: skip
