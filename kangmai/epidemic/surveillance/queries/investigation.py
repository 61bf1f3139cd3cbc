"""The parts of an investigation: line list, who infected whom, contacts, measures, resources, what is due today."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef

from kangmai.epidemic.surveillance import behind, contents, keeping, models, transmission
from kangmai.epidemic.surveillance.errors import OutbreakUnknown, PartUnknown
from kangmai.epidemic.surveillance.reach import READ, WORK, outbreaks
from kangmai.epidemic.surveillance.types import (
    CaseClass,
    Certainty,
    Contact,
    Exposure,
    Line,
    LineFacts,
    Link,
    Measure,
    Outbreak,
    Resource,
    ResourceKind,
    ResourceState,
)
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, is_permitted, require
from kangmai.standards.calendars import legal_day

MOST_LINES = 5000
WAITING = (ResourceState.ASKED.value, ResourceState.GRANTED.value)


@dataclass(frozen=True, slots=True)
class Due:
    """What waits in an event on a day."""

    contacts: int = 0
    """To be asked after today, and not yet."""
    measures: int = 0
    """Not done, and their day is over."""
    resources: int = 0
    """Asked for or granted, and not there yet."""


def lines(
    outbreak_id: UUID, *, after: int = 0, limit: int = MOST_LINES, actor: Actor, at: datetime
) -> tuple[Line, ...]:
    """The line list from a number on, with names for those who work on it; the read is audited.

    Raises:
        NotPermitted, OutbreakUnknown.
    """
    row = outbreak_row(outbreak_id, actor)
    may_know = is_permitted(actor, WORK, row.area_code)
    rows = row.lines.filter(number__gt=after).order_by("number")[:limit]
    found = tuple(_line(each, may_know) for each in rows)
    if may_know and found:
        _audit(row, "surveillance.lines_read", len(found), actor, at)
    return found


def get_line(outbreak_id: UUID, number: int, *, actor: Actor, at: datetime) -> Line:
    """One line; likewise. Raises also PartUnknown."""
    found = lines(outbreak_id, after=number - 1, limit=1, actor=actor, at=at)
    if not found or found[0].number != number:
        raise PartUnknown(part=f"line {number}")
    return found[0]


def cards_waiting(outbreak_id: UUID, *, actor: Actor, at: datetime) -> int:
    """How many report cards behind an event stand not in its list yet. Raises NotPermitted, OutbreakUnknown."""
    row = outbreak_row(outbreak_id, actor)
    known = set(row.lines.exclude(case_id="").values_list("case_id", flat=True))
    return sum(str(id) not in known for id in behind.cards(row, legal_day(at)))


def spread(outbreak_id: UUID, *, actor: Actor) -> transmission.Forest:
    """Who infected whom, as asserted; struck-out lines are not in it. Raises NotPermitted, OutbreakUnknown."""
    rows = outbreak_row(outbreak_id, actor).lines.exclude(case_class=CaseClass.NOT_A_CASE.value)
    return transmission.forest(
        transmission.Person(*each)
        for each in rows.order_by("number").values_list("number", "infected_by", "onset_on")
    )


def links_of(outbreak_id: UUID, *, actor: Actor) -> Mapping[int, Link]:
    """What each link rests on, by the number of whom it says that he was infected."""
    rows = outbreak_row(outbreak_id, actor).lines.filter(infected_by__isnull=False)
    return {each.number: link for each in rows if (link := _link(each)) is not None}


def contacts_of(outbreak_id: UUID, *, actor: Actor, at: datetime) -> tuple[Contact, ...]:
    """The contacts with their days; names as in the line list. Raises NotPermitted, OutbreakUnknown."""
    row = outbreak_row(outbreak_id, actor)
    may_know = is_permitted(actor, WORK, row.area_code)
    rows = row.contacts.prefetch_related("visits").order_by("number")
    found = tuple(_contact(each, may_know) for each in rows)
    if may_know and found:
        _audit(row, "surveillance.contacts_read", len(found), actor, at)
    return found


def outbreak_of_measure(measure_id: UUID, *, actor: Actor) -> Outbreak:
    """The event that a control measure belongs to. Raises NotPermitted, OutbreakUnknown."""
    row = models.Measure.objects.filter(id=measure_id).first()
    if row is None:
        raise OutbreakUnknown()
    return keeping.outbreak_of(outbreak_row(row.outbreak_id, actor))


def measures_of(outbreak_id: UUID, *, actor: Actor) -> tuple[Measure, ...]:
    """The control measures, by day."""
    rows = outbreak_row(outbreak_id, actor).measures.order_by("due_on", "id")
    return tuple(
        Measure(
            id=each.id,
            what=each.what,
            who=each.who,
            due_on=each.due_on,
            done_on=each.done_on,
            note=each.note,
            version=each.version,
        )
        for each in rows
    )


def resources_of(outbreak_id: UUID, *, actor: Actor) -> tuple[Resource, ...]:
    """What was asked for, by the day it is needed."""
    rows = outbreak_row(outbreak_id, actor).resources.order_by("needed_by", "id")
    return tuple(map(_resource, rows))


def due(outbreak_ids: Collection[UUID], *, on: date, actor: Actor) -> Mapping[UUID, Due]:
    """What waits in some events on a day, each part by one statement. Raises NotPermitted."""
    require(actor, READ)
    seen = outbreaks(actor).filter(id__in=outbreak_ids).values_list("id", flat=True)
    ids = list(seen)
    asked = models.ContactVisit.objects.filter(contact=OuterRef("pk"), day=on)
    contacts = models.Contact.objects.filter(
        ~Exists(asked),
        outbreak__in=ids,
        exposed_on__lte=on,
        until_on__gte=on,
        became_line__isnull=True,
    )
    late = models.Measure.objects.filter(outbreak__in=ids, done_on=None, due_on__lt=on)
    waiting = models.Resource.objects.filter(outbreak__in=ids, state__in=WAITING)
    counted = [
        dict(rows.values_list("outbreak").annotate(n=Count("id")).values_list("outbreak", "n"))
        for rows in (contacts, late, waiting)
    ]
    return {id: Due(*(each.get(id, 0) for each in counted)) for id in ids}


def outbreak_row(outbreak_id: UUID, actor: Actor) -> models.Outbreak:
    """An event of the actor's places. Raises NotPermitted, OutbreakUnknown."""
    require(actor, READ)
    row = outbreaks(actor).filter(id=outbreak_id).first()
    if row is None:
        raise OutbreakUnknown()
    return row


