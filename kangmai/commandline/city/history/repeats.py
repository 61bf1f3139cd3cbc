"""Follow-ups that follow a reading above the target: two weeks later, mostly lower, as the service asks.

Source: 国家基本公共卫生服务规范（第三版）, 高血压患者健康管理服务规范: seen again within two weeks.
"""

from dataclasses import fields, replace
from typing import TypeVar

import numpy as np

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.columns import HERE, Measurements, Residents, Visits
from kangmai.commandline.city.history.readings import preferred
from kangmai.commandline.city.streams import DAY_SECONDS, EAST_8_SECONDS, Stream, Whole

TARGET = (140, 90)
TIMES = 2
SOON = 25 * DAY_SECONDS
"""Who was seen again within this time need not be once more."""
Table = TypeVar("Table", Visits, Measurements)


def with_repeats(
    stream: Stream, visits: Visits, measurements: Measurements, residents: Residents, *, today: int
) -> tuple[Visits, Measurements]:
    """Both tables with the repeated visits and their readings, by resident and time; ids of readings are old.

    Some who are still raised when they are seen again are seen a third time.
    """
    for _ in range(TIMES):
        visits, measurements = _once_more(stream, visits, measurements, residents, today=today)
    return visits, measurements


def _once_more(
    stream: Stream, visits: Visits, measurements: Measurements, residents: Residents, *, today: int
) -> tuple[Visits, Measurements]:
    rules = read("health")["follow_up"]["repeated"]
    raised = (visits.systolic >= TARGET[0]) | (visits.diastolic >= TARGET[1])
    raised[:-1] &= (np.diff(visits.resident) > 0) | (np.diff(visits.visited_at) > SOON)
    rows = np.flatnonzero(raised & stream.chance(rules["part"], len(raised)))
    days = rules["least_days"] + stream.below(rules["more_days"], len(rows))
    again = _take(visits, rows)
    again = replace(again, visited_at=again.visited_at + days * DAY_SECONDS)
    kept = np.flatnonzero(again.visited_at < _ends(residents, today)[again.resident])
    again = _measured(stream, _take(again, kept))
    reading = _take(measurements, again.reading)
    reading = replace(
        reading, at=again.visited_at + 240, value=again.systolic, second=again.diastolic
    )
    again = replace(again, reading=len(measurements.id) + np.arange(len(kept)))
    return _in_order(_joined(visits, again), _joined(measurements, reading))


def _measured(stream: Stream, again: Visits) -> Visits:
    """New values of people seen again: lower by the change of treatment, with the noise of a visit."""
    health = read("health")
    rules, habits = health["follow_up"]["repeated"], health["blood_pressure"]
    fall, noise = rules["fall"], habits["between_visits"]
    lower = {}
    for name, least in (("systolic", 80), ("diastolic", 45)):
        value = getattr(again, name) - fall[name] + noise[name] * stream.normal(len(again.reading))
        lower[name] = np.maximum(preferred(stream, value, habits), least)
    return replace(again, entered_at=again.visited_at + 720, **lower)


def _ends(residents: Residents, today: int) -> Whole:
    """The first second after the life here of each resident."""
    ended = np.where(residents.state == HERE, today, residents.ended_on.astype(np.int64))
    return ended * DAY_SECONDS - EAST_8_SECONDS - DAY_SECONDS // 2


def _in_order(visits: Visits, measurements: Measurements) -> tuple[Visits, Measurements]:
    order = np.lexsort((measurements.kind, measurements.at, measurements.resident))
    place = np.empty(len(order) + 1, dtype=np.int64)
    place[order] = np.arange(len(order))
    place[-1] = -1
    by_time = np.lexsort((visits.visited_at, visits.resident))
    visits = replace(visits, reading=place[visits.reading])
    return _take(visits, by_time), _take(measurements, order)


def _take(table: Table, rows: Whole) -> Table:
    return type(table)(**{each.name: getattr(table, each.name)[rows] for each in fields(table)})


def _joined(first: Table, second: Table) -> Table:
    return type(first)(
        **{
            each.name: np.concatenate([getattr(first, each.name), getattr(second, each.name)])
            for each in fields(first)
        }
    )
