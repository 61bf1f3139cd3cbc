"""Fast code against slow, obvious twins."""

import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from kangmai.epidemic.surveillance.detectors.glm import fit_log_linear
from kangmai.epidemic.surveillance.detectors.outbreak_p import OutbreakP
from kangmai.epidemic.surveillance.detectors.outbreak_p import detect as outbreak_p
from kangmai.epidemic.surveillance.detectors.quantiles import (
    negative_binomial_quantile,
    negative_binomial_quantile_of_size,
)
from kangmai.epidemic.surveillance.detectors.quasipoisson import Design, Tables
from kangmai.epidemic.surveillance.detectors.seasonal_model import Rule, predict, predict_one
from kangmai.epidemic.surveillance.methods import method
from kangmai.epidemic.surveillance.scan import (
    Places,
    log_likelihood_ratio,
    nearest_zones,
    scan_space_time,
)
from kangmai.epidemic.surveillance.series import CountSeries

RARELY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@RARELY
@given(
    seed=st.integers(0, 10**6),
    levels=st.integers(1, 6),
    trend=st.booleans(),
    reweight=st.booleans(),
    offset=st.booleans(),
)
def test_batched_fits_equal_fits_one_by_one(
    seed: int, levels: int, trend: bool, reweight: bool, offset: bool
) -> None:
    rng = np.random.default_rng(seed)
    n = 20 * levels
    design = Design(np.sort(rng.permutation(np.arange(n) % levels)), np.arange(n) * 1.0, n + 3.0)
    counts = rng.poisson(np.exp(rng.normal(0, 2, (5, 1))), (5, n)).astype(float)
    shift = rng.normal(0, 0.3, (5, n)) if offset else None
    rule = Rule(trend, reweight, 2.58, 0.2, 5, True, True)
    ahead = np.full(5, 0.1)
    ours = predict(design, Tables.of(counts), rule, offset=shift, offset_now=ahead)
    for row in range(5):
        twin = predict_one(
            design, counts[row], rule, offset=None if shift is None else shift[row], offset_now=0.1
        )
        mine = (ours.eta[row], ours.error[row], ours.phi[row], ours.slope[row])
        # half of the digits: errors are roots of sums that cancel, one case in a thousand differs by 1.5e-8
        np.testing.assert_allclose(mine, twin, rtol=1e-7, atol=1e-9)


def test_the_twin_finds_the_maximum_of_the_likelihood() -> None:
    rng = np.random.default_rng(5)
    design = np.column_stack([np.ones(60), np.arange(60) / 60])
    counts = rng.poisson(np.exp(design @ [1.0, 0.8])).astype(float)
    fit = fit_log_linear(design=design, counts=counts)
    assert fit is not None
    assert fit.converged
    np.testing.assert_allclose(design.T @ (counts - fit.mean), 0, atol=1e-6)  # the score is zero


def test_an_aliased_column_is_left_out() -> None:
    design = np.column_stack([np.ones(6), np.arange(6.0), 2 * np.arange(6.0)])
    fit = fit_log_linear(design=design, counts=np.array([1.0, 2, 2, 3, 5, 4]))
    assert fit is not None
    assert fit.kept.tolist() == [0, 1]
    assert np.isnan(fit.coefficients[2])


@given(
    mean=st.floats(1e-6, 5e4),
    phi=st.one_of(st.just(1.0), st.floats(1.001, 50)),
    p=st.floats(0.01, 0.999),
)
@settings(deadline=None)
def test_quantiles_equal_the_definition(mean: float, phi: float, p: float) -> None:
    got = float(negative_binomial_quantile(p, mean=np.array([mean]), dispersion=np.array([phi]))[0])
    law = stats.poisson(mean) if phi == 1 else stats.nbinom(mean / (phi - 1), 1 / phi)
    assert law.cdf(got) >= p * (1 - 1e-12)
    assert got == 0 or law.cdf(got - 1) < p * (1 + 1e-12)


def test_the_predictive_quantile_by_hand() -> None:
    got = negative_binomial_quantile_of_size(0.95, size=np.array([20.5]), success=np.array([6 / 7]))
    assert got[0] == stats.nbinom.ppf(0.95, 20.5, 6 / 7) == 7


