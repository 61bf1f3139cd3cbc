"""How cold it is: readings by hand, file or device; a break of the limits puts the lots kept there aside."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.programmes.vaccination import events, models
from kangmai.programmes.vaccination.actions.stock import throw_away
from kangmai.programmes.vaccination.breaks import Sample, follow
from kangmai.programmes.vaccination.errors import (
    BreachNotFound,
    RowsUnreadable,
    SamePerson,
    TemperatureUnlikely,
    WasDecided,
)
from kangmai.programmes.vaccination.reach import DECIDE, near
from kangmai.programmes.vaccination.reading import breach_of
from kangmai.programmes.vaccination.types import Breach, ReadingSource, Verdict
from kangmai.programmes.vaccination.writing import digest, given_reason, kept_fridge, past_instant
from kangmai.standards.calendars import LEGAL_TIME

LOWEST, HIGHEST = -90.0, 60.0
MOST_ROWS = 20_000


def write_temperatures(
    *,
    fridge_id: UUID,
    samples: Sequence[Sample],
    source: ReadingSource = ReadingSource.HAND,
    actor: Actor,
    at: datetime,
) -> Breach | None:
    """Write down how cold it was; what is known already is left alone. The break that stands after it, if any.

    A reading outside the limits begins a break, or prolongs the one that stands; one inside ends it, also where
    readings come late (`breaks`). What was put aside stays so until somebody decides.

    Raises:
        NotPermitted, FridgeNotFound, TemperatureUnlikely, InTheFuture
    """
    for when, celsius in samples:
        past_instant(when, at)
        if not LOWEST <= celsius <= HIGHEST:
            raise TemperatureUnlikely(celsius=celsius, low=LOWEST, high=HIGHEST)
    with transaction.atomic():
        fridge = kept_fridge(fridge_id, actor=actor)
        new = _new(fridge, samples)
        models.Temperature.objects.bulk_create(
            [
                models.Temperature(
                    fridge=fridge,
                    at=when,
                    celsius=celsius,
                    source=source.value,
                    account=actor.account,
                    entered_at=at,
                )
                for when, celsius in new
            ],
            ignore_conflicts=True,
        )
        found = follow(fridge, new, actor=actor, at=at)
        return breach_of(found) if found else None


def _new(fridge: models.Fridge, samples: Sequence[Sample]) -> list[Sample]:
    """The samples by time, without those of instants that are known."""
    by_time = dict(sorted(samples))
    known = set(fridge.temperatures.filter(at__in=by_time).values_list("at", flat=True))
    return [(when, round(by_time[when], 1)) for when in by_time if when not in known]


def take_file(
    *, fridge_id: UUID, text: str, actor: Actor, at: datetime
) -> tuple[int, Breach | None]:
    """Take in a file of a logger: two columns, time and temperature, with or without a heading; all lines or none.

    Raises:
        NotPermitted, FridgeNotFound, RowsUnreadable, TemperatureUnlikely, InTheFuture
    """
    samples = _rows(text)
    found = write_temperatures(fridge_id=fridge_id, samples=samples, source=ReadingSource.FILE, actor=actor, at=at)  # fmt: skip
    return len(samples), found


def _rows(text: str) -> list[Sample]:
    """The lines of a file. Raises RowsUnreadable."""
    rows = [row for row in csv.reader(io.StringIO(text.lstrip("\ufeff"))) if any(row)]
    found: list[Sample] = []
    for number, row in enumerate(rows[: MOST_ROWS + 1], start=1):
        if number == 1 and _time(row[0]) is None:
            continue  # the heading
        when = _time(row[0])
        if when is None:
            raise RowsUnreadable(line=number, column="time", value=row[0][:20])
        try:
            found.append((when, float(row[1])))
        except (IndexError, ValueError):
            value = row[1][:20] if len(row) > 1 else ""
            raise RowsUnreadable(line=number, column="°C", value=value) from None
    if not found or len(rows) > MOST_ROWS:
        raise RowsUnreadable(line=len(rows), column="time", value="")
    return found


def _time(text: str) -> datetime | None:
    """A time as loggers write it; in the legal time where no zone is said."""
    try:
        when = datetime.fromisoformat(text.strip().replace("/", "-"))
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=LEGAL_TIME)


def decide(
    *,
    breach_id: UUID,
    line_id: UUID,
    verdict: Verdict,
    reason: str,
    key: UUID,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Breach:
    """Release or discard a lot that a break put aside; never by the one who wrote the reading down.

    Raises:
        NotPermitted, BreachNotFound, ChangedMeanwhile, ReasonMissing, SamePerson, WasDecided
    """
    require(actor, DECIDE)
    why = given_reason(reason)
    with transaction.atomic():
        breach = (
            models.Breach.objects.select_for_update(of=("self",))
            .select_related("fridge")
            .filter(near(actor, DECIDE, organization="fridge__organization", place="fridge__place_code"), pk=breach_id)
            .first()
        )  # fmt: skip
        line = breach.lots.filter(pk=line_id).first() if breach else None
        if breach is None or line is None or verdict is Verdict.OPEN:
            raise BreachNotFound()
        require_version(breach.version, expected_version)
        if line.verdict != Verdict.OPEN.value:
            raise WasDecided()
        if breach.account == actor.account:
            raise SamePerson()
        packages = list(models.Package.objects.select_for_update().filter(quarantine=line).order_by("code"))  # fmt: skip
        if verdict is Verdict.RELEASED:
            models.Package.objects.filter(pk__in=[each.pk for each in packages]).update(
                quarantine=None
            )
        else:
            _discard(packages, breach, why, key, actor, at)
        line.verdict, line.reason = verdict.value, why
        line.decided_by, line.decided_at = actor.account, at
        line.save()
        breach.version += 1
        breach.save(update_fields=["version"])
        data = {"lot": str(line.lot_id), "verdict": verdict.value}
        write_down_and_announce(events.DECIDED, "ColdChainBreach", breach.id, data=data, reason=why, actor=actor, at=at)  # fmt: skip
        return breach_of(breach)


def _discard(
    packages: Sequence[models.Package],
    breach: models.Breach,
    reason: str,
    key: UUID,
    actor: Actor,
    at: datetime,
) -> None:
    left = [each for each in packages if each.left]
    if left:
        content = digest("discard", breach.id, tuple(each.code for each in left))
        throw_away(left, breach.fridge, reason, key=key, content=content, actor=actor, at=at)
