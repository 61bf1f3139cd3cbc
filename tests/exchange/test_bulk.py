"""Bulk export and import: what is in the record and inside the scope, once; wrong lines named, good ones stored."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from tests.exchange.conftest import BASE, Client
from tests.factories.fhir import observation, patient

ASYNC = {"Prefer": "respond-async"}
NDJSON = {"Content-Type": "application/fhir+ndjson"}


@pytest.fixture
def fhir(shared_fhir):
    return shared_fhir


@pytest.fixture(scope="module")
def city(shared_fhir):
    """Two Patients with Observations, a Group of the first, a Practitioner."""
    doctor = shared_fhir(
        "POST", "Practitioner", {"resourceType": "Practitioner", "name": [{"text": "王"}]}
    ).id
    people, results = [], []
    for _ in range(2):
        who = shared_fhir("POST", "Patient", patient()).id
        people.append(who)
        results += [
            shared_fhir("POST", "Observation", observation(f"Patient/{who}")).id for _ in range(2)
        ]
    members = {"resourceType": "Group", "type": "person", "actual": True,
               "member": [{"entity": {"reference": f"Patient/{people[0]}"}}]}  # fmt: skip
    group = shared_fhir("POST", "Group", members).id
    return {"people": people, "results": results, "group": group, "doctor": doctor}


def work():
    from kangmai.exchange.fhir_rest.audit_events import audit_events
    from kangmai.records.actions import run_one

    return run_one(now=lambda: datetime.now(UTC), show=audit_events)


def order(fhir, path, method="GET", body=None, **headers):
    answer = fhir(method, path, body, headers={**ASYNC, **headers})
    assert answer.status == 202, answer.body
    return answer.headers["Content-Location"].removeprefix(BASE + "/")


def fetched(fhir, path, *arguments, **more):
    """Order an export, let the worker do it, and read its files: ids by type."""
    where = order(fhir, path, *arguments, **more)
    assert work()
    manifest = fhir("GET", where)
    assert manifest.status == 200, manifest.body
    found: dict[str, list[str]] = {}
    for part in manifest.json["output"]:
        content = fhir("GET", part["url"].removeprefix(BASE + "/"))
        assert content.headers["Content-Type"] == "application/fhir+ndjson"
        lines = [json.loads(line) for line in content.body.splitlines()]
        assert len(lines) == part["count"]
        assert {line["resourceType"] for line in lines} == {part["type"]}
        found.setdefault(part["type"], []).extend(line["id"] for line in lines)
    return {kind: sorted(ids) for kind, ids in found.items()}


def test_from_order_to_manifest(fhir, city):
    where = order(fhir, "$export?_type=Patient")
    waiting = fhir("GET", where)
    assert (waiting.status, waiting.headers["X-Progress"], waiting.body) == (202, "waiting", b"")
    assert work()
    assert not work()
    done = fhir("GET", where)
    assert (done.status, done.headers["Content-Type"]) == (200, "application/json")
    assert "Expires" in done.headers
    manifest = done.json
    assert manifest["request"] == f"{BASE}/$export?_type=Patient"
    assert manifest["requiresAccessToken"] is True
    assert datetime.fromisoformat(manifest["transactionTime"]) < datetime.now(UTC)
    fhir("DELETE", where)


def test_system_patient_and_group(fhir, city):
    whole = fetched(fhir, "$export")
    assert whole["Patient"] == city["people"]
    assert whole["Observation"] == city["results"]
    assert whole["Practitioner"] == [city["doctor"]]
    assert whole["Group"] == [city["group"]]
    about_people = fetched(fhir, "Patient/$export")
    assert set(about_people) == {"Patient", "Observation", "Group"}
    of_group = fetched(fhir, f"Group/{city['group']}/$export?_type=Patient,Observation")
    assert of_group == {"Patient": city["people"][:1], "Observation": city["results"][:2]}


def test_one_patient_by_name(fhir, city):
    body = {"resourceType": "Parameters", "parameter": [
        {"name": "patient", "valueReference": {"reference": f"Patient/{city['people'][1]}"}},
        {"name": "_type", "valueString": "Observation"}]}  # fmt: skip
    assert fetched(fhir, "Patient/$export", "POST", body) == {"Observation": city["results"][2:]}


def test_type_filters_are_alternatives(fhir, city):
    first, *_, last = city["results"]
    one, other = quote(f"Observation?_id={first}"), quote(f"Observation?_id={last},none")
    found = fetched(
        fhir, f"$export?_type=Patient,Observation&_typeFilter={one}&_typeFilter={other}"
    )
    assert sorted(found["Observation"]) == sorted([first, last])
    assert found["Patient"] == city["people"]
    mine = fetched(
        fhir, f"Group/{city['group']}/$export?_type=Observation&_typeFilter={one},{other}"
    )
    assert mine == {"Observation": [first]}


def test_since_leaves_out_older_versions(fhir, city):
    later = quote((datetime.now(UTC) + timedelta(minutes=1)).isoformat())
    assert fetched(fhir, f"$export?_since={later}") == {}
    first = quote(f"Observation?_id={city['results'][0]}")
    assert fetched(fhir, f"$export?_since={later}&_type=Observation&_typeFilter={first}") == {}
    earlier = quote((datetime.now(UTC) - timedelta(hours=1)).isoformat())
    assert fetched(fhir, f"$export?_since={earlier}&_type=Patient") == {"Patient": city["people"]}


def test_only_the_elements_that_are_asked_for(fhir, city):
    (where,) = [order(fhir, "$export?_type=Patient,Observation&_elements=Patient.gender,id")]
    work()
    lines = {part["type"]: json.loads(fhir("GET", part["url"].removeprefix(BASE + "/")).body.splitlines()[0])
             for part in fhir("GET", where).json["output"]}  # fmt: skip
    assert set(lines["Patient"]) == {"resourceType", "id", "meta", "gender"}
    assert set(lines["Observation"]) == {"resourceType", "id", "meta", "status", "code"}
    assert lines["Patient"]["meta"]["tag"][-1]["code"] == "SUBSETTED"


def test_what_was_deleted_since_is_told(fhir, city):
    who = fhir("POST", "Patient", patient()).id
    gone = fhir("POST", "Observation", observation(f"Patient/{who}")).id
    alone = fhir("POST", "Observation", observation()).id
    since = quote((datetime.now(UTC) - timedelta(hours=1)).isoformat())
    for id in (gone, alone):
        fhir("DELETE", f"Observation/{id}")

    def deletions(path):
        where = order(fhir, path)
        work()
        parts = fhir("GET", where).json["deleted"]
        assert {part["type"] for part in parts} <= {"Bundle"}
        bodies = [fhir("GET", part["url"].removeprefix(BASE + "/")).body for part in parts]
        found = [json.loads(line) for body in bodies for line in body.splitlines()]
        return {each["entry"][0]["request"]["url"] for each in found}

    assert deletions(f"$export?_type=Observation&_since={since}") == {
        f"Observation/{gone}", f"Observation/{alone}"}  # fmt: skip
    assert deletions(f"Patient/$export?_type=Observation&_since={since}") == {f"Observation/{gone}"}
    assert deletions(f"Patient/$export?_since={since}&patient=Patient/{city['people'][0]}") == set()
    assert deletions("$export?_type=Observation") == set()
    fhir("DELETE", f"Patient/{who}")


def test_the_audit_trail_is_exported_where_it_is_named(fhir, city):
    from kangmai.kernel import audit

    first = city["people"][0]
    fhir("GET", f"Patient/{first}")
    audit.flush()
    assert "AuditEvent" not in fetched(fhir, "$export?_type=Patient")
    whole = fetched(fhir, "$export?_type=AuditEvent")["AuditEvent"]
    about = fetched(fhir, f"Patient/$export?_type=AuditEvent&patient=Patient/{first}")["AuditEvent"]
    read = fetched(fhir, f"$export?_type=AuditEvent&_typeFilter={quote('AuditEvent?action=R')}")
    assert set(about) < set(whole) and set(read["AuditEvent"]) < set(whole)
    assert all(id.startswith("audit-") for id in whole)
    searched = fhir("GET", f"AuditEvent?patient=Patient/{first}&_count=100").json["entry"]
    assert set(about) <= {each["resource"]["id"] for each in searched}
    later = quote((datetime.now(UTC) + timedelta(minutes=1)).isoformat())
    assert fetched(fhir, f"$export?_type=AuditEvent&_since={later}") == {}


def test_files_are_sealed_on_the_disk_and_gone_after_cancelling(fhir, city):
    from kangmai.records.jobs import files

    where = order(fhir, "$export?_type=Patient")
    work()
    folder = files.job_folder(where.rpartition("/")[2])
    stored = (folder / "Patient-1.ndjson").read_bytes()
    assert b"Patient" not in stored
    assert (folder / "Patient-1.ndjson").stat().st_mode & 0o077 == 0
    url = fhir("GET", where).json["output"][0]["url"].removeprefix(BASE + "/")
    assert fhir("DELETE", where).status == 202
    assert not folder.exists()
    assert [fhir("GET", path).status for path in (where, url)] == [404, 404]
    assert fhir("DELETE", where).status == 404


def test_shortened_and_altered_files_are_noticed(tmp_path, shared_database):
    from kangmai.kernel.errors import Fault
    from kangmai.records.jobs import files

    writer = files.Writer(tmp_path / "job" / "a.ndjson")
    lines = [b"%d" % n * 40 for n in range(20_000)]
    for line in lines:
        writer.write(line)
    writer.close()
    assert list(files.read_lines(files.read(writer.path))) == lines
    whole = writer.path.read_bytes()
    for broken in (whole[:-40], whole[: len(whole) // 2], whole[:100] + b"x" + whole[101:]):
        writer.path.write_bytes(broken)
        with pytest.raises(Fault):
            list(files.read(writer.path))


def test_cancelled_while_waiting_is_never_done(fhir, city):
    where = order(fhir, "$export")
    assert fhir("DELETE", where).status == 202
    assert not work()


def test_jobs_are_forgotten_after_a_day(fhir, city):
    from kangmai.records.actions import forget_jobs
    from kangmai.records.jobs import files

    where = order(fhir, "$export?_type=Patient")
    work()
    folder = files.job_folder(where.rpartition("/")[2])
    forget_jobs(at=datetime.now(UTC) + timedelta(hours=23))
    assert folder.exists()
    forget_jobs(at=datetime.now(UTC) + timedelta(hours=25))
    assert not folder.exists()
    assert fhir("GET", where).status == 404


def test_others_do_not_see_the_job(fhir, city, shared_database):
    from kangmai.kernel.errors import NotFound
    from kangmai.records.queries import get_job
    from tests.factories.actors import actor

    where = order(fhir, "$export?_type=Patient")
    with pytest.raises(NotFound):
        get_job(where.rpartition("/")[2], actor=actor())
    fhir("DELETE", where)


def test_an_institution_exports_what_it_may_see(fhir, city):
    from kangmai.records.actions import Order, order_export
    from kangmai.records.jobs import files
    from tests.factories.actors import EVERY_PERMISSION, actor

    stranger = actor(organizations=[4], permissions=[*EVERY_PERMISSION, "records.export"])
    id = order_export(
        Order("system", ("Patient", "Observation")),
        address="x",
        actor=stranger,
        at=datetime.now(UTC),
    )
    work()
    assert list(files.job_folder(id).glob("*")) == []


def test_at_most_three_at_once(fhir, city):
    jobs = [order(fhir, "$export?_type=Patient") for _ in range(3)]
    refused = fhir("GET", "$export?_type=Patient", headers=ASYNC)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "5")
    for where in jobs:
        fhir("DELETE", where)


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("$export", {}, 400),
        ("$export?_outputFormat=text/csv", ASYNC, 400),
        ("$export?_type=Wizard", ASYNC, 404),
        ("$export?_since=yesterday", ASYNC, 400),
        ("$export?colour=red", ASYNC, 400),
        ("$export?_type=Patient&_typeFilter=Observation?code=1", ASYNC, 400),
        ("$export?_type=Patient&_typeFilter=Patient?colour=1", ASYNC, 400),
        ("$export?_type=Patient&_typeFilter=Patient?_sort=birthdate", ASYNC, 400),
        ("$export?_type=Patient&_elements=colour", ASYNC, 400),
        ("$export?_type=AuditEvent&_typeFilter=AuditEvent?patient.name=li", ASYNC, 400),
        ("Patient/$export?_type=Organization", ASYNC, 400),
        ("Patient/$export?patient=Group/1", ASYNC, 400),
        ("Observation/$export", ASYNC, 404),
        ("Group/none/$export", ASYNC, 404),
        ("$export/none", {}, 404),
        ("$export/none/file.ndjson", {}, 404),
    ],
)
def test_wrong_orders(fhir, path, headers, status):
    assert fhir("GET", path, headers=headers).status == status


def test_export_needs_the_right_to_read(shared_token, city):
    narrow = Client(shared_token("system/Observation.rs"))
    assert narrow("GET", "$export?_type=Patient", headers=ASYNC).status == 403
    assert set(fetched(narrow, "$export")) == {"Observation"}
    user = Client(shared_token("user/*.rs"))
    assert user("GET", "$export", headers=ASYNC).status == 403


# Import -----------------------------------------------------------------------------------------


def lines(*resources):
    return (
        b"\n".join(r if isinstance(r, bytes) else json.dumps(r).encode() for r in resources) + b"\n"
    )


def test_import_stores_good_lines_and_names_the_bad(fhir):
    body = lines(
        patient(id="imported-1"),
        {**patient(), "gender": "girl"},
        observation("Patient/imported-1", id="imported-2"),
        b'{"resourceType":',
        b"",
        {"no": "type"},
        {"resourceType": "Organization", "name": "院"},
    )
    for packed in (body, gzip.compress(body)):
        more = {"Content-Encoding": "gzip"} if packed is not body else {}
        answer = fhir("POST", "$import", packed, headers={**NDJSON, **more})
        assert answer.status == 202, answer.body
        where = answer.headers["Content-Location"].removeprefix(BASE + "/")
        assert fhir("GET", where).status == 202
        assert work()
        told = fhir("GET", where).json
        counts = {row["effect"]: row["count"] for row in told["output"]}
        first = packed is body
        assert (counts["created"], counts["updated"]) == ((3, 0) if first else (1, 2))
        assert told["error"][0]["count"] == 3
        errors = fhir("GET", told["error"][0]["url"].removeprefix(BASE + "/")).body.splitlines()
        places = [json.loads(line)["issue"][0]["diagnostics"].split(": ")[0] for line in errors]
        assert places == ["upload.ndjson:2", "upload.ndjson:4", "upload.ndjson:5"]
    assert (
        fhir("GET", "Patient/imported-1/Observation").json["entry"][0]["resource"]["id"]
        == "imported-2"
    )


def test_operators_may_name_files_in_the_inbox_only(fhir):
    from kangmai.records.jobs import files

    inbox = files.files_folder() / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / "a.ndjson").write_bytes(lines(patient(id="inbox-1")))

    def named(url):
        return {
            "resourceType": "Parameters",
            "parameter": [{"name": "input", "part": [{"name": "url", "valueUrl": url}]}],
        }

    answer = fhir("POST", "$import", named("file:a.ndjson"))
    assert answer.status == 202, answer.body
    assert work()
    assert fhir("GET", "Patient/inbox-1").status == 200
    for url in (
        "file:../keys/keyring.json",
        "file:/etc/passwd",
        "file:none.ndjson",
        "http://127.0.0.1/a",
        "",
    ):
        assert fhir("POST", "$import", named(url)).status == 400, url


def test_import_needs_ndjson_and_the_right_to_write(fhir, shared_token):
    assert fhir("POST", "$import", b"<x/>", headers={"Content-Type": "text/xml"}).status == 415
    reader = Client(shared_token("system/*.rs"))
    assert reader("POST", "$import", lines(patient()), headers=NDJSON).status == 403
