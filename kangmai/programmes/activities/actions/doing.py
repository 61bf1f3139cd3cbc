"""Write down an activity with its photos, or withdraw one that was written down wrongly."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from kangmai.documents import queries as documents
from kangmai.documents.errors import PictureUnreadable
from kangmai.kernel.actor import Actor, NotPermitted, require
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.programmes.activities import events, models, reach
from kangmai.programmes.activities.errors import (
    DayWrong,
    FactsRefused,
    KeyReused,
    NoteMissing,
    PhotoUnreadable,
    TooManyPhotos,
    Withdrawn,
)
from kangmai.programmes.activities.reach import WRITE
from kangmai.programmes.activities.reading import activity_of, close
from kangmai.programmes.activities.rulebook import activity_rule
from kangmai.programmes.activities.types import Activity, ActivityFacts, ActivityKind, Counts, Lead
from kangmai.programmes.points import rules as points
from kangmai.programmes.points.types import Fault
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

OLDEST = timedelta(days=400)
MOST_PHOTOS, PHOTO_MB, PHOTO_PX = 3, 8, 1280
MOST_PEOPLE = 1_000_000


def write_activity(
    *,
    rule_id: str,
    organization: int,
    facts: ActivityFacts,
    given: points.Given,
    photos: Sequence[bytes] = (),
    key: UUID,
    actor: Actor,
    at: datetime,
) -> Activity:
    """Write down what an institution did on a day; something that was found waits to be reported.

    Args:
        given: what was said of the fields of the kind.
        photos: as taken; kept small, without place and time, and sealed.
        key: the same key again returns what the first sending made.

    Raises:
        NotPermitted, RuleUnknown, FactsRefused, DayWrong, TooManyPhotos, PhotoUnreadable, KeyReused
    """
    require(actor, WRITE)
    if organization not in reach.own(actor, WRITE):
        raise NotPermitted(permission=WRITE)
    rule = activity_rule(rule_id, on=legal_day(at))
    if (first := models.Activity.objects.filter(key=key).first()) is not None:
        if (first.rule, first.organization, first.on) != (rule.id, organization, facts.on):
            raise KeyReused()
        return activity_of(first)
    kind = rule.kinds.get(facts.kind)
    if kind is None:
        raise FactsRefused([Fault("kind", "请选择活动类别。", "Choose a kind.")])
    values, faults = points.read_fields(kind.fields, given, on=legal_day(at))
    faults = _faults(kind, facts) + faults
    if faults:
        raise FactsRefused(faults)
    _require_day(facts.on, legal_day(at))
    small = _small(photos)
    with transaction.atomic():
        row = models.Activity.objects.create(
            key=key, rule=rule.id, kind=kind.id, organization=organization,
            place_code=registry.codes_of_place(organization_id=organization)[0], on=facts.on,
            title=facts.title.strip()[:120], venue=facts.venue.strip()[:80],
            people=facts.people if kind.asks_people else None, pieces=facts.pieces if kind.pieces else None,
            values=values, note=facts.note.strip()[:300], problem=facts.problem.strip()[:300],
            lead=(Lead.FOUND if facts.problem.strip() else Lead.NONE).value, account=actor.account, at=at,
        )  # fmt: skip
        for content in small:
            photo = models.Photo(activity=row)
            photo.content_key, photo.content = close(photo.id, content)
            photo.save(force_insert=True)
        data = {"rule": rule.id, "kind": kind.id, "organization": organization}
        write_down_and_announce(events.DONE, "Activity", row.id, data=data, actor=actor, at=at)
    return activity_of(row)


def withdraw(
    *, activity_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Activity:
    """Withdraw an activity that was written down wrongly; it stays readable and counts no longer.

    Raises:
        NotPermitted, ActivityNotFound, ChangedMeanwhile, Withdrawn, NoteMissing
    """
    said = " ".join(reason.split())[:300]
    if len(said) < 2:
        raise NoteMissing()
    with transaction.atomic():
        row = reach.locked(activity_id, WRITE, actor=actor)
        require_version(row.version, expected_version)
        require_standing(row)
        row.withdrawn_reason, row.version = said, row.version + 1
        row.save()
        data = {"rule": row.rule, "organization": row.organization}
        write_down_and_announce(
            events.WITHDRAWN, "Activity", row.id, data=data, reason=said, actor=actor, at=at
        )
    return activity_of(row)


def require_standing(row: models.Activity) -> None:
    """Let pass what was not withdrawn. Raises Withdrawn."""
    if row.withdrawn_reason:
        raise Withdrawn()


def _faults(kind: ActivityKind, facts: ActivityFacts) -> list[Fault]:
    faults = []
    if not facts.title.strip() and not kind.finds:
        faults.append(Fault("title", f"请填写“{kind.title_is.zh}”。", f"“{kind.title_is.en}” must be filled in."))  # fmt: skip
    if not facts.venue.strip() and kind.counts is not Counts.TITLES:
        faults.append(Fault("venue", "请填写地点。", "Say where."))
    if kind.asks_people and not 0 < (facts.people or 0) <= MOST_PEOPLE:
        faults.append(Fault("people", "请填写参加人数。", "Say how many took part."))
    if facts.pieces is not None and not 0 <= facts.pieces <= MOST_PEOPLE:
        faults.append(Fault("pieces", "份数不合适。", "So many cannot be."))
    if facts.problem.strip() and not kind.finds:
        faults.append(Fault("problem", "此类活动不登记线索。", "Nothing is reported of this kind."))
    return faults


def _require_day(on: date, today: date) -> None:
    if not today - OLDEST <= on <= today:
        raise DayWrong(day=on, first=today - OLDEST, last=today)


def _small(photos: Sequence[bytes]) -> list[bytes]:
    if len(photos) > MOST_PHOTOS:
        raise TooManyPhotos(most=MOST_PHOTOS)
    if any(len(each) > PHOTO_MB * 1_000_000 for each in photos):
        raise PhotoUnreadable(most=PHOTO_MB)
    try:
        return [documents.picture(each, longest_px=PHOTO_PX) for each in photos]
    except PictureUnreadable:
        raise PhotoUnreadable(most=PHOTO_MB) from None
