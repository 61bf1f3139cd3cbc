"""Claim: resources are read by id at 5,000 a second over HTTP on two quiet cores.

Writes a base of Observations and Patients by transactions, then `wrk` (Debian package; a generator in C
that takes little of the cores) reads them by id in random order over kept-alive connections. Rounds of
ours and of the peer alternate.

    nice -n 10 python benchmarks/fhir_read.py [--clients 32] [--seconds 20] [--peer http://127.0.0.1:8080/fhir]

Published for 8 + 8 virtual cores: none for reads alone; the peer in the same run is the comparison.
"""

import re
import resource
import shutil
import subprocess
import sys
import tempfile

import orjson
from fhir_load import (
    Target,
    Worker,
    arguments,
    print_machine,
    print_ratio,
    targets,
    tree_cpu,
)
from fhir_search import bundle

PATIENTS = 100
GATE = 5000
SCRIPT = """
local paths = {{{paths}}}
local headers = {{["Accept"] = "application/fhir+json"{headers}}}
request = function()
  return wrk.format("GET", paths[math.random(#paths)], headers)
end
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("WRK %d %d %d %d\\n", summary.requests, summary.duration,
    e.connect + e.read + e.write + e.timeout + e.status, latency:percentile(99)))
end
"""


def written(target: Target) -> list[str]:
    """The addresses of what was written."""
    client = Worker(target, 0, 0).client
    found: list[str] = []
    for number in range(PATIENTS):
        status, _, body = client.call(target.request("POST", "", bundle(number)))
        if status != 200:
            sys.exit(f"{target.name}: a bundle was answered {status}")
        for entry in orjson.loads(body)["entry"]:
            kind, id = entry["response"]["location"].split("/_history")[0].rsplit("/", 2)[-2:]
            found.append(f"{kind}/{id}")
    return found


def read(target: Target, paths: list[str], clients: int, seconds: float) -> float:
    """Let wrk read for so long, print the line of a round, and return reads a second."""
    host, base = re.match(r"(https?://[^/]+)(.*)", target.base).groups()  # type: ignore[union-attr]
    headers = "".join(
        f", [{orjson.dumps(name).decode()}] = {orjson.dumps(value.strip()).decode()}"
        for name, _, value in (each.partition(":") for each in target.headers)
    )
    quoted = ",".join(f'"{base}/{path}"' for path in paths)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT.format(paths=quoted, headers=headers))
        script.flush()
        command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds:.0f}s", "-s", script.name, host]
        before, server = _generator_cpu(), tree_cpu(target.pid)
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        used, after = _generator_cpu() - before, tree_cpu(target.pid)
    line = re.search(r"WRK (\d+) (\d+) (\d+) (\d+)", said)
    if line is None:
        sys.exit(f"wrk said nothing readable:\n{said}")
    count, microseconds, errors, p99 = map(int, line.groups())
    rate = count / (microseconds / 1e6)
    share = f"generator {used / seconds:.0%} of a core"
    if server is not None and after is not None:
        share += f", server and database {(after - server) / seconds:.0%} ({1000 * (after - server) / count:.2f} ms each)"
    print(
        f"{target.name:<12} {rate:8.1f} reads/s   p99 {p99 / 1000:6.1f} ms   failed {errors}   {share}",
        flush=True,
    )
    return rate


def _generator_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Write, warm up, then read from each server in turns."""
    options = arguments(__doc__ or "", clients=32, seconds=20).parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed: apt-get install wrk")
    print_machine()
    rates: dict[str, list[float]] = {}
    with targets(options) as servers:
        paths = {target.name: written(target) for target in servers}
        for target in servers:
            read(target, paths[target.name], options.clients, 3)
        for _ in range(options.rounds):
            for target in servers:
                rate = read(target, paths[target.name], options.clients, options.seconds)
                rates.setdefault(target.name, []).append(rate)
    print_ratio(rates, "reads")
    print(f"gate {GATE}: {max(next(iter(rates.values()))) / GATE:.2f} of it")


if __name__ == "__main__":
    main()
