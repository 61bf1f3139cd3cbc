"""Couriers' rounds and laboratories' queues: when each box leaves, comes and is done.

Boxes of a site fill at an even pace while it is open; a courier calls every so many hours and once more when
it closes; a laboratory works its boxes in the order in which they come, at its own pace, and never waits
while one is there. This replays a flow; it decides nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from kangmai.epidemic.nucleic_acid.planning.transport import Flow, Laboratory, Supply


@dataclass(frozen=True, slots=True)
class Trip:
    """One courier's way from a site to a laboratory."""

    site: str
    laboratory: str
    boxes: int
    leaves_hours: float
    arrives_hours: float


@dataclass(frozen=True, slots=True)
class Course:
    """How a flow runs: trips, and by laboratory the boxes and the instant of its last result."""

    trips: tuple[Trip, ...]
    done_hours: Mapping[str, float]
    longest_on_road_hours: float
    vehicles: int
    """That are on the road at one time, each going back the way it came."""

    @property
    def last_result_hours(self) -> float:
        """When the last result comes."""
        return max(self.done_hours.values(), default=0.0)


def course(
    flow: Flow,
    sites: Sequence[Supply],
    laboratories: Sequence[Laboratory],
    *,
    every_hours: float = 2.0,
    boxes_a_vehicle: int = 40,
    tubes_a_box: int = 100,
    run_hours: float = 3.0,
) -> Course:
    """Run a flow through couriers and queues. Raises ValueError (no interval or no room in a vehicle)."""
    if every_hours <= 0 or boxes_a_vehicle < 1:
        raise ValueError("couriers need an interval and room")
    closes = {each.id: each.closes_after_hours for each in sites}
    trips = tuple(
        trip
        for ride in flow.rides
        for trip in _trips(ride.site, ride.laboratory, ride.boxes, ride.hours, closes[ride.site], every_hours)
    )  # fmt: skip
    done = {
        each.id: finished + run_hours
        for each in laboratories
        if (finished := _worked_off(each, trips, tubes_a_box)) is not None
    }
    longest = max((t.arrives_hours - t.leaves_hours for t in trips), default=0.0)
    return Course(trips, done, longest, _vehicles(trips, boxes_a_vehicle))


def _trips(
    site: str, laboratory: str, boxes: int, hours: float, closes: float, every: float
) -> list[Trip]:
    """The share of the boxes that are full by each call, the rest when the site closes."""
    calls = [n * every for n in range(1, ceil(closes / every)) if n * every < closes] + [closes]
    found, sent = [], 0
    for leaves in calls:
        full = boxes if leaves == closes else int(boxes * leaves / closes)
        if full > sent:
            found.append(Trip(site, laboratory, full - sent, leaves, leaves + hours))
            sent = full
    return found


def _worked_off(laboratory: Laboratory, trips: Sequence[Trip], tubes_a_box: int) -> float | None:
    """When a laboratory has done its last box; None where none comes."""
    an_hour = laboratory.tubes_a_day / 24 / tubes_a_box
    free = laboratory.backlog_tubes / tubes_a_box / an_hour if an_hour else 0.0
    own = sorted((t for t in trips if t.laboratory == laboratory.id), key=lambda t: t.arrives_hours)
    for trip in own:
        free = max(free, trip.arrives_hours) + trip.boxes / an_hour
    return free if own else None


def _vehicles(trips: Sequence[Trip], room: int) -> int:
    """The most vehicles under way at one time, there and back."""
    changes = []
    for trip in trips:
        needed = -(-trip.boxes // room)
        back = trip.arrives_hours + (trip.arrives_hours - trip.leaves_hours)
        changes += [(trip.leaves_hours, 1, needed), (back, 0, -needed)]
    most = now = 0
    for _instant, _order, change in sorted(changes):
        now += change
        most = max(most, now)
    return most
