"""Random series and settings, ours against R's `surveillance` in the same minute; skips without R."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from kangmai.epidemic.surveillance.methods import method
from kangmai.epidemic.surveillance.series import CountSeries

pytestmark = pytest.mark.outside

TOLERANCE = {
    "upperbound": 1e-9,
    "alarm": 0.0,
    "expected": 1e-9,
    "mu0": 1e-8,
    "phi": 1e-8,
    "trend": 0.0,
}


@pytest.fixture(scope="module")
def peer() -> ModuleType:
    path = Path(__file__).parents[3] / "benchmarks" / "surveillance_r.py"
    spec = importlib.util.spec_from_file_location("surveillance_r", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["surveillance_r"] = module
    spec.loader.exec_module(module)
    if not module.r_is_there():
        pytest.skip("R with surveillance and jsonlite is not installed")
    return module


def random_series(
    rng: np.random.Generator, frequency: int, *, dated: bool, people: bool
) -> CountSeries:
    """Three units: one with few cases, one with a season and many, one in between."""
    n = 6 * frequency + 12
    t = np.arange(n)[:, None]
    level = rng.permutation([-2.0, 0.5, 3.0])
    mean = np.exp(level + 0.4 * np.cos(2 * np.pi * t / frequency) + rng.normal(0, 0.001) * t)
    phi = rng.choice([1.2, 3.0])
    counts = rng.negative_binomial(mean / (phi - 1), 1 / phi).astype(float)
    dates = None
    if dated:
        dates = np.datetime64("2012-01-02") + 7 * np.arange(n)
        if frequency == 12:
            dates = (np.datetime64("2012-01", "M") + np.arange(n)).astype("datetime64[D]")
    population = 1e4 * np.exp(0.002 * t + rng.normal(0, 0.01, (n, 3))) if people else None
    return CountSeries(("u1", "u2", "u3"), counts, dates, population, frequency)


FLEXIBLE: list[tuple[int, bool, bool, dict[str, object]]] = [
    (52, False, False, {"b": 5, "noPeriods": 10, "pastWeeksNotIncluded": 26, "pThresholdTrend": 1, "thresholdMethod": "nbPlugin", "limit54": [0, 4], "alpha": 0.005}),
    (52, True, False, {"b": 4, "noPeriods": 10, "pastWeeksNotIncluded": 26, "thresholdMethod": "muan", "alpha": 0.01}),
    (52, True, True, {"b": 5, "w": 2, "noPeriods": 5, "populationOffset": True, "powertrans": "1/2"}),
    (52, False, True, {"b": 3, "w": 4, "populationOffset": True, "trend": False, "powertrans": "none"}),
    (52, False, False, {"b": 2, "w": 3, "reweight": False, "limit54": [0, 2]}),
    (12, True, False, {"b": 5, "w": 1, "noPeriods": 3, "pastWeeksNotIncluded": 3, "weightsThreshold": 1}),
    (26, False, False, {"b": 4, "w": 2, "noPeriods": 5, "alpha": 0.1}),
]  # fmt: skip
OTHERS: list[tuple[str, int, bool, dict[str, object]]] = [
    ("farrington", 52, False, {}),
    ("farrington", 52, True, {"b": 3, "w": 2, "powertrans": "1/2", "limit54": [0, 4]}),
    ("farrington", 52, False, {"fitFun": "algo.farrington.fitGLM.populationOffset", "alpha": 0.01}),
    ("farrington", 12, True, {"w": 1, "trend": False}),
    ("earsC", 52, False, {"method": "C2", "baseline": 14, "minSigma": 0.5}),
    ("earsC", 52, False, {"method": "C3"}),
    ("cusum", 52, False, {"m": "glm", "trans": "rossi"}),
    ("cusum", 52, False, {"trans": "anscombe2nd", "k": 0.5, "h": 4}),
    ("cusum", 52, False, {"trans": "pearsonNegBin", "alpha": 0.3}),
    ("bayes", 52, True, {"b": 2, "w": 4, "actY": False}),
    ("rki", 26, False, {"b": 3, "w": 2, "actY": True}),
    ("outbreakP", 52, False, {"k": 100, "ret": "value"}),
    ("glrpois", 52, False, {"c.ARL": 4, "Mtilde": 2, "M": 10}),
    ("glrpois", 52, False, {"theta": 0.7, "mu0": {"S": 2, "trend": True}}),
    ("glrpois", 52, False, {"change": "epi"}),
]  # fmt: skip


def test_farrington_flexible(peer: ModuleType) -> None:
    rng = np.random.default_rng(20)
    jobs = []
    for frequency, dated, people, control in FLEXIBLE:
        series = random_series(rng, frequency, dated=dated, people=people)
        jobs.append(
            peer.Job("farringtonFlexible", series, series.length - 9, series.length, control)
        )
    compare(peer, jobs, list(TOLERANCE))


def test_the_other_methods(peer: ModuleType) -> None:
    rng = np.random.default_rng(21)
    jobs = []
    for name, frequency, dated, control in OTHERS:
        series = random_series(rng, frequency, dated=dated, people=False)
        jobs.append(peer.Job(name, series, series.length - 19, series.length, control))
    compare(peer, jobs, ["upperbound", "alarm"])


def compare(peer: ModuleType, jobs: list, columns: list[str]) -> None:  # type: ignore[type-arg]
    """Assert that every cell is equal, missing ones included."""
    for job, theirs in zip(jobs, peer.ask_r(jobs), strict=True):
        assert theirs is not None, f"R refused {job.method} {job.control}"
        said = method(job.method, job.control).detect(
            job.series, first=job.first, latest=job.latest
        )
        for name in columns:
            np.testing.assert_allclose(
                getattr(said, name), theirs.columns[name], rtol=TOLERANCE[name], atol=1e-300,
                err_msg=f"{job.method} {job.control} {name}",
            )  # fmt: skip
