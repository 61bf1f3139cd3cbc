"""Keep a plan of a round, release it to the couriers, and drive its trips."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from kangmai.epidemic.nucleic_acid import models, rules
from kangmai.epidemic.nucleic_acid.actions.boxes import send_boxes
from kangmai.epidemic.nucleic_acid.actions.rounds import locked_round, write_of_round
from kangmai.epidemic.nucleic_acid.errors import (
    BoxUnknown,
    NotInThisState,
    PlanImpossible,
    PlanUnknown,
    TripTaken,
    TripUnknown,
)
from kangmai.epidemic.nucleic_acid.planning import kept
from kangmai.epidemic.nucleic_acid.planning.kept import Answer
from kangmai.epidemic.nucleic_acid.planning.plan import Question
from kangmai.epidemic.nucleic_acid.planning.transport import Impossible
from kangmai.epidemic.nucleic_acid.reach import SAMPLE, covers
from kangmai.epidemic.nucleic_acid.types import PlanState, RoundState, Taken
from kangmai.epidemic.orders.queries import emergency_door, in_force
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import require_version
from kangmai.kernel.words import Words


@emergency_door(Purpose.TESTING)
def save_plan(
    *, round_id: int, question: Question, note: str = "", key: UUID, actor: Actor, at: datetime
) -> models.SavedPlan:
    """Reckon a plan and keep it with its round; the same key again gives the same plan.

    Raises:
        NoOrderInForce, NotPermitted, RoundUnknown, SiteUnknown.
        PlanImpossible: no laboratory in reach, no capacity, nobody to sample.
    """
    with transaction.atomic():
        row = locked_round(round_id, actor=actor, at=at)
        known = models.SavedPlan.objects.filter(key=key).first()
        if known is not None:
            return known
        answer = reckoned(question)
        _require_sites(row, question)
        number = models.SavedPlan.objects.filter(round=row).aggregate(n=Max("number"))["n"] or 0
        plan = models.SavedPlan.objects.create(
            order_id=row.order_id, round=row, number=number + 1, key=key, note=note.strip()[:300],
            question=kept.question_to_json(question), answer=kept.answer_to_json(answer),
            state=PlanState.SAVED.value, created_at=at, created_by=actor.account,
        )  # fmt: skip
        write_of_round(row, "nucleic_acid.save_plan", count=plan.number, actor=actor, at=at)
    return plan


def reckoned(question: Question) -> Answer:
    """The part of a plan that is kept. Raises PlanImpossible."""
    try:
        return kept.answer_of(rules.plan(question))
    except (Impossible, ValueError) as error:
        raise PlanImpossible(reason=str(error)) from None


def _require_sites(row: models.Round, question: Question) -> None:
    known = {str(id) for id in models.Site.objects.filter(round=row).values_list("id", flat=True)}
    if not {each.id for each in question.demands} <= known:
        raise PlanImpossible(reason=Words("有采样点不属于本轮次", "a site is not of this round"))


@emergency_door(Purpose.TESTING)
def release_plan(
    *, plan_id: int, expected_version: int, actor: Actor, at: datetime
) -> models.SavedPlan:
    """Let couriers drive by a plan: its trips replace those of the plan before, but for what has left already.

    Raises:
        NoOrderInForce, NotPermitted, PlanUnknown, ChangedMeanwhile.
        NotInThisState: the round is over, or the plan was released before.
    """
    with transaction.atomic():
        found = models.SavedPlan.objects.filter(id=plan_id).values("round_id").first()
        if found is None:
            raise PlanUnknown()
        row = locked_round(found["round_id"], actor=actor, at=at)
        plan = models.SavedPlan.objects.select_for_update().get(id=plan_id)
        require_version(plan.version, expected_version)
        if row.state == RoundState.CLOSED.value or plan.state != PlanState.SAVED.value:
            raise NotInThisState(what=f"{row.name} / {plan.number}", state=plan.state)
        _replace(row)
        plan.state, plan.released_at, plan.released_by = PlanState.RELEASED.value, at, actor.account
        plan.version += 1
        plan.save()
        answer = kept.answer_from_json(plan.answer)
        _make_trips(row, plan, answer)
        _name_laboratories(answer)
        write_of_round(row, "nucleic_acid.release_plan", count=plan.number, actor=actor, at=at)
    return plan


def _replace(row: models.Round) -> None:
    """The plan in force steps back; of its trips only those stay that have boxes."""
    before = models.SavedPlan.objects.filter(round=row, state=PlanState.RELEASED.value)
    models.PlannedTrip.objects.filter(plan__in=before, carried=None).delete()
    for each in before:
        each.state, each.version = PlanState.REPLACED.value, each.version + 1
        each.save()


def _make_trips(row: models.Round, plan: models.SavedPlan, answer: Answer) -> None:
    models.PlannedTrip.objects.bulk_create(
        models.PlannedTrip(
            plan=plan,
            site_id=int(each.site),
            laboratory_id=int(each.laboratory),
            boxes=each.boxes,
            leaves_at=row.opens_at + timedelta(hours=each.leaves_hours),
            arrives_at=row.opens_at + timedelta(hours=each.arrives_hours),
        )
        for each in answer.trips
    )


def _name_laboratories(answer: Answer) -> None:
    """Boxes that leave without a trip go where most of their site's boxes go."""
    boxes: dict[int, dict[int, int]] = {}
    for each in answer.trips:
        own = boxes.setdefault(int(each.site), {})
        own[int(each.laboratory)] = own.get(int(each.laboratory), 0) + each.boxes
    rows = list(models.Site.objects.filter(id__in=boxes))
    for row in rows:
        own = boxes[row.id]
        row.laboratory_id, row.version = max(own, key=lambda each: own[each]), row.version + 1
    models.Site.objects.bulk_update(rows, ["laboratory_id", "version"])


