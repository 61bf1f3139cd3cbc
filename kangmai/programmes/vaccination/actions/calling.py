"""Judge the city's children by night, and ask villages to call in the late."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import write_down_and_announce
from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.programmes.vaccination import events, standing
from kangmai.programmes.vaccination.reach import WORK, late_children
from kangmai.programmes.vaccination.telling import call_in as tell_villages
from kangmai.programmes.vaccination.writing import today
from kangmai.registry import queries as registry


def judge_children(*, at: datetime) -> int:
    """Judge every child for whom a day has come or who was never judged; for the worker. How many."""
    return standing.judge_due(on=today(at))


def judge_residents(*, ids: Collection[ResidentId], at: datetime) -> int:
    """Judge some residents anew, where nobody listens to what was written of them. How many are children."""
    return standing.judge_residents(ids, on=today(at))


def call_in(*, place: str, actor: Actor, at: datetime) -> int:
    """Ask the village doctors of an area to call in its late children; how many children.

    Raises:
        NotPermitted
    """
    require(actor, WORK)
    with transaction.atomic():
        found = late_children(actor, place=place, is_older_too=False, on=today(at))
        by_village: dict[str, int] = {}
        for code in found.values_list("place_code", flat=True):
            by_village[code] = by_village.get(code, 0) + 1
        clinics = _clinics(by_village)
        counts = [(clinics[code], code, n) for code, n in sorted(by_village.items()) if code in clinics]  # fmt: skip
        tell_villages(counts, actor=actor, at=at)
        called = found.filter(place_code__in=clinics).update(called_on=today(at))
        write_down_and_announce(events.CALLED_IN, "Division", place, data={"children": called, "villages": len(counts)}, actor=actor, at=at)  # fmt: skip
    return called


def _clinics(villages: Collection[str]) -> dict[str, OrganizationId]:
    kinds = ("village_clinic", "community_station")
    found = registry.answering(places=list(villages), kinds=kinds)
    return {place: OrganizationId(id) for (place, _kind), id in found.items()}
