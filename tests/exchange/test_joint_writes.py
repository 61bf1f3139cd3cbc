"""Writes that arrive together share transactions; each still succeeds or fails by itself, and none is lost."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection

from tests.factories.fhir import observation, patient

AT_ONCE = 12


@pytest.fixture
def fhir(shared_fhir):
    return shared_fhir


def together(calls):
    """The answers to calls made by a dozen clients at once, in the order of the calls."""

    def one(call):
        try:
            return call()
        finally:
            connection.close()  # the thread's own, which tokens are read by

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [each.result() for each in [pool.submit(one, call) for call in calls]]


def test_everything_created_at_once_is_there(fhir, shared_database):
    made = together([lambda: fhir("POST", "Patient", patient()) for _ in range(40)])

    assert {each.status for each in made} == {201}
    ids = [each.id for each in made]
    assert len(set(ids)) == 40
    assert {fhir("GET", f"Patient/{id}").status for id in ids} == {200}
    with psycopg.connect(shared_database) as direct:
        (written,) = direct.execute(
            "SELECT count(*) FROM kernel_audit WHERE action = 'records.created' AND object_id = ANY(%s)",
            [ids],
        ).fetchone()
    assert written == 40


def test_updates_at_once_make_one_version_each(fhir):
    id = fhir("POST", "Patient", patient()).id

    answers = together(
        [
            lambda n=n: fhir(
                "PUT", f"Patient/{id}", patient(id=id, telecom=[{"value": f"6{n:03}"}])
            )
            for n in range(30)
        ]
    )

    assert Counter(each.status for each in answers) == {200: 30}
    assert sorted(int(each.json["meta"]["versionId"]) for each in answers) == list(range(2, 32))
    history = fhir("GET", f"Patient/{id}/_history?_count=100").json["entry"]
    assert [int(e["resource"]["meta"]["versionId"]) for e in history] == list(range(31, 0, -1))
    latest = history[0]["resource"]["telecom"][0]["value"]
    found = {
        number: len(fhir("GET", f"Patient?_id={id}&telecom={number}").json.get("entry", []))
        for number in (f"6{n:03}" for n in range(30))
    }
    assert found == {number: int(number == latest) for number in found}


def test_of_updates_of_one_version_one_goes_through(fhir):
    id = fhir("POST", "Patient", patient()).id
    if_match = {"If-Match": 'W/"1"'}

    answers = together(
        [
            lambda: fhir("PUT", f"Patient/{id}", patient(id=id, active=True), headers=if_match)
            for _ in range(AT_ONCE)
        ]
    )

    assert Counter(each.status for each in answers) == {200: 1, 412: AT_ONCE - 1}
    assert fhir("GET", f"Patient/{id}").json["meta"]["versionId"] == "2"


def test_what_is_refused_leaves_its_company_alone(fhir):
    subject = fhir("POST", "Patient", patient()).id
    good = observation(f"Patient/{subject}")

    answers = together(
        [
            lambda n=n: (
                fhir("POST", "Observation", good)
                if n % 3 == 0
                else fhir("DELETE", f"Observation/none-{n}")
                if n % 3 == 1
                else fhir("PUT", f"Observation/not-mine-{n}", {**good, "id": f"not-mine-{n}"})
            )
            for n in range(30)
        ]
    )

    assert [each.status for each in answers] == [201, 404, 405] * 10
    assert len(fhir("GET", f"Observation?subject=Patient/{subject}").json["entry"]) == 10


def test_deletes_at_once_delete_once(fhir):
    id = fhir("POST", "Patient", patient()).id

    answers = together([lambda: fhir("DELETE", f"Patient/{id}") for _ in range(AT_ONCE)])

    assert {each.status for each in answers} <= {204, 410}
    assert fhir("GET", f"Patient/{id}").status == 410
    history = fhir("GET", f"Patient/{id}/_history").json["entry"]
    assert [entry["request"]["method"] for entry in history] == ["DELETE", "POST"]


def test_nobody_waits_for_a_lock_that_another_write_needs(fhir, shared_database):
    """A long transaction holds one Patient: writes of others go on, its own write waits and succeeds."""
    import threading
    import time

    held, free = (fhir("POST", "Patient", patient()).id for _ in range(2))
    finished = {}

    def put(name, id):
        started = time.monotonic()
        answer = fhir("PUT", f"Patient/{id}", patient(id=id, telecom=[{"value": "777"}]))
        finished[name] = (answer.status, time.monotonic() - started)
        connection.close()

    with psycopg.connect(shared_database) as bundle:
        bundle.execute("SELECT 1 FROM res WHERE fid = %s FOR UPDATE", [held])
        waiting = threading.Thread(target=put, args=("held", held))
        waiting.start()
        time.sleep(0.05)
        for n in range(4):
            put(f"free {n}", free)
        assert {name: status for name, (status, _) in finished.items()} == {
            f"free {n}": 200 for n in range(4)
        }
        assert waiting.is_alive()
        bundle.rollback()
    waiting.join(20)
    assert finished["held"][0] == 200
    assert fhir("GET", f"Patient/{held}").json["telecom"] == [{"value": "777"}]
