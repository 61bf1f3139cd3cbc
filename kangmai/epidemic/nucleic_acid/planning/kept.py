"""A question and its answer as they are kept with a round: plain JSON, read back as they were."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kangmai.epidemic.nucleic_acid.planning.couriers import Trip
from kangmai.epidemic.nucleic_acid.planning.plan import Demand, Plan, Question, supplies
from kangmai.epidemic.nucleic_acid.planning.replay import Course
from kangmai.epidemic.nucleic_acid.planning.transport import UNKNOWN, Laboratory

ASKED = (
    "mode", "sampling_hours", "prevalence", "singles_each", "courier_every_hours", "run_hours", "most_hours_on_road",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What of a plan is kept: what it needs, when the last result comes, and the couriers' trips."""

    people: int
    tubes: int
    boxes: int
    samplers: int
    lanes: int
    swabs: int
    kits: int
    vehicles: int
    positive_pools: float
    flow_hours: float
    """When the last result comes if couriers called without a pause."""
    bound_hours: float
    last_result_hours: float
    driving_hours: float
    site_tubes: Mapping[str, int]
    """Tubes that each site fills."""
    trips: tuple[Trip, ...]
    done_hours: Mapping[str, float]
    """By laboratory."""

    @property
    def gap(self) -> float:
        """How much later than the bound that no plan can beat, couriers not counted, as a share of it."""
        return (self.flow_hours - self.bound_hours) / self.bound_hours

    def boxes_of(self) -> dict[str, int]:
        """Boxes by laboratory."""
        found = dict.fromkeys(self.done_hours, 0)
        for trip in self.trips:
            found[trip.laboratory] += trip.boxes
        return found

    def laboratories(self) -> dict[str, Course]:
        """What each laboratory is to do: of each site's tubes the share of the boxes that it gets."""
        boxes = Counter[str]()
        for trip in self.trips:
            boxes[trip.site] += trip.boxes
        tubes = dict.fromkeys(self.done_hours, 0.0)
        for trip in self.trips:
            tubes[trip.laboratory] += self.site_tubes[trip.site] * trip.boxes / boxes[trip.site]
        return {each: Course(round(tubes[each]), hours) for each, hours in self.done_hours.items()}

    def sites(self) -> dict[str, Course]:
        """What each site is to hand over, and when its last courier leaves."""
        last: dict[str, float] = {}
        for trip in self.trips:
            last[trip.site] = max(last.get(trip.site, 0.0), trip.leaves_hours)
        return {each: Course(self.site_tubes[each], hours) for each, hours in last.items()}


def answer_of(plan: Plan) -> Answer:
    """The part of a plan that is kept."""
    effort, flow, course = plan.effort, plan.flow, plan.course
    return Answer(
        people=effort.people,
        tubes=sum(each.tubes for each in supplies(plan.question)),
        boxes=sum(each.boxes for each in flow.rides),
        samplers=effort.samplers,
        lanes=effort.lanes,
        swabs=effort.swabs,
        kits=effort.kits,
        vehicles=course.vehicles,
        positive_pools=plan.positive_pools,
        flow_hours=flow.last_result_hours,
        bound_hours=flow.bound_hours,
        last_result_hours=plan.last_result_hours,
        driving_hours=flow.driving_hours,
        site_tubes={each.id: each.tubes for each in supplies(plan.question)},
        trips=course.trips,
        done_hours=dict(course.done_hours),
    )


def question_to_json(question: Question) -> dict[str, Any]:
    """A question without the capacities of the rules, which the round's edition knows."""
    return {
        **{name: getattr(question, name) for name in ASKED},
        "demands": [_plain(asdict(each)) for each in question.demands],
        "laboratories": [_plain(asdict(each)) for each in question.laboratories],
    }


def question_from_json(content: Mapping[str, Any], capacity: Mapping[str, Any]) -> Question:
    """The question as it was asked, under the capacities of an edition."""
    return Question(
        demands=tuple(Demand(**_point(each)) for each in content["demands"]),
        laboratories=tuple(Laboratory(**_point(each)) for each in content["laboratories"]),
        capacity=capacity,
        **{name: content[name] for name in ASKED},
    )


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """An answer as it is kept."""
    return asdict(answer)


def answer_from_json(content: Mapping[str, Any]) -> Answer:
    """An answer as it was kept."""
    trips = tuple(Trip(**each) for each in content["trips"])
    return Answer(**{**content, "trips": trips})


def _plain(content: dict[str, Any]) -> dict[str, Any]:
    """JSON knows no NaN."""
    return {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in content.items()}


def _point(content: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(content)
    for name in ("longitude", "latitude"):
        found[name] = UNKNOWN if found[name] is None else found[name]
    return found
