"""Where many residents are in a course of doses, for rooms that plan whom to vaccinate."""

from collections.abc import Mapping, Sequence
from datetime import date

from kangmai.kernel.ids import ResidentId
from kangmai.programmes.immunization.rules import series_rows
from kangmai.programmes.vaccination import models, rules
from kangmai.programmes.vaccination.judging import child_of
from kangmai.programmes.vaccination.reading import visit_of
from kangmai.programmes.vaccination.standing import (
    deferrals_of_many,
    doses_of_many,
    particulars_of_many,
)
from kangmai.programmes.vaccination.types import CourseState, Particulars, Visit


def courses(
    residents: Mapping[ResidentId, tuple[date, str]],
    *,
    series: Sequence[str],
    is_advised_only: bool,
    on: date,
) -> dict[ResidentId, CourseState]:
    """Where each of some residents, as they stand now, is in a course; for tasks of the house.

    Args:
        residents: id → birth date and sex code.
        series, is_advised_only: as of `rules.course`.
    """
    ids = list(residents)
    doses, deferrals, particulars = doses_of_many(ids), deferrals_of_many(ids), particulars_of_many(ids)  # fmt: skip
    found = {}
    for id, (born, sex_code) in residents.items():
        off = deferrals.get(id, ())
        child = child_of(born, sex_code, doses.get(id, ()), off, particulars.get(id, Particulars()), on=on)  # fmt: skip
        rows = series_rows(child, series, on=on)
        found[id] = rules.course(rows, series, off, is_advised_only=is_advised_only, on=on)
    return found


def visits_by_id(ids: Sequence[object]) -> dict[object, Visit]:
    """Visits that other rooms' rows name; who may see those rows is theirs to say."""
    rows = models.Visit.objects.filter(pk__in=ids).prefetch_related("doses__package__lot")
    return {row.pk: visit_of(row) for row in rows}
