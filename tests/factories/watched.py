"""Residents with many visits, written straight into the tables: honest ones, and ones that somebody made up."""

import datetime
import random
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from kangmai.identity.types import Resident
from kangmai.kernel.actor import operator
from kangmai.programmes.engine import models
from kangmai.programmes.engine.actions import load_enrolments
from kangmai.programmes.engine.types import EnrolmentDraft, Method
from tests.factories.programmes import CLINIC, HERE, TODAY, resident

WATCHER = operator("test.watchdog")
ACCOUNT = 501


def people(many: int, **changes: Any) -> list[Resident]:
    """So many residents of our village."""
    return [resident(name=f"居民{number}", **changes) for number in range(many)]


def enrolled(
    residents: Iterable[Resident],
    *,
    programme: str = "hypertension",
    organization: int = CLINIC,
    place: str = HERE,
) -> list[UUID]:
    """Their enrolments in a programme since the beginning of last year."""
    drafts = [
        EnrolmentDraft(
            resident_id=each.id,
            programme=programme,
            enrolled_on=datetime.date(2025, 1, 1),
            organization=organization,
            place_code=place,
        )
        for each in residents
    ]
    from tests.factories.programmes import AT

    return list(load_enrolments(drafts, actor=WATCHER, at=AT))


def seen(
    enrolment: UUID,
    day: datetime.date,
    measures: dict[str, Any] | None = None,
    *,
    clock: str = "10:00",
    account: int = ACCOUNT,
    organization: int = CLINIC,
    method: Method = Method.FACE_TO_FACE,
    service: str = "followup",
    complete: bool = True,
    entered_on: datetime.date | None = None,
) -> models.Visit:
    """A visit that is not saved yet."""
    hour, minute = map(int, clock.split(":"))
    shanghai = datetime.timezone(datetime.timedelta(hours=8))
    entered = datetime.datetime.combine(
        entered_on or day, datetime.time(hour, minute), shanghai
    ).astimezone(datetime.UTC)
    visit = models.Visit(
        enrolment_id=enrolment,
        service=service,
        visited_on=day,
        measured_on=day,
        entered_at=entered,
        method=method.value,
        measures=measures or {},
        is_complete=complete,
        is_counted=complete,
        not_counted="" if complete else "incomplete",
        organization=organization,
        account=account,
    )
    visit.first_id = visit.id
    return visit


def honest(drawn: random.Random) -> dict[str, float]:
    """A reading of a digital device."""
    return {
        "systolic": float(round(drawn.gauss(138, 12))),
        "diastolic": float(round(drawn.gauss(82, 8))),
    }


def honest_year(
    enrolments: Iterable[UUID], seed: int, *, account: int = ACCOUNT, organization: int = CLINIC
) -> list[models.Visit]:
    """Six visits of each resident at working hours, spread over the year before."""
    drawn, made = random.Random(seed), []
    for position, enrolment in enumerate(enrolments):
        for turn in range(6):
            day = TODAY - datetime.timedelta(20 + turn * 55 + position % 30)
            clock = f"{8 + (position + turn) % 9:02}:{drawn.randrange(60):02}"
            made.append(seen(enrolment, day, honest(drawn), clock=clock, account=account, organization=organization))  # fmt: skip
    return made


def write(visits: Iterable[models.Visit]) -> None:
    """Save them."""
    models.Visit.objects.bulk_create(visits)
