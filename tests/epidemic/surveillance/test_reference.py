"""Every reference result of R, reproduced within the tolerances its README gives."""

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from kangmai.epidemic.surveillance.methods import method
from kangmai.epidemic.surveillance.nowcast import nowcast
from kangmai.epidemic.surveillance.reproduction_number import discretised_gamma, estimate
from kangmai.epidemic.surveillance.scan import scan_space, scan_space_time
from kangmai.epidemic.surveillance.tables import (
    read_incidence,
    read_line_list,
    read_place_counts,
    read_places,
    read_serial_interval,
    read_series,
)

pytestmark = pytest.mark.outside

TOLERANCE = {"upperbound": 1e-9, "alarm": 0, "expected": 1e-9, "mu0": 1e-9, "phi": 1e-8, "trend": 0}


@pytest.fixture(scope="module")
def folder(testdata: Path) -> Path:
    return testdata / "surveillance"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def value(text: str) -> float:
    return float("nan") if text == "NA" else float(text)


def assert_equal(ours: np.ndarray, theirs: np.ndarray, tolerance: float, what: str) -> None:
    assert np.array_equal(np.isnan(ours), np.isnan(theirs)), what
    known = ~np.isnan(theirs)
    error = np.abs(ours - theirs)[known] / np.maximum(np.abs(theirs[known]), 1e-300)
    # the reference files carry 12 digits
    assert (error <= max(tolerance, 1e-11) * (tolerance > 0)).all(), f"{what}: {error.max()}"


def test_every_run_of_the_manifest(folder: Path) -> None:
    runs = rows_of(folder / "manifest.csv")
    for run in runs:
        series = read_series(folder / f"input_{run['data']}.csv", frequency=52)
        first, latest = int(run["range_from"]), int(run["range_to"])
        said = method(run["method"], json.loads(run["control"])).detect(
            series, first=first, latest=latest
        )
        expected = [
            r
            for r in rows_of(folder / run["file"])
            if r["tag"] == run["tag"] and r.get("method", run["method"]) == run["method"]
        ]
        for name, tolerance in TOLERANCE.items():
            if name not in expected[0]:
                continue
            exact = name == "upperbound" and "nbPlugin" in run["control"]
            cells = [(int(r["index"]) - first, series.units.index(r["unit"])) for r in expected]
            ours = np.array([getattr(said, name)[cell] for cell in cells])
            theirs = np.array([value(r[name]) for r in expected])
            assert_equal(
                ours, theirs, 0 if exact else tolerance, f"{run['file']} {run['tag']} {name}"
            )
    assert len(runs) == 55


@pytest.mark.parametrize("data", ["Flu2009", "Measles1861"])
def test_reproduction_numbers(folder: Path, data: str) -> None:
    cases, imported = read_incidence(folder / f"input_epiestim_{data}.csv")
    given = read_serial_interval(folder / f"input_epiestim_{data}_si.csv")
    rows = rows_of(folder / f"out_epiestim_{data}.csv")
    for case in sorted({r["case"] for r in rows}):
        window = int(case.rsplit("_w", 1)[1])
        interval = (
            given
            if case.startswith("nonparam")
            else discretised_gamma(len(cases), mean=2.6, sd=1.5)
        )
        found = estimate(cases, imported=imported, interval=interval, window=window)
        theirs = [r for r in rows if r["case"] == case]
        assert [int(r["t_start"]) for r in theirs] == found.start.tolist()
        for name, ours in found.columns.items():
            assert_equal(ours, np.array([value(r[name]) for r in theirs]), 1e-8, f"{case} {name}")


def test_discretised_serial_intervals(folder: Path) -> None:
    rows = rows_of(folder / "out_epiestim_discr_si_Flu2009.csv")
    for column, mean, sd in (("w", 2.6, 1.5), ("w2", 8.4, 3.8)):
        theirs = np.array([float(r[column]) for r in rows])
        assert np.abs(discretised_gamma(31, mean=mean, sd=sd) - theirs).max() < 1e-11


