"""Claim: a single-case alert stands on the officer's page less than 5 s after its report was stored.

    python benchmarks/surveillance_alert.py [--data FOLDER] [--residents 2000] [--rounds 25] [--writers 2]

FOLDER holds a demo city (`kangmai demo --no-serve`) that was not measured before; without one, one is made. Starts server and worker as
`kangmai up` does. A doctor submits report cards through the form, each of a disease of which one case is enough
and of somebody in another town; from the answer on, an officer of the CDC opens the desk again and again until the
new signal stands there. Server, feed, worker and page are the real ones; no detector is called. Then the same
while programs store diagnoses through the FHIR door as fast as they are taken. There is no peer: the limit is the
officers'.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

from house_start import Visitor, city, kangmai, served

LIMIT, PATIENCE, PAUSE = 5.0, 60.0, 0.05
GROUPS = {"0200": "0200", "0100": "0100", "0400": "0400", "0700": "0700", "9001": "unexplained"}
"""Disease → group of conditions under which its signal is listed."""
ICD10 = "http://hl7.org/fhir/sid/icd-10"
SURNAMES, NAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡", "伟芳娜敏静丽强磊军洋勇艳杰娟涛"


def token_of(visitor: Visitor) -> str:
    """The token that forms of this visitor carry."""
    jar = next(each for each in visitor.opener.handlers if hasattr(each, "cookiejar")).cookiejar
    return next(each.value for each in jar if each.name == "csrftoken")


def post(visitor: Visitor, path: str, fields: dict[str, str | list[str]]) -> str:
    """Send a form; the address that it led to."""
    body = urllib.parse.urlencode(
        {**fields, "csrfmiddlewaretoken": token_of(visitor)}, doseq=True
    ).encode()
    request = urllib.request.Request(
        f"{visitor.address}{path}", body, headers={"Referer": visitor.address + path}
    )
    with visitor.opener.open(request, timeout=60) as answer:
        answer.read()
        return str(answer.url)


def card(disease: str, town: str, number: int, belongs_to: str) -> dict[str, str | list[str]]:
    """A sound card of somebody from nowhere else."""
    now = datetime.now(UTC) + timedelta(hours=8)
    fields: dict[str, str | list[str]] = {
        "key": f"{os.getpid()}-{number}-{belongs_to}",
        "version": "1",
        "do": "submit",
        "name": SURNAMES[number % 15] + NAMES[number // 15 % 15] + NAMES[number // 3 % 15],
        "sex_code": "12"[number % 2],
        "birth_date": f"{1960 + number % 40}-{1 + number % 12:02d}-{1 + number % 28:02d}",
        "phone": f"154{12345678 + 7919 * number}",
        "belongs_to": belongs_to,
        "home_code": town,
        "address": f"新村 {number} 号",
        "occupation": "11",
        "disease": disease,
        "case_class": "2",
        "onset_on": f"{now - timedelta(days=1):%Y-%m-%d}",
        "diagnosed_at": f"{now - timedelta(minutes=2):%Y-%m-%dT%H:%M}",
        "origin": "local",
        "doctor": "演示医生",
    }
    looked_at = ("document_number", "disease", "phone", "occupation", "address")
    return {**fields, "confirm": [f"{name}={fields.get(name, '')}" for name in looked_at]}


def submitted(doctor: Visitor, disease: str, town: str, number: int) -> float:
    """Submit a card; the instant at which the answer said that it is stored."""
    for belongs_to in ("1", "2"):
        try:
            led_to = post(doctor, "/cases/new/", card(disease, town, number, belongs_to))
        except urllib.error.HTTPError as error:
            if error.code == 422:
                continue
            raise SystemExit("this city was measured before: give a fresh one") from None
        if re.search(r"/cases/[0-9a-f-]{36}/$", led_to):
            return time.monotonic()
    raise SystemExit("the card was refused")


def listed(officer: Visitor, group: str) -> set[str]:
    """The signals of a group on the officer's desk."""
    text, _ = officer.get(f"/signals/?group={group}")
    return set(re.findall(r'href="(/signals/[0-9a-f-]{36}/)"', text))


