"""A whole installation as an operator has it: commands as programs, a data folder, a server."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from kangmai.kernel.database import cluster as clusters
from tests.factories.fhir import INDEX_DOCUMENT, observation, patient, transaction

OBSERVATIONS = 49
SIZE = OBSERVATIONS + 1
TAG = "urn:test:bundle"
HIDDEN = ("DATABASE_URL", "KANGMAI_KEYS", "DJANGO_SETTINGS_MODULE", "PYTHONDONTWRITEBYTECODE")


def environment(**more: str) -> dict[str, str]:
    """The environment of an operator's shell: nothing of this test run's own database."""
    root = str(Path(__file__).parents[2])
    inherited = {name: value for name, value in os.environ.items() if name not in HIDDEN}
    return {**inherited, "PYTHONPATH": root, **more}


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "kangmai", *map(str, arguments)]


def kangmai(*arguments: object, code: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, which must have the exit code that is expected."""
    answer = subprocess.run(
        command(*arguments), capture_output=True, text=True, env=environment(**more), timeout=120
    )
    assert answer.returncode == code, f"{arguments}: {answer.returncode}\n{answer.stderr}"
    return answer


def until(condition: Callable[[], Any], *, seconds: float = 60, what: str = "") -> Any:
    """Wait for a condition and return what it gave."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s in vain for {what or condition}")


def bundle(number: int) -> dict[str, Any]:
    """An invented Patient with observations, each marked with the bundle's number."""
    who = f"urn:uuid:{number:08d}-0000-4000-8000-000000000000"
    mark = [{"system": TAG, "value": str(number)}]
    document = {"system": INDEX_DOCUMENT, "value": f"T{number:07d}"}
    people = [(who, patient(identifier=[document, *mark], birthDate="1980-01-01"))]
    facts = [
        (f"urn:uuid:{number:08d}-0000-4000-8000-{k:012d}", observation(who, identifier=mark))
        for k in range(1, SIZE)
    ]
    return transaction(*people, *facts)


def write_bundles(folder: Path, numbers: Sequence[int]) -> Path:
    folder.mkdir(exist_ok=True)
    for number in numbers:
        (folder / f"{number:05d}.json").write_text(json.dumps(bundle(number)))
    return folder


def rows(data: Path, sql: str) -> list[tuple[Any, ...]]:
    """Ask the living database of a data folder."""
    with psycopg.connect(clusters.Cluster(data).url) as database:
        return database.execute(sql).fetchall()


def stored(data: Path) -> int:
    """How many resources are stored; 0 while the database cannot say."""
    try:
        return rows(data, "SELECT count(*) FROM res")[0][0]
    except psycopg.Error:
        return 0


def postmaster(data: Path) -> int | None:
    return clusters.postmaster_pid(clusters.Cluster(data))


def children(pid: int) -> list[int]:
    """Every living descendant of a process."""
    try:
        direct = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [each for child in map(int, direct) for each in (child, *children(child))]


def lives(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def kill(pid: int) -> None:
    """End a process as a power cut would, and wait until it is gone."""
    os.kill(pid, signal.SIGKILL)
    until(lambda: not lives(pid), what="the end of a killed process")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(frozen=True)
class Served:
    """A running `kangmai up`."""

    process: subprocess.Popen[str]
    port: int
    token: str = ""

    def post(self, body: dict[str, Any], path: str = "/fhir/R4") -> int:
        """Post JSON, a transaction where no path is given; the HTTP status, or 0 where the connection broke."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=json.dumps(body).encode(),
            headers={
                "Content-Type": "application/fhir+json" if "fhir" in path else "application/json",
                "Authorization": f"Bearer {self.token}",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                answer.read()
                return answer.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except OSError:
            return 0

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@contextmanager
def served(data: Path, *, token: str = "") -> Iterator[Served]:
    """Run `kangmai up` until the end of the block, however it ends."""
    port = free_port()
    process = subprocess.Popen(
        command("up", "--data", data, "--port", port),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(),
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == f"ready http://127.0.0.1:{port}\n"
        yield Served(process, port, token)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)
        process.stdout.close()
