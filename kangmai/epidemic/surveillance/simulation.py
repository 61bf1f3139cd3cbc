"""Simulated weekly series with known outbreaks: the 42 scenarios on which detectors are compared.

Source: Noufaily et al. 2013, Stat Med 32:1206 (https://doi.org/10.1002/sim.5595), 4; the choice of
outbreak sizes follows Bédubourg and Le Strat 2017, PLoS One 12:e0181227
(https://doi.org/10.1371/journal.pone.0181227). Weeks 1-312 warm up, 313-575 are baseline, 576-624 current.
"""

from dataclasses import dataclass

import numpy as np

from kangmai.epidemic.surveillance.series import Floats

WEEKS = 624
BASELINE = (312, 575)  # half-open, zero-based
CURRENT = (575, 624)
PAST_OUTBREAKS = 4
PAST_SIZES = (0, 2, 3, 5, 10)
CURRENT_SIZES = (1, 10)
SPREAD_OF_ONSETS = 0.5
# theta, phi, beta (where there is a trend), gamma1, gamma2
GROUPS = (
    (0.1, 1.5, 0.0025, 0.6, 0.6),
    (-2.0, 2.0, 0.005, 0.1, 0.3),
    (1.5, 1.0, 0.003, 0.2, -0.4),
    (0.5, 5.0, 0.002, 0.5, 0.5),
    (2.5, 3.0, 0.001, 1.0, 0.1),
    (3.75, 1.1, 0.001, 0.1, -0.1),
    (5.0, 1.2, 0.0001, 0.05, 0.01),
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Log mean theta + beta t + m harmonics with g1, g2; variance phi x mean."""

    theta: float
    phi: float
    beta: float
    g1: float
    g2: float
    harmonics: int

    def mean(self) -> Floats:
        """Expected counts in weeks 1..624."""
        t = np.arange(1, WEEKS + 1)
        eta = self.theta + self.beta * t
        for j in range(1, self.harmonics + 1):
            angle = 2 * np.pi * j * t / 52
            eta = eta + self.g1 * np.cos(angle) + self.g2 * np.sin(angle)
        return np.asarray(np.exp(eta))


SCENARIOS = tuple(
    Scenario(theta, phi, beta if trend else 0.0, g1, g2, m)
    for theta, phi, beta, g1, g2 in GROUPS
    for trend in (False, True)
    for m in (0, 1, 2)
)


@dataclass(frozen=True, slots=True)
class Outbreak:
    """Extra cases of one series by week; weeks and start are zero-based, `kind` past or current."""

    series: int
    kind: str
    start: int
    size_factor: float
    weeks: tuple[int, ...]
    cases: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class World:
    """Series (weeks, series) without current outbreaks and with all, scenario of each, and the outbreaks."""

    quiet: Floats
    counts: Floats
    scenario: tuple[int, ...]
    outbreaks: list[Outbreak]


def simulate(numbers: list[int], *, replicates: int, seed: int) -> World:
    """Simulate each scenario (numbered from 1) some times; past sizes cycle over replicates."""
    rng = np.random.default_rng(seed)
    quiet: list[Floats] = []
    outbreaks: list[Outbreak] = []
    scenarios: list[int] = []
    for replicate in range(replicates):
        for number in numbers:
            scenario, series = SCENARIOS[number - 1], len(quiet)
            mean = scenario.mean()
            counts = draw(rng, mean, scenario.phi)
            past = PAST_SIZES[replicate % len(PAST_SIZES)]
            if past:
                for _ in range(PAST_OUTBREAKS):
                    extra = outbreak(rng, series, "past", past, BASELINE, mean, scenario.phi)
                    add(counts, extra)
                    outbreaks.append(extra)
            size = int(rng.integers(CURRENT_SIZES[0], CURRENT_SIZES[1] + 1))
            outbreaks.append(outbreak(rng, series, "current", size, CURRENT, mean, scenario.phi))
            quiet.append(counts)
            scenarios.append(number)
    baseline = np.array(quiet).T
    counts = baseline.copy()
    for extra in outbreaks:
        if extra.kind == "current":
            add(counts[:, extra.series], extra)
    return World(baseline, counts, tuple(scenarios), outbreaks)


def draw(rng: np.random.Generator, mean: Floats, phi: float) -> Floats:
    """Counts with variance phi x mean."""
    if phi == 1:
        return rng.poisson(mean).astype(float)
    return rng.negative_binomial(mean / (phi - 1), 1 / phi).astype(float)


def outbreak(
    rng: np.random.Generator,
    series: int,
    kind: str,
    size: int,
    span: tuple[int, int],
    mean: Floats,
    phi: float,
) -> Outbreak:
    """An outbreak of Poisson size, at least one case; onsets are log-normal weeks after the start."""
    start = int(rng.integers(*span))
    cases = max(1, int(rng.poisson(size * np.sqrt(phi * mean[start]))))
    weeks = start + np.floor(rng.lognormal(0, SPREAD_OF_ONSETS, cases)).astype(int)
    found, number = np.unique(weeks[weeks < WEEKS], return_counts=True)
    if not len(found):
        found, number = np.array([start]), np.array([cases])
    return Outbreak(series, kind, start, size, tuple(found.tolist()), tuple(number.tolist()))


def add(counts: Floats, extra: Outbreak) -> None:
    """Add an outbreak to one series."""
    for week, cases in zip(extra.weeks, extra.cases, strict=True):
        counts[week] += cases
