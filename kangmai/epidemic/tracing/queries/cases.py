"""Cases, their contacts and the questions asked for them; every read of people is written down."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Count, Q

from kangmai.epidemic.orders.queries import emergency_door, writes_refusals
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tracing import models
from kangmai.epidemic.tracing.errors import CaseUnknown, CursorUnreadable
from kangmai.epidemic.tracing.people import names_of
from kangmai.epidemic.tracing.reach import INVESTIGATE, cases_of
from kangmai.epidemic.tracing.reading import case_of, exposure_of, pair_of, search_of
from kangmai.epidemic.tracing.types import (
    Case,
    CaseState,
    ContactState,
    Exposure,
    Facts,
    Kind,
    Page,
    Pair,
    PersonId,
    Search,
)
from kangmai.kernel.actor import Actor, require

LARGEST_PAGE = 200


class Pairs(StrEnum):
    """Which contacts of a case are shown."""

    WAITING = "waiting"
    FOLLOWED = "followed"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in a list, with how many contacts it has, how many wait to be judged, and how many are not settled."""

    case: Case
    contacts: int
    waiting: int
    loose: int


@emergency_door(Purpose.TRACING)
def cases(
    *, state: CaseState | None = None, after: str = "", limit: int = 30, actor: Actor, at: datetime
) -> Page[CaseLine]:
    """Cases that the actor investigates, the newest first. Raises NoOrderInForce, NotPermitted, CursorUnreadable."""
    require(actor, INVESTIGATE)
    rows = models.Case.objects.filter(cases_of(actor, at), is_outside=False)
    if state is not None:
        rows = rows.filter(state=state.value)
    if after:
        try:
            rows = rows.filter(id__lt=UUID(after))
        except ValueError:
            raise CursorUnreadable() from None
    limit = max(1, min(limit, LARGEST_PAGE))
    found = list(rows.order_by("-id")[: limit + 1])
    counts = _counts([row.id for row in found[:limit]])
    lines = tuple(CaseLine(case_of(row), *counts.get(row.id, (0, 0, 0))) for row in found[:limit])
    return Page(lines, str(found[limit - 1].id) if len(found) > limit else "")


def _counts(case_ids: Collection[UUID]) -> dict[UUID, tuple[int, int, int]]:
    """Contacts, contacts to judge, and close contacts not in quarantine, by case."""
    loose = Q(kind=Kind.CLOSE.value, judged_at__isnull=False, contact__settled_at=None, contact__state=ContactState.FOLLOWED.value)  # fmt: skip
    rows = (
        models.Pair.objects.filter(case_id__in=case_ids, contact__joined_to=None)
        .exclude(kind=Kind.EXCLUDED.value)
        .values("case_id")
        .annotate(
            contacts=Count("id"),
            waiting=Count("id", filter=Q(judged_at=None)),
            loose=Count("id", filter=loose),
        )
    )
    return {row["case_id"]: (row["contacts"], row["waiting"], row["loose"]) for row in rows}


@emergency_door(Purpose.TRACING)
@writes_refusals("tracing.case_refused")
def get_case(case_id: UUID, *, actor: Actor, at: datetime) -> CaseLine:
    """One case. Raises NoOrderInForce, NotPermitted, CaseUnknown."""
    require(actor, INVESTIGATE)
    row = models.Case.objects.filter(cases_of(actor, at), id=case_id).first()
    if row is None:
        raise CaseUnknown()
    return CaseLine(case_of(row), *_counts([row.id]).get(row.id, (0, 0, 0)))


@emergency_door(Purpose.TRACING)
def searches(case_id: UUID, *, actor: Actor, at: datetime) -> tuple[Search, ...]:
    """The questions to the scans about a case, the newest first. Raises NoOrderInForce, NotPermitted, CaseUnknown."""
    get_case(case_id, actor=actor, at=at)
    rows = models.Search.objects.filter(case_id=case_id).order_by("-id")
    return tuple(map(search_of, rows))


@emergency_door(Purpose.TRACING)
def pairs(
    case_id: UUID,
    *,
    show: Pairs = Pairs.ALL,
    after: str = "",
    limit: int = 50,
    actor: Actor,
    at: datetime,
) -> Page[Pair]:
    """Contacts of a case, those longest together first; somebody found to be the same as another once.

    Raises:
        NoOrderInForce, NotPermitted, CaseUnknown, CursorUnreadable.
    """
    get_case(case_id, actor=actor, at=at)
    rows = models.Pair.objects.filter(case_id=case_id).select_related("contact__joined_to")
    twice = models.Pair.objects.filter(case_id=case_id).values("contact_id")
    rows = rows.exclude(contact__joined_to_id__in=twice)
    if show is Pairs.WAITING:
        rows = rows.filter(judged_at=None)
    if show is Pairs.FOLLOWED:
        rows = rows.filter(judged_at__isnull=False).exclude(kind=Kind.EXCLUDED.value)
    if after:
        minutes, id = _cursor(after)
        rows = rows.filter(Q(minutes__lt=minutes) | Q(minutes=minutes, id__gt=id))
    limit = max(1, min(limit, LARGEST_PAGE))
    found = list(rows.order_by("-minutes", "id")[: limit + 1])
    following = f"{found[limit - 1].minutes}-{found[limit - 1].id}" if len(found) > limit else ""
    return Page(tuple(map(pair_of, found[:limit])), following)


def _cursor(text: str) -> tuple[int, int]:
    minutes, _, id = text.partition("-")
    if not (minutes.isdecimal() and id.isdecimal() and len(text) < 30):
        raise CursorUnreadable()
    return int(minutes), int(id)


@emergency_door(Purpose.TRACING)
def exposures(pair_ids: Collection[int], *, actor: Actor, at: datetime) -> dict[int, tuple[Exposure, ...]]:  # fmt: skip
    """The exposures of some contacts of cases that the actor investigates, by pair, in order of time.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    require(actor, INVESTIGATE)
    mine = models.Case.objects.filter(cases_of(actor, at)).values("id")
    rows = models.Exposure.objects.filter(pair_id__in=pair_ids, pair__case__in=mine)
    found: dict[int, tuple[Exposure, ...]] = {}
    for row in rows.order_by("day", "first_at", "id"):
        found[row.pair_id] = (*found.get(row.pair_id, ()), exposure_of(row))
    return found


@emergency_door(Purpose.TRACING)
def people_of_case(
    case_id: UUID, *, persons: Collection[PersonId], actor: Actor, at: datetime
) -> dict[PersonId, Facts]:
    """Who the case and some of its contacts are; written down.

    Raises:
        NoOrderInForce, NotPermitted, CaseUnknown.
    """
    line = get_case(case_id, actor=actor, at=at)
    own = models.Pair.objects.filter(case_id=case_id, contact__person_id__in=persons)
    joined = models.Pair.objects.filter(case_id=case_id, contact__joined_to__person_id__in=persons)
    known = {
        *own.values_list("contact__person_id", flat=True),
        *joined.values_list("contact__joined_to__person_id", flat=True),
        line.case.person,
    }
    wanted = {PersonId(id) for id in known if id is not None and id in set(persons)}
    return names_of(wanted, purpose="case_read", object_id=case_id, actor=actor, at=at)
