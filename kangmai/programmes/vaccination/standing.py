"""Where every child stands, kept as rows so that a city can be listed and counted without judging it anew."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction

from kangmai.identity import queries as identity
from kangmai.kernel.actor import operator
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.immunization.rules import vaccines, wanted_doses
from kangmai.programmes.immunization.types import Status
from kangmai.programmes.vaccination import models
from kangmai.programmes.vaccination.history import deferral_of, particulars_of, read_all
from kangmai.programmes.vaccination.judging import child_of
from kangmai.programmes.vaccination.types import Deferral, Particulars, Recorded
from kangmai.records import queries as record
from kangmai.records.fhir.definitions import resource_types

HOUSE = operator(
    "vaccination.judge", permissions=("records.read", "records.search", "identity.search")
)
UPPER_AGE_YEARS = 18
PORTION = 2000

_CHILDREN = """
SELECT id, birth_date, sex_code, place_code, managing_org FROM identity_resident
WHERE {which} AND merged_into_id IS NULL AND coalesce(deceased_on, moved_out_on) IS NULL
  AND birth_date > %(born_after)s AND birth_date <= %(today)s
ORDER BY id LIMIT %(portion)s"""

_DUE = """id > %(after)s AND (NOT EXISTS (SELECT 1 FROM vaccination_child c WHERE c.resident_id = id)
    OR EXISTS (SELECT 1 FROM vaccination_child c WHERE c.resident_id = id AND c.look_on <= %(today)s))"""


@dataclass(frozen=True, slots=True)
class Known:
    """A child as the resident index has it."""

    id: int
    born: date
    sex_code: str
    place_code: str
    organization: int | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A child's doses, and the next day on which something changes of itself."""

    rows: tuple[models.Standing, ...]
    late: int
    late_since: date | None
    look_on: date | None


def judge_residents(ids: Collection[ResidentId], *, on: date) -> int:
    """Judge some residents anew; who is no child of the city any more loses his rows. How many were judged."""
    now = set(identity.standing(ids).values())
    gone = set(ids) | now
    children = _children("id = ANY(%(ids)s::bigint[])", {"ids": sorted(now)}, on=on, portion=len(now) + 1)  # fmt: skip
    gone -= {ResidentId(each.id) for each in children}
    with transaction.atomic():
        models.Child.objects.filter(resident_id__in=gone).delete()
        _write(children, on=on)
    return len(children)


def judge_due(*, on: date) -> int:
    """Judge every child of the city that was never judged or for whom a day has come. How many."""
    found, after = 0, 0
    while children := _children(_DUE, {"after": after}, on=on, portion=PORTION):
        with transaction.atomic():
            _write(children, on=on)
        found, after = found + len(children), children[-1].id
    with transaction.atomic():
        _forget(on=on)
    return found


def _forget(*, on: date) -> None:
    """Leave out who has grown up, died, moved away or was merged."""
    with connection.cursor() as cursor:
        cursor.execute(
            """DELETE FROM vaccination_standing s USING vaccination_child c
               LEFT JOIN identity_resident r ON r.id = c.resident_id
               WHERE s.child_id = c.resident_id AND (c.birth_on <= %(born_after)s OR r.id IS NULL OR r.merged_into_id IS NOT NULL
                     OR coalesce(r.deceased_on, r.moved_out_on) IS NOT NULL)""",
            {"born_after": _born_after(on)},
        )
        cursor.execute(
            """DELETE FROM vaccination_child c WHERE NOT EXISTS (
                 SELECT 1 FROM identity_resident r WHERE r.id = c.resident_id AND r.merged_into_id IS NULL
                   AND coalesce(r.deceased_on, r.moved_out_on) IS NULL AND r.birth_date > %(born_after)s)""",
            {"born_after": _born_after(on)},
        )


def _born_after(on: date) -> date:
    """Who was born on this day or earlier is grown up."""
    return on.replace(year=on.year - UPPER_AGE_YEARS, day=min(on.day, 28) if on.month == 2 else on.day)  # fmt: skip


def _children(which: str, values: Mapping[str, object], *, on: date, portion: int) -> list[Known]:
    with connection.cursor() as cursor:
        cursor.execute(
            _CHILDREN.format(which=which),
            {**values, "today": on, "born_after": _born_after(on), "portion": portion},
        )
        return [Known(*row) for row in cursor.fetchall()]


