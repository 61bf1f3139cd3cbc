"""Writes that arrive together share transactions; each still succeeds or fails by itself, and none is lost."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import orjson
import psycopg
import pytest
from django.db import connection

from kangmai.kernel.connections import own_connection
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


def test_bundles_that_create_the_same_at_once_all_go_through(fhir):
    """An operator chooses ids: who comes second finds what the first made, and updates it."""
    ids = [f"ward-{n}" for n in range(12)]
    from datetime import UTC, datetime

    from kangmai.kernel.actor import operator
    from kangmai.records import actions
    from kangmai.records.types import Authority, Operation, Verb

    def put(order):
        operations = [
            Operation(
                Verb.UPDATE,
                "Location",
                id,
                orjson.dumps({"resourceType": "Location", "id": id, "status": "active"}),
                authority=Authority.LEDGER,
            )
            for id in order
        ]
        return actions.transact(operations, actor=operator("test"), at=datetime.now(UTC))

    together([lambda n=n: put(ids[:: (-1) ** n]) for n in range(24)])

    versions = [int(fhir("GET", f"Location/{id}").json["meta"]["versionId"]) for id in ids]
    assert versions == [24] * 12


def test_no_thread_keeps_a_connection_of_django(fhir, shared_database):
    """Two connections a thread would use up those of the server: tokens are read, then it is given back."""
    from kangmai.access import cache

    name = shared_database.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(shared_database) as direct:
        counted = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        )

        def one():
            cache._clear()
            status = fhir("GET", "Patient?_count=1").status
            held.wait(10)
            return status

        connection.close()
        own_connection()
        (before,) = direct.execute(counted, [name]).fetchone()
        held = threading.Barrier(AT_ONCE + 1)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            asked = [pool.submit(one) for _ in range(AT_ONCE)]
            while held.n_waiting < AT_ONCE:
                time.sleep(0.01)
            direct.rollback()
            (during,) = direct.execute(counted, [name]).fetchone()
            held.wait(10)
            assert {each.result() for each in asked} == {200}
    assert during - before <= AT_ONCE + 1, "their own connections, and one that writes the audit"


def test_where_no_connection_is_left_the_answer_is_503(fhir, shared_token, monkeypatch):
    from django.db import OperationalError as DjangosError

    from kangmai.access import cache
    from kangmai.exchange.fhir_rest import door

    def refused(*_, **__):
        raise DjangosError("sorry, too many clients already") from psycopg.OperationalError("")

    cache._clear()
    monkeypatch.setattr(door, "actor_for_token", refused)
    answer = fhir("GET", "Patient")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert answer.issues[0]["code"] == "transient"


def test_a_failure_of_a_joint_write_is_told_to_each_as_it_is():
    """Errors of ours take names and no text: what hands them to other threads must not call their constructor."""
    from kangmai.records.errors import VersionConflict
    from kangmai.records.transactions.joining import Join

    def refuse(drafts):
        raise VersionConflict(type="Patient", id="1", current=2, expected=1)

    class Nothing:
        changed, prepared = frozenset(), ()

    with pytest.raises(VersionConflict, match="now at version 2") as failure:
        Join(refuse).submit(Nothing())
    assert failure.value.details["current"] == 2