def _line(row: models.Line, may_know: bool) -> Line:
    who = contents.opened(row.id, row.content_key, row.content) if may_know else {}
    facts = LineFacts(
        name=who.get("name", ""),
        phone=who.get("phone", ""),
        sex=row.sex,
        age_years=row.age_years,
        unit=row.unit,
        onset_on=row.onset_on,
        case_class=CaseClass(row.case_class),
        outcome=row.outcome,
        case_id=row.case_id,
        area_code=row.area_code,
        infected_by=row.infected_by,
        own=who.get("own", {}),
    )
    return Line(id=row.id, number=row.number, facts=facts, link=_link(row), version=row.version)


def _link(row: models.Line) -> Link | None:
    if row.infected_by is None:
        return None
    return Link(
        infector=row.infected_by,
        basis=Exposure(row.link_basis),
        certainty=Certainty(row.link_certainty),
        note=row.link_note,
        account=row.link_account,
        at=row.link_at,
    )


def _contact(row: models.Contact, may_know: bool) -> Contact:
    who = contents.opened(row.id, row.content_key, row.content) if may_know else {}
    visits = sorted((v.day, v.is_ill, v.note) for v in row.visits.all())
    return Contact(
        id=row.id,
        number=row.number,
        name=who.get("name", ""),
        phone=who.get("phone", ""),
        line_number=row.line_number,
        exposure=Exposure(row.exposure),
        where=who.get("where", ""),
        is_protected=row.is_protected,
        exposed_on=row.exposed_on,
        until_on=row.until_on,
        became_line=row.became_line,
        visits=tuple(visits),
        version=row.version,
    )


def _resource(row: models.Resource) -> Resource:
    return Resource(
        id=row.id,
        kind=ResourceKind(row.kind),
        what=row.what,
        amount=row.amount,
        unit=row.unit,
        asked_of=row.asked_of,
        needed_by=row.needed_by,
        purpose=row.purpose,
        state=ResourceState(row.state),
        granted=row.granted,
        answer=row.answer,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        answered_at=row.answered_at,
        arrived_on=row.arrived_on,
        version=row.version,
    )


def _audit(row: models.Outbreak, action: str, count: int, actor: Actor, at: datetime) -> None:
    audit.record(
        actor=actor,
        at=at,
        action=action,
        object_type="Outbreak",
        object_id=str(row.id),
        details={"rows": count},
    )
