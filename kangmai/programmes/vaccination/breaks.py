"""Breaks of the cold chain found in readings, in whatever order these arrive.

A reading outside the limits belongs to the run of readings outside around it, up to the readings inside before and
behind. A run is one break: it begins with its first reading outside and ends with the first inside behind its last.
So a reading that comes late lengthens a break that is known, shows that one lasted longer, or tells of one that was
over before anybody heard of it; what was kept there then is put aside whenever that is.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q

from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import write_down_and_announce
from kangmai.kernel.ids import uuid7
from kangmai.programmes.vaccination import events, models
from kangmai.programmes.vaccination.telling import tell_quarantine
from kangmai.programmes.vaccination.types import Verdict

Sample = tuple[datetime, float]
"""When, and how many degrees Celsius."""


@dataclass(frozen=True, slots=True)
class Run:
    """Readings outside the limits between two inside; `ends` is the one inside behind them, None while there is none."""

    begins: datetime
    ends: datetime | None
    lowest: float
    highest: float
    after: datetime | None
    """The reading inside before them."""
    instants: frozenset[datetime]


def follow(
    fridge: models.Fridge, new: Sequence[Sample], *, actor: Actor, at: datetime
) -> models.Breach | None:
    """Bring the breaks of a cold place into line with readings that were just written; the latest one touched.

    The cold place is locked, and `new` are by time.
    """
    if not new:
        return None
    series = _series(fridge, since=new[0][0])
    instants = {when for when, _ in new}
    touched = None
    for run in _runs(series, float(fridge.low), float(fridge.high), until=new[-1][0]):
        is_news = not instants.isdisjoint(run.instants)
        touched = _apply(fridge, run, actor, at, is_news=is_news) or touched
    return touched


def _series(fridge: models.Fridge, *, since: datetime) -> list[Sample]:
    """The readings from the last one inside before an instant on, by time."""
    inside = Q(celsius__gte=fridge.low, celsius__lte=fridge.high)
    before = fridge.temperatures.filter(inside, at__lt=since).order_by("-at").first()
    rows = fridge.temperatures.filter(at__gte=before.at) if before else fridge.temperatures.all()
    return [(when, float(celsius)) for when, celsius in rows.order_by("at").values_list("at", "celsius")]  # fmt: skip


def _runs(series: Sequence[Sample], low: float, high: float, *, until: datetime) -> list[Run]:
    """The runs of readings outside that begin up to an instant, and the next one: perhaps a reading inside
    has just parted them."""
    found: list[Run] = []
    after: datetime | None = None
    outside: list[Sample] = []
    for when, celsius in series:
        if not low <= celsius <= high:
            outside.append((when, celsius))
            continue
        found += _closed(outside, when, after)
        outside, after = [], when
    found += _closed(outside, None, after)
    return found[: sum(each.begins <= until for each in found) + 1]


def _closed(outside: Sequence[Sample], ends: datetime | None, after: datetime | None) -> list[Run]:
    if not outside:
        return []
    degrees = [celsius for _, celsius in outside]
    instants = frozenset(when for when, _ in outside)
    return [Run(outside[0][0], ends, min(degrees), max(degrees), after, instants)]


def _apply(
    fridge: models.Fridge, run: Run, actor: Actor, at: datetime, *, is_news: bool
) -> models.Breach | None:
    """The break of a run, made or brought into line; None where no reading outside is new."""
    row = _known(fridge, run)
    if row is None:
        row = models.Breach.objects.create(
            id=uuid7(),
            fridge=fridge,
            began_at=run.begins,
            ended_at=run.ends,
            lowest=run.lowest,
            highest=run.highest,
            account=actor.account,
            found_at=at,
        )
        data = {"organization": fridge.organization, "fridge": str(fridge.id)}
        write_down_and_announce(events.BREACHED, "ColdChainBreach", row.id, data=data, actor=actor, at=at)  # fmt: skip
    else:
        row.began_at, row.ended_at = run.begins, run.ends
        row.lowest, row.highest = run.lowest, run.highest
        row.save(update_fields=["began_at", "ended_at", "lowest", "highest"])
    if not is_news:
        return None
    if lots := _put_aside(fridge, row):
        tell_quarantine(
            breach=str(row.id), lots=lots, organization=fridge.organization,
            place_code=fridge.place_code, actor=actor, at=at,
        )  # fmt: skip
    return row


def _known(fridge: models.Fridge, run: Run) -> models.Breach | None:
    """The break that covers part of a run; of several, since readings inside parted it later, the first."""
    rows = fridge.breaches.select_for_update().order_by("began_at")
    if run.ends is not None:
        rows = rows.filter(began_at__lt=run.ends)
    if run.after is not None:
        rows = rows.filter(began_at__gt=run.after)
    return rows.first()


_THERE = """
SELECT m.package_id FROM vaccination_movement m JOIN vaccination_entry e ON e.id = m.entry_id
WHERE m.fridge_id = %(fridge)s AND e.at < %(until)s
GROUP BY m.package_id
HAVING sum(m.quantity) FILTER (WHERE e.at <= %(since)s) > 0 OR bool_or(m.quantity > 0 AND e.at > %(since)s)"""


def _put_aside(fridge: models.Fridge, row: models.Breach) -> int:
    """Quarantine what was kept there during the break, has doses left and is not put aside already; how many lots."""
    with connection.cursor() as cursor:
        until = row.ended_at or "infinity"
        cursor.execute(_THERE, {"fridge": fridge.pk, "since": row.began_at, "until": until})
        there = [each[0] for each in cursor.fetchall()]
    held = models.Package.objects.select_for_update().filter(pk__in=there, left__gt=0, quarantine=None)  # fmt: skip
    by_lot: dict[UUID, list[models.Package]] = defaultdict(list)
    for package in held.order_by("code"):
        by_lot[package.lot_id].append(package)
    for lot_id, packages in by_lot.items():
        doses = sum(each.left for each in packages)
        line, is_new = models.BreachLot.objects.get_or_create(
            breach=row, lot_id=lot_id, defaults={"id": uuid7(), "doses": doses}
        )
        if not is_new:
            line.doses, line.verdict, line.reason = line.doses + doses, Verdict.OPEN.value, ""
            line.decided_by = line.decided_at = None
            line.save()
        for each in packages:
            each.quarantine = line
        models.Package.objects.bulk_update(packages, ["quarantine"], batch_size=1000)
    return len(by_lot)
