"""Claim: 300,000 children with histories are forecast in at most 120 s on 2 cores, one child in under 5 ms.

Invented children of 0 to 17 years: doses near their age, some late, some missed, some too early. The file is
worked by the command itself; a single child is timed through the same code, parsing and printing included.

    nice -n 10 python benchmarks/programmes_forecast.py [--children 300000] [--workers 2]
"""

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from kangmai.commandline.immunization_lines import Task, forecast_lines

ON = date(2026, 3, 1)
PLAN = (
    ("HepB", 0), ("BCG", 0), ("HepB", 1), ("IPV", 2), ("DTaP", 3), ("IPV", 3), ("bOPV", 4), ("DTaP", 4),
    ("DTaP", 5), ("HepB", 6), ("MPSV-A", 6), ("MMR", 8), ("JE-L", 8), ("MPSV-A", 9), ("VarV", 12),
    ("DTaP", 18), ("MMR", 18), ("HepA-L", 18), ("JE-L", 24), ("MPSV-AC", 36), ("bOPV", 48), ("DT", 72),
    ("MPSV-AC", 72),
)  # fmt: skip
LATE_DAYS = (0, 1, 2, 3, 5, 8, 14, 30, 60, 200)


def child(number: int, chance: random.Random) -> bytes:
    """One invented child as a line of input."""
    born = ON - timedelta(days=chance.randrange(1, 6570))
    given = []
    for vaccine, months in PLAN:
        day = born + timedelta(days=round(months * 30.44) + chance.choice(LATE_DAYS) - 1)
        if day <= ON and day >= born and chance.random() > 0.06:
            given.append({"vaccine": vaccine, "date": day.isoformat()})
    line = {
        "id": f"c{number}",
        "birth_date": born.isoformat(),
        "sex": chance.choice(["male", "female"]),
        "birth_weight_g": chance.randrange(1700, 4200),
        "mother_hbsag": chance.choice(["negative"] * 12 + ["positive", "unknown"]),
        "given": given,
    }
    return json.dumps(line).encode() + b"\n"


def time_one(lines: list[bytes]) -> float:
    """Milliseconds of one child alone, the median, the first run left out."""
    task, seconds = Task("immunization", ON, "en"), []
    for line in lines:
        start = time.perf_counter()
        assert not next(forecast_lines([line], task)).errors
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:]) * 1000


def time_file(path: Path, workers: int) -> tuple[float, int]:
    """Seconds of the command on a file, and the lines it printed."""
    command = [sys.executable, "-m", "kangmai", "programmes", "forecast"]
    options = ["--programme", "immunization", "--input", str(path), "--on", ON.isoformat()]
    output = path.with_suffix(".out")
    start = time.perf_counter()
    with output.open("wb") as file:
        subprocess.run([*command, *options, "--workers", str(workers)], stdout=file, check=True)
    seconds = time.perf_counter() - start
    with output.open("rb") as file:
        return seconds, sum(1 for _ in file)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--children", type=int, default=300_000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "children.ndjson"
        with path.open("wb") as file:
            file.writelines(child(number, chance) for number in range(options.children))
        seconds, lines = time_file(path, options.workers)
        assert lines == options.children
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    one = time_one([child(number, chance) for number in range(200)])
    print(f"{lines} children, {options.workers} workers: {seconds:.1f} s, {lines / seconds:.0f}/s")
    print(f"processor time {used.ru_utime + used.ru_stime:.1f} s")
    print(f"one process at most {used.ru_maxrss / 1024:.0f} MB")
    print(f"one child alone: {one:.2f} ms")


if __name__ == "__main__":
    main()
