"""One quasi-Poisson regression with log link, step by step: the slow twin of the batched fits.

Follows the published algorithm of iteratively reweighted least squares (McCullagh and Nelder 1989,
Generalized Linear Models, 2.5) with the starting values, the stopping rule, the step halving and
the rank rule that R documents for `glm.fit` and LINPACK's `dqrdc2`. Used where a batch cannot be:
singular designs, and any series whose fit leaves the safe path.
"""

from dataclasses import dataclass

import numpy as np

from kangmai.epidemic.surveillance.series import Floats, Ints

EPSILON = 1e-8
RANK_TOLERANCE = 1e-11
MAXIMUM_ITERATIONS = 25
SMALLEST = float(np.finfo(float).eps)
LEVERAGE_OF_ONE = 1 - 10 * SMALLEST


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted regression; `weights` and `triangle` are those of the last iteration's least squares.

    `kept` are the columns that are not aliased; `coefficients` is NaN for the others.
    """

    coefficients: Floats
    mean: Floats
    weights: Floats
    residuals: Floats
    hat: Floats
    triangle: Floats
    kept: Ints
    converged: bool

    @property
    def unscaled_covariance(self) -> Floats:
        """(X'WX)^-1 over the kept columns."""
        inverse = np.linalg.inv(self.triangle)
        return inverse @ inverse.T

    def dispersion(self, *, weights: Floats, freedom: int) -> float:
        """The sum of weighted squared working residuals over the degrees of freedom."""
        if freedom <= 0:
            return float("nan")
        used = weights > 0
        return float(np.sum((weights * self.residuals**2)[used]) / freedom)


def deviance(counts: Floats, mean: Floats, prior: Floats) -> float:
    """Twice the weighted Poisson log-likelihood lost against the saturated model."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(counts > 0, counts * np.log(counts / mean), 0.0)
    return float(2 * np.sum(prior * (ratio - (counts - mean))))


def limited_pivot_qr(design: Floats) -> tuple[Floats, Floats, Ints]:
    """Orthogonal columns, triangle and kept columns; a column that adds nothing moves to the end."""
    norms = np.linalg.norm(design, axis=0)
    basis: list[Floats] = []
    kept: list[int] = []
    triangle = np.zeros((design.shape[1], design.shape[1]))
    for column in range(design.shape[1]):
        rest, parts = design[:, column].copy(), np.zeros(len(basis))
        for _ in range(2):  # a second pass restores orthogonality lost to rounding
            step = np.array([q @ rest for q in basis])
            for q, share in zip(basis, step, strict=True):
                rest = rest - share * q
            parts = parts + step if len(basis) else parts
        size = np.linalg.norm(rest)
        if size <= RANK_TOLERANCE * norms[column] or size == 0:
            continue
        triangle[: len(basis), len(basis)] = parts
        triangle[len(basis), len(basis)] = size
        basis.append(rest / size)
        kept.append(column)
    rank = len(kept)
    orthogonal = np.array(basis).T if basis else np.zeros((len(design), 0))
    return orthogonal, triangle[:rank, :rank], np.array(kept, dtype=np.int64)


def fit_log_linear(
    *, design: Floats, counts: Floats, prior: Floats | None = None, offset: Floats | None = None
) -> Fit | None:
    """Fit counts ~ exp(design @ coefficients + offset); None where no step can be taken.

    `prior` are the case weights. `converged` is False after 25 iterations without rest.
    """
    prior = np.ones(len(counts)) if prior is None else prior
    offset = np.zeros(len(counts)) if offset is None else offset
    mean = counts + 0.1
    eta = np.log(mean)
    old_deviance = deviance(counts, mean, prior)
    old: Floats | None = None
    converged = False
    for _ in range(MAXIMUM_ITERATIONS):
        slope = np.maximum(np.exp(eta), SMALLEST)
        good = prior > 0
        weights = np.where(good, prior * slope**2 / mean, 0.0)
        root = np.sqrt(weights[good])
        target = (eta - offset)[good] + (counts - mean)[good] / slope[good]
        q, triangle, kept = limited_pivot_qr(design[good] * root[:, None])
        found = np.zeros(design.shape[1])
        found[kept] = np.linalg.solve(triangle, q.T @ (target * root))
        if not np.isfinite(found).all():
            break
        eta = design @ found + offset
        mean = np.maximum(np.exp(eta), SMALLEST)
        new_deviance = deviance(counts, mean, prior)
        if not np.isfinite(new_deviance):
            if old is None:
                return None
            halved = halve(design, counts, prior, offset, found, old)
            if halved is None:
                return None
            found, eta, mean, new_deviance = halved
        if abs(new_deviance - old_deviance) / (abs(new_deviance) + 0.1) < EPSILON:
            converged = True
            break
        old_deviance, old = new_deviance, found
    slope = np.maximum(np.exp(eta), SMALLEST)
    hat = np.zeros(len(counts))
    hat[good] = np.sum(q**2, axis=1)
    hat[hat > LEVERAGE_OF_ONE] = 1.0
    coefficients = np.full(design.shape[1], np.nan)
    coefficients[kept] = found[kept]
    return Fit(coefficients, mean, weights, (counts - mean) / slope, hat, triangle, kept, converged)


def halve(
    design: Floats, counts: Floats, prior: Floats, offset: Floats, found: Floats, old: Floats
) -> tuple[Floats, Floats, Floats, float] | None:
    """Go back towards the last coefficients until the deviance is finite, at most 25 times."""
    for _ in range(MAXIMUM_ITERATIONS):
        found = (found + old) / 2
        eta = design @ found + offset
        mean = np.maximum(np.exp(eta), SMALLEST)
        value = deviance(counts, mean, prior)
        if np.isfinite(value):
            return found, eta, mean, value
    return None
