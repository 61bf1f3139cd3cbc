"""Tables in and out: CSV files as the commands read and write them, each fault with its place and mend."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kangmai.epidemic.surveillance.backtest import Replay
from kangmai.epidemic.surveillance.errors import ControlMalformed, PlacesMismatch, SeriesMalformed
from kangmai.epidemic.surveillance.nowcast import Nowcast
from kangmai.epidemic.surveillance.reproduction_number import Reproduction
from kangmai.epidemic.surveillance.scan import Places, Zone
from kangmai.epidemic.surveillance.series import CountSeries, Detection, Floats
from kangmai.epidemic.surveillance.simulation import Outbreak, World

Row = dict[str, str]
MISSING = {"", "NA", "NaN", "nan"}


def number(text: str | None, *, where: str) -> float:
    """A number, NaN where the cell is empty or NA. Raises SeriesMalformed."""
    text = (text or "").strip()
    if text in MISSING:
        return float("nan")
    try:
        return float(text)
    except ValueError:
        raise SeriesMalformed(
            where=where, what=f"{text!r} is not a number", mend="Write a number or leave it empty."
        ) from None


def day(text: str, *, where: str) -> np.datetime64:
    """An ISO date, NaT where empty. Raises SeriesMalformed."""
    if text.strip() in MISSING:
        return np.datetime64("NaT")
    try:
        return np.datetime64(text.strip(), "D")
    except ValueError:
        raise SeriesMalformed(
            where=where, what=f"{text!r} is not a date", mend="Write dates as 2026-03-02."
        ) from None


def read_rows(path: Path, *, needs: tuple[str, ...]) -> list[Row]:
    """All rows of a CSV file with a header that names `needs`. Raises SeriesMalformed."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        header = [h.strip() for h in reader.fieldnames or []]
        reader.fieldnames = header
        rows = list(reader)
    if lacking := [n for n in needs if n not in header]:
        raise SeriesMalformed(
            where=path.name,
            what=f"column {', '.join(lacking)} is missing",
            mend=f"The header must name {', '.join(needs)}.",
        )
    if len(set(header)) < len(header):
        twice = sorted({h for h in header if header.count(h) > 1})
        raise SeriesMalformed(
            where=path.name,
            what=f"column {', '.join(twice)} comes twice",
            mend="Name every column once.",
        )
    if not rows:
        raise SeriesMalformed(
            where=path.name, what="there are no rows", mend="Give at least one row."
        )
    for line, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise SeriesMalformed(
                where=f"{path.name}, line {line}",
                what="the row has another number of cells than the header",
                mend="Give every row all its cells.",
            )
    return rows


def read_json(path: Path) -> dict[str, object]:
    """A control list. Raises ControlMalformed."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ControlMalformed(method=path.name, what=f"not JSON ({error})") from None
    if not isinstance(value, dict):
        raise ControlMalformed(method=path.name, what="must be a JSON object")
    return value


def read_series(path: Path, *, frequency: int, population: Path | None = None) -> CountSeries:
    """Counts by `index` (1, 2, 3, … without gaps), with `epoch` if the series has dates."""
    rows = read_rows(path, needs=())
    key = "index" if "index" in rows[0] else "week"
    if key not in rows[0]:
        raise SeriesMalformed(
            where=path.name,
            what="column index is missing",
            mend="The first column is index: 1, 2, 3, …",
        )
    check_index([r[key] for r in rows], path.name)
    units = tuple(name for name in rows[0] if name not in (key, "epoch"))
    if not units:
        raise SeriesMalformed(
            where=path.name,
            what="there is no unit",
            mend="Give one column of counts for every unit.",
        )
    dates = None
    if "epoch" in rows[0]:
        dates = np.array(
            [day(r["epoch"], where=f"{path.name}, index {i}") for i, r in enumerate(rows, 1)]
        )
    counts = cells(rows, units, path.name)
    people = None if population is None else read_population(population, units, len(rows))
    return CountSeries(units, counts, dates, people, frequency)


def check_index(values: list[str], name: str) -> None:
    """Refuse an index that does not count 1, 2, 3, …"""
    for place, value in enumerate(values, start=1):
        if number(value, where=f"{name}, row {place}") != place:
            raise SeriesMalformed(
                where=f"{name}, row {place}",
                what=f"the index is {value or 'empty'}, not {place}",
                mend="The index counts 1, 2, 3, … without gaps or repeats; keep a row with an empty cell where a count is missing.",
            )


def cells(rows: list[Row], units: tuple[str, ...], name: str) -> Floats:
    """The numbers of all units, NaN where empty."""
    return np.array(
        [
            [number(r[u], where=f"{name}, row {i}, {u}") for u in units]
            for i, r in enumerate(rows, 1)
        ]
    )


def read_population(path: Path, units: tuple[str, ...], points: int) -> Floats:
    """Populations by unit, one row for all points or one for each. Raises PlacesMismatch."""
    rows = read_rows(path, needs=())
    if lacking := [u for u in units if u not in rows[0]]:
        raise PlacesMismatch(what="units without a population", places=", ".join(lacking))
    people = cells(rows, units, path.name)
    if len(rows) not in (1, points):
        raise SeriesMalformed(
            where=path.name,
            what=f"{len(rows)} rows for {points} points",
            mend="Give one row, or one for every point.",
        )
    return np.broadcast_to(people, (points, len(units))).copy()


def digits(value: float) -> str:
    """17 significant digits, Inf for infinity, nothing where missing."""
    if value != value:
        return ""
    if np.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    return f"{value:.17g}"


def detection_rows(series: CountSeries, said: Detection) -> Iterator[Row]:
    """One row a unit and point, units in the order of the input."""
    names = ("observed", "upperbound", "alarm", "expected", "mu0", "phi", "trend")
    for unit, label in enumerate(series.units):
        for place, k in enumerate(said.points):
            values = {name: digits(float(getattr(said, name)[place, unit])) for name in names}
            yield {"unit": label, "index": str(k + 1), **values}


def read_incidence(path: Path) -> tuple[Floats, Floats]:
    """Cases by day, all and imported; the first day's cases count as imported, as in EpiEstim."""
    rows = read_rows(path, needs=("t",))
    check_index([r["t"] for r in rows], path.name)
    if "I" in rows[0]:
        total = cells(rows, ("I",), path.name)[:, 0]
        imported = np.zeros_like(total)
    elif {"local", "imported"} <= set(rows[0]):
        local, imported = cells(rows, ("local", "imported"), path.name).T
        total = local + imported
    else:
        raise SeriesMalformed(
            where=path.name, what="column I is missing", mend="Give t,I or t,local,imported."
        )
    if np.isnan(total).any() or (total < 0).any() or (imported < 0).any():
        bad = int(np.argmax(~(total >= 0)))
        raise SeriesMalformed(
            where=f"{path.name}, t {bad + 1}",
            what="the incidence is missing or negative",
            mend="Give zero or more cases for every day.",
        )
    imported = imported.copy()
    imported[0] = total[0]
    return total, imported


