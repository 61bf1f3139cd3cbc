"""The plan of early warning with the numbers that the city decided on."""

from dataclasses import replace
from datetime import date

from kangmai.epidemic.surveillance import models, rule_book
from kangmai.epidemic.surveillance.types import Plan, Setting

PROPOSED, IN_FORCE, DROPPED = "proposed", "in_force", "dropped"


def plan(on: date) -> Plan:
    """The defined plan with the latest decision that is in force on a day."""
    row = (
        models.Tuning.objects.filter(state=IN_FORCE, in_force_from__lte=on)
        .order_by("-in_force_from", "-decided_at")
        .first()
    )
    defined = rule_book.plan(on)
    if row is None:
        return defined
    return replace(
        defined,
        high_alpha=row.high_alpha,
        watch_alpha=row.watch_alpha,
        least_cases=row.least_cases,
    )


def setting(on: date) -> Setting:
    """The numbers in force that may be changed."""
    standing = plan(on)
    return Setting(standing.high_alpha, standing.watch_alpha, standing.least_cases)
