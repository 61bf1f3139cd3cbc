"""Figures as SDMX-CSV: one observation a line, small numbers empty and marked as not published.

OBS_STATUS: A there is a value, M there is none. CONF_STATUS: F free, N not for publication; whether a number
is small itself or hidden beside a small one is not told, since that would say that it is between 1 and 4.
Source: SDMX-CSV 1.0 (Field Guide); code lists CL_OBS_STATUS 2.2 and CL_CONF_STATUS 1.2 (codes from memory).
"""

import csv
import io
from collections.abc import Iterable, Iterator

from kangmai.analytics.rules import kinds_of
from kangmai.analytics.types import Figure, Status
from kangmai.governance.reporting.types import Released
from kangmai.standards.periods import Period

AGENCY, FLOW, VERSION = "KANGMAI", "FIGURES", "1.0"
DATAFLOW = f"{AGENCY}:{FLOW}({VERSION})"
COLUMNS = ("DATAFLOW", "FREQ", "INDICATOR", "REF_AREA", "TIME_PERIOD", "OBS_VALUE", "UNIT_MEASURE", "NUMERATOR", "DENOMINATOR", "OBS_STATUS", "CONF_STATUS", "RULE")  # fmt: skip
FREQUENCIES = {"day": "D", "month": "M", "quarter": "Q", "year": "A"}


def sdmx_csv(found: Iterable[Released]) -> str:
    """The figures as text, one observation a line."""
    file = io.StringIO()
    lines = csv.writer(file, lineterminator="\r\n")
    lines.writerow(COLUMNS)
    for each in found:
        lines.writerows(_line(each, figure) for figure in each.figures)
    return file.getvalue()


def _line(of: Released, figure: Figure) -> list[str]:
    period = of.result.period
    is_hidden = figure.status is Status.SUPPRESSED
    return [
        DATAFLOW,
        frequency(period),
        of.rule.id.upper(),
        figure.area,
        time_period(period),
        "" if figure.value is None else f"{figure.value:f}",
        of.rule.unit.en,
        "" if figure.numerator is None else str(figure.numerator),
        "" if figure.denominator is None else str(figure.denominator),
        "A" if figure.status is Status.OK else "M",
        "N" if is_hidden else "F",
        of.rule.rule,
    ]


def frequency(period: Period) -> str:
    """How often such a period comes: D, M, Q, A; _Z for any other run of days."""
    kinds = kinds_of(period)
    return next((code for kind, code in FREQUENCIES.items() if kind in kinds), "_Z")


def time_period(period: Period) -> str:
    """A period as SDMX writes it: 2025, 2025-Q1, 2025-03, 2025-03-01, else its first day and length."""
    return next(_forms(period))


def _forms(period: Period) -> Iterator[str]:
    kinds, start = kinds_of(period), period.start
    if "day" in kinds:
        yield start.isoformat()
    if "month" in kinds:
        yield f"{start:%Y-%m}"
    if "quarter" in kinds:
        yield f"{start.year}-Q{(start.month + 2) // 3}"
    if "year" in kinds:
        yield str(start.year) if start.month == 1 else f"{start.isoformat()}/P1Y"
    yield f"{start.isoformat()}/P{period.length_days}D"
