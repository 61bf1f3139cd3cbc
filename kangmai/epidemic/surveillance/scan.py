"""Scan statistics: the zone, or the zone and recent window, whose excess is the least likely.

Source: Kulldorff 1997, Commun Stat Theory Methods 26:1481 (https://doi.org/10.1080/03610929708831995),
spatial; Kulldorff 2001, J R Stat Soc A 164:61 (https://doi.org/10.1111/1467-985X.00186), prospective
space-time; Kulldorff et al. 2005, PLoS Med 2:e59 (https://doi.org/10.1371/journal.pmed.0020059), by
permutation; Abrams, Kulldorff and Kleinman 2010, Int J Health Geogr 9:61 (https://doi.org/10.1186/1476-072X-9-61), Gumbel tail.
Log-likelihood ratios equal those of the R packages scanstatistics 1.0.2 and smerc 1.8.4.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy

from kangmai.epidemic.surveillance.errors import SeriesMalformed
from kangmai.epidemic.surveillance.series import Floats, Ints

CELLS_A_BATCH = 4_000_000


@dataclass(frozen=True, slots=True)
class Places:
    """Places with positions (n, 2), populations (n,) and, for a purely spatial scan, cases."""

    ids: tuple[str, ...]
    positions: Floats
    population: Floats
    cases: Floats | None = None

    def neighbours(self) -> tuple[Ints, Floats]:
        """Every place's neighbours by distance, itself first, and those distances; ties by order of the input."""
        gaps = self.positions[:, None, :] - self.positions[None, :, :]
        distance = np.sqrt((gaps**2).sum(axis=2))
        np.fill_diagonal(distance, -1)
        order = np.argsort(distance, axis=1, kind="stable")
        np.fill_diagonal(distance, 0)
        return order, np.take_along_axis(distance, order, axis=1)

    def widest(self, members: tuple[int, ...]) -> float:
        """The largest distance between two of some places."""
        held = self.positions[list(members)]
        gaps = held[:, None, :] - held[None, :, :]
        return float(np.sqrt((gaps**2).sum(axis=2)).max())


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone: members by position in the input, nearest to the centre first; windows in points."""

    number: int
    members: tuple[int, ...]
    duration: int
    score: float
    cases: float
    expected: float
    risk_inside: float
    risk_outside: float
    radius: float
    p: float = float("nan")
    p_gumbel: float = float("nan")

    @property
    def recurrence_interval(self) -> float:
        """In how many scans one so strong comes by chance."""
        return (
            1 / self.p_gumbel
            if self.p_gumbel > 0
            else float("inf" if self.p_gumbel == 0 else "nan")
        )


@dataclass(frozen=True, slots=True)
class Zones:
    """Distinct zones: membership (places, zones), member lists and radii."""

    member: Floats
    lists: list[tuple[int, ...]]
    radius: Floats


def nearest_zones(places: Places, *, k: int, share: float = 1.0) -> Zones:
    """Every place with its nearest 0 .. k - 1 neighbours, up to a share of the population, each set once."""
    order, distance = places.neighbours()
    limit = share * places.population.sum()
    seen: dict[tuple[int, ...], int] = {}
    lists: list[tuple[int, ...]] = []
    radius: list[float] = []
    for centre in range(len(places.ids)):
        people = np.cumsum(places.population[order[centre]])
        for size in range(1, min(k, len(places.ids)) + 1):
            if people[size - 1] > limit:
                break
            members = tuple(int(i) for i in order[centre, :size])
            key = tuple(sorted(members))
            if key not in seen:
                seen[key] = len(lists)
                lists.append(members)
                radius.append(float(distance[centre, size - 1]))
    member = np.zeros((len(places.ids), len(lists)))
    for zone, members in enumerate(lists):
        member[list(members), zone] = 1
    return Zones(member, lists, np.array(radius))


def log_likelihood_ratio(cases: Floats, expected: Floats, total: float) -> Floats:
    """c ln(c/e) + (C - c) ln((C - c)/(C - e)) where c > e, else 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = xlogy(cases, cases / expected)
        outside = xlogy(total - cases, (total - cases) / (total - expected))
    return np.where(cases > expected, inside + outside, 0.0)


