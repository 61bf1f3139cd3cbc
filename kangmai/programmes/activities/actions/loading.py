"""Load activities that were written down elsewhere, or an invented city's; the caller vouches for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import write_down
from kangmai.kernel.ids import uuid7
from kangmai.programmes.activities import models
from kangmai.programmes.activities.reach import WRITE
from kangmai.programmes.activities.types import Lead

BATCH = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityDraft:
    """An activity taken over. `reported_on` of a problem: it was reported."""

    rule: str
    kind: str
    organization: int
    place_code: str
    on: date
    title: str = ""
    venue: str = ""
    people: int | None = None
    pieces: int | None = None
    problem: str = ""
    reported_on: date | None = None


def load_activities(drafts: Sequence[ActivityDraft], *, actor: Actor, at: datetime) -> int:
    """Load activities; how many. Raises NotPermitted."""
    require(actor, WRITE)
    with transaction.atomic():
        rows = (
            models.Activity(
                key=uuid7(), rule=e.rule, kind=e.kind, organization=e.organization, place_code=e.place_code, on=e.on,
                title=e.title, venue=e.venue, people=e.people, pieces=e.pieces, problem=e.problem,
                lead=_lead(e).value, reported_on=e.reported_on, reported_to="卫生监督所" if e.reported_on else "",
                account=actor.account, at=at,
            )
            for e in drafts
        )  # fmt: skip
        models.Activity.objects.bulk_create(rows, batch_size=BATCH)
        details = {"count": len(drafts)}
        write_down("activities.loaded", "Activity", "", details=details, actor=actor, at=at)
    return len(drafts)


def _lead(each: ActivityDraft) -> Lead:
    if not each.problem:
        return Lead.NONE
    return Lead.REPORTED if each.reported_on else Lead.FOUND
