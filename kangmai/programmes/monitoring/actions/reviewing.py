"""Reviews of deaths: called at a level, opinions of experts without the name, concluded by whoever called them.

Source: 孕产妇死亡评审规范 (twelve-grid table), the three delays of Thaddeus and Maine 1994, restated from memory.
"""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.kernel.ids import uuid7
from kangmai.programmes.monitoring import events, models, rules
from kangmai.programmes.monitoring.actions.steps import meet_clock
from kangmai.programmes.monitoring.errors import (
    LevelNotYours,
    LevelTooEarly,
    MeetingDayWrong,
    NoReview,
    OwnInstitution,
    ReviewNotFound,
    ReviewOver,
    ReviewStands,
    TooFewOpinions,
    WrongState,
)
from kangmai.programmes.monitoring.reach import ASSESS, CHECK, is_city, locked, near, works_at
from kangmai.programmes.monitoring.reading import opinion_place, review_of, seal_judgement
from kangmai.programmes.monitoring.types import (
    Judgement,
    Level,
    Review,
    ReviewRule,
    ReviewState,
    State,
)

BELOW = {Level.CITY: Level.COUNTY, Level.PROVINCE: Level.CITY}
CHECKED = (State.COUNTY, State.CITY)


def call_review(
    *, card_id: UUID, level: Level, meets_on: date, actor: Actor, at: datetime
) -> Review:
    """Call the review of a death that the county has checked; experts may give their opinion from now on.

    Raises:
        NotPermitted, CardNotFound, NoReview, WrongState, LevelNotYours, LevelTooEarly, ReviewStands,
        MeetingDayWrong
    """
    with transaction.atomic():
        row = locked(card_id, CHECK, actor=actor)
        _rule(row)
        if State(row.state) not in CHECKED:
            raise WrongState(state=row.state)
        _require_level(row, level, actor)
        if meets_on < row.event_on:
            raise MeetingDayWrong(day=meets_on)
        review = models.Review.objects.create(id=uuid7(), card=row, level=level.value, meets_on=meets_on, called_by=actor.account)  # fmt: skip
        _tell(events.CALLED, review, actor, at)
    return review_of(review, with_opinions=True)


def _require_level(row: models.Card, level: Level, actor: Actor) -> None:
    if level is not Level.COUNTY and not is_city(actor, row.place_code):
        raise LevelNotYours(level="city", zh_level="市级")
    there = {each.level: each.state for each in row.reviews.all()}
    if level.value in there:
        raise ReviewStands()
    below = BELOW.get(level)
    if below and there.get(below.value) != ReviewState.CONCLUDED.value:
        raise LevelTooEarly()


def assess(*, review_id: UUID, told: Judgement, actor: Actor, at: datetime) -> Review:
    """Give an opinion on a death without its name; the same expert again replaces it.

    Raises:
        NotPermitted, ReviewNotFound, OwnInstitution, ReviewOver, JudgementUnreadable, ReasonMissing
    """
    require(actor, ASSESS)
    with transaction.atomic():
        review = _locked(review_id, ASSESS, actor)
        if works_at(actor, review.card.organization):
            raise OwnInstitution()
        if review.state != ReviewState.CALLED.value:
            raise ReviewOver()
        said = rules.checked_judgement(told, of=_rule(review.card))
        key, content = seal_judgement("opinion", opinion_place(review.id, actor.account), said)
        models.Opinion.objects.update_or_create(
            review=review,
            account=actor.account,
            defaults={"content": content, "content_key": key, "at": at},
        )
    return review_of(review, with_opinions=False)


def conclude(
    *, review_id: UUID, told: Judgement, held_on: date, expected_version: int, actor: Actor, at: datetime
) -> Review:  # fmt: skip
    """Write down what the meeting concluded; of the province's own meeting no opinions stand here.

    Raises:
        NotPermitted, ReviewNotFound, ChangedMeanwhile, ReviewOver, LevelNotYours, TooFewOpinions,
        MeetingDayWrong, JudgementUnreadable, ReasonMissing
    """
    require(actor, CHECK)
    with transaction.atomic():
        review = _locked(review_id, CHECK, actor)
        require_version(review.version, expected_version)
        if review.state != ReviewState.CALLED.value:
            raise ReviewOver()
        level = Level(review.level)
        if level is not Level.COUNTY and not is_city(actor, review.card.place_code):
            raise LevelNotYours(level="city", zh_level="市级")
        of = _rule(review.card)
        _require_opinions(review, level, of)
        if not review.card.event_on <= held_on <= rules.today(at):
            raise MeetingDayWrong(day=held_on)
        said = rules.checked_judgement(told, of=of)
        review.content_key, review.content = seal_judgement("review", review.id, said)
        review.state, review.held_on, review.avoidable = ReviewState.CONCLUDED.value, held_on, said.avoidable  # fmt: skip
        review.concluded_by, review.version = actor.account, review.version + 1
        review.save()
        if level is Level.COUNTY:
            meet_clock(review.card, of.deadline, at)
        _tell(events.CONCLUDED, review, actor, at)
    return review_of(review, with_opinions=True)


def _require_opinions(review: models.Review, level: Level, of: ReviewRule) -> None:
    found = review.opinions.count()
    if level is not Level.PROVINCE and found < of.least_opinions:
        raise TooFewOpinions(found=found, least=of.least_opinions)


def _rule(row: models.Card) -> ReviewRule:
    found = rules.rule(row.kind, on=row.entered_on).review
    if found is None:
        raise NoReview()
    return found


def _locked(review_id: UUID, permission: str, actor: Actor) -> models.Review:
    rows = models.Review.objects.select_for_update(of=("self",)).select_related("card")
    row = rows.filter(near(actor, permission, "card__"), pk=review_id).exclude(card__state=State.VOID.value).first()  # fmt: skip
    if row is None:
        raise ReviewNotFound()
    return row


def _tell(event: str, review: models.Review, actor: Actor, at: datetime) -> None:
    data = {"kind": review.card.kind, "level": review.level, "state": review.state, "review": str(review.id)}  # fmt: skip
    write_down_and_announce(event, "MonitoredCard", review.card_id, data=data, actor=actor, at=at)
