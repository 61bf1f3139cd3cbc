"""What `kangmai demo` takes for 50,000 residents, all of them served, and for a whole city of 4,113,594 on two
cores, for which an hour, 8 GB of memory and 45 GB of disk are the aim.

    python benchmarks/city_load.py [RESIDENTS …] [--keep FOLDER]     (50,000 and 200,000 by default)

`--keep` leaves the last city in a folder, for `city_pages.py` and others that want one.
Runs the command itself in an empty folder and watches it from outside: the time of the whole command, the
largest memory of it and of the server's processes (shared pages counted once), the largest size of the data
folder with its log, and what is in the tables afterwards. The figures for a whole city are extrapolated from
the run with the most, if that city is so large that it serves a few of each village, as a whole one does; the
log does not grow with them. Institutions and the sample with years of history grow slower: it is an upper bound.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
WHOLE = 4_113_594
DAY = "2026-03-01"
SERVES_EVERYONE = 100_000
"""Up to so many residents a city has more on record of each (`whole_up_to` of its assumptions)."""
LIMITS = {"minutes": 60.0, "memory GB": 8.0, "disk GB": 45.0}


@dataclass
class Watched:
    """The largest figures seen while a command ran, in bytes, and what it said about its steps."""

    memory: int = 0
    disk: int = 0
    seconds: float = 0.0
    final_disk: int = 0
    log: int = 0
    processor: dict[int, float] = field(default_factory=dict)

    @property
    def processor_seconds(self) -> float:
        """Processor time of every process seen: on a busy machine the fairer measure."""
        return sum(self.processor.values())


@contextmanager
def place(kept: Path | None) -> Iterator[Path]:
    """Where a city is made: a folder that stays, or one that goes again."""
    if kept:
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="kangmai-city-") as parent:
        yield Path(parent) / "data"


def descendants(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for each in found:
        try:
            tasks = Path(f"/proc/{each}/task").iterdir()
            children = [c for t in tasks for c in (t / "children").read_text().split()]
        except OSError:
            continue
        found += [int(child) for child in children]
    return found


def proportional_memory(pids: list[int]) -> int:
    """What processes hold in memory together: a page shared by several is counted once."""
    total = 0
    for pid in pids:
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        line = next((line for line in rollup.splitlines() if line.startswith("Pss:")), "Pss: 0")
        total += int(line.split()[1]) * 1024
    return total


def processor_seconds(pid: int) -> float:
    """The time a process has had on a processor."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def folder_size(folder: Path) -> int:
    """The bytes that a folder takes on the disk."""
    found = subprocess.run(["du", "-s", "-B1", folder], capture_output=True, text=True, check=False)
    return int(found.stdout.split()[0]) if found.stdout else 0


def watch(residents: int, folder: Path) -> Watched:
    """Make a city and watch it being made."""
    command = [sys.executable, "-m", "kangmai", "demo", "--no-serve", "--on", DAY]
    command += ["--residents", str(residents), "--data", str(folder)]
    seen, started = Watched(), time.monotonic()
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    end = threading.Event()
    sampler = threading.Thread(target=_sample, args=(process.pid, folder, seen, end))
    sampler.start()
    for line in process.stderr or ():
        print(f"  {time.monotonic() - started:6.0f} s  {line.rstrip()}", flush=True)
        if line.startswith("the city stands"):
            break
    rest = process.stderr.read() if process.stderr else ""
    seen.seconds = time.monotonic() - started
    end.set()
    sampler.join()
    if process.wait():
        sys.exit(f"kangmai demo failed: {rest[-2000:]}")
    seen.final_disk = folder_size(folder)
    seen.log = folder_size(folder / "postgres" / "pg_wal")
    return seen


def _sample(pid: int, folder: Path, seen: Watched, end: threading.Event) -> None:
    while not end.wait(2):
        server = folder / "postgres" / "postmaster.pid"
        pids = descendants(pid)
        if server.exists() and (text := server.read_text().split()):
            pids += [each for each in descendants(int(text[0])) if each not in pids]
        for each in pids:
            seen.processor[each] = max(seen.processor.get(each, 0.0), processor_seconds(each))
        seen.memory = max(seen.memory, proportional_memory(pids))
        seen.disk = max(seen.disk, folder_size(folder))


def report_tables(folder: Path) -> int:
    """Print what the tables hold; returns the number of resources."""
    sys.path.insert(0, str(ROOT))
    code = (
        "import sys; from pathlib import Path\n"
        "from kangmai.commandline.opening import opened\n"
        "with opened(Path(sys.argv[1])):\n"
        "    from django.db import connection\n"
        "    cursor = connection.cursor()\n"
        "    cursor.execute('SELECT count(*) FROM res')\n"
        "    print('resources', cursor.fetchone()[0])\n"
        "    cursor.execute('''SELECT relname, pg_table_size(oid), pg_indexes_size(oid), reltuples::bigint\n"
        "        FROM pg_class WHERE relkind = 'r' ORDER BY pg_total_relation_size(oid) DESC LIMIT 14''')\n"
        "    for row in cursor.fetchall(): print(*row)\n"
    )
    command = [sys.executable, "-c", code, str(folder)]
    found = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    resources = 0
    print("  table                       rows     MB  indexes MB")
    for line in found.splitlines():
        name, *numbers = line.split()
        if name == "resources":
            resources = int(numbers[0])
            continue
        size, indexes, rows = map(int, numbers)
        print(f"  {name:<24} {rows:>9,} {size / 2**20:6,.0f} {indexes / 2**20:11,.0f}")
    return resources


def main() -> None:
    """Make each city in turn, print what it took, and what a whole one would take."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("residents", nargs="*", type=int, default=[50_000, 200_000])
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    sizes = sorted(asked.residents)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for residents in sizes:
        print(f"\n{residents:,} residents")
        kept = asked.keep if residents == sizes[-1] else None
        with place(kept) as folder:
            seen = watch(residents, folder)
            resources = report_tables(folder)
        print(
            f"  {seen.seconds:.0f} s in all ({residents / seen.seconds:,.0f} residents a second), "
            f"{seen.processor_seconds:.0f} s of processor time, {resources:,} resources; memory {seen.memory / 2**30:.1f} GB, disk {seen.disk / 2**30:.2f} GB "
            f"at most and {seen.final_disk / 2**30:.2f} GB at the end, of it log {seen.log / 2**30:.2f}"
        )
    if sizes[-1] <= SERVES_EVERYONE:
        print("\nnothing is said of a whole city: it has less on record of each resident")
        return
    times = WHOLE / sizes[-1]
    idle = seen.processor_seconds * times / 60 / 2
    figures = (
        seen.seconds * times / 60,
        seen.memory / 2**30,
        ((seen.disk - seen.log) * times + seen.log) / 2**30,
    )
    print(
        f"\n{WHOLE:,} residents, extrapolated from {sizes[-1]:,} (memory does not grow with them)"
    )
    for (name, limit), figure in zip(LIMITS.items(), figures, strict=True):
        print(f"  {name:<10} {figure:7.1f}   limit {limit:.0f}")
    print(f"  minutes of two cores that do nothing else: {idle:.1f}")


if __name__ == "__main__":
    main()
