"""In which towns cases and those whom they met live: counts, nobody's name."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.db.models.functions import Substr

from kangmai.epidemic.orders.queries import emergency_door
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tracing import models
from kangmai.epidemic.tracing.reach import INVESTIGATE, cases_of, contacts_of
from kangmai.epidemic.tracing.types import ContactState
from kangmai.kernel.actor import Actor, require

TOWN_DIGITS = 9


@dataclass(frozen=True, slots=True)
class TownLine:
    """A town in numbers; `code` is empty for those whose home is not known.

    Attributes:
        waiting: contacts who wait to be judged.
        unsettled: followed and not in quarantine yet; `settled` those who are.
    """

    code: str
    cases: int
    waiting: int
    unsettled: int
    settled: int
    released: int


@emergency_door(Purpose.TRACING)
def towns(*, actor: Actor, at: datetime) -> tuple[TownLine, ...]:
    """The towns of the actor's cases and of the contacts whom he reaches, most cases first.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    require(actor, INVESTIGATE)
    cases = models.Case.objects.filter(cases_of(actor, at), is_outside=False)
    contacts = models.Contact.objects.filter(contacts_of(actor, at), joined_to=None)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in _by_town(cases, cases=Count("id")):
        found[row.pop("town") or ""] |= row
    followed = Q(state=ContactState.FOLLOWED.value)
    counts = {
        "waiting": Count("id", filter=Q(state=ContactState.FOUND.value)),
        "unsettled": Count("id", filter=followed & Q(settled_at=None)),
        "settled": Count("id", filter=followed & Q(settled_at__isnull=False)),
        "released": Count("id", filter=Q(state=ContactState.RELEASED.value)),
    }
    for row in _by_town(contacts, **counts):
        found[row.pop("town") or ""] |= row
    names = ("cases", *counts)
    lines = (TownLine(code, *(said.get(each, 0) for each in names)) for code, said in found.items())
    return tuple(sorted(lines, key=lambda line: (-line.cases, -line.unsettled, line.code)))


def _by_town(rows, **counts):
    town = Substr("place_code", 1, TOWN_DIGITS)
    return rows.annotate(town=town).order_by().values("town").annotate(**counts)