def test_quantiles_of_huge_means_end() -> None:
    got = negative_binomial_quantile(
        0.99, mean=np.array([1e200, np.inf, np.nan]), dispersion=np.array([3.0, 2.0, 2.0])
    )
    assert got[0] >= 1e200
    assert np.isnan(got[1:]).all()


@pytest.mark.parametrize("mean", [10.0**power for power in range(0, 300, 12)] + [2.19488729e56])
@pytest.mark.parametrize("phi", [1.0, 1.5, 40.0])
def test_every_quantile_ends(mean: float, phi: float) -> None:
    got = negative_binomial_quantile(0.995, mean=np.array([mean]), dispersion=np.array([phi]))
    assert got[0] >= mean * 0.999


def isotonic(counts: list[float]) -> list[float]:
    """The rising mean as the published formula max over start of min over end of means."""
    n = len(counts)
    return [
        max(min(np.mean(counts[a : b + 1]) for b in range(i, n)) for a in range(i + 1))
        for i in range(n)
    ]


@RARELY
@given(arrays(float, 12, elements=st.integers(0, 9).map(float)))
def test_outbreak_p_equals_the_formula(counts: np.ndarray) -> None:
    series = CountSeries(("a",), counts[:, None])
    said = outbreak_p(series, points=np.arange(12), settings=OutbreakP())
    for i in range(12):
        part = counts[: i + 1]
        mean = part.mean()
        twin = 1.0
        for x, rising in zip(part, isotonic(list(part)), strict=True):
            twin *= (rising / mean) ** x if mean > 0 else 1.0
        assert said.upperbound[i, 0] == pytest.approx(twin, rel=1e-9)


@settings(RARELY, max_examples=8)
@given(
    seed=st.integers(0, 10**6),
    least=st.integers(1, 3),
    window=st.sampled_from([-1, 6]),
    direction=st.sampled_from(["inc", "dec"]),
)
def test_glr_of_all_units_in_step_equals_one_by_one(
    seed: int, least: int, window: int, direction: str
) -> None:
    """For a threshold in cases each unit runs alone; the alarms are the same."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson([0.3, 2, 30], (90, 3)).astype(float)
    counts[rng.integers(60, 90), 1] += 25
    series = CountSeries(("a", "b", "c"), counts)
    usual = {"c.ARL": 4.0, "Mtilde": least, "M": window, "dir": direction}
    span = {"first": 61, "latest": 90}
    in_step = method("glrpois", usual).detect(series, **span)
    alone = method("glrpois", usual | {"ret": "cases"}).detect(series, **span)
    assert in_step.alarm.tolist() == alone.alarm.tolist()


@RARELY
@given(seed=st.integers(0, 10**6), model=st.sampled_from(["poisson", "permutation"]))
def test_the_scan_equals_a_loop_over_all_zones(seed: int, model: str) -> None:
    rng = np.random.default_rng(seed)
    places = Places(tuple("abcdef"), rng.random((6, 2)), rng.integers(10, 99, 6) * 1.0)
    counts = rng.poisson(2, (5, 6)).astype(float) + (rng.random((5, 6)) < 0.1) * 5
    total = counts.sum()
    best = 0.0
    zones = nearest_zones(places, k=3)
    for members, days in itertools.product(zones.lists, range(1, 6)):
        cases = counts[-days:, list(members)].sum()
        if model == "poisson":
            expected = (
                total * places.population[list(members)].sum() / places.population.sum() * days / 5
            )
        else:
            expected = sum(
                counts[t].sum() * counts[:, i].sum() / total
                for t in range(5 - days, 5)
                for i in members
            )
        best = max(best, float(log_likelihood_ratio(np.array(cases), np.array(expected), total)))
    found = scan_space_time(places, counts, model=model, k=3, replicates=0)
    assert (found[0].score if found else 0.0) == pytest.approx(best, rel=1e-9)


def test_every_centre_has_itself_first_and_sets_come_once() -> None:
    places = Places(tuple("abc"), np.array([[0.0, 0], [1, 0], [5, 0]]), np.ones(3))
    zones = nearest_zones(places, k=3)
    assert zones.lists == [(0,), (0, 1), (0, 1, 2), (1,), (2,), (2, 1)]
