"""What the rules of its day say of a visit, and whether it counts, written into its row.

Source: the rule sets of definitions/programmes/decision; what counts is said by the programme's services.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from kangmai.analytics.facts.types import Value
from kangmai.forms.types import Answers
from kangmai.identity.types import Resident
from kangmai.programmes.engine import models
from kangmai.programmes.engine.deciding import (
    anchor_facts,
    answer_facts,
    decide,
    empty_facts,
    kept,
    rules_on,
)
from kangmai.programmes.engine.definition.types import Programme, Service
from kangmai.programmes.engine.growing import Earlier, growth_facts
from kangmai.programmes.engine.history import Visits, decided_before
from kangmai.programmes.engine.types import Decision, Method, NotCounted, Standing
from kangmai.programmes.engine.writing import decided_columns, named_anchors
from kangmai.standards.calendars import legal_day, start_of_day


def judge(
    row: models.Enrolment,
    definition: Programme,
    service: Service,
    visit: models.Visit,
    answered: Mapping[str, Value],
    person: Any,
    visits: Visits,
) -> Decision | None:
    """Fill in what the rules of the day say of a visit, and whether it counts."""
    previous = decided_before(visits, definition, before=visit.visited_on)
    facts = visit_facts(
        row,
        visit,
        answered,
        birth_date=person.birth_date,
        sex_code=person.sex_code,
        previous=previous,
    )
    facts |= growth_facts(
        service,
        facts,
        birth_date=person.birth_date,
        sex_code=person.sex_code,
        day=visit.visited_on,
        earlier=_measured_before(visits, visit),
    )
    visit.measures = {name: _json(value) for name, value in kept(service, facts).items()}
    visit.is_complete = not visit.is_open and (
        service.complete is None or service.complete.holds(facts)
    )
    visit.not_counted = why_not_counted(service, Method(visit.method), visit.is_complete)
    visit.is_counted = visit.not_counted == NotCounted.COUNTS
    late_days = (legal_day(visit.entered_at) - visit.visited_on).days
    visit.is_late_entry = late_days > definition.late.late_entry_after_days
    if not service.decides:
        return None
    rules = rules_on(definition, visit.visited_on)
    facts |= _carried(service, facts, visits, visit)
    decision = decide(rules, facts, overdue_after_days=definition.late.overdue_after_days)
    for column, value in decided_columns(decision).items():
        setattr(visit, column, value)
    return decision


def _measured_before(visits: Visits, visit: models.Visit) -> Earlier:
    """The values kept with earlier visits that stand."""
    return (
        (each.visited_on, each.measures)
        for each in visits
        if each.standing == Standing.CURRENT and each.id != visit.id
    )


def _carried(
    service: Service, facts: Mapping[str, Value], visits: Visits, visit: models.Visit
) -> dict[str, Value]:
    """What the visit before said of answers that hold on where this visit does not ask for them."""
    earlier = [
        each
        for each in visits
        if each.standing == Standing.CURRENT
        and each.service == service.id
        and each.visited_on < visit.visited_on
    ]
    carried: dict[str, Value] = {}
    for name, answer in service.answers.items():
        said = [each for each in earlier if each.measures.get(name) is not None]
        if not answer.carried_days or facts.get(name) is not None or not said:
            continue
        latest = said[-1]
        is_young = (visit.visited_on - latest.visited_on).days <= answer.carried_days
        if is_young and latest.measures[name] in answer.carried_codes:
            carried[name] = latest.measures[name]
    return carried


def is_alarming(
    row: models.Enrolment,
    definition: Programme,
    service: Service,
    answers: Answers,
    visited_on: date,
    resident: Resident,
    visits: Visits,
) -> bool:
    """Whether what was answered so far is an alarm by the rules of the day, whatever else is not known yet."""
    if not service.decides:
        return False
    trial = models.Visit(
        enrolment=row,
        service=service.id,
        visited_on=visited_on,
        entered_at=start_of_day(visited_on),
        method=Method.FACE_TO_FACE,
    )
    answered = answer_facts(service, answers)
    decision = judge(row, definition, service, trial, answered, resident.demographics, visits)
    return decision is not None and decision.is_alarm


def why_not_counted(service: Service, method: Method, is_complete: bool) -> NotCounted:
    """Why a visit does not count towards the year: its method first, then what is missing."""
    if method not in service.counting_methods:
        return NotCounted.METHOD
    return NotCounted.COUNTS if is_complete else NotCounted.INCOMPLETE


def visit_facts(
    row: models.Enrolment,
    visit: models.Visit,
    answered: Mapping[str, Value],
    *,
    birth_date: date | None,
    sex_code: str,
    previous: models.Visit | None,
) -> dict[str, Value]:
    """Every fact that the rules may ask of a visit."""
    return {
        **empty_facts(row.programme),
        **anchor_facts(row.programme, named_anchors(row)),
        **{name: value for name, value in answered.items() if value is not None},
        **facts_of_person(birth_date, sex_code, visit.visited_on),
        "service": visit.service,
        "method": Method(visit.method).value,
        "visited_on": visit.visited_on,
        "today": visit.visited_on,
        "enrolled_on": row.enrolled_on,
        "previous_visit_on": previous.visited_on if previous else None,
        "previous_class": previous.outcome if previous else None,
        "previous_target_met": previous.target_met if previous else None,
    }


def facts_of_person(birth_date: date | None, sex_code: str, day: date) -> dict[str, Value]:
    """What the rules may ask of the resident on the day of a visit."""
    return {
        "age": age_on(birth_date, day),
        "age_months": months_on(birth_date, day),
        "birth_date": birth_date,
        "sex": sex_code,
    }


def months_on(birth_date: date | None, day: date) -> int | None:
    """Completed months of life."""
    if birth_date is None:
        return None
    months = (day.year - birth_date.year) * 12 + day.month - birth_date.month
    return months - (day.day < birth_date.day)


def age_on(birth_date: date | None, day: date) -> int | None:
    """Completed years."""
    if birth_date is None:
        return None
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def _json(value: Value) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    is_number = not isinstance(value, bool | str | int | None)
    return float(value) if is_number else value  # type: ignore[arg-type]