@emergency_door(Purpose.TESTING)
def take_trip(
    *, trip_id: int, is_mine: bool, expected_version: int, actor: Actor, at: datetime
) -> models.PlannedTrip:
    """Say that one drives a trip, or, with `is_mine` false, give it back before anything has left.

    Raises:
        NoOrderInForce, NotPermitted, TripUnknown, ChangedMeanwhile, TripTaken, NotInThisState.
    """
    with transaction.atomic():
        trip = _locked_trip(trip_id, actor=actor, at=at)
        if trip.courier_account not in (None, actor.account):
            raise TripTaken()
        require_version(trip.version, expected_version)
        if not is_mine and trip.carried.exists():
            raise NotInThisState(what=trip.site.name, state="travelling")
        trip.courier_account, trip.version = (actor.account if is_mine else None), trip.version + 1
        trip.save()
        write_of_round(trip.plan.round, "nucleic_acid.take_trip", count=trip.id, actor=actor, at=at)
    return trip


@emergency_door(Purpose.TESTING)
def carry_boxes(
    *, trip_id: int, codes: Sequence[str], actor: Actor, at: datetime
) -> tuple[Taken, ...]:
    """Take packed boxes of the site along on a trip: they leave now, to the trip's laboratory.

    Raises:
        NoOrderInForce, NotPermitted, TripUnknown, BoxUnknown (none, or of another site).
        TripTaken: another drives it.
    """
    with transaction.atomic():
        trip = _locked_trip(trip_id, actor=actor, at=at)
        if trip.courier_account not in (None, actor.account):
            raise TripTaken()
        own = models.Box.objects.filter(site=trip.site, code__in=set(codes))
        known = set(own.values_list("code", flat=True))
        for code in codes or [""]:
            if code not in known:
                raise BoxUnknown(code=code[:20])
        carrier = actor.name or str(actor.account)
        taken = send_boxes(codes=list(codes), carrier=carrier, actor=actor, at=at)
        own.filter(trip=None, carrier_account=actor.account).update(
            trip=trip, laboratory_id=trip.laboratory_id
        )
        trip.courier_account, trip.version = actor.account, trip.version + 1
        trip.save()
    return taken


def _locked_trip(trip_id: int, *, actor: Actor, at: datetime) -> models.PlannedTrip:
    require(actor, SAMPLE)
    trip = (
        models.PlannedTrip.objects.select_related("site", "plan__round")
        .select_for_update(of=("self",))
        .filter(id=trip_id)
        .first()
    )
    if trip is None or not covers(actor, SAMPLE, trip.site.place_code, trip.site.organization_id):
        raise TripUnknown()
    in_force(Purpose.TESTING, place=trip.site.place_code, at=at)
    return trip
