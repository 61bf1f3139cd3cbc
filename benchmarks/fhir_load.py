"""A light load generator for the FHIR benchmarks, the server under test, and the lines they print.

Requests are bytes made beforehand; a client is a thread with one kept-alive socket that sends, reads
the status and as many bytes as Content-Length says, and parses nothing it does not need. The generator's
share of the processor is measured and printed beside every figure, since it stands on the same cores.
"""

import argparse
import os
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]
TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Target:
    """A FHIR R4 server; `pid` is its process where we started it."""

    name: str
    base: str
    headers: tuple[str, ...] = ()
    pid: int | None = None

    def request(self, method: str, path: str, body: bytes = b"", *more: str) -> bytes:
        """The bytes of a request."""
        parts = urlsplit(self.base)
        address = f"{parts.path}/{path}".rstrip("/")
        lines = [
            f"{method} {address} HTTP/1.1",
            f"Host: {parts.netloc}",
            "Accept: application/fhir+json",
            *self.headers,
            *more,
        ]
        if body:
            lines.append("Content-Type: application/fhir+json")
        if body or method in ("POST", "PUT", "PATCH"):
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Client:
    """One kept-alive connection."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.socket: socket.socket | None = None
        self.rest = b""

    def call(self, request: bytes) -> tuple[int, bytes, bytes]:
        """Status, head and body of the answer; status 0 where the connection broke."""
        try:
            if self.socket is None:
                self._connect()
            self.socket.sendall(request)  # type: ignore[union-attr]
            return self._read(request.startswith(b"HEAD"))
        except (OSError, ValueError):
            self.close()
            return 0, b"", b""

    def _connect(self) -> None:
        parts = urlsplit(self.target.base)
        self.socket = socket.create_connection(
            (parts.hostname, parts.port or 80), timeout=TIMEOUT_SECONDS
        )
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def _more(self) -> None:
        part = self.socket.recv(262_144)  # type: ignore[union-attr]
        if not part:
            raise OSError("closed")
        self.rest += part

    def _read(self, is_head: bool) -> tuple[int, bytes, bytes]:
        while (end := self.rest.find(b"\r\n\r\n")) < 0:
            self._more()
        head, self.rest = self.rest[:end], self.rest[end + 4 :]
        status = int(head[9:12])
        lowered = head.lower()
        if b"transfer-encoding: chunked" in lowered:
            return status, head, self._chunks()
        at = lowered.find(b"content-length:")
        length = 0 if at < 0 or is_head else int(lowered[at + 15 :].split(b"\r\n", 1)[0])
        if status == 204 or status == 304:
            length = 0
        parts = [self.rest]
        got = len(self.rest)
        while got < length:
            part = self.socket.recv(262_144)  # type: ignore[union-attr]
            if not part:
                raise OSError("closed")
            parts.append(part)
            got += len(part)
        whole = b"".join(parts)
        self.rest = whole[length:]
        if b"connection: close" in lowered:
            self.close()
        return status, head, whole[:length]

    def _chunks(self) -> bytes:
        found = b""
        while True:
            while (end := self.rest.find(b"\r\n")) < 0:
                self._more()
            size = int(self.rest[:end].split(b";")[0], 16)
            while len(self.rest) < end + 2 + size + 2:
                self._more()
            found += self.rest[end + 2 : end + 2 + size]
            self.rest = self.rest[end + 4 + size :]
            if size == 0:
                return found

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None


@dataclass
class Result:
    """What one round gave: seconds each call took, by label, and how many failed with which status."""

    seconds: float = 0.0
    generator_cpu: float = 0.0
    server_cpu: float | None = None
    load: float = 0.0
    times: dict[str, list[float]] = field(default_factory=dict)
    failed: Counter[int] = field(default_factory=Counter)
    counted: int = 0

    @property
    def calls(self) -> int:
        return sum(map(len, self.times.values()))

    def quantile(self, share: float, label: str | None = None) -> float:
        """Milliseconds within which that share of the calls was answered."""
        some = self.times.get(label, []) if label else [t for ts in self.times.values() for t in ts]
        ordered = sorted(some)
        if not ordered:
            return float("nan")
        return 1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)]


Work = Callable[["Worker"], None]


class Worker:
    """What one client thread does is written down here."""

    def __init__(self, target: Target, number: int, until: float) -> None:
        self.client = Client(target)
        self.target = target
        self.number = number
        self.until = until
        self.times: dict[str, list[float]] = {}
        self.failed: Counter[int] = Counter()
        self.counted = 0

    @property
    def is_over(self) -> bool:
        return time.perf_counter() >= self.until

    def call(self, label: str, request: bytes, *expected: int) -> tuple[int, bytes, bytes]:
        """Send one request and time it; an unexpected status is a failure and no measurement."""
        started = time.perf_counter()
        status, head, body = self.client.call(request)
        taken = time.perf_counter() - started
        if status in (expected or (200,)):
            self.times.setdefault(label, []).append(taken)
        else:
            self.failed[status] += 1
        return status, head, body


def run(target: Target, work: Work, *, clients: int, seconds: float) -> Result:
    """Let `clients` threads work for so long (or until they are done) and gather what they measured."""
    until = time.perf_counter() + seconds
    workers = [Worker(target, number, until) for number in range(clients)]
    errors: list[BaseException] = []

    def body(worker: Worker) -> None:
        try:
            work(worker)
        except BaseException as error:
            errors.append(error)
        finally:
            worker.client.close()

    threads = [threading.Thread(target=body, args=(worker,)) for worker in workers]
    cpu, server, started = _own_cpu(), tree_cpu(target.pid), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    result = Result(time.perf_counter() - started, _own_cpu() - cpu, None, os.getloadavg()[0])
    after = tree_cpu(target.pid)
    if server is not None and after is not None:
        result.server_cpu = after - server
    for worker in workers:
        result.failed += worker.failed
        result.counted += worker.counted
        for label, times in worker.times.items():
            result.times.setdefault(label, []).extend(times)
    return result


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def tree_cpu(pid: int | None) -> float | None:
    """Processor seconds of a process and its living descendants, the database among them."""
    if pid is None:
        return None
    children: dict[int, list[int]] = {}
    used: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
            # with what its ended children used
            used[int(entry.name)] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    waiting, total = [pid], 0.0
    while waiting:
        each = waiting.pop()
        total += used.get(each, 0.0)
        waiting += children.get(each, [])
    return total


# Servers ----------------------------------------------------------------------------------------


@contextmanager
def kangmai() -> Iterator[Target]:
    """Our own server on an empty database in a folder that is removed afterwards."""
    command = Path(sys.executable).with_name("kangmai")
    with tempfile.TemporaryDirectory(prefix="kangmai-bench-") as folder:
        data = str(Path(folder) / "data")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = subprocess.Popen(
            [command, "up", "--data", data, "--port", str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
        )
        try:
            line = process.stdout.readline().decode() if process.stdout else ""
            if not line.startswith("ready "):
                raise SystemExit("kangmai up did not become ready")
            token = subprocess.run(
                [command, "token", "--data", data, "--scope", "system/*.cruds", "--ttl", "86400"],
                capture_output=True, check=True, text=True, cwd=folder,
            ).stdout.strip()  # fmt: skip
            base = f"http://127.0.0.1:{port}/fhir/R4"
            yield Target("kangmai", base, (f"Authorization: Bearer {token}",), process.pid)
        finally:
            process.terminate()
            process.wait(60)


def arguments(text: str, **defaults: float) -> argparse.ArgumentParser:
    """The options that every FHIR benchmark has."""
    parser = argparse.ArgumentParser(
        description=text, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--url", help="base of a running server of ours, instead of one that is started"
    )
    parser.add_argument(
        "--header",
        action="append",
        default=[],
        help="header for --url, such as 'Authorization: Bearer …'",
    )
    parser.add_argument(
        "--peer", help="base of another FHIR R4 server, driven with the same requests in turns"
    )
    parser.add_argument("--peer-header", action="append", default=[])
    parser.add_argument("--peer-name", default="peer", help="name and version, for the report")
    parser.add_argument("--clients", type=int, default=int(defaults.get("clients", 20)))
    parser.add_argument("--seconds", type=float, default=defaults.get("seconds", 30))
    parser.add_argument("--rounds", type=int, default=int(defaults.get("rounds", 1)))
    return parser


@contextmanager
def targets(options: argparse.Namespace) -> Iterator[list[Target]]:
    """Ours, and the peer where one is named."""
    peers = (
        [Target(options.peer_name, options.peer.rstrip("/"), tuple(options.peer_header))]
        if options.peer
        else []
    )
    if options.url:
        yield [Target("kangmai", options.url.rstrip("/"), tuple(options.header)), *peers]
        return
    with kangmai() as ours:
        yield [ours, *peers]


# Lines ------------------------------------------------------------------------------------------


def print_machine() -> None:
    """What the figures stand on."""
    print(
        f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}; the load generator runs on the same cores"
    )


def print_result(target: Target, round: int, result: Result, *, unit: str = "requests") -> None:
    """One line: rate, latencies, who used the processor."""
    count = result.counted or result.calls
    capacity = result.seconds * (os.cpu_count() or 1)
    server = (
        ""
        if result.server_cpu is None
        else f", server and database {result.server_cpu / capacity:.0%}"
        f" ({1000 * result.server_cpu / max(count, 1):.2f} ms each)"
    )
    print(
        f"{target.name:<12} round {round}: {count / result.seconds:8.1f} {unit}/s"
        f"   p50 {result.quantile(0.5):7.1f} ms   p99 {result.quantile(0.99):7.1f} ms"
        f"   failed {sum(result.failed.values())} {dict(result.failed) or ''}"
        f"   processor: generator {result.generator_cpu / capacity:.0%}{server}; load {result.load:.1f}",
        flush=True,
    )


def print_ratio(rates: dict[str, list[float]], unit: str) -> None:
    """Best round of each, and ours over the peer's."""
    best = {name: max(found) for name, found in rates.items()}
    print("best: " + ", ".join(f"{name} {rate:.1f} {unit}/s" for name, rate in best.items()))
    names = list(best)
    if len(names) == 2 and best[names[1]]:
        print(f"ratio {names[0]} / {names[1]}: {best[names[0]] / best[names[1]]:.2f}")


def print_anchors(rates: dict[str, list[float]], *, gate: float, anchors: dict[str, float]) -> None:
    """Our best round beside the gate and beside figures that others published, scaled to two cores.

    The scaling is linear in cores and therefore an assumption; a peer in the same run says more.
    """
    ours = max(next(iter(rates.values())))
    print(f"gate {gate:.0f}: {ours / gate:.2f} of it")
    for name, rate in anchors.items():
        print(f"{name}, on two cores by linear scaling {rate:.0f}: {ours / rate:.2f} times")
