"""An entry of an earlier day changes what the rules say of the visits behind it: those are judged anew.

Of the visits before, only the day, class and target of the latest enter a decision, and answers that are
carried; so judging goes on only while it changes something, or to the end where answers are carried. What stood before is kept beside the visit, with the entry that changed it.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import product

from kangmai.analytics.facts.types import Value
from kangmai.forms import queries as forms
from kangmai.forms.errors import ResponseNotFound
from kangmai.forms.types import Answers
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor
from kangmai.programmes.engine import afterwards, events, models
from kangmai.programmes.engine.deciding import answer_facts, decide, rules_on
from kangmai.programmes.engine.definition.types import Programme, RuleSet, Service
from kangmai.programmes.engine.history import Visits
from kangmai.programmes.engine.judging import judge, visit_facts
from kangmai.programmes.engine.types import Standing
from kangmai.programmes.engine.writing import write_down

JUDGED = (
    "rule", "outcome", "target_met", "reasons", "rule_version", "priority", "next_on", "overdue_after_days",
    "deadline",
)  # fmt: skip
"""What a judgement says of a visit."""


def rejudge_later(
    row: models.Enrolment,
    definition: Programme,
    entered: models.Visit,
    resident: Resident,
    visits: Visits,
    *,
    since: date,
    actor: Actor,
    at: datetime,
) -> int:
    """Judge anew the visits behind one that was entered or corrected just now; how many changed.

    Args:
        entered: it stands among `visits`, which are changed in place.
        since: its day, or the day it had before it was corrected where that was earlier.
    """
    changed = []
    each_service = definition.services.values()
    carries = any(answer.carried_days for each in each_service for answer in each.answers.values())
    for visit in _behind(visits, definition, entered, since):
        service = definition.services[visit.service]
        if not _is_changed(row, definition, service, visit, entered, resident, visits, actor, at):
            if visit.visited_on > entered.visited_on and not carries:
                break
            continue
        changed.append(visit)
    if changed:
        data = {"visits": [str(each.id) for each in changed], "because_of": str(entered.id)}
        write_down(row, events.REJUDGED, data=data, actor=actor, at=at)
    return len(changed)


def _behind(
    visits: Visits, definition: Programme, entered: models.Visit, since: date
) -> Iterator[models.Visit]:
    for each in visits:
        service = definition.services.get(each.service)
        is_judged = service is not None and service.decides and each.standing == Standing.CURRENT
        if is_judged and each.visited_on > since and each.id != entered.id:
            yield each


def _is_changed(
    row: models.Enrolment,
    definition: Programme,
    service: Service,
    visit: models.Visit,
    entered: models.Visit,
    resident: Resident,
    visits: Visits,
    actor: Actor,
    at: datetime,
) -> bool:
    """Judge one visit anew; keep what stood, and write what is said now, where they differ."""
    person = resident.demographics
    answers = _answers(visit, actor=actor, at=at)
    if answers is not None:
        answered: Mapping[str, Value] | None = answer_facts(service, answers)
    else:
        answered = _told(row, definition, visit, person)
    if answered is None:
        return False
    before = {name: getattr(visit, name) for name in JUDGED}
    judge(row, definition, service, visit, answered, person, visits)
    if before == {name: getattr(visit, name) for name in JUDGED}:
        return False
    models.EarlierJudgement.objects.create(
        visit=visit, because_of=entered, replaced_at=at, **before
    )
    visit.rejudged_at, visit.version = at, visit.version + 1
    visit.save()
    afterwards.follow_rejudgement(
        row, service, visit, str(before["deadline"]), answers, resident, visits, actor=actor, at=at
    )
    return True


def _answers(visit: models.Visit, *, actor: Actor, at: datetime) -> Answers | None:
    """What was answered at a visit; None where it was taken over without answers or they are not open here."""
    if not visit.response_id:
        return None
    try:
        return forms.get_answers(visit.response_id, actor=actor, at=at).answers
    except ResponseNotFound:
        return None


def _told(
    row: models.Enrolment, definition: Programme, visit: models.Visit, person: object
) -> Mapping[str, Value] | None:
    """The values kept with a visit, if they alone explain its judgement; else something else decided it."""
    rules = rules_on(definition, visit.visited_on)
    for previous_class, target_met in product((None, *rules.classes), (None, True, False)):
        facts = {
            **_facts(row, visit, person),
            "previous_class": previous_class,
            "previous_target_met": target_met,
        }
        if _rule(rules, facts) == visit.rule:
            return dict(visit.measures)
    return None


def _facts(row: models.Enrolment, visit: models.Visit, person: object) -> dict[str, Value]:
    return visit_facts(
        row,
        visit,
        visit.measures,
        birth_date=person.birth_date,  # type: ignore[attr-defined]
        sex_code=person.sex_code,  # type: ignore[attr-defined]
        previous=None,
    )


def _rule(rules: RuleSet, facts: Mapping[str, Value]) -> str:
    return decide(rules, facts, overdue_after_days=0).rule