def _write(children: Sequence[Known], *, on: date) -> None:
    if not children:
        return
    ids = [ResidentId(each.id) for each in children]
    doses, deferrals, particulars = (
        doses_of_many(ids),
        deferrals_of_many(ids),
        particulars_of_many(ids),
    )
    called = dict(models.Child.objects.filter(resident_id__in=ids).values_list("resident_id", "called_on"))  # fmt: skip
    models.Standing.objects.filter(child__in=ids).delete()
    models.Child.objects.filter(resident_id__in=ids).delete()
    rows: list[models.Standing] = []
    heads = []
    for each in children:
        judged = _judge(each, doses.get(each.id, ()), deferrals.get(each.id, ()), particulars.get(each.id, Particulars()), on=on)  # fmt: skip
        rows += judged.rows
        heads.append(
            models.Child(
                resident_id=each.id,
                birth_on=each.born,
                place_code=each.place_code,
                organization=each.organization,
                late=judged.late,
                late_since=judged.late_since,
                look_on=judged.look_on,
                judged_on=on,
                called_on=called.get(each.id),
            )
        )
    models.Child.objects.bulk_create(heads, batch_size=PORTION)
    models.Standing.objects.bulk_create(rows, batch_size=PORTION)


def _judge(
    of: Known,
    doses: Sequence[Recorded],
    deferrals: Sequence[Deferral],
    particulars: Particulars,
    *,
    on: date,
) -> Judged:
    child = child_of(of.born, of.sex_code, doses, deferrals, particulars, on=on)
    found: dict[tuple[str, str, int], models.Standing] = {}
    changes: list[int] = []
    late: list[int] = []
    today = on.toordinal()
    for each in wanted_doses(child, on=on):
        row = each.row
        if each.due is None or each.timely_until is None or row.status is Status.INVALID:
            continue
        if row.status is Status.OVERDUE:
            late.append(each.due)
        if row.given is None:
            ends = (row.recommended, each.timely_until + 1, row.latest and row.latest + 1)
            changes += [day for day in ends if day and day > today]
        found[each.series, row.vaccine, row.dose] = models.Standing(
            child_id=of.id,
            series=each.series,
            vaccine=row.vaccine,
            dose=row.dose,
            status=row.status.value,
            due_on=date.fromordinal(each.due),
            timely_until=date.fromordinal(each.timely_until),
            given_on=date.fromordinal(row.given) if row.given else None,
        )
    off = [each.until + timedelta(1) for each in deferrals if each.until and each.until >= on]
    days = [date.fromordinal(min(changes))] if changes else []
    return Judged(
        tuple(found.values()),
        len(late),
        date.fromordinal(min(late)) if late else None,
        min([*days, *off], default=None),
    )


def doses_of_many(ids: Sequence[ResidentId]) -> dict[int, list[Recorded]]:
    """The doses on record of many residents, by who they are now."""
    coded = record.coded_rows("Immunization", "vaccine-code", tuple(vaccines()), actor=HOUSE)
    same = identity.same_residents(ids)
    now_of = {old: now for now in ids for old in same.get(now, frozenset({now}))}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT c.rid, c.resident_id FROM ({coded.sql} AND subject.resident_id = ANY(%(who)s::bigint[])) c",
            {**coded.values, "who": sorted(now_of)},
        )
        owner = dict(cursor.fetchall())
    kind = resource_types()["Immunization"]
    found: dict[int, list[Recorded]] = {}
    for portion in _portions(sorted(owner)):
        for stored in record.by_row_ids([(kind, rid) for rid in portion], actor=HOUSE):
            found.setdefault(now_of[owner[stored.rid]], []).extend(read_all([stored]))
    return found


def _portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for first in range(0, len(ids), PORTION):
        yield ids[first : first + PORTION]


def deferrals_of_many(ids: Sequence[ResidentId]) -> dict[int, list[Deferral]]:
    found: dict[int, list[Deferral]] = {}
    for row in models.Deferral.objects.filter(resident_id__in=ids).order_by("id"):
        found.setdefault(row.resident_id, []).append(deferral_of(row))
    return found


def particulars_of_many(ids: Sequence[ResidentId]) -> dict[int, Particulars]:
    known = models.Particulars.objects.filter(resident_id__in=ids).values_list("pk", flat=True)
    return {id: particulars_of([ResidentId(id)]) for id in known}
