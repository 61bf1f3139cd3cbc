"""Counts that people enter by hand or file, and reports of anything unusual: checked row by row."""

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from kangmai.epidemic.surveillance import models, rule_book
from kangmai.epidemic.surveillance.actions.taking import take_occurrences
from kangmai.epidemic.surveillance.errors import (
    AreaUnknown,
    DayOutOfRange,
    SourceClosed,
    TableUnreadable,
    ValueMissing,
)
from kangmai.epidemic.surveillance.reach import INTAKE, REPORT, may_work_on
from kangmai.epidemic.surveillance.types import (
    DayCount,
    IntakeReport,
    Occurrence,
    Raised,
    RowFault,
    Source,
    SourceKind,
)
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, operator, require
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.ids import uuid7
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import find_division

COLUMNS = ("day", "condition", "place_code", "area", "count", "base")
OLDEST = timedelta(days=366 * 6)
MOST_LINES = 20_000
MOST_FAULTS = 500
LARGEST = 100_000
TAKER = operator(
    "surveillance.intake", permissions=("signals.take", "deadlines.write", "registry.read")
)
FAULTS = {
    "day": ("日期无法识别，请写作 2026-11-20", "the day cannot be read; write 2026-11-20"),
    "future": ("日期晚于今天", "the day is in the future"),
    "old": ("日期过早", "the day is too long ago"),
    "condition": ("该来源不统计此项", "the source does not count this"),
    "place": (
        "没有该代码的学校、场所或机构",
        "there is no school, place or institution with this code",
    ),
    "area": ("没有该行政区划代码", "there is no division with this code"),
    "where": ("须填场所代码或区划代码", "a place or an area must be given"),
    "reach": ("不在您的辖区", "it is not in your area"),
    "count": ("人数须为 0 或正整数", "the count must be a whole number, 0 or more"),
    "base": (
        "总人数须为正整数且不少于人数",
        "the base must be a whole number, not below the count",
    ),
    "twice": ("同一天同一场所同一项重复", "the same day, place and condition stand twice"),
}


def take_counts(
    *, source: str, rows: Sequence[DayCount], is_trial: bool = False, actor: Actor, at: datetime
) -> IntakeReport:
    """Take daily counts: sound rows are kept, a second time replacing the first; the others are named.

    Args:
        is_trial: say what would happen, and change nothing.

    Raises:
        NotPermitted
        SourceClosed: the source is none that people enter counts for.
    """
    require(actor, INTAKE)
    target = _open_source(source, at)
    reporters = _reporters({each.place_code for each in rows if each.place_code}, actor)
    sound: list[Occurrence] = []
    faults: list[RowFault] = []
    seen: set[tuple[str, str]] = set()
    for line, row in enumerate(rows, 2):
        found = _occurrence(target, row, reporters, actor, at)
        if isinstance(found, Occurrence) and (found.key, found.condition) in seen:
            found = "twice"
        if isinstance(found, str):
            faults.append(RowFault(line, found, *FAULTS[found]))
            continue
        seen.add((found.key, found.condition))
        sound.append(found)
    taken = 0 if is_trial else _take(target, sound, actor, at)
    same = 0 if is_trial else len(sound) - taken
    return IntakeReport(
        len(rows), len(sound) if is_trial else taken, same, tuple(faults[:MOST_FAULTS])
    )


def read_table(file: bytes) -> list[DayCount]:
    """The rows of a CSV file of counts. Raises TableUnreadable."""
    try:
        reader = csv.DictReader(io.StringIO(file.decode("utf-8-sig")))
        header = [each.strip() for each in reader.fieldnames or ()]
        reader.fieldnames = header
        if not {"day", "condition", "count"} <= set(header):
            raise ValueError(header)
        found = [
            DayCount(**{name: (row.get(name) or "").strip() for name in COLUMNS}) for row in reader
        ]
    except (UnicodeDecodeError, csv.Error, ValueError):
        raise TableUnreadable(columns=", ".join(COLUMNS), lines=MOST_LINES) from None
    if not found or len(found) > MOST_LINES:
        raise TableUnreadable(columns=", ".join(COLUMNS), lines=MOST_LINES)
    return found


