"""How many children newly fell ill in each school on each working day of the last weeks."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.city import InventedCity
from kangmai.commandline.city.columns import TownChunk
from kangmai.commandline.city.streams import Codes, Stream, Whole, day_number, poisson
from kangmai.standards.calendars import is_working_day

KINDS = (b"school", b"kindergarten")


@dataclass(frozen=True, slots=True, eq=False)
class Absence:
    """One row a school, condition and day. `gathering` is a position in the chunk's gatherings, `condition` in
    `conditions`; `day` is days since 1970."""

    conditions: tuple[str, ...]
    gathering: Codes
    condition: Codes
    day: Whole
    count: Whole

    def __len__(self) -> int:
        return len(self.count)


def school_absence(city: InventedCity, chunk: TownChunk) -> Absence:
    """The daily counts of a town's schools and kindergartens; a silent school has no row, not a zero."""
    rules = read("infections")["school_absence"]
    conditions = tuple(rules["per_1000_a_day"])
    schools = np.flatnonzero(np.isin(chunk.gatherings.kind, KINDS))
    days = [
        day_number(day)
        for back in range(rules["days"], 0, -1)
        if is_working_day(day := city.on - timedelta(days=back))
    ]
    shape = (len(schools), len(days), len(conditions))
    stream = Stream(city.seed, city.code, chunk.town.code, "absence")
    rates = np.array(list(rules["per_1000_a_day"].values())) / 1000
    heads = chunk.gatherings.head_count[schools].astype(np.float64)
    mean = np.broadcast_to(heads[:, None, None] * rates, shape).ravel()
    count = poisson(stream, mean)
    silent = stream.chance(rules["silent_part"], shape[0] * shape[1])
    spoke = np.repeat(~silent, len(conditions))
    which, when, what = (grid.ravel()[spoke] for grid in np.indices(shape))
    return Absence(
        conditions,
        schools[which].astype(np.int16),
        what.astype(np.int16),
        np.asarray(days, dtype=np.int64)[when],
        count[spoke],
    )
