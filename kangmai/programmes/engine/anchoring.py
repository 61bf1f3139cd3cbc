"""The days, besides birth and enrolment, from which services count: asked for at enrolment, or set by a visit."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from kangmai.forms.types import Answers
from kangmai.identity import queries as identity
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.engine import models
from kangmai.programmes.engine.definition.types import AnchorDay, Programme, Service
from kangmai.programmes.engine.errors import (
    AnchorMissing,
    AnchorOutOfRange,
    AnchorUnknown,
    SameEpisode,
)
from kangmai.programmes.engine.types import State


def check_anchors(definition: Programme, anchors: Mapping[str, date], *, on: date) -> None:
    """Let pass days that are complete, known to the programme and possible for an enrolment on a day.

    Raises:
        AnchorMissing, AnchorUnknown, AnchorOutOfRange
    """
    strange = set(anchors) - set(definition.anchors)
    if strange:
        raise AnchorUnknown(
            programme=definition.title["en"],
            zh_programme=definition.title["zh"],
            anchors=", ".join(sorted(strange)),
        )
    lacking = [
        each.title
        for each in definition.anchors.values()
        if each.is_needed and each.id not in anchors
    ]
    if lacking:
        raise AnchorMissing(
            programme=definition.title["en"],
            zh_programme=definition.title["zh"],
            anchors=", ".join(each["en"] for each in lacking),
            zh_anchors="、".join(each["zh"] for each in lacking),
        )
    for name, day in anchors.items():
        _check_range(definition.anchors[name], day, on)


def _check_range(anchor: AnchorDay, day: date, on: date) -> None:
    earliest = date.min if anchor.earliest_days is None else on - timedelta(anchor.earliest_days)
    if not earliest <= day <= on:
        raise AnchorOutOfRange(
            anchor=anchor.title["en"],
            zh_anchor=anchor.title["zh"],
            day=day,
            low="—" if earliest == date.min else earliest,
            high=on,
        )


def require_new_episode(
    definition: Programme,
    resident_id: ResidentId,
    anchors: Mapping[str, date],
) -> None:
    """Refuse what a closed enrolment of the resident was about already; an open one stands alone anyway.

    Raises:
        SameEpisode: a second booking of one pregnancy.
    """
    telling = [
        each for each in definition.anchors.values() if each.apart_days and each.id in anchors
    ]
    if not telling:
        return
    ids = identity.same_resident_ids(resident_id)
    closed = models.Enrolment.objects.filter(
        resident_id__in=ids, programme=definition.id, state=State.CLOSED
    )
    for row in closed.order_by("id"):
        for anchor in telling:
            before = row.anchors.get(anchor.id)
            assert anchor.apart_days is not None
            if (
                before
                and abs(anchors[anchor.id] - date.fromisoformat(before)).days < anchor.apart_days
            ):
                raise SameEpisode(
                    programme=definition.title["en"],
                    zh_programme=definition.title["zh"],
                    anchor=anchor.title["en"],
                    zh_anchor=anchor.title["zh"],
                    day=before,
                    enrolment=row.id,
                )


def set_anchors(row: models.Enrolment, service: Service, answers: Answers) -> frozenset[str]:
    """Take the days that a visit tells over into its enrolment; the names of those that changed."""
    told = {name: answers.day(item) for name, item in service.sets.items()}
    known = {name: day.isoformat() for name, day in told.items() if day is not None}
    changed = frozenset(name for name, day in known.items() if row.anchors.get(name) != day)
    if changed:
        row.anchors = {**row.anchors, **known}
    return changed


def days_of(row: models.Enrolment, names: Iterable[str]) -> dict[str, date]:
    """The days of some anchors, `enrolment` among them, that are known."""
    own = {"enrolment": row.enrolled_on}
    found = {name: own.get(name) or _day(row.anchors.get(name)) for name in names}
    return {name: day for name, day in found.items() if day is not None}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
