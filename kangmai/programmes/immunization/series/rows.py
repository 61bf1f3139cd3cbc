"""Rows of doses that were given, and of doses that something else made needless."""

from collections.abc import Iterable

from kangmai.programmes.immunization.schedule.ages import Ages
from kangmai.programmes.immunization.types import Given, Reason, Row, Status

VALID, BEYOND_AGE = (Reason("valid"),), (Reason("beyond_age"),)


def done(given: Given, dose: int, days: Ages, earliest: int) -> Row:
    """A dose that counts. One given after the upper age counts too: it is a fact, and protects."""
    reasons = VALID if given.day <= days.latest else BEYOND_AGE
    recommended = days.due if days.due > earliest else earliest
    return Row(
        given.vaccine, dose, Status.DONE, earliest, recommended, days.latest, given.day, reasons
    )


def invalid(given: Given, dose: int, days: Ages, earliest: int, reason: Reason) -> Row:
    """A dose that does not count; its repeat is a row of its own."""
    row = done(given, dose, days, earliest)
    return row._replace(status=Status.INVALID, reasons=(reason,))


def uncounted(given: Given, rows: Iterable[Row], reason: str) -> Row:
    """A dose beyond the schedule: a fact without days of its own."""
    number = next_number(rows, given.vaccine)
    return Row(given.vaccine, number, Status.DONE, None, None, None, given.day, (Reason(reason),))


def not_needed(vaccine: str, dose: int, reason: Reason) -> Row:
    """A dose of the schedule that need not be given."""
    return Row(vaccine, dose, Status.NOT_NEEDED, None, None, None, None, (reason,))


def next_number(rows: Iterable[Row], vaccine: str) -> int:
    """The number after the highest that a vaccine has."""
    return 1 + max((row.dose for row in rows if row.vaccine == vaccine), default=0)
