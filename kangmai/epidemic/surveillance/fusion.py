"""Fusion: all evidence on one disease, place and time becomes one alert.

Signals of a disease in an area within `gap_days` of each other belong together; an alert of a town is
folded under one of the area it lies in. p values of dependent layers are joined by their harmonic mean
(Wilson 2019, PNAS 116:1195, https://doi.org/10.1073/pnas.1814092116), which no dependence inflates much.
"""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kangmai.epidemic.surveillance.evidence import Evidence

SMALLEST_P = 1e-12


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert; `folded` are alerts of areas inside this one at the same time."""

    disease: str
    area: str
    first_day: dt.date
    latest_day: dt.date
    evidence: tuple[Evidence, ...]
    folded: tuple["Alert", ...] = ()

    @property
    def p(self) -> float | None:
        """The joined p value of the statistical layers; None if there is only a rule."""
        return harmonic_mean_p([e.p for e in self.evidence if e.p is not None])

    @property
    def has_rule(self) -> bool:
        """Whether a rule asks for action by itself."""
        return any(e.p is None for e in self.evidence)

    @property
    def sources(self) -> int:
        """How many independent streams of data speak for it."""
        return len({e.source for e in self.evidence})

    def priority(self, *, severity: float) -> float:
        """Severity of the disease x strength (tens of 1/p, at least 1; a rule is worth 4) x sources."""
        strength = 1.0 if self.p is None else max(1.0, -math.log10(max(self.p, SMALLEST_P)))
        return severity * max(strength, 4.0 if self.has_rule else 0.0) * self.sources


def harmonic_mean_p(values: list[float]) -> float | None:
    """The harmonic mean of p values."""
    if not values:
        return None
    return len(values) / sum(1 / max(v, SMALLEST_P) for v in values)


def fuse(
    evidence: Iterable[Evidence], *, inside: Mapping[str, str], gap_days: int = 7
) -> list[Alert]:
    """Alerts, latest first; `inside` names the area each area lies in."""
    groups: dict[tuple[str, str], list[Evidence]] = defaultdict(list)
    for e in evidence:
        groups[(e.disease, e.area)].append(e)
    alerts = [a for key in sorted(groups) for a in episodes(groups[key], gap_days)]
    alerts = fold(alerts, inside, gap_days)
    return sorted(alerts, key=lambda a: (-a.latest_day.toordinal(), a.disease, a.area))


def episodes(evidence: list[Evidence], gap_days: int) -> list[Alert]:
    """Cut the signals of one disease and area where they pause for more than `gap_days`."""
    ordered = sorted(evidence, key=lambda e: (e.day, e.layer.value, e.reason))
    parts: list[list[Evidence]] = []
    for e in ordered:
        if parts and (e.day - parts[-1][-1].day).days <= gap_days:
            parts[-1].append(e)
        else:
            parts.append([e])
    return [Alert(p[0].disease, p[0].area, p[0].day, p[-1].day, tuple(p)) for p in parts]


def fold(alerts: list[Alert], inside: Mapping[str, str], gap_days: int) -> list[Alert]:
    """Put alerts under the nearest alert above them at the same time, deepest areas first."""
    held: dict[int, list[Alert]] = defaultdict(list)
    order = sorted(range(len(alerts)), key=lambda i: (-depth(alerts[i].area, inside), i))
    top: dict[int, Alert] = dict(enumerate(alerts))
    for i in order:
        above = next((j for j in parents(i, alerts, inside, gap_days)), None)
        alert = top.pop(i)
        alert = Alert(
            alert.disease,
            alert.area,
            alert.first_day,
            alert.latest_day,
            alert.evidence,
            tuple(held[i]),
        )
        if above is None:
            top[i] = alert
        else:
            held[above].append(alert)
    return list(top.values())


def parents(i: int, alerts: list[Alert], inside: Mapping[str, str], gap_days: int) -> Iterable[int]:
    """Alerts of the areas around, nearest first, of the same disease and time."""
    area, gap = inside.get(alerts[i].area), dt.timedelta(days=gap_days)
    while area is not None:
        for j, other in enumerate(alerts):
            same = other.area == area and other.disease == alerts[i].disease
            if (
                same
                and other.first_day - gap <= alerts[i].latest_day
                and alerts[i].first_day <= other.latest_day + gap
            ):
                yield j
        area = inside.get(area)


def depth(area: str, inside: Mapping[str, str]) -> int:
    """How many areas lie around this one."""
    count = 0
    while (above := inside.get(area)) is not None:
        area, count = above, count + 1
    return count
