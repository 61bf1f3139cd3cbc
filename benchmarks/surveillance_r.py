"""Run R's `surveillance` on series of ours, where R and the package are installed."""

import csv
import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from kangmai.epidemic.surveillance.series import CountSeries

SCRIPT = Path(__file__).with_name("surveillance_peer.R")
COLUMNS = ("upperbound", "alarm", "expected", "mu0", "phi", "trend")


@dataclass(frozen=True, slots=True)
class Job:
    """One run of one method: one-based inclusive range, control with R's keys."""

    method: str
    series: CountSeries
    first: int
    latest: int
    control: dict[str, object]

    def as_json(self) -> dict[str, object]:
        """What the R script reads."""
        dates, population = self.series.dates, self.series.population
        counts = [[None if np.isnan(x) else x for x in row] for row in self.series.counts.tolist()]
        return {
            "method": self.method,
            "counts": counts,
            "epoch": None if dates is None else [str(d) for d in dates],
            "population": None if population is None else population.tolist(),
            "frequency": self.series.frequency,
            "from": self.first,
            "to": self.latest,
            "control": self.control,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """R's arrays of (points, units) by column, and the seconds of CPU it took."""

    columns: dict[str, np.ndarray]
    seconds: float


@cache
def r_is_there(package: str = "surveillance") -> bool:
    """Whether Rscript and a package can be loaded."""
    if shutil.which("Rscript") is None:
        return False
    test = f"suppressMessages({{library({package}); library(jsonlite)}})"
    return subprocess.run(["Rscript", "-e", test], capture_output=True, check=False).returncode == 0


def ask_r(jobs: list[Job]) -> list[Answer | None]:
    """R's answers; None where R stopped with an error."""
    with tempfile.TemporaryDirectory() as folder:
        given, got = Path(folder) / "jobs.json", Path(folder) / "out.csv"
        given.write_text(json.dumps([job.as_json() for job in jobs]))
        subprocess.run(
            ["Rscript", str(SCRIPT), str(given), str(got)], check=True, capture_output=True
        )
        with got.open() as file:
            rows = list(csv.DictReader(file))
    return [answer(job, [r for r in rows if int(r["job"]) == i]) for i, job in enumerate(jobs)]


def answer(job: Job, rows: list[dict[str, str]]) -> Answer | None:
    """Rows of one job as arrays."""
    if rows[0]["unit"] == "error":
        return None
    shape = (len(job.series.units), job.latest - job.first + 1)
    columns = {}
    for name in COLUMNS:
        values = [float("nan") if r[name] == "NA" else float(r[name]) for r in rows]
        columns[name] = np.array(values).reshape(shape).T
    return Answer(columns, float(rows[0]["seconds"]))
