"""The regression behind both Farrington methods: fit, weigh past outbreaks down, judge the trend, predict.

Source: Farrington et al. 1996, J R Stat Soc A 159:547 (https://doi.org/10.2307/2983331), 3.2-3.6;
Noufaily et al. 2013, Stat Med 32:1206 (https://doi.org/10.1002/sim.5595), 3. Where the papers leave
room, R's `surveillance` 1.20.3 is followed, oddities included, so that results can be compared:
the dispersion is taken with the weights of the last iteration, and in the flexible method the
standard error of a reweighted fit uses the case weights in place of the working weights.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtr

from kangmai.epidemic.surveillance.detectors.glm import SMALLEST, Fit, fit_log_linear
from kangmai.epidemic.surveillance.detectors.quasipoisson import (
    BatchFit,
    Design,
    Tables,
    fit_levels,
    fit_levels_and_trend,
)
from kangmai.epidemic.surveillance.series import Floats

CELLS_A_BATCH = 120_000


@dataclass(frozen=True, slots=True)
class Rule:
    """What the two methods do differently.

    `case_weights_in_error`: the flexible method's standard error; otherwise phi is used.
    `must_converge`: no result without convergence; otherwise the last iteration is taken.
    `returns_to_trend`: after a trend that did not converge, weights come from the plain mean and the
    trend is tried again with them (R's fit with population offset).
    """

    trend: bool
    reweight: bool
    threshold: float
    trend_p: float
    years: int
    case_weights_in_error: bool
    must_converge: bool
    returns_to_trend: bool = False


@dataclass(frozen=True, slots=True)
class Prediction:
    """Per row: log of the mean expected now, its standard error, dispersion, and the trend if kept (else NaN).

    All NaN where no model could be fitted.
    """

    eta: Floats
    error: Floats
    phi: Floats
    slope: Floats

    @classmethod
    def blank(cls, rows: int) -> "Prediction":
        """Nothing known yet."""
        return cls(*(np.full(rows, np.nan) for _ in range(4)))

    def put(self, rows: np.ndarray, other: "Prediction") -> None:
        """Write the predictions of some rows."""
        for name in self.__dataclass_fields__:
            getattr(self, name)[rows] = getattr(other, name)


def predict(
    design: Design,
    data: Tables,
    rule: Rule,
    *,
    offset: Floats | None = None,
    offset_now: Floats | None = None,
) -> Prediction:
    """Predict every row of counts; rows off the safe path go one by one through the slow twin."""
    result = Prediction.blank(len(data.counts))
    now = np.zeros(len(data.counts)) if offset_now is None else offset_now
    if design.is_regular:
        with np.errstate(all="ignore"):
            safe = predict_batch(design, data, rule, offset, now, result)
    else:
        safe = np.zeros(len(data.counts), dtype=bool)
    for row in np.flatnonzero(~safe):
        one = None if offset is None else offset[row]
        values = predict_one(design, data.counts[row], rule, offset=one, offset_now=float(now[row]))
        for name, value in zip(result.__dataclass_fields__, values, strict=True):
            getattr(result, name)[row] = value
    return result


def predict_batch(
    design: Design, data: Tables, rule: Rule, offset: Floats | None, now: Floats, result: Prediction
) -> np.ndarray:
    """Fill `result` and say which rows are safe; the trend is judged, and dropped rows are fitted anew."""
    rows = len(data.counts)
    level_rows = np.ones(rows, dtype=bool)
    safe = np.ones(rows, dtype=bool)
    if rule.trend:
        fit, phi, error, p, exists = fit_twice(design, data, rule, offset, with_trend=True)
        _, ahead = design.centred()
        eta = fit.level[:, -1] + fit.slope * ahead + now
        within = np.maximum(np.exp(eta), SMALLEST) <= data.counts.max(axis=1)
        keep = exists & (p < rule.trend_p) & within & (rule.years >= 3)
        safe = fit.safe & (exists | (not rule.returns_to_trend))
        result.put(keep, Prediction(eta[keep], error[keep], phi[keep], fit.slope[keep]))
        level_rows = ~keep & safe
    if level_rows.any():
        part = Tables(*(getattr(data, name)[level_rows] for name in data.__dataclass_fields__))
        shift = None if offset is None else offset[level_rows]
        fit, phi, error, _, exists = fit_twice(design, part, rule, shift, with_trend=False)
        eta = np.where(exists, fit.level[:, -1] + now[level_rows], np.nan)
        blank = np.full(len(eta), np.nan)
        result.put(
            level_rows,
            Prediction(eta, np.where(exists, error, np.nan), np.where(exists, phi, np.nan), blank),
        )
        safe[level_rows] &= fit.safe
    return safe


def fit_twice(
    design: Design, data: Tables, rule: Rule, offset: Floats | None, *, with_trend: bool
) -> tuple[BatchFit, Floats, Floats, Floats, np.ndarray]:
    """Fit, weigh large residuals down, fit again: the fit, phi, error of log mean now, p of the trend, existence."""
    fitter = fit_levels_and_trend if with_trend else fit_levels
    freedom = data.counts.shape[1] - design.count - int(with_trend)
    fit = fitter(design, data, prior=None, offset=offset)
    exists = (
        fit.converged if (rule.must_converge or with_trend) else np.ones(len(fit.safe), dtype=bool)
    )
    safe = fit.safe
    residual = data.counts / fit.mean - 1
    natural = np.sum(fit.weights * residual**2, axis=1) / freedom
    scaled = natural
    if rule.reweight:
        prior = case_weights(design, data, fit, np.maximum(natural, 1), rule.threshold)
        fit = fitter(design, data, prior=prior, offset=offset)
        residual = data.counts / fit.mean - 1
        square = prior * residual**2
        natural = np.sum(fit.weights * square, axis=1) / freedom
        scaled = np.sum(square, axis=1) / freedom if rule.case_weights_in_error else natural
        safe = safe & fit.safe
    phi = np.maximum(natural, 1)
    spread = np.where(fit.spread > 0, fit.spread, np.nan)
    variance = 1 / fit.level_weights[:, -1]
    p = np.ones(len(phi))
    if with_trend:
        _, ahead = design.centred()
        variance = variance + (ahead - fit.lean[:, -1]) ** 2 / spread
        p = 2 * stdtr(freedom, -np.abs(fit.slope) / np.sqrt(scaled / spread))
    error = np.sqrt(variance * (scaled if rule.case_weights_in_error else phi))
    return replace(fit, safe=safe), phi, error, p, exists


def case_weights(
    design: Design, data: Tables, fit: BatchFit, phi: Floats, threshold: float
) -> Floats:
    """Farrington's weights: Anscombe residuals above the threshold count with their inverse square."""
    leverage = 1 / fit.level_weights[:, design.levels]
    if fit.spread.any():
        times, _ = design.centred()
        leverage += (times - fit.lean[:, design.levels]) ** 2 / fit.spread[:, None]
    leverage *= fit.weights
    root = np.sqrt(fit.mean)
    anscombe = 1.5 * (data.two_thirds / np.cbrt(root) - root)
    anscombe /= np.sqrt(phi[:, None] * (1 - leverage))
    shares = np.where(anscombe > threshold, anscombe, 1.0) ** -2.0
    return np.asarray(shares * (data.counts.shape[1] / shares.sum(axis=1))[:, None])


def predict_one(
    design: Design, counts: Floats, rule: Rule, *, offset: Floats | None, offset_now: float
) -> tuple[float, float, float, float]:
    """The same for one row, in the plain order of the papers: eta, its error, phi, slope."""
    nothing = (float("nan"),) * 4
    if rule.trend:
        done = fit_one(design, counts, rule, offset, with_trend=True)
        if done is not None and not np.isnan(done[0].coefficients[1]):
            fit, phi, scaled = done
            eta, error = value_now(design, fit, scaled if rule.case_weights_in_error else phi, True)
            spread = fit.unscaled_covariance[1, 1]
            freedom = len(counts) - int(np.sum(fit.weights == 0)) - len(fit.kept)
            t = abs(fit.coefficients[1]) / np.sqrt(scaled * spread)
            significant = 2 * stdtr(freedom, -t) < rule.trend_p
            with np.errstate(over="ignore"):
                within = np.exp(eta + offset_now) <= counts.max()
            if rule.years >= 3 and significant and within:
                return eta + offset_now, error, phi, float(fit.coefficients[1])
    done = fit_one(design, counts, rule, offset, with_trend=False)
    if done is None:
        return nothing
    fit, phi, scaled = done
    eta, error = value_now(design, fit, scaled if rule.case_weights_in_error else phi, False)
    return eta + offset_now, error, phi, float("nan")


def columns_of(design: Design, with_trend: bool) -> tuple[Floats, Floats]:
    """Intercept, time and a column for each level but the first; the same for now."""
    dummies = np.eye(design.count)[:, 1:]
    parts, now = [np.ones((len(design.times), 1))], [np.ones(1)]
    if with_trend:
        parts.append(design.times[:, None])
        now.append(np.array([design.time_now]))
    return np.hstack([*parts, dummies[design.levels]]), np.concatenate([*now, dummies[-1]])


def value_now(design: Design, fit: Fit, dispersion: float, with_trend: bool) -> tuple[float, float]:
    """The linear predictor now and its standard error, over the columns that are not aliased."""
    _, now = columns_of(design, with_trend)
    kept = now[fit.kept]
    variance = kept @ fit.unscaled_covariance @ kept
    return float(kept @ fit.coefficients[fit.kept]), float(np.sqrt(variance * dispersion))


def fit_one(
    design: Design, counts: Floats, rule: Rule, offset: Floats | None, *, with_trend: bool
) -> tuple[Fit, float, float] | None:
    """One row fitted twice: the fit, phi and the dispersion of the standard error; None without convergence."""
    matrix, _ = columns_of(design, with_trend)
    with np.errstate(all="ignore"):
        fit = fit_log_linear(design=matrix, counts=counts, offset=offset)
        retry = rule.returns_to_trend and rule.reweight and with_trend
        if fit is not None and not fit.converged and retry:
            fit = fit_log_linear(design=matrix[:, :1], counts=counts)
        if fit is None or (not fit.converged and (rule.must_converge or with_trend)):
            return None
        freedom = len(counts) - len(fit.kept)
        natural = scaled = fit.dispersion(weights=fit.weights, freedom=freedom)
        if rule.reweight:
            root = np.sqrt(fit.mean)
            anscombe = 1.5 * (np.cbrt(counts) ** 2 / np.cbrt(root) - root)
            anscombe /= np.sqrt(np.fmax(natural, 1) * (1 - fit.hat))
            shares = np.where(anscombe > rule.threshold, anscombe, 1.0) ** -2.0
            prior = shares * len(counts) / shares.sum()
            fit = fit_log_linear(design=matrix, counts=counts, prior=prior, offset=offset)
            if fit is None:
                return None
            freedom = int(np.sum(prior > 0)) - len(fit.kept)
            natural = scaled = fit.dispersion(weights=fit.weights, freedom=freedom)
            if rule.case_weights_in_error:
                scaled = fit.dispersion(weights=prior, freedom=freedom)
    return fit, max(natural, 1.0) if natural == natural else natural, scaled
