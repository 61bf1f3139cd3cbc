"""The visits of one enrolment, read once for all that is asked of them."""

from collections.abc import Sequence
from datetime import date

from kangmai.programmes.engine import models
from kangmai.programmes.engine.definition.types import Programme
from kangmai.programmes.engine.planning import Done
from kangmai.programmes.engine.types import Standing

Visits = Sequence[models.Visit]
"""In order of day and id; those that were corrected stand among them."""


def visits_of(row: models.Enrolment) -> Visits:
    """Every visit of an enrolment."""
    return list(row.visits.order_by("visited_on", "id"))


def with_visit(visits: Visits, visit: models.Visit) -> Visits:
    """Visits and one more that was written just now."""
    return sorted([*visits, visit], key=lambda each: (each.visited_on, each.id))


def decided_before(
    visits: Visits, programme: Programme, *, before: date = date.max
) -> models.Visit | None:
    """The latest judged visit that stands, before a day; of services whose class is the enrolment's."""
    decided = {id for id, each in programme.services.items() if each.decides and not each.is_apart}
    found = [
        each
        for each in visits
        if each.standing == Standing.CURRENT
        and each.service in decided
        and each.visited_on < before
    ]
    return found[-1] if found else None


def done_until(visits: Visits, *, on: date) -> dict[str, list[Done]]:
    """The visits that stand up to a day, by service, as far as planning depends on them."""
    done: dict[str, list[Done]] = {}
    for each in visits:
        if each.standing == Standing.CURRENT and each.visited_on <= on:
            known = Done(
                each.visited_on,
                each.occasion,
                each.is_counted,
                each.next_on,
                each.overdue_after_days,
            )
            done.setdefault(each.service, []).append(known)
    return done
