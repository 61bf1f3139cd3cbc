"""Which occasion a visit is, and the name by which a form knows that it is answered once."""

from kangmai.identity.types import Resident
from kangmai.programmes.engine import models
from kangmai.programmes.engine.definition.types import Programme, Service
from kangmai.programmes.engine.history import Visits, done_until
from kangmai.programmes.engine.planning import Anchors, occasion_of_day
from kangmai.programmes.engine.writing import named_anchors


def occasion_of(row: models.Enrolment, service: str, visits: Visits) -> str:
    """The name of the next visit of a service: forms and drafts are kept under it.

    Corrections do not begin a new occasion.
    """
    count = sum(each.service == service and each.corrects_id is None for each in visits)
    return f"visit:{row.id}:{service}:{count + 1}"


def occasion_on(
    row: models.Enrolment,
    programme: Programme,
    service: Service,
    visit: models.Visit,
    resident: Resident,
    visits: Visits,
) -> str:
    """The occasion of the schedule that a visit of a day fulfils; empty where there is no row of them."""
    if not service.schedule.occasions or row.enrolled_on is None:
        return ""
    anchors = Anchors(row.enrolled_on, resident.demographics.birth_date, named_anchors(row))
    done = done_until(visits, on=visit.visited_on).get(service.id, [])
    return occasion_of_day(service, programme.late, on=visit.visited_on, anchors=anchors, done=done)