def report_unusual(
    *,
    condition: str,
    place_code: str,
    area: str,
    count: int,
    first_day: date,
    note: str,
    key: str,
    actor: Actor,
    at: datetime,
) -> Raised:
    """Report something unusual: it becomes a signal at once, whatever the numbers.

    Args:
        note: what was seen, without names.
        key: what the client calls this report; the same again changes nothing.

    Raises:
        NotPermitted, ValueMissing, DayOutOfRange, ConditionUnknown, AreaUnknown.
    """
    require(actor, REPORT)
    today = legal_day(at)
    if count < 1:
        raise ValueMissing(what="how many are ill / 发病人数")
    if not today - timedelta(days=60) <= first_day <= today:
        raise DayOutOfRange(day=first_day, why="not within the last 60 days / 不在最近 60 天内")
    if not note.strip():
        raise ValueMissing(what="what was seen / 情况描述")
    source = rule_book.sources(today)["people"]
    rule_book.require_counted(source, condition, today)
    place = _places([place_code], actor).get(place_code) if place_code else None
    code = place[1] if place else area
    if (place_code and place is None) or find_division(code) is None:
        raise AreaUnknown(code=place_code or area)
    # a person may say what he sees anywhere in the city he works in: the right alone is asked for
    row = Occurrence(
        source=source.id,
        key=key or uuid7().hex,
        condition=condition,
        area_code=code,
        day=today,
        reported_on=today,
        place_id=place[0] if place else None,
        count=count,
        is_counted=True,
    )
    with transaction.atomic():
        raised = take_occurrences([row], actor=TAKER, at=at)
        ids = [*raised.new, *raised.grown]
        models.History.objects.bulk_create(
            models.History(
                signal_id=id,
                at=at,
                account_id=actor.account,
                deed="told",
                note=f"{first_day.isoformat()} · {count} · {note.strip()[:1000]}",
            )
            for id in ids
        )
        _audit("surveillance.told", source.id, len(ids), actor, at)
    return raised


def _open_source(source: str, at: datetime) -> Source:
    found = rule_book.sources(legal_day(at)).get(source)
    if found is None or found.kind is not SourceKind.COUNTS:
        raise SourceClosed(source=source)
    return found


def _places(codes: Sequence[str], actor: Actor) -> dict[str, tuple[int, str]]:
    """Id and division of places by their code."""
    return registry.places_by_code(codes={each for each in codes if each}, actor=actor)


@dataclass(frozen=True, slots=True)
class _Reporter:
    """Who reports: a place of the registry, whose own series is judged too, or an institution."""

    name: str
    area: str
    place_id: int | None = None


def _reporters(codes: Collection[str], actor: Actor) -> dict[str, _Reporter]:
    """Places by their code, and institutions by theirs; a place goes before an institution."""
    institutions = registry.organizations_by_code(codes=codes, actor=actor)
    places = registry.places_by_code(codes=codes, actor=actor)
    return {
        **{code: _Reporter(f"org {id}", area) for code, (id, area) in institutions.items()},
        **{code: _Reporter(f"place {id}", area, id) for code, (id, area) in places.items()},
    }


def _occurrence(
    source: Source,
    row: DayCount,
    reporters: Mapping[str, _Reporter],
    actor: Actor,
    at: datetime,
) -> Occurrence | str:
    """A row as an occurrence, or the code of what is wrong with it."""
    day = _day(row.day, legal_day(at))
    if isinstance(day, str):
        return day
    if row.condition not in source.conditions:
        return "condition"
    who = reporters.get(row.place_code)
    if row.place_code and who is None:
        return "place"
    area = who.area if who else row.area
    if not area:
        return "where"
    if find_division(area) is None:
        return "area"
    if not may_work_on(actor, INTAKE, area):
        return "reach"
    if not row.count.isdecimal() or int(row.count) > LARGEST:
        return "count"
    count = int(row.count)
    if row.base and not (row.base.isdecimal() and count <= int(row.base) <= LARGEST * 10):
        return "base"
    reporter = who.name if who else f"area {area}"
    return Occurrence(
        source=source.id,
        key=f"{reporter} {day.isoformat()}",
        condition=row.condition,
        area_code=area,
        day=day,
        reported_on=legal_day(at),
        reporter=reporter,
        place_id=who.place_id if who else None,
        count=count,
        base=int(row.base) if row.base else None,
    )


def _day(text: str, today: date) -> date | str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return "day"
    if day > today:
        return "future"
    return "old" if day < today - OLDEST else day


def _take(source: Source, rows: Sequence[Occurrence], actor: Actor, at: datetime) -> int:
    """Keep sound rows; rules look at those of the last weeks only. Returns how many were new or changed."""
    with transaction.atomic():
        before = models.Occurrence.objects.filter(source=source.id, taken_at=at).count()
        recent = legal_day(at) - timedelta(days=14)
        take_occurrences([r for r in rows if r.day > recent], actor=TAKER, at=at)
        old = [r for r in rows if r.day <= recent]
        take_occurrences(old, is_watched=False, actor=TAKER, at=at)
        _audit("surveillance.intake", source.id, len(rows), actor, at)
        after = models.Occurrence.objects.filter(source=source.id, taken_at=at).count()
    return after - before


def _audit(action: str, source: str, count: int, actor: Actor, at: datetime) -> None:
    with unit_of_work() as database:
        audit.record(
            database,
            actor=actor,
            at=at,
            action=action,
            object_type="SignalSource",
            object_id=source,
            details={"rows": count},
        )
