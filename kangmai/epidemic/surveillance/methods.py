"""The table of detectors by the name R and the command line use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from kangmai.epidemic.surveillance.control import read_control
from kangmai.epidemic.surveillance.detectors import (
    bayes,
    cusum,
    ears_c,
    farrington,
    farrington_flexible,
    glrpois,
    mpm,
    outbreak_p,
    rki,
)
from kangmai.epidemic.surveillance.errors import ControlMalformed
from kangmai.epidemic.surveillance.series import CountSeries, Detection

DETECTORS: dict[str, tuple[ModuleType, type[Any]]] = {
    "farringtonFlexible": (farrington_flexible, farrington_flexible.FarringtonFlexible),
    "farrington": (farrington, farrington.Farrington),
    "earsC": (ears_c, ears_c.EarsC),
    "cusum": (cusum, cusum.Cusum),
    "bayes": (bayes, bayes.Bayes),
    "rki": (rki, rki.Rki),
    "outbreakP": (outbreak_p, outbreak_p.OutbreakP),
    "glrpois": (glrpois, glrpois.GlrPois),
    "mpm": (mpm, mpm.MovingPercentile),
}


@dataclass(frozen=True, slots=True)
class Method:
    """A detector with its settings."""

    name: str
    settings: Any
    module: ModuleType

    def first(self, series: CountSeries) -> int:
        """The first index (from 1) that can be judged."""
        return int(self.module.default_first(series, self.settings))

    def detect(self, series: CountSeries, *, first: int, latest: int) -> Detection:
        """Judge the one-based, inclusive range of every unit."""
        run: Callable[..., Detection] = self.module.detect
        return run(series, points=series.points(first=first, latest=latest), settings=self.settings)


def method(name: str, control: Mapping[str, object]) -> Method:
    """The method `name` with R's control list. Raises ControlMalformed."""
    if name not in DETECTORS:
        raise ControlMalformed(
            method=name, what=f"no such method; there are {', '.join(DETECTORS)}"
        )
    module, kind = DETECTORS[name]
    return Method(name, read_control(kind, control, method=name, silent=module.SILENT), module)
