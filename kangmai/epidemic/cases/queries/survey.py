"""漏报 survey: what the record says was diagnosed, against the cards.

Every Condition with a notifiable ICD-10 code that was recorded in a period is compared: with the card of the
same person and disease, with what doctors decided, and with the receipt of the national network. It reads the
record anew and trusts no draft: what the watcher did not hear, or what was entered on paper, is found as well.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Q

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import Deadline
from kangmai.deadlines.types import State as Standing
from kangmai.epidemic.cases import models
from kangmai.epidemic.cases.clocks import KEEPER, KIND, LEGAL
from kangmai.epidemic.cases.diseases import disease, top
from kangmai.epidemic.cases.errors import PeriodTooLong
from kangmai.epidemic.cases.findings import Finding, findings
from kangmai.epidemic.cases.reach import READ, REPORT
from kangmai.epidemic.cases.types import REPORTED_STATES, Missed, State, Survey, SurveyLine
from kangmai.epidemic.cases.writing import number_of
from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, NotPermitted, is_permitted
from kangmai.records import queries as records
from kangmai.records.types import Stored
from kangmai.standards.calendars import legal_day

MOST_DAYS = 31
MOST_RECORDS = 20_000
PAGE = 500
TASK = timedelta(hours=12)
"""How long a draft may wait before the survey calls it undecided."""
ORDER = (
    Missed.MISSED,
    Missed.LATE,
    Missed.UNDECIDED,
    Missed.WAITING,
    Missed.DISMISSED,
    Missed.ON_TIME,
)


def survey(*, period_from: date, period_to: date, actor: Actor, at: datetime) -> Survey:
    """Compare what the actor's institutions and places recorded in a period with the cards.

    Args:
        period_from: the first day; `period_to` is the first day no longer looked at; at most a month.

    Raises:
        NotPermitted, PeriodTooLong.
    """
    if not (is_permitted(actor, READ) or is_permitted(actor, REPORT)):
        raise NotPermitted(permission=READ)
    if not timedelta(0) < period_to - period_from <= timedelta(days=MOST_DAYS):
        raise PeriodTooLong(period_from=period_from, period_to=period_to, most_days=MOST_DAYS)
    stored, is_cut = _recorded(period_from, period_to, actor, at)
    found = [each for each in findings(stored, on=legal_day(at)) if not each.is_withdrawn]
    lines = sorted(
        _lines(found, actor, at), key=lambda each: (ORDER.index(each.standing), each.recorded_on)
    )
    sums = Counter(each.standing for each in lines)
    return Survey(period_from, period_to, len(found), is_cut, dict(sums), tuple(lines))


def _recorded(
    period_from: date, period_to: date, actor: Actor, at: datetime
) -> tuple[list[Stored], bool]:
    """The Conditions that were recorded in the period, and whether there are more than are looked at."""
    # dates of a search are days in Shanghai; code indexes know whole codes only, so codes are compared here
    query = f"recorded-date=ge{period_from}&recorded-date=lt{period_to}&_count={PAGE}"
    found: list[Stored] = []
    position = None
    while len(found) < MOST_RECORDS:
        page = records.search("Condition", query, position=position, actor=actor, at=at)
        found += page.matches
        position = page.next
        if position is None:
            return found, False
    return found, True


def _lines(found: Sequence[Finding], actor: Actor, at: datetime) -> list[SurveyLine]:
    """One line for each person and disease, by the record that came first."""
    owners = identity.residents_of_patients({each.patient_rid for each in found})
    first: dict[tuple[object, str], Finding] = {}
    for each in sorted(found, key=lambda one: (one.found_on, one.resource_id)):
        first.setdefault((owners.get(each.patient_rid, -each.patient_rid), top(each.disease)), each)
    cards = _cards(first, actor)
    clocks = _clocks([card for some in cards.values() for card in some], at)
    return [_line(each, _best(cards.get(key, []), each), clocks, at) for key, each in first.items()]


def _cards(
    wanted: Mapping[tuple[object, str], Finding], actor: Actor
) -> dict[tuple[object, str], list[models.Card]]:
    """The cards of people and diseases, whoever reported them: a case is reported once, anywhere."""
    residents = {who for who, _ in wanted if isinstance(who, int) and who > 0}
    rids = {each.patient_rid for each in wanted.values()}
    rows = models.Card.objects.filter(
        Q(resident_id__in=residents) | Q(patient_rid__in=rids),
        disease__in={disease for _, disease in wanted},
        label__in=actor.scope.labels,
    )
    found: dict[tuple[object, str], list[models.Card]] = {}
    for row in rows.exclude(state=State.REMOVED.value).order_by("id"):
        who = row.resident_id if row.resident_id in residents else -(row.patient_rid or 0)
        found.setdefault((who, row.disease), []).append(row)
    return found


def _best(cards: Sequence[models.Card], found: Finding) -> models.Card | None:
    """The card of this case: a report before a draft, the nearest in time."""
    days = disease(found.disease, on=found.found_on).same_case_days
    near = [
        card
        for card in cards
        if days is None or abs(_day_of(card) - found.found_on) <= timedelta(days=days)
    ]
    ranked = sorted(
        near,
        key=lambda card: (
            State(card.state) not in REPORTED_STATES,
            abs(_day_of(card) - found.found_on),
        ),
    )
    return ranked[0] if ranked else None


def _day_of(card: models.Card) -> date:
    return card.diagnosed_on or legal_day(card.drafted_at)


def _clocks(cards: Sequence[models.Card], at: datetime) -> dict[str, Deadline]:
    """The legal clock of each card."""
    found = deadlines.of_subjects(KIND, [str(card.id) for card in cards], actor=KEEPER)
    return {
        id: each
        for id, some in found.items()
        for each in some
        if each.definition in LEGAL and each.state is not Standing.CANCELLED
    }


def _line(
    found: Finding, card: models.Card | None, clocks: Mapping[str, Deadline], at: datetime
) -> SurveyLine:
    clock = clocks.get(str(card.id)) if card else None
    late = _hours_late(clock, at)
    return SurveyLine(
        standing=_standing(card, clock, late, at),
        disease=found.disease,
        code=found.code,
        resource_id=found.resource_id,
        organization=found.organization or 0,
        recorded_on=found.found_on,
        card_id=card.id if card else None,
        number=number_of(card) if card else "",
        hours_late=late,
    )


def _standing(
    card: models.Card | None, clock: Deadline | None, late: float | None, at: datetime
) -> Missed:
    if card is None:
        return Missed.MISSED
    match State(card.state):
        case State.DRAFT:
            return Missed.UNDECIDED if at - card.drafted_at > TASK else Missed.WAITING
        case State.DISMISSED:
            return Missed.DISMISSED
        case _reported:
            if late is not None:
                return Missed.LATE
            is_open = clock is not None and clock.met_at is None
            return Missed.WAITING if is_open else Missed.ON_TIME


def _hours_late(clock: Deadline | None, at: datetime) -> float | None:
    """By how many hours the receipt came, or has not come, after the limit; None while on time."""
    if clock is None:
        return None
    over = ((clock.met_at or at) - clock.due_at).total_seconds() / 3600
    return round(over, 1) if over > 0 else None