def scan_space_time(
    places: Places,
    counts: Floats,
    *,
    model: str,
    k: int = 20,
    longest: int | None = None,
    replicates: int = 999,
    seed: int = 1,
    top: int = 40,
    overlap: bool = True,
) -> list[Zone]:
    """The best zones and windows that end at the last point of `counts` (points, places).

    `model` poisson expects cases in proportion to population, permutation from the totals of places
    and points. Raises SeriesMalformed where there are no cases or no population.
    """
    total = float(counts.sum())
    refuse_empty(total, places)
    if model == "poisson":
        people = places.population / places.population.sum()
        expected = np.broadcast_to(total * people / len(counts), counts.shape)
    else:
        expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / total
    windows = min(longest or len(counts), len(counts))
    zones = nearest_zones(places, k=k)
    observed_sums = window_sums(counts, windows) @ zones.member
    expected_sums = window_sums(expected, windows) @ zones.member
    score = log_likelihood_ratio(observed_sums, expected_sums, total)
    highest = np.array([])
    if replicates:
        rng = np.random.default_rng(seed)
        draw = multinomial_draws if model == "poisson" else permutation_draws
        highest = replicate_maxima(draw, rng, counts, expected, zones, windows, total, replicates)
    best = np.argsort(-score, axis=None, kind="stable")
    picked = choose(best, score.shape[1], zones, top, overlap, score.ravel())
    return [zone_at(i, score, observed_sums, expected_sums, zones, total, highest) for i in picked]


def refuse_empty(total: float, places: Places) -> None:
    """Raise SeriesMalformed where there is nothing to scan."""
    if total <= 0:
        raise SeriesMalformed(
            where="counts", what="there are no cases", mend="A scan needs at least one case."
        )
    if places.population.sum() <= 0:
        raise SeriesMalformed(
            where="places", what="there is no population", mend="Give the populations."
        )


def window_sums(values: Floats, windows: int) -> Floats:
    """Sums over the last 1, 2, … points: (windows, places)."""
    return np.cumsum(values[::-1][:windows], axis=0)


def multinomial_draws(
    rng: np.random.Generator, counts: Floats, expected: Floats, size: int
) -> Floats:
    """Replicates with all cases thrown on places and points in proportion to the expected numbers."""
    shares = expected.ravel() / expected.sum()
    drawn = rng.multinomial(round(counts.sum()), shares, size=size)
    return drawn.reshape(size, *counts.shape).astype(float)


def permutation_draws(
    rng: np.random.Generator, counts: Floats, expected: Floats, size: int
) -> Floats:
    """Replicates with the times of all cases shuffled among their places."""
    points, width = counts.shape
    cases = np.rint(counts).astype(int)
    time = np.repeat(np.repeat(np.arange(points), width), cases.ravel())
    place = np.repeat(np.tile(np.arange(width), points), cases.ravel())
    drawn = np.empty((size, points * width))
    for i in range(size):
        drawn[i] = np.bincount(rng.permutation(time) * width + place, minlength=points * width)
    return drawn.reshape(size, points, width)


