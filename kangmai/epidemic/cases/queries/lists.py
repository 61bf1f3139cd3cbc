"""Lists of cards: the reporting doctor's inbox, the county's review, what an event or signal names."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from kangmai.epidemic.cases import models
from kangmai.epidemic.cases.diseases import family
from kangmai.epidemic.cases.errors import AreaUnreadable
from kangmai.epidemic.cases.reach import FINAL, READ, REPORT, REVIEW, inside, institutions, places
from kangmai.epidemic.cases.types import (
    COUNTED_STATES,
    Assistance,
    AssistanceState,
    CaseLine,
    Page,
    PlaceState,
    Show,
    State,
)
from kangmai.epidemic.cases.values import assistance_of, line_of
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, NotPermitted, PlaceRange, is_permitted, subtree

LARGEST_PAGE = 500
MOST_COUNTED = 1000
CITY = 4
"""Figures of a division code that name a city: who reaches it ends the review."""

_SHOWN = {
    Show.DRAFTS: Q(state=State.DRAFT.value),
    Show.TO_SUBMIT: Q(state__in=(State.DIAGNOSED.value, State.RETURNED.value)),
    Show.TO_REVIEW: Q(state=State.SUBMITTED.value),
    Show.TO_END: Q(state=State.COUNTY_REVIEWED.value),
    Show.TO_PLACE: Q(
        place_state=PlaceState.WAITING.value, state__in=[each.value for each in COUNTED_STATES]
    ),
    Show.ALL: ~Q(state__in=(State.REMOVED.value, State.DISMISSED.value)),
    Show.REMOVED: Q(state__in=(State.REMOVED.value, State.DISMISSED.value)),
}


def search(
    *,
    show: Show = Show.ALL,
    disease: str = "",
    division: str = "",
    organization: int | None = None,
    after: str = "",
    limit: int = 50,
    actor: Actor,
    at: datetime,
) -> Page[CaseLine]:
    """Cards inside the actor's reach, the newest first; to review and to end, the oldest first.

    Args:
        division: only those that live in or were reported from it.
        after: `next` of the page before.

    Raises:
        NotPermitted, AreaUnreadable.
    """
    _require_any(actor)
    found = _within(actor, show).filter(_SHOWN[show])
    if disease:
        found = found.filter(subtype__in=family(disease))
    if division:
        place = below(division)
        found = found.filter(_in_place("home_code", place) | _in_place("report_code", place))
    if organization is not None:
        found = found.filter(organization=organization)
    is_queue = show in (Show.TO_REVIEW, Show.TO_END, Show.DRAFTS)
    if cursor := _cursor(after):
        found = found.filter(id__gt=cursor) if is_queue else found.filter(id__lt=cursor)
    size = max(1, min(limit, LARGEST_PAGE))
    rows = list(found.order_by("id" if is_queue else "-id")[: size + 1])
    _write_down(rows[:size], actor, at)
    return Page(
        tuple(map(line_of, rows[:size])), str(rows[size - 1].id) if len(rows) > size else ""
    )


def waiting(*, actor: Actor) -> dict[Show, int]:
    """How many cards wait for the actor, by list, each counted up to 1,000."""
    wanted = []
    if is_permitted(actor, REVIEW):
        wanted += [Show.TO_REVIEW, Show.TO_PLACE]
    if any(len(place.low) <= CITY for place in places(actor, FINAL)):
        wanted.append(Show.TO_END)
    if is_permitted(actor, REPORT):
        wanted += [Show.DRAFTS, Show.TO_SUBMIT]
    return {
        show: _within(actor, show).filter(_SHOWN[show])[:MOST_COUNTED].count() for show in wanted
    }


def lines_by_id(ids: Collection[UUID], *, actor: Actor, at: datetime) -> dict[UUID, CaseLine]:
    """Those of some cards that the actor sees, for line lists of signals and events. Raises NotPermitted."""
    _require_any(actor)
    rows = list(inside(actor).filter(pk__in=ids))
    _write_down(rows, actor, at)
    return {row.id: line_of(row) for row in rows}


def reported_since(
    since: datetime, *, diseases: Collection[str] = (), limit: int = 1000, actor: Actor
) -> tuple[CaseLine, ...]:
    """Cards submitted after an instant, in that order, for rules on single cases. Raises NotPermitted."""
    _require_any(actor)
    found = inside(actor).filter(
        submitted_at__gt=since, state__in=[each.value for each in COUNTED_STATES]
    )
    if diseases:
        found = found.filter(subtype__in={code for each in diseases for code in family(each)})
    return tuple(map(line_of, found.order_by("submitted_at", "id")[:limit]))


def assistance(
    *, state: AssistanceState | None = None, after: str = "", limit: int = 50, actor: Actor
) -> Page[Assistance]:
    """Requests to take on cases that live elsewhere, sent to and from the actor's counties, the newest first.

    Raises:
        NotPermitted
    """
    if not is_permitted(actor, REVIEW):
        raise NotPermitted(permission=REVIEW)
    reach = Q(pk__in=[])
    for place in places(actor, REVIEW):
        reach |= _in_place("to_code", place) | _in_place("from_code", place)
    found = models.Assistance.objects.filter(reach, label__in=actor.scope.labels)
    if state is not None:
        found = found.filter(state=state.value)
    if cursor := _cursor(after):
        found = found.filter(id__lt=cursor)
    size = max(1, min(limit, LARGEST_PAGE))
    rows = list(found.select_related("card").order_by("-id")[: size + 1])
    return Page(
        tuple(map(assistance_of, rows[:size])), str(rows[size - 1].id) if len(rows) > size else ""
    )


def assistance_of_card(card_id: UUID, *, actor: Actor) -> tuple[Assistance, ...]:
    """The requests about one card, in order; empty where the card is outside the actor's reach."""
    seen = inside(actor).filter(pk=card_id).values_list("pk", flat=True)
    rows = models.Assistance.objects.filter(card__in=list(seen)).select_related("card")
    return tuple(map(assistance_of, rows.order_by("id")))


def below(code: str) -> PlaceRange:
    """The divisions at and below a code that somebody typed. Raises AreaUnreadable."""
    if not (code.isascii() and code.isdigit() and 4 <= len(code) <= 12):
        raise AreaUnreadable(area=code)
    return subtree(code)


def _within(actor: Actor, show: Show) -> QuerySet[models.Card]:
    """Queues hold what is the actor's to do: reports of his institution, reviews of his places."""
    found = inside(actor)
    if show in (Show.DRAFTS, Show.TO_SUBMIT):
        return found.filter(
            Q(organization__in=institutions(actor, REPORT)) | Q(account=actor.account)
        )
    if show in (Show.TO_REVIEW, Show.TO_END, Show.TO_PLACE):
        here = Q(pk__in=[])
        for place in places(actor, REVIEW):
            here |= _in_place("report_code", place)
        return found.filter(here)
    return found


def _in_place(column: str, place: PlaceRange) -> Q:
    return Q(**{f"{column}__gte": place.low, f"{column}__lt": place.high})


def _cursor(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _require_any(actor: Actor) -> None:
    if not (is_permitted(actor, READ) or is_permitted(actor, REPORT)):
        raise NotPermitted(permission=READ)


def _write_down(rows: Collection[models.Card], actor: Actor, at: datetime) -> None:
    subjects = [row.patient_rid for row in rows if row.patient_rid]
    audit.record_later(audit.Entry(actor, at, "cases.list", "CaseCard", "", subjects))
