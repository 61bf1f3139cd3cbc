"""Claim: `$export` of a million resources and `$everything` of ten thousand each take less than 300 MB of memory.

The resources come in by `$import`: one Patient with ten thousand Observations, the others with a hundred each.
Then everything is exported and fetched in pieces, and the large record is read page by page. Printed for the server
and the worker: the resident memory when idle, the peak while they work, and the growth, which is the claim's; the
processes hold the whole house (pages, rules, statistics) besides. No peer: what is measured is a bound.

    nice -n 10 python benchmarks/fhir_memory.py [--resources 1000000]
"""

import argparse
import http.client
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from fhir_load import Target, kangmai, print_machine

LIMIT_MB = 300
LARGE_RECORD = 10_000
SMALL_RECORD = 100
PAGE = 1000


def lines(total: int, *, prefix: str = "m", large: int = LARGE_RECORD) -> Iterator[str]:
    """The resources, a line each: Patients before what is about them; the first has a record of `large`."""
    number = 0
    patient = 0
    while number < total:
        id = f"{prefix}{patient}"
        yield json.dumps({"resourceType": "Patient", "id": id, "active": True, "gender": "female"})
        count = large if patient == 0 else SMALL_RECORD
        for n in range(min(count, total - number - 1)):
            yield json.dumps(_observation(id, n))
        number += 1 + min(count, total - number - 1)
        patient += 1


def _observation(patient: str, n: int) -> dict[str, object]:
    return {
        "resourceType": "Observation", "id": f"{patient}-{n}", "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": f"20{10 + n % 15}-0{1 + n % 9}-1{n % 9}T08:00:00+08:00",
        "valueQuantity": {"value": 100 + n % 80, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"},
    }  # fmt: skip


class Door:
    """One connection to the server under test."""

    def __init__(self, target: Target) -> None:
        self.parts = urlsplit(target.base)
        self.headers = dict(header.split(": ", 1) for header in target.headers)

    def ask(self, method: str, address: str, body: object = None, **more: str) -> http.client.HTTPResponse:  # fmt: skip
        """An answer whose body is not read yet."""
        connection = http.client.HTTPConnection(self.parts.netloc, timeout=600)
        path = address.removeprefix(f"http://{self.parts.netloc}")
        path = path if path.startswith("/") else f"{self.parts.path}/{path}"
        named = {name.replace("_", "-"): value for name, value in more.items()}
        connection.request(method, path, body, {**self.headers, **named})  # type: ignore[arg-type]
        return connection.getresponse()

    def wait(self, address: str) -> dict:
        """What became of a job."""
        while True:
            answer = self.ask("GET", address)
            body = answer.read()
            if answer.status != 202:
                assert answer.status == 200, body
                return json.loads(body)
            time.sleep(1)


def processes(root: int) -> dict[str, int]:
    """The server process that answers and the worker, among the descendants of `kangmai up`."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and _descends(int(entry.name), root):
            command = (entry / "cmdline").read_bytes().decode(errors="replace")
            if "kangmai.config.worker" in command:
                found["worker"] = int(entry.name)
            elif "granian" in command:  # the last one is the child that serves
                found["server"] = max(found.get("server", 0), int(entry.name))
    return found


def _descends(pid: int, root: int) -> bool:
    while pid > 1:
        if pid == root:
            return True
        try:
            pid = int((Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            return False
    return False


def megabytes(pid: int, what: str) -> float:
    """VmRSS (now) or VmHWM (the peak since `reset`) of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split(f"{what}:")[1].split()[0]) / 1024


def reset(pids: dict[str, int]) -> dict[str, float]:
    """Let peaks begin anew; the memory of each process now."""
    for pid in pids.values():
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    return {name: megabytes(pid, "VmRSS") for name, pid in pids.items()}


def tell(
    deed: str, count: int, seconds: float, pids: dict[str, int], idle: dict[str, float]
) -> bool:
    """Print the peaks; returns whether the growth stays below the limit."""
    grown = {name: max(0.0, megabytes(pid, "VmHWM") - idle[name]) for name, pid in pids.items()}
    parts = [f"{name}: idle {idle[name]:.0f} MB, grown by {grown[name]:.0f}" for name in pids]
    print(f"{deed}: {count:,} resources in {seconds:.0f} s ({count / seconds:,.0f}/s); {'; '.join(parts)}", flush=True)  # fmt: skip
    return all(each < LIMIT_MB for each in grown.values())


def bring_in(door: Door, resources: Iterable[str]) -> None:
    """Everything by `$import`."""
    with tempfile.NamedTemporaryFile("w+", suffix=".ndjson") as file:
        for line in resources:
            file.write(line + "\n")
        file.flush()
        with Path(file.name).open("rb") as body:
            size = str(Path(file.name).stat().st_size)
            answer = door.ask("POST", "$import", body, Content_Type="application/fhir+ndjson", Content_Length=size)  # fmt: skip
            answer.read()
    assert answer.status == 202, answer.status
    told = door.wait(answer.headers["Content-Location"])
    assert not told["error"], told


def take_out(door: Door) -> int:
    """Export everything and fetch every file in pieces; how many lines came."""
    answer = door.ask("GET", "$export", Prefer="respond-async")
    answer.read()
    manifest = door.wait(answer.headers["Content-Location"])
    count = 0
    for file in manifest["output"]:
        content = door.ask("GET", file["url"])
        got = 0
        while part := content.read(2**20):
            got += part.count(b"\n")
        assert got == file["count"], (got, file)
        count += got
    return count


def read_whole(door: Door) -> int:
    """The large record, page by page; how many different resources came."""
    address, seen = f"Patient/m0/$everything?_count={PAGE}", set()
    while address:
        page = json.loads(door.ask("GET", address).read())
        seen |= {each["fullUrl"] for each in page["entry"]}
        address = next((link["url"] for link in page["link"] if link["relation"] == "next"), "")
    return len(seen)


def main() -> None:
    """Bring in, take out, read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--resources", type=int, default=1_000_000)
    options = parser.parse_args()
    print_machine()
    with kangmai() as target:
        door, pids = Door(target), processes(target.pid or 0)
        started, idle = time.perf_counter(), reset(pids)
        bring_in(door, lines(options.resources))
        is_kept = [tell("$import", options.resources, time.perf_counter() - started, pids, idle)]
        started, idle = time.perf_counter(), reset(pids)
        count = take_out(door)
        assert count == options.resources, count
        is_kept.append(tell("$export", count, time.perf_counter() - started, pids, idle))
        started, idle = time.perf_counter(), reset(pids)
        count = read_whole(door)
        assert count == 1 + min(LARGE_RECORD, options.resources - 1), count
        is_kept.append(tell("$everything", count, time.perf_counter() - started, pids, idle))
    print(f"less than {LIMIT_MB} MB each: {'yes' if all(is_kept) else 'NO'}")
    sys.exit(0 if all(is_kept) else 1)


if __name__ == "__main__":
    main()
