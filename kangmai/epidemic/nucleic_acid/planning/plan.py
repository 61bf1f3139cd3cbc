"""A whole plan of a round: pool sizes, effort, flow to laboratories, couriers, last result; and what would change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kangmai.epidemic.nucleic_acid.planning import couriers, effort, pooling, transport
from kangmai.epidemic.nucleic_acid.planning.transport import Laboratory, Supply

SPREADS = (1.0, 0.6, 0.35)
"""Shares of the laboratories' pace with which boxes are dealt out; the soonest result decides."""


@dataclass(frozen=True, slots=True)
class Demand:
    """People to sample at one site or area."""

    id: str
    people: int
    longitude: float
    latitude: float
    place: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the planner.

    Args:
        sampling_hours: how long sites are open.
        prevalence: share of people expected to be positive.
        capacity: of the rules in force.
    """

    demands: tuple[Demand, ...]
    laboratories: tuple[Laboratory, ...]
    mode: int
    sampling_hours: float
    prevalence: float
    capacity: Mapping[str, Any]
    test: pooling.Test = pooling.PERFECT_TEST
    singles_each: int = 1
    speed_km_h: float = 40.0
    courier_every_hours: float = 2.0
    run_hours: float = 3.0
    most_hours_on_road: float = 4.0


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer."""

    question: Question
    pooling: tuple[pooling.Expected, ...]
    """For each size the rules know."""
    effort: effort.Effort
    positive_pools: float
    """Expected in the whole round; their people are sampled alone."""
    flow: transport.Flow
    course: couriers.Course

    @property
    def last_result_hours(self) -> float:
        """When the last result of the round itself comes, singles of pools not counted."""
        return self.course.last_result_hours


@dataclass(frozen=True, slots=True)
class Change:
    """What something else would come to."""

    name: str
    plan: Plan
    hours_saved: float


def plan(question: Question) -> Plan:
    """Answer a question.

    Raises:
        ValueError: nobody to sample, no capacity.
        Impossible: some site reaches no laboratory in time.
    """
    sites = supplies(question)
    hours = transport.driving_hours(sites, question.laboratories, speed_km_h=question.speed_km_h)
    box = question.capacity["tubes_a_box"]
    flow, course = _soonest(question, sites, hours, box)
    needed = effort.effort(
        people=sum(each.people for each in question.demands),
        mode=question.mode,
        hours=question.sampling_hours,
        tubes_a_day=sum(each.tubes_a_day for each in question.laboratories),
        capacity=question.capacity,
    )
    sizes = sorted(int(each) for each in question.capacity["people_an_hour"])
    known = pooling.table(
        question.prevalence, question.test, sizes=sizes, singles_each=question.singles_each
    )
    own = pooling.expected(question.mode, question.prevalence, question.test)
    return Plan(question, known, needed, own.positive_pools * needed.tubes, flow, course)


def _soonest(
    question: Question, sites: Sequence[Supply], hours: NDArray[np.float64], box: int
) -> tuple[transport.Flow, couriers.Course]:
    """Of some ways to deal boxes out the one whose last result comes first, with couriers that call in rounds.

    The flow lets laboratories work from the first hour on, when no box has come yet: where sites close before
    laboratories are full, spreading boxes over more of them is sooner.
    """
    found = []
    for share in SPREADS:
        flow = transport.assign(
            sites, question.laboratories, hours, tubes_a_box=box, run_hours=question.run_hours,
            most_hours_on_road=question.most_hours_on_road, share_of_pace=share,
        )  # fmt: skip
        course = couriers.course(
            flow, sites, question.laboratories, every_hours=question.courier_every_hours, tubes_a_box=box,
            run_hours=question.run_hours,
        )  # fmt: skip
        found.append((flow, course))
    return min(found, key=lambda each: each[1].last_result_hours)


def supplies(question: Question) -> tuple[Supply, ...]:
    """The tubes that each site will fill."""
    spare = question.capacity["spare_tubes"]
    return tuple(
        Supply(
            each.id,
            ceil(each.people / question.mode * spare - 1e-9),
            each.longitude,
            each.latitude,
            question.sampling_hours,
            each.place,
        )
        for each in question.demands
        if each.people
    )


def what_if(
    base: Plan, *, modes: Sequence[int] = (), laboratory: Laboratory | None = None
) -> tuple[Change, ...]:
    """What other pool sizes, and one more laboratory, would change."""
    asked = [
        (f"{mode} in 1", replace(base.question, mode=mode))
        for mode in modes
        if mode != base.question.mode
    ]
    if laboratory is not None:
        more = (*base.question.laboratories, laboratory)
        asked.append((f"+ {laboratory.id}", replace(base.question, laboratories=more)))
    return tuple(
        Change(name, found, base.last_result_hours - found.last_result_hours)
        for name, found in ((name, plan(question)) for name, question in asked)
    )