def read_serial_interval(path: Path) -> Floats:
    """Probabilities by day from k = 0. Raises SeriesMalformed."""
    rows = read_rows(path, needs=("k", "w"))
    for place, row in enumerate(rows):
        if number(row["k"], where=f"{path.name}, row {place + 1}") != place:
            raise SeriesMalformed(
                where=f"{path.name}, row {place + 1}",
                what=f"k is {row['k']}, not {place}",
                mend="k counts 0, 1, 2, …",
            )
    return cells(rows, ("w",), path.name)[:, 0]


def rt_rows(found: Reproduction) -> Iterator[Row]:
    """EpiEstim's columns."""
    for row in range(len(found.start)):
        values = {name: digits(float(column[row])) for name, column in found.columns.items()}
        yield {"t_start": str(found.start[row]), "t_end": str(found.end[row]), **values}


def read_places(path: Path, *, cases: bool) -> Places:
    """Places with position and population, and with cases for the spatial scan."""
    rows = read_rows(path, needs=("x", "y", "pop", *(("cases",) if cases else ())))
    key = next((k for k in ("loc", "id") if k in rows[0]), None)
    if key is None:
        raise SeriesMalformed(
            where=path.name, what="column loc is missing", mend="Name the places in loc or id."
        )
    ids = [r[key].strip() for r in rows]
    if len(set(ids)) < len(ids):
        raise PlacesMismatch(
            what="places given twice",
            places=", ".join(sorted({i for i in ids if ids.count(i) > 1})),
        )
    numbers = cells(rows, ("x", "y", "pop", *(("cases",) if cases else ())), path.name)
    bad = ~np.isfinite(numbers).all(axis=1) | (numbers[:, 2:] < 0).any(axis=1)
    if bad.any():
        raise PlacesMismatch(
            what="places without position, population or cases",
            places=", ".join(np.array(ids)[bad]),
        )
    return Places(
        tuple(ids), numbers[:, :2], numbers[:, 2], np.floor(numbers[:, 3]) if cases else None
    )


def read_place_counts(path: Path, places: Places) -> Floats:
    """Counts by time and place in the order of the places; columns are L1, L2, … or the names of the places."""
    rows = read_rows(path, needs=("time",))
    given = [name for name in rows[0] if name not in ("time", "epoch")]
    numbered = [f"L{i}" for i in places.ids]
    wanted = numbered if set(given) == set(numbered) else list(places.ids)
    if odd := sorted(set(given) ^ set(wanted)):
        raise PlacesMismatch(what="places in only one of the two files", places=", ".join(odd[:10]))
    check_index([r["time"] for r in rows], path.name)
    counts = cells(rows, tuple(wanted), path.name)
    if not (counts >= 0).all():
        row, place = np.argwhere(~(counts >= 0))[0]
        raise SeriesMalformed(
            where=f"{path.name}, time {row + 1}, {wanted[place]}",
            what="the count is missing or negative",
            mend="A scan needs every count.",
        )
    return counts


