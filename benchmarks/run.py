"""Run every benchmark, one after another, and say at the end which of them ran.

    python benchmarks/run.py [NAME …]

Each file states a claim, measures ours and its peer in the same run where the peer is installed, and
prints the ratio. They take from a minute to half an hour; on a busy machine the figures mean little.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).parent
PARTS = {
    "run",
    "analytics_rows",
    "analytics_spark",
    "fhir_load",
    "identity_people",
    "surveillance_r",
}
"""Files that serve others and measure nothing themselves."""


def main() -> None:
    """Run the files named, or all."""
    wanted = sys.argv[1:] or sorted(p.stem for p in FOLDER.glob("*.py") if p.stem not in PARTS)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    results = []
    for name in wanted:
        print(f"== {name}", flush=True)
        started = time.monotonic()
        code = subprocess.run([sys.executable, FOLDER / f"{name}.py"], check=False).returncode
        results.append((name, code, time.monotonic() - started))
    print("\nname                      result  seconds")
    for name, code, seconds in results:
        print(f"{name:<25} {'ok' if code == 0 else f'exit {code}':<7} {seconds:7.0f}")
    sys.exit(any(code for _, code, _ in results))


if __name__ == "__main__":
    main()