def replicate_maxima(
    draw: object,
    rng: np.random.Generator,
    counts: Floats,
    expected: Floats,
    zones: Zones,
    windows: int,
    total: float,
    replicates: int,
) -> Floats:
    """The largest ratio of every replicate.

    The expected sums are the same in all of them, so the ratio is a table of the count plus a line.
    """
    e = window_sums(expected, windows) @ zones.member
    cells = np.arange(round(total) + 1, dtype=float)
    table = xlogy(cells, cells) + xlogy(total - cells, total - cells)
    rest = np.maximum(total - e, np.finfo(float).tiny)
    slope, constant = np.log(e) - np.log(rest), total * np.log(rest)
    member = zones.member.astype(np.float32)  # counts below 2^24 stay exact
    highest = np.zeros(replicates)
    size = max(1, CELLS_A_BATCH // e.size)
    for start in range(0, replicates, size):
        n = min(size, replicates - start)
        drawn = draw(rng, counts, expected, n)  # type: ignore[operator]
        recent = np.cumsum(drawn[:, ::-1][:, :windows], axis=1).astype(np.float32)
        sums = (recent.reshape(-1, recent.shape[2]) @ member).reshape(n, *e.shape)
        ratio = table[sums.astype(np.int32)]
        ratio -= sums * slope
        ratio -= constant
        ratio[sums <= e] = 0
        highest[start : start + n] = ratio.reshape(n, -1).max(axis=1)
    return highest


def choose(
    best: Ints, width: int, zones: Zones, top: int, overlap: bool, score: Floats
) -> list[int]:
    """The first `top` with a positive score, leaving out those that overlap a better one if asked."""
    picked: list[int] = []
    taken: set[int] = set()
    for i in best:
        if len(picked) == top or score[i] <= 0:
            break
        members = zones.lists[int(i) % width]
        if not overlap and taken & set(members):
            continue
        taken |= set(members)
        picked.append(int(i))
    return picked


def zone_at(
    flat: int,
    score: Floats,
    cases: Floats,
    expected: Floats,
    zones: Zones,
    total: float,
    highest: Floats,
) -> Zone:
    """Describe the zone and window at a flat position of the table of scores."""
    window, zone = divmod(flat, score.shape[1])
    value, c, e = (
        float(score[window, zone]),
        float(cases[window, zone]),
        float(expected[window, zone]),
    )
    p = (
        (1 + int((highest >= value - 1e-9).sum())) / (1 + len(highest))
        if len(highest)
        else float("nan")
    )
    outside = (total - c) / (total - e) if total > e else float("nan")
    return Zone(
        zone + 1, zones.lists[zone], window + 1, value, c, e, c / e, outside,
        float(zones.radius[zone]), p, gumbel_tail(value, highest),
    )  # fmt: skip


def gumbel_tail(value: float, highest: Floats) -> float:
    """The chance of so high a maximum under a Gumbel distribution with the replicates' mean and variance."""
    if len(highest) < 2 or highest.std() == 0:
        return float("nan")
    scale = highest.std(ddof=1) * np.sqrt(6) / np.pi
    location = highest.mean() - np.euler_gamma * scale
    return float(-np.expm1(-np.exp(-(value - location) / scale)))


def scan_space(
    places: Places,
    *,
    share: float = 0.5,
    replicates: int = 999,
    seed: int = 1,
    top: int = 40,
    overlap: bool = False,
) -> list[Zone]:
    """The best circular zones with at most a share of the population, against cases in proportion to it."""
    assert places.cases is not None
    total = float(places.cases.sum())
    refuse_empty(total, places)
    expected = total * places.population / places.population.sum()
    zones = nearest_zones(places, k=len(places.ids), share=share)
    if not zones.lists:
        raise SeriesMalformed(
            where="places",
            what="every place has more than the largest share",
            mend="Raise --max-population.",
        )
    cases, e = (places.cases @ zones.member)[None], (expected @ zones.member)[None]
    score = log_likelihood_ratio(cases, e, total)
    highest = np.array([])
    if replicates:
        rng = np.random.default_rng(seed)
        highest = replicate_maxima(
            multinomial_draws, rng, places.cases[None], expected[None], zones, 1, total, replicates
        )
    best = np.argsort(-score, axis=None, kind="stable")
    picked = choose(best, score.shape[1], zones, top, overlap, score.ravel())
    return [zone_at(i, score, cases, e, zones, total, highest) for i in picked]
