"""Claim: an installation with its city starts in under 10 s, and every first page stands in under 1 s.

Makes a city (or takes the one in --data), starts it, logs in as each role through the login form, and
times the pages behind the menu as a browser asks for them, without the browser's own work. Then takes
bundles by the command `kangmai import fhir`, if --bundles names some.

    python benchmarks/house_start.py [--residents 50000] [--data DIR] [--rounds 20] [--bundles PATH]

There is no peer: the limits are those that users set. Most of a start is Python reading its modules.
"""

import argparse
import http.cookiejar
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "kangmai-demo"
ROLES = ("village", "township", "hospital", "cdc", "officer", "admin", "resident")
START_LIMIT, PAGE_LIMIT = 10.0, 1.0


def kangmai(*arguments: object) -> list[str]:
    """A command line of ours."""
    return [sys.executable, "-m", "kangmai", *map(str, arguments)]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def city(data: Path | None, residents: int) -> Iterator[Path]:
    """The city of a folder; without one a city made for the occasion."""
    if data:
        yield data
        return
    with tempfile.TemporaryDirectory(prefix="kangmai-city-") as folder:
        made = Path(folder) / "data"
        command = kangmai("demo", "--no-serve", "--residents", residents, "--data", made)
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        yield made


@contextmanager
def served(data: Path) -> Iterator[tuple[str, float]]:
    """A running installation: its address, and the seconds until it said that it was ready."""
    started = time.monotonic()
    command = kangmai("up", "--data", data, "--port", free_port())
    environment = {**os.environ, "KANGMAI_DEMO": "1"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.startswith("ready "):
            raise SystemExit("the server did not start")
        yield line.split()[1], time.monotonic() - started
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


class Visitor:
    """Somebody with cookies."""

    def __init__(self, address: str) -> None:
        self.address = address
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def get(self, path: str) -> tuple[str, float]:
        """A page and how many seconds it took to arrive whole."""
        started = time.monotonic()
        with self.opener.open(f"{self.address}{path}", timeout=30) as answer:
            text = answer.read().decode()
        return text, time.monotonic() - started

    def log_in(self, login: str) -> None:
        """Through the form, as people do."""
        text, _ = self.get("/login/")
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        fields = {
            "login": login,
            "password": PASSWORD,
            "csrfmiddlewaretoken": found[1] if found else "",
        }
        body = urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(
            f"{self.address}/login/", body, headers={"Referer": f"{self.address}/login/"}
        )
        with self.opener.open(request, timeout=30) as answer:
            if answer.url.endswith("/login/"):
                raise SystemExit(f"{login} could not log in")


def pages_of(visitor: Visitor) -> list[str]:
    """The start page, what its menu leads to, and the first record of a list of residents."""
    text, _ = visitor.get("/")
    menu = re.findall(r'<a[^>]+href="(/[a-z-]+/)"', text)
    paths = ["/", *dict.fromkeys(menu)]
    if "/residents/" in paths:
        records = re.findall(r'href="(/residents/\d{13}/)"', visitor.get("/residents/")[0])
        paths += records[:1]
    return [path for path in paths if not path.startswith(("/login", "/logout", "/language"))]


def measure_pages(address: str, rounds: int) -> float:
    """Print the first, median and 95th time of each role's pages; returns the slowest 95th."""
    print(f"\n{'role':<10} {'page':<34} {'first':>7} {'median':>7} {'95 %':>7}  ms")
    slowest = 0.0
    for login in ROLES:
        visitor = Visitor(address)
        visitor.log_in(login)
        for path in pages_of(visitor):
            times = [visitor.get(path)[1] for _ in range(rounds)]
            late = statistics.quantiles(times, n=20)[-1]
            slowest = max(slowest, late)
            shown = (times[0], statistics.median(times), late)
            print(f"{login:<10} {path:<34} " + " ".join(f"{1000 * each:7.1f}" for each in shown))
    return slowest


def measure_import(data: Path, bundles: Path) -> None:
    """Take bundles by the command, then again, when nothing may be created."""
    for name in ("first", "second"):
        command = kangmai("import", "fhir", bundles, "--data", data, "--json")
        told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        print(
            f"import, {name}: {told['entries']} entries, {told['created']} created, "
            f"{told['rejected']} rejected, {told['resources_per_second']:.0f} resources/s"
        )


def main() -> None:
    """Make the city, start it twice, look at its pages."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--residents", type=int, default=50_000)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--bundles", type=Path)
    options = parser.parse_args()
    started = time.monotonic()
    with city(options.data, options.residents) as data:
        print(f"city there after {time.monotonic() - started:.1f} s")
        starts = []
        for _ in range(3):
            with served(data) as (_, seconds):
                starts.append(seconds)
        print(f"starts: {', '.join(f'{each:.1f}' for each in starts)} s (limit {START_LIMIT:.0f})")
        with served(data) as (address, _):
            slowest = measure_pages(address, options.rounds)
        print(f"\nslowest page, 95 %: {1000 * slowest:.0f} ms (limit {1000 * PAGE_LIMIT:.0f})")
        if options.bundles:
            measure_import(data, options.bundles)
    sys.exit(slowest > PAGE_LIMIT or min(starts) > START_LIMIT)


if __name__ == "__main__":
    main()
