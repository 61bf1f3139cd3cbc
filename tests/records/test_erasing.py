"""$purge erases every trace but a tombstone, with proof; the sampler sees when the index is wrong."""

import json

import psycopg
import pytest
from click.testing import CliRunner

from tests.exchange.conftest import Client
from tests.exchange.conftest import shared_fhir as shared_fhir
from tests.exchange.conftest import shared_token as shared_token
from tests.factories.fhir import observation, patient

REASON = {
    "resourceType": "Parameters",
    "parameter": [{"name": "reason", "valueString": "决定书 2026-118"}],
}
WORD = "绝无仅有的备注"


@pytest.fixture
def fhir(shared_fhir):
    return shared_fhir


def person(fhir):
    """A Patient with three versions, an Observation with two, and what is about somebody else as well."""
    id = fhir("POST", "Patient", patient()).id
    for n in range(2):
        fhir("PUT", f"Patient/{id}", patient(id=id, telecom=[{"value": f"13{n}"}]))
    note = {**observation(f"Patient/{id}"), "note": [{"text": WORD}]}
    result = fhir("POST", "Observation", note).id
    fhir("PUT", f"Observation/{result}", {**note, "id": result, "status": "amended"})
    return id, result


def rows(database, *, rid):
    with psycopg.connect(database) as direct:
        counts = {}
        for table in ("tok", "ref", "dat", "str", "qty", "hist", "log"):
            counts[table] = direct.execute(
                f"SELECT count(*) FROM {table} WHERE rid = %s", [rid]
            ).fetchone()[0]
        return counts


def row_id(database, id):
    with psycopg.connect(database) as direct:
        return direct.execute("SELECT rid FROM res WHERE fid = %s", [id]).fetchone()[0]


def test_a_person_is_erased_with_all_that_is_about_him(fhir, shared_database):
    id, result = person(fhir)
    other = fhir("POST", "Patient", patient()).id
    rids = [row_id(shared_database, each) for each in (id, result)]
    answer = fhir("POST", f"Patient/{id}/$purge", REASON)
    assert answer.status == 200, answer.body
    proof = {
        each["name"]: next(v for k, v in each.items() if k != "name")
        for each in answer.json["parameter"]
    }
    assert (proof["resources"], proof["versions"], proof["remaining"]) == (2, 5, 0)
    for rid in rids:
        left = rows(shared_database, rid=rid)
        assert left.pop("log") == 1
        assert set(left.values()) == {0}
    assert fhir("GET", f"Patient/{id}").status == 410
    assert fhir("GET", f"Observation/{result}").status == 410
    assert fhir("GET", f"Patient/{id}/_history/1").status == 404
    history = fhir("GET", f"Observation/{result}/_history").json["entry"]
    assert [each["request"]["method"] for each in history] == ["DELETE"]
    assert fhir("GET", f"Patient/{other}").status == 200
    with psycopg.connect(shared_database) as direct:
        assert direct.execute(
            "SELECT count(*) FROM res WHERE rid = ANY(%s) AND body IS NOT NULL", [rids]
        ).fetchone() == (0,)
        kept = direct.execute(
            "SELECT object_id, reason, details->>'digest' FROM kernel_audit WHERE action = 'records.purge' ORDER BY 1"
        ).fetchall()
    assert {each[0] for each in kept} == {id, result}
    assert {each[1:] for each in kept} == {("决定书 2026-118", proof["digest"])}


def test_who_may_not_and_what_may_not_be_erased(fhir, shared_token, shared_database):
    from tests.factories import registry

    _id, result = person(fhir)
    before = rows(shared_database, rid=row_id(shared_database, result))
    hospital = registry.organization(code="PURGE")
    program = Client(shared_token(organization=hospital.id))
    assert program("POST", f"Observation/{result}/$purge", REASON).status == 403
    assert (
        fhir("POST", f"Observation/{result}/$purge", {"resourceType": "Parameters"}).status == 400
    )
    assert fhir("POST", "Observation/nothing/$purge", REASON).status == 404
    assert fhir("POST", f"Organization/{hospital.fhir_id}/$purge", REASON).status == 405
    assert rows(shared_database, rid=row_id(shared_database, result)) == before


def test_one_result_goes_and_the_person_stays_also_after_a_deletion(fhir, shared_database):
    id, result = person(fhir)
    fhir("DELETE", f"Observation/{result}")
    assert fhir("POST", f"Observation/{result}/$purge", REASON).status == 200
    left = rows(shared_database, rid=row_id(shared_database, result))
    assert (left["hist"], left["log"]) == (0, 1)
    assert fhir("GET", f"Patient/{id}").status == 200


def test_the_sampler_sees_missing_and_left_over_rows(fhir, shared_database):
    from kangmai.kernel.actor import operator
    from kangmai.records import queries

    _, result = person(fhir)
    rid = row_id(shared_database, result)
    everything = queries.sample_index(count=10_000, actor=operator("test"))
    assert everything.compared > 3
    assert everything.faults == ()
    with psycopg.connect(shared_database) as direct:
        direct.execute(
            "DELETE FROM tok WHERE ctid = (SELECT ctid FROM tok WHERE rid = %s LIMIT 1)", [rid]
        )
        direct.execute("INSERT INTO ref (tgt, rid, p) VALUES (1, %s, 9)", [rid])
    found = queries.sample_index(count=10_000, actor=operator("test")).faults
    assert [(f.id, f.table, f.missing, f.left_over) for f in found] == [
        (result, "tok", 1, 0),
        (result, "ref", 0, 1),
    ]
    with psycopg.connect(shared_database) as direct:
        direct.execute("DELETE FROM ref WHERE tgt = 1 AND rid = %s", [rid])
        direct.execute("DELETE FROM res WHERE rid = %s", [rid])


def test_the_commands_name_their_contract():
    from kangmai.commandline.fhir import fhir as command

    for name, word in (("search", "NDJSON"), ("purge", '"digest"'), ("sample", '"left_over"')):
        done = CliRunner().invoke(command, [name, "--help"])
        assert (done.exit_code, word in done.output) == (0, True)


def test_validation_reads_xml(tmp_path):
    from kangmai.commandline.fhir import fhir as command

    good, bad, broken = (tmp_path / name for name in ("good.xml", "bad.xml", "broken.xml"))
    good.write_text('<Patient xmlns="http://hl7.org/fhir"><gender value="female"/></Patient>')
    bad.write_text('<Patient xmlns="http://hl7.org/fhir"><gender value="x"/></Patient>')
    broken.write_text("<Patient xmlns='http://hl7.org/fhir'>")
    done = CliRunner().invoke(command, ["validate", *map(str, (good, bad, broken))])
    outcomes = [json.loads(line) for line in done.stdout.splitlines()]
    severities = [
        [i["severity"] for i in each["issue"] if i["severity"] == "error"] for each in outcomes
    ]
    assert (done.exit_code, severities) == (1, [[], ["error"], ["error"]])
    assert outcomes[1]["issue"][0]["expression"] == ["Patient.gender"]