@pytest.mark.parametrize("how", ["lawless", "unif"])
def test_nowcasts(folder: Path, how: str) -> None:
    events, reports = read_line_list(folder / "input_nowcast_husO104.csv")
    found = nowcast(
        events=events,
        reports=reports,
        now=np.datetime64("2011-06-02"),
        longest_delay=15,
        method=how,
    )
    by_day = {str(d): i for i, d in enumerate(found.dates)}
    rows = [r for r in rows_of(folder / "out_nowcast_husO104.csv") if r["method"] == how]
    assert len(rows) == 10
    for r in rows:
        i = by_day[r["date"]]
        ours = (found.observed[i], found.estimate[i], found.low[i], found.high[i])
        assert ours == tuple(int(r[c]) for c in ("observed_so_far", "estimate", "lo", "hi"))


@pytest.mark.parametrize("model", ["poisson", "permutation"])
def test_best_zones_in_space_and_time(folder: Path, model: str) -> None:
    places = read_places(folder / "input_st_geo_11.csv", cases=False)
    counts = read_place_counts(folder / "input_st_counts_11.csv", places)
    rows = [r for r in rows_of(folder / "out_st_scan_11.csv") if r["model"] == model]
    found = scan_space_time(places, counts, model=model, replicates=199, seed=3)
    assert len(found) == len(rows) == 40
    for zone, r in zip(found, rows, strict=True):
        assert (zone.number, zone.duration) == (int(r["zone"]), int(r["duration"]))
        assert {places.ids[i] for i in zone.members} == set(r["locs"].split())
        assert zone.score == pytest.approx(float(r["score"]), rel=1e-9)
        assert zone.risk_inside == pytest.approx(float(r["relrisk_in"]), rel=1e-9)
        assert zone.risk_outside == pytest.approx(float(r["relrisk_out"]), rel=1e-9)
    assert found[0].p == 0.005
    assert found[0].p_gumbel < 0.01


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_spatial_clusters(folder: Path, share: float) -> None:
    places = read_places(folder / "input_scan_nydf.csv", cases=True)
    rows = [
        r for r in rows_of(folder / "out_scan_nydf_spatial.csv") if r["tag"].endswith(f"pop{share}")
    ]
    found = scan_space(places, share=share, replicates=999, seed=1)
    for zone, r in zip(found, rows, strict=False):
        assert [places.ids[i] for i in zone.members] == r["locids"].split()
        assert zone.score == pytest.approx(float(r["llr"]), rel=1e-9)
        # what smerc calls the radius of a cluster is its largest distance between two members
        assert places.widest(zone.members) == pytest.approx(float(r["radius"]), rel=1e-8)
        p = float(r["pvalue_999"])
        assert zone.p == pytest.approx(p, abs=4 * np.sqrt(2 * p * (1 - p) / 999) + 0.002)


def test_alarm_of_the_outbreak_of_each_simulated_series_is_sane(folder: Path) -> None:
    """The published simulation, read whole: the false alarms of alpha = 0.005 stay near nominal."""
    with gzip.open(folder / "sim42_baseline.csv.gz", "rt") as file:
        counts = np.array([[float(x) for x in r[1:]] for r in list(csv.reader(file))[1:]])
    from kangmai.epidemic.surveillance.series import CountSeries

    series = CountSeries(tuple(f"s{i}" for i in range(counts.shape[1])), counts)
    control = {
        "noPeriods": 10, "pastWeeksNotIncluded": 26, "pThresholdTrend": 1.0, "limit54": [0, 4],
        "thresholdMethod": "nbPlugin", "alpha": 0.005,
    }  # fmt: skip
    said = method("farringtonFlexible", control).detect(series, first=576, latest=624)
    assert 0.002 < np.nanmean(said.alarm) < 0.015