def scan_rows(places: Places, zones: list[Zone], model: str) -> Iterator[Row]:
    """The columns of scanstatistics, then ours."""
    for rank, zone in enumerate(zones, start=1):
        yield {
            "model": model,
            "rank": str(rank),
            "zone": str(zone.number),
            "duration": str(zone.duration),
            "score": digits(zone.score),
            "relrisk_in": digits(zone.risk_inside),
            "relrisk_out": digits(zone.risk_outside),
            "locs": " ".join(places.ids[i] for i in sorted(zone.members)),
            "p_mc_mlc": digits(zone.p),
            "cases": digits(zone.cases),
            "expected": digits(zone.expected),
            "p_gumbel": digits(zone.p_gumbel),
            "recurrence_interval": digits(zone.recurrence_interval),
        }


def spatial_rows(places: Places, zones: list[Zone]) -> Iterator[Row]:
    """The same columns, then those of a purely spatial scan."""
    for row, zone in zip(scan_rows(places, zones, "spatial"), zones, strict=True):
        yield {
            **row,
            "n_regions": str(len(zone.members)),
            "radius": digits(zone.radius),
            "max_distance": digits(places.widest(zone.members)),
            "population": digits(float(places.population[list(zone.members)].sum())),
            "smr": digits(zone.cases / zone.expected),
            "rr": digits(zone.risk_inside / zone.risk_outside),
            "llr": digits(zone.score),
            "pvalue": digits(zone.p),
            "locids": " ".join(places.ids[i] for i in zone.members),
        }


def read_line_list(path: Path) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64]]:
    """Days of the event and of the report, NaT where unknown."""
    rows = read_rows(path, needs=("dHosp", "dReport"))
    pairs = [
        [day(r[c], where=f"{path.name}, row {i}") for c in ("dHosp", "dReport")]
        for i, r in enumerate(rows, 1)
    ]
    events, reports = np.array(pairs, dtype="datetime64[D]").T
    if (bad := np.flatnonzero(reports < events)).size:
        raise SeriesMalformed(
            where=f"{path.name}, row {bad[0] + 1}",
            what="the report is earlier than the event",
            mend="Correct the dates, or leave the event empty.",
        )
    return events, reports


def nowcast_rows(found: Nowcast, days: int) -> Iterator[Row]:
    """The latest days."""
    for i in range(max(0, len(found.dates) - days), len(found.dates)):
        yield {
            "method": found.method,
            "now": str(found.now),
            "date": str(found.dates[i]),
            "observed_so_far": str(found.observed[i]),
            "estimate": digits(float(found.estimate[i])),
            "lo": digits(float(found.low[i])),
            "hi": digits(float(found.high[i])),
            "D": str(found.longest_delay),
        }


def simulation_rows(world: World) -> Iterator[Row]:
    """Counts with all outbreaks added."""
    names = [f"s{i + 1:03d}" for i in range(world.counts.shape[1])]
    for week, row in enumerate(world.counts, start=1):
        yield {"week": str(week), **dict(zip(names, (digits(float(x)) for x in row), strict=True))}


def outbreak_rows(world: World) -> Iterator[Row]:
    """Cases of the outbreaks by week."""
    for o in world.outbreaks:
        for week, cases in zip(o.weeks, o.cases, strict=True):
            yield {
                "series": str(o.series + 1),
                "kind": o.kind,
                "k": digits(o.size_factor),
                "start": str(o.start + 1),
                "week": str(week + 1),
                "cases": str(cases),
            }


def read_outbreaks(path: Path, series: CountSeries) -> list[Outbreak]:
    """Known outbreaks, by number of the series (from 1) or by name of the unit."""
    rows = read_rows(path, needs=("series", "kind", "start", "week", "cases"))
    groups: dict[tuple[int, str, int, float], list[tuple[int, int]]] = {}
    for line, r in enumerate(rows, start=2):
        where = f"{path.name}, line {line}"
        name = r["series"].strip()
        unit = (
            series.units.index(name) if name in series.units else int(number(name, where=where)) - 1
        )
        week = int(number(r["week"], where=where)) - 1
        if not 0 <= unit < len(series.units) or not 0 <= week < series.length:
            raise SeriesMalformed(
                where=where,
                what="the series or week is not in the counts",
                mend="Number both from 1.",
            )
        key = (
            unit,
            r["kind"],
            int(number(r["start"], where=where)) - 1,
            number(r.get("k", ""), where=where),
        )
        groups.setdefault(key, []).append((week, int(number(r["cases"], where=where))))
    return [
        Outbreak(u, kind, start, k, tuple(w for w, _ in sorted(c)), tuple(n for _, n in sorted(c)))
        for (u, kind, start, k), c in groups.items()
    ]


def backtest_rows(replay: Replay) -> Iterator[Row]:
    """One row a unit, then the total."""
    for label, figures in replay.rows:
        yield {"unit": label, **{name: digits(value) for name, value in figures.items()}}
