"""Signals and evidence between their rows and their values."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import orjson
import psycopg

from kangmai.epidemic.surveillance import evidence as pure
from kangmai.epidemic.surveillance import models
from kangmai.epidemic.surveillance.joining import Standing, Summary
from kangmai.epidemic.surveillance.types import (
    Evidence,
    Level,
    Outbreak,
    Reason,
    Signal,
    State,
)
from kangmai.epidemic.surveillance.writing import reference
from kangmai.kernel.actor import Label
from kangmai.kernel.ids import OrganizationId, uuid7

SUMMED = (
    "condition", "place_id", "level", "priority", "first_day", "latest_day", "observed", "expected", "p",
    "has_rule", "sources",
)  # fmt: skip


def lay_on(row: models.Signal, summary: Summary) -> None:
    """Let a row say what its evidence says."""
    for name in SUMMED:
        if name != "place_id":
            setattr(row, name, getattr(summary, name))
    row.place_id = int(summary.place) if summary.place else None
    row.level, row.sources = summary.level.value, list(summary.sources)


def standing_of(row: models.Signal) -> Standing:
    """What of a row decides whether evidence joins it."""
    return Standing(
        str(row.id),
        row.group,
        row.area_code,
        row.first_day,
        row.latest_day,
        Level(row.level),
        State(row.state),
        row.priority,
    )


def put_evidence(
    database: psycopg.Connection,
    signal_id: UUID,
    found: Iterable[pure.Evidence],
    *,
    run: UUID | None,
    at: datetime,
) -> int:
    """Write evidence of a signal; what is known of that day is renewed if it grew. Returns how many are new."""
    rows = [
        {
            "id": str(uuid7()),
            "layer": each.layer.value,
            "method": each.method,
            "source": each.source,
            "condition": each.condition,
            "area_code": each.area,
            "place_id": int(each.place or 0),
            "day": each.day.isoformat(),
            "observed": each.observed,
            "expected": each.expected,
            "threshold": each.threshold,
            "p": each.p,
            "cases": list(each.cases),
            "detail": each.detail,
        }
        for each in found
    ]
    written = database.execute(
        """INSERT INTO surveillance_evidence AS e (id, layer, method, source, condition, area_code, place_id, day,
             observed, expected, threshold, p, cases, detail, signal_id, run_id, found_at)
           SELECT n.id, n.layer, n.method, n.source, n.condition, n.area_code, n.place_id, n.day, n.observed,
             n.expected, n.threshold, n.p,
             coalesce((SELECT array_agg(c) FROM json_array_elements_text(n.cases) AS c), '{}'), n.detail,
             %s::uuid, %s::uuid, %s::timestamptz
           FROM json_to_recordset(%s::json) AS n (id uuid, layer text, method text, source text, condition text,
             area_code text, place_id int8, day date, observed float8, expected float8, threshold float8, p float8,
             cases json, detail jsonb)
           ON CONFLICT (signal_id, layer, method, source, condition, area_code, place_id, day) DO UPDATE
             SET observed = EXCLUDED.observed, p = EXCLUDED.p, cases = EXCLUDED.cases, detail = EXCLUDED.detail,
                 run_id = EXCLUDED.run_id, found_at = EXCLUDED.found_at
             WHERE e.observed < EXCLUDED.observed
           RETURNING xmax = 0""",
        [signal_id, run, at, orjson.dumps(rows, option=orjson.OPT_SERIALIZE_NUMPY).decode()],
    ).fetchall()
    return len(written)


def unknown(database: psycopg.Connection, found: Sequence[pure.Evidence]) -> list[pure.Evidence]:
    """Evidence that no signal has yet, or that grew: a day judged again raises nothing again."""
    rows = database.execute(
        """SELECT layer, method, source, condition, area_code, place_id, day, max(observed)
           FROM surveillance_evidence WHERE condition = ANY(%s) AND day = ANY(%s::date[])
           GROUP BY layer, method, source, condition, area_code, place_id, day""",
        [list({each.condition for each in found}), list({each.day for each in found})],
    ).fetchall()
    known = {row[:7]: row[7] for row in rows}
    return [each for each in found if known.get(_key(each), -1.0) < each.observed]


def evidence_of(row: models.Evidence) -> Evidence:
    """A row of evidence as the rest of the house sees it."""
    return Evidence(
        id=row.id,
        layer=row.layer,
        method=row.method,
        source=row.source,
        condition=row.condition,
        area_code=row.area_code,
        place_id=row.place_id or None,
        day=row.day,
        observed=row.observed,
        expected=row.expected,
        threshold=row.threshold,
        p=row.p,
        cases=tuple(row.cases),
        detail=row.detail,
        found_at=row.found_at,
    )


def pure_of(row: models.Evidence, group: str) -> pure.Evidence:
    """A row of evidence as the layers speak of it."""
    return pure.Evidence(
        pure.Layer(row.layer),
        group,
        row.area_code,
        row.day,
        row.source,
        row.observed,
        row.expected,
        row.p,
        "",
        tuple(row.cases),
        condition=row.condition,
        place=str(row.place_id) if row.place_id else "",
        method=row.method,
        threshold=row.threshold,
        detail=row.detail,
    )


def signal_of(row: models.Signal) -> Signal:
    """A row of a signal as the rest of the house sees it."""
    return Signal(
        id=row.id,
        reference=reference(row.id, "S"),
        group=row.group,
        condition=row.condition,
        area_code=row.area_code,
        place_id=row.place_id,
        label=Label(row.label),
        level=Level(row.level),
        state=State(row.state),
        priority=row.priority,
        first_day=row.first_day,
        latest_day=row.latest_day,
        observed=row.observed,
        expected=row.expected,
        p=row.p,
        has_rule=row.has_rule,
        sources=tuple(row.sources),
        reason=Reason(row.reason) if row.reason else None,
        note=row.note,
        raised_at=row.raised_at,
        acknowledged_at=row.acknowledged_at,
        verified_at=row.verified_at,
        closed_at=row.closed_at,
        owner_org=_organization(row.owner_org),
        officer=row.officer,
        outbreak_id=row.outbreak_id,
        merged_into=row.merged_into_id,
        is_shaken=row.is_shaken,
        version=row.version,
    )


def outbreak_of(row: models.Outbreak) -> Outbreak:
    """A row of an event as the rest of the house sees it."""
    return Outbreak(
        id=row.id,
        reference=reference(row.id, "E"),
        title=row.title,
        group=row.group,
        condition=row.condition,
        area_code=row.area_code,
        place_id=row.place_id,
        label=Label(row.label),
        state=State(row.state),
        grade=row.grade,
        case_definition=row.case_definition,
        source_found=row.source_found,
        lessons=row.lessons,
        owner_org=_organization(row.owner_org),
        opened_at=row.opened_at,
        confirmed_at=row.confirmed_at,
        ended_at=row.ended_at,
        closed_at=row.closed_at,
        first_day=row.first_day,
        columns=tuple(row.columns),
        version=row.version,
    )


def all_evidence(rows: Sequence[models.Signal]) -> dict[UUID, list[models.Evidence]]:
    """The evidence of signals, those merged into them included, by signal."""
    ids = [row.id for row in rows]
    found: dict[UUID, list[models.Evidence]] = {id: [] for id in ids}
    for each in models.Evidence.objects.filter(signal_id__in=ids).order_by("day", "found_at", "id"):
        found[each.signal_id].append(each)
    merged = models.Evidence.objects.filter(signal__merged_into_id__in=ids)
    for each in merged.select_related("signal").order_by("day", "found_at", "id"):
        found[each.signal.merged_into_id].append(each)
    return found


def _key(each: pure.Evidence) -> tuple[object, ...]:
    place = int(each.place or 0)
    return each.layer.value, each.method, each.source, each.condition, each.area, place, each.day


def _organization(id: int | None) -> OrganizationId | None:
    return OrganizationId(id) if id is not None else None
