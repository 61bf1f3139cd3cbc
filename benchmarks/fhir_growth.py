"""Claim: Synthea bundles come in at 2,400 resources a second or more (80 % of the goal of 3,000) over none, 1, 2 and
5 million resources alike, and `$import` brings in 5,000 a second.

An empty server takes the bundles of twenty clients, all rules on; then `$import` fills it to each size and the same
bundles come again, as new patients. Where a size is reached the server rests until its own subscribers have read
what came (linking, watching for cases, …) and autovacuum has been, as it would at night. No peer: what is measured is what growth costs ours (`fhir_import.py` has the peer).

    nice -n 10 python benchmarks/fhir_growth.py [--millions 1 2 5] [--bundles 100]
"""

import os
import re
import time

from fhir_import import import_all, read_bundles
from fhir_load import Target, arguments, kangmai, print_machine, print_result, run
from fhir_memory import SMALL_RECORD, Door, bring_in, lines

GOAL = 3_000
"""Resources a second."""
PIECE = 500_000
REST_SECONDS = 60
MONITOR = "growth"
"""The token of `/metrics`."""


def grow(target: Target, at: int, size: int) -> int:
    """Fill the server from `at` to `size` resources; prints how fast each piece came in; returns the new size."""
    door = Door(target)
    while at < size:
        count = min(PIECE, size - at)
        started = time.perf_counter()
        bring_in(door, lines(count, prefix=f"g{at}x", large=SMALL_RECORD))
        seconds = time.perf_counter() - started
        at += count
        print(
            f"$import: {at:,} resources, the last {count:,} at {count / seconds:,.0f}/s", flush=True
        )
    started = time.perf_counter()
    while waiting := unread(door):
        print(
            f"{waiting:,} changes (no more are counted than 10,000) not yet read by a subscriber",
            flush=True,
        )
        time.sleep(20)
    time.sleep(REST_SECONDS)
    print(f"rested for {time.perf_counter() - started:.0f} s")
    return at


def unread(door: Door) -> int:
    """How many changes the subscriber that is furthest behind has still to read."""
    address = f"http://{door.parts.netloc}/metrics"
    text = door.ask("GET", address, Authorization=f"Bearer {MONITOR}").read().decode()
    found = re.findall(r"^kangmai_feed_waiting\S* (\d+)", text, re.MULTILINE)
    return max(map(int, found))


def main() -> None:
    """Import over nothing, then over each size, the best of the rounds."""
    parser = arguments(__doc__ or "", clients=20, seconds=3600, rounds=2)
    parser.add_argument("--bundles", type=int, default=100)
    parser.add_argument("--millions", type=float, nargs="+", default=[1, 2, 5])
    options = parser.parse_args()
    bundles = read_bundles(options.bundles)
    print_machine()
    rates: list[float] = []
    os.environ["KANGMAI_METRICS_TOKEN"] = MONITOR
    with kangmai() as target:
        size = 0
        for wanted in (0, *(int(each * 1e6) for each in options.millions)):
            size = grow(target, size, wanted) if wanted else 0
            best = 0.0
            for round in range(1, options.rounds + 1):
                work = import_all(bundles, target)
                result = run(target, work, clients=options.clients, seconds=options.seconds)
                print_result(target, round, result, unit="resources")
                best = max(best, result.counted / result.seconds)
                size += result.counted
            rates.append(best)
            print(
                f"over {wanted:,}: {best:,.0f}/s, {best / GOAL:.0%} of the goal, {best / rates[0]:.0%} of the rate "
                "over none",
                flush=True,
            )


if __name__ == "__main__":
    main()
