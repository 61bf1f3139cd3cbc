"""The numbers printed in docs/algorithms/detection*.md."""

import numpy as np
import pytest

from kangmai.epidemic.surveillance.alarm_budget import expected_alarms
from kangmai.epidemic.surveillance.methods import method
from kangmai.epidemic.surveillance.reproduction_number import estimate
from kangmai.epidemic.surveillance.scan import log_likelihood_ratio
from kangmai.epidemic.surveillance.series import CountSeries


def monthly() -> CountSeries:
    counts = np.zeros(41)
    counts[[3, 4, 5, 15, 16, 17, 27, 28, 29]] = [4, 6, 5, 7, 21, 6, 8, 7, 9]
    counts[36:] = [6, 7, 9, 10, 19]
    return CountSeries(("a",), counts[:, None], frequency=12)


@pytest.mark.parametrize(
    ("extra", "bound", "alarm"),
    [
        ({}, 14.45480062, 1),
        ({"thresholdMethod": "nbPlugin"}, 14, 1),
        ({"thresholdMethod": "muan"}, 16, 1),
        ({"reweight": False}, 23.28677945, 0),
    ],
)
def test_farrington(extra: dict[str, object], bound: float, alarm: int) -> None:
    control = {
        "b": 3, "w": 1, "trend": False, "weightsThreshold": 2, "alpha": 0.01, "limit54": [0, 4],
        "pastWeeksNotIncluded": 1,
    }  # fmt: skip
    said = method("farringtonFlexible", control | extra).detect(monthly(), first=41, latest=41)
    assert said.upperbound[0, 0] == pytest.approx(bound, rel=1e-9)
    assert said.alarm[0, 0] == alarm
    if extra != {"reweight": False}:
        assert said.expected[0, 0] == pytest.approx(6.847001747, rel=1e-9)
        assert said.phi[0, 0] == pytest.approx(1.167765071, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "control", "counts", "statistic"),
    [
        ("outbreakP", {}, [1, 1, 0, 2, 3, 5, 9], [1, 1, 1, 1.778, 4.553, 36.62, 5556]),
        ("glrpois", {"mu0": 4}, [4, 6, 7, 8], [0, 0.4328, 1.3116, 2.7519]),
    ],
)
def test_statistics(
    name: str, control: dict[str, object], counts: list[int], statistic: list[float]
) -> None:
    series = CountSeries(("a",), np.array(counts, dtype=float)[:, None])
    said = method(name, control).detect(series, first=1, latest=len(counts))
    assert said.upperbound[:, 0].tolist() == pytest.approx(statistic, rel=3e-4)


def test_scan() -> None:
    assert log_likelihood_ratio(np.array(20.0), np.array(10.0), 100) == pytest.approx(
        4.440, abs=5e-4
    )


def test_reproduction_number() -> None:
    found = estimate(
        np.array([2.0, 3, 5, 8, 6, 4]),
        imported=np.array([2.0, 0, 0, 0, 0, 0]),
        interval=np.array([0, 0.5, 0.3, 0.2]),
        window=2,
    )
    assert found.columns["Mean(R)"][[0, 1, 3]].tolist() == pytest.approx(
        [2.727, 2.295, 0.866], abs=5e-4
    )


def test_budget() -> None:
    p = np.full(4240, 0.5)
    p[:2] = [0.000235, 0.000237]
    assert expected_alarms(p, alarms=1).sum() == 1