def alert_seconds(doctor: Visitor, officer: Visitor, disease: str, town: str, number: int) -> float:
    """From the answer to a card until its signal stands on the desk."""
    before = listed(officer, GROUPS[disease])
    stored = submitted(doctor, disease, town, number)
    while time.monotonic() - stored < PATIENCE:
        if listed(officer, GROUPS[disease]) - before:
            return time.monotonic() - stored
        time.sleep(PAUSE)
    raise SystemExit(f"no signal within {PATIENCE:.0f} s")


@contextmanager
def writers(address: str, data: Path, count: int) -> Iterator[list[int]]:
    """Programs that store diagnoses one after the other until the end; how many each has stored."""
    command = kangmai("token", "--data", data, "--scope", "system/*.cruds")
    token = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    stored, stop = [0] * count, threading.Event()

    def write(number: int) -> None:
        patient = _create(address, token, {"resourceType": "Patient", "name": [{"text": "负载"}]})
        body = {
            "resourceType": "Condition",
            "code": {"coding": [{"system": ICD10, "code": "J06.9"}]},
            "subject": {"reference": f"Patient/{patient}"},
            "recordedDate": datetime.now(UTC).isoformat(),
        }
        while not stop.is_set():
            _create(address, token, body)
            stored[number] += 1

    threads = [threading.Thread(target=write, args=(n,), daemon=True) for n in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield stored
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)


def _create(address: str, token: str, resource: dict[str, object]) -> str:
    request = urllib.request.Request(
        f"{address}/fhir/R4/{resource['resourceType']}",
        json.dumps(resource).encode(),
        {
            "Content-Type": "application/fhir+json",
            "Authorization": f"Bearer {token}",
            "Prefer": "return=representation",
        },
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return str(json.loads(answer.read())["id"])


def told(name: str, seconds: list[float]) -> float:
    """Print the figures of a row; returns the 95th percentile."""
    cuts = statistics.quantiles(seconds, n=20, method="inclusive")
    print(
        f"{name:<44} {len(seconds):3d} alerts  p50 {statistics.median(seconds):5.2f} s"
        f"  p95 {cuts[-1]:5.2f} s  max {max(seconds):5.2f} s",
        flush=True,
    )
    return cuts[-1]


def main() -> None:
    """Start the city, report and wait, in quiet and under load."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--residents", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--writers", type=int, default=2)
    options = parser.parse_args()
    with ExitStack() as stack:
        data = stack.enter_context(city(options.data, options.residents))
        address, _ = stack.enter_context(served(data))
        doctor, officer = Visitor(address), Visitor(address)
        doctor.log_in("hospital")
        officer.log_in("cdc")
        text, _ = officer.get("/signals/")
        towns = towns_of(text)
        where = iter(enumerate(product(towns, GROUPS)))
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {len(towns)} towns")

        def some() -> list[float]:
            return [
                alert_seconds(doctor, officer, disease, town, number)
                for number, (town, disease) in (next(where) for _ in range(options.rounds))
            ]

        slowest = told("quiet", some())
        with writers(address, data, options.writers) as stored:
            began, before = time.monotonic(), sum(stored)
            late = told(f"while {options.writers} programs store diagnoses", some())
            rate = (sum(stored) - before) / (time.monotonic() - began)
        print(f"{'':<44} {rate:.0f} diagnoses/s meanwhile")
    worst = max(slowest, late)
    print(f"slowest 95th percentile {worst:.2f} s, limit {LIMIT:.0f} s")
    sys.exit(worst >= LIMIT)


def towns_of(page: str) -> list[str]:
    """The towns of the city, as the standards list them, from a division code on an officer's page."""
    from kangmai.standards.divisions import Level, city_code_of
    from kangmai.standards.divisions import city as divisions

    code = next(filter(None, map(city_code_of, re.findall(r"value=\"(\d{6})\"", page))))
    return [each.code for each in divisions(code).at_level(Level.TOWN)]


if __name__ == "__main__":
    main()
