"""The SQL of a search finds what a slow search over the same keys finds."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from kangmai.records.fhir.definitions import resource_types
from kangmai.records.search import sql
from kangmai.records.search.query import Query, parse
from tests.records.search.carried_values import carried
from tests.records.search.search_twin import Document, documents, search

NOW = datetime(2026, 1, 1, tzinfo=UTC)

FIXED = [
    ("Observation", "code=http://loinc.org|85354-9"),
    ("Observation", "code=85354-9,8302-2&status=final"),
    ("Observation", "code:not=8480-6&status:not=final,amended"),
    ("Observation", "combo-code=8480-6"),
    ("Observation", "component-code-value-quantity=8480-6$gt100"),
    (
        "Observation",
        "combo-code-value-quantity=http://loinc.org|8480-6$107|http://unitsofmeasure.org|mm[Hg]",
    ),
    ("Observation", "code-value-quantity=29463-7$gt80||[lb_av]"),
    ("Observation", "code-value-concept=http://loinc.org|1234-5$x"),
    ("Observation", "value-quantity=lt10&value-quantity=ne6.3"),
    ("Observation", "value-quantity=6.3|http://unitsofmeasure.org|mmol/L"),
    ("Observation", "date=ge2013&date=lt2014-06"),
    ("Observation", "date=ap2013-04-02"),
    ("Observation", "date=sa2012,eb2000"),
    ("Observation", "patient=f001"),
    ("Observation", "subject=Patient/example"),
    ("Observation", "subject:Patient=example&category=vital-signs"),
    ("Observation", "subject:Group=example"),
    ("Observation", "subject:missing=true"),
    ("Observation", "encounter:missing=false&date:missing=false"),
    ("Observation", "subject:Patient.name=van"),
    ("Observation", "patient.gender=male&status=final"),
    ("Observation", "patient.organization.name=burgers"),
    ("Observation", "patient.birthdate=lt1980&code:missing=false"),
    ("Observation", "code:text=blood"),
    ("Observation", "_id=example,f001"),
    ("Observation", "_lastUpdated=ge2020"),
    ("Observation", "_lastUpdated=lt2020"),
    ("Observation", "_profile:missing=false"),
    ("Observation", "_profile=http://hl7.org/fhir/StructureDefinition/vitalsigns"),
    ("Observation", "_profile:below=http://hl7.org/fhir/StructureDefinition/"),
    ("Observation", "_profile:above=http://hl7.org/fhir/StructureDefinition/vitalsigns/more"),
    ("Patient", "name=chal"),
    ("Patient", "name:exact=Chalmers"),
    ("Patient", "name:exact=chalmers"),
    ("Patient", "name:contains=alm"),
    ("Patient", "phonetic=chal&gender=male"),
    ("Patient", "deceased=true"),
    ("Patient", "deceased=false&birthdate=ge1970"),
    ("Patient", "identifier=urn:oid:1.2.36.146.595.217.0.1|12345"),
    ("Patient", "identifier=urn:oid:1.2.36.146.595.217.0.1|"),
    ("Patient", "identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|12345"),
    ("Patient", "phone=(03) 5555 6473"),
    ("Patient", "general-practitioner.name=x"),
    ("Patient", "_has:Observation:patient:code=http://loinc.org|85354-9"),
    ("Patient", "_has:Observation:patient:date=ge2012&gender=male"),
    ("Patient", "_has:Observation:patient:encounter.status=in-progress"),
    ("Patient", "_has:Encounter:patient:_has:Observation:encounter:status=final"),
    ("Patient", "organization:missing=true&_tag:missing=true"),
    ("Organization", "_has:Patient:organization:gender=male"),
    ("Organization", "name=\\%&active=true"),
    ("Encounter", "length=gt30||min"),
    ("Encounter", "status=finished&date=ge2010"),
    ("RiskAssessment", "probability=gt0.000001"),
    ("MolecularSequence", "chromosome-variant-coordinate=1$lt345$gt100"),
    ("Group", "characteristic-value=gender$mixed"),
    ("DocumentReference", "relationship=DocumentReference/example$appends"),
    ("Questionnaire", "context-type-value=focus$44054006"),
    (None, "_type=Patient,Observation&_id=example"),
    (None, "_id=example"),
    (None, "_tag=http://terminology.hl7.org/CodeSystem/v3-ActReason|HTEST"),
    (None, "_tag:not=http://terminology.hl7.org/CodeSystem/v3-ActReason|HTEST&_type=Patient,Group"),
    (None, "_type=Patient,Observation&_profile:missing=true&_lastUpdated=ge2000"),
]

SORTED = [
    ("Observation", "status=final&_sort=-date"),
    ("Observation", "_sort=-date"),
    ("Encounter", "status=finished&_sort=-date"),
    ("Observation", "patient:missing=false&_sort=-date&code:missing=false"),
    ("Observation", "_sort=date,-_id"),
    ("Observation", "code:missing=false&_sort=-status,code"),
    ("Observation", "_sort=value-quantity"),
    ("Patient", "_sort=family,-birthdate"),
    ("Patient", "_sort=-gender,_lastUpdated"),
    ("Patient", "gender=male&_sort=-active,name"),
]


@pytest.fixture(scope="module")
def stored(shared_database: str, clinical_examples: list[dict]) -> Iterator[tuple]:
    """The clinical examples in the index tables, and beside them in memory."""
    everything = _one_of_each_id(documents(clinical_examples, NOW - timedelta(days=1)))
    with psycopg.connect(shared_database) as connection:
        _store(connection, everything)
        connection.execute("ANALYZE")
        yield connection, everything


def _one_of_each_id(everything: list[Document]) -> list[Document]:
    return list({(d.type, d.id): d for d in everything}.values())


def _store(connection: psycopg.Connection, everything: list[Document]) -> None:
    shapes = {
        d.keys.shape: (d.keys.shape, resource_types()[d.type], list(d.keys.present))
        for d in everything
    }
    tables = {
        "res (rt, rid, fid, fh, ver, ts, xv, body)": [
            (resource_types()[d.type], d.rid, d.id, d.hash, 1, d.updated, 1, "{}")
            for d in everything
        ],
        "shape": list(shapes.values()),
        "tok (rid, h, sys)": [(d.rid, *row) for d in everything for row in d.keys.tokens],
        "ref (rid, tgt, p)": [(d.rid, *row) for d in everything for row in d.keys.references],
        "dat (rid, p, lo, hi)": [(d.rid, *row) for d in everything for row in d.keys.dates],
        "str (rid, p, v)": [(d.rid, *row) for d in everything for row in d.keys.strings],
        "qty (rid, p, u, lo, hi)": [(d.rid, *row) for d in everything for row in d.keys.quantities],
    }
    for table, rows in tables.items():
        with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _run(connection: psycopg.Connection, statement: sql.Statement) -> list[tuple]:
    return connection.execute(statement.sql, statement.values).fetchall()


def _plans(query: Query) -> list[int | None]:
    return [None, *(n for n, c in enumerate(query.where) if sql.can_drive(c))]


def _check(connection: psycopg.Connection, everything: list[Document], query: Query) -> int:
    wanted = search(query, everything)
    for driver in _plans(query):
        page = sql.Page(limit=10_000)
        found = _run(connection, sql.select(query, scope=sql.EVERYTHING, page=page, driver=driver))
        assert [row[0] for row in found] == wanted, driver
        counted = _run(connection, sql.count(query, scope=sql.EVERYTHING, driver=driver))
        assert counted == [(len(wanted),)]
    if not query.sort:
        page = sql.Page(limit=10_000)
        glance = sql.glance(query, scope=sql.EVERYTHING, page=page, budget=100_000)
        assert [row[0] for row in _run(connection, glance)] == wanted
    return len(wanted)


@pytest.mark.outside
@pytest.mark.parametrize(("resource_type", "text"), FIXED)
def test_each_shape_of_search_finds_what_the_slow_search_finds(stored, resource_type, text):
    connection, everything = stored
    _check(connection, everything, parse(resource_type, text, at=NOW))


@pytest.mark.outside
def test_fixed_searches_are_not_all_empty(stored):
    _, everything = stored
    sizes = [len(search(parse(t, text, at=NOW), everything)) for t, text in FIXED]
    assert sum(size > 0 for size in sizes) >= 50


@pytest.mark.outside
def test_carried_values_are_found_alone_and_in_pairs(stored, clinical_examples):
    connection, everything = stored
    chance = random.Random(4)
    for resource in chance.sample(clinical_examples, 60):
        pairs = list(dict.fromkeys(carried(resource)))
        for _ in range(2):
            chosen = chance.sample(pairs, min(len(pairs), chance.randint(1, 3)))
            query = parse(resource["resourceType"], chosen, at=NOW)
            assert _check(connection, everything, query) >= 1


@pytest.mark.outside
@pytest.mark.parametrize(("resource_type", "text"), SORTED)
def test_pages_of_a_sorted_search_join_without_gap_or_double(stored, resource_type, text):
    connection, everything = stored
    query = parse(resource_type, text, at=NOW)
    wholes = []
    for driver in _plans(query):
        select = lambda page, d=driver: _run(  # noqa: E731
            connection, sql.select(query, scope=sql.EVERYTHING, page=page, driver=d)
        )
        whole = select(sql.Page(limit=10_000))
        paged, cursor = [], None
        while rows := select(sql.Page(limit=7, cursor=cursor)):
            paged += rows
            cursor = (*rows[-1][1:], rows[-1][0])
        assert paged == whole
        assert sorted(row[0] for row in whole) == sorted(search(query, everything))
        wholes.append(whole)
    assert all(whole == wholes[0] for whole in wholes)


@pytest.mark.outside
def test_sort_by_date_puts_the_newest_first_and_the_undated_last(stored):
    connection, _ = stored
    query = parse("Observation", "_sort=-date", at=NOW)
    rows = _run(connection, sql.select(query, scope=sql.EVERYTHING, page=sql.Page(10_000)))
    dates = [row[1] for row in rows]
    dated = [d for d in dates if d is not None]
    assert dated == sorted(dated, reverse=True)
    assert None in dates
    assert dates.index(None) == len(dated)


@pytest.mark.outside
def test_pages_by_rid_stay_below_the_snapshot(stored):
    connection, everything = stored
    query = parse("Observation", "status=final", at=NOW)
    wanted = [rid for rid in search(query, everything) if rid <= 400]
    for driver in _plans(query):
        found, cursor = [], None
        while True:
            page = sql.Page(limit=5, snapshot=400, cursor=cursor)
            rows = _run(
                connection, sql.select(query, scope=sql.EVERYTHING, page=page, driver=driver)
            )
            if not rows:
                break
            found += [row[0] for row in rows]
            cursor = (found[-1],)
        assert found == wanted


@pytest.mark.outside
def test_scope_holds_at_every_level_of_a_chain(stored):
    connection, everything = stored
    query = parse("Observation", "patient.name=chal", at=NOW)
    patient = next(d for d in everything if d.type == "Patient" and d.id == "example")
    assert search(query, everything)
    hidden = sql.Scope("r.rid <> %s", (patient.rid,))
    for driver in _plans(query):
        rows = _run(connection, sql.select(query, scope=hidden, page=sql.Page(100), driver=driver))
        names = {d.rid: d for d in everything}
        assert patient.hash not in {t for (rid,) in rows for t, _ in names[rid].keys.references}


@pytest.mark.outside
def test_probes_count_up_to_their_limit(stored):
    connection, everything = stored
    query = parse("Observation", "status=final&patient=example&status:not=amended", at=NOW)
    positions, statement = sql.probes(query, scope=sql.EVERYTHING, limit=10)
    (counts,) = _run(connection, statement)
    patient = next(d for d in everything if d.type == "Patient" and d.id == "example")
    number = query.where[1].parameters[0]
    pointing = sum((patient.hash, number) in d.keys.references for d in everything)
    assert positions == [0, 1]
    assert counts == (10, min(10, pointing))


@pytest.mark.outside
def test_includes_follow_references_both_ways(stored):
    connection, everything = stored
    by_rid = {d.rid: d for d in everything}
    query = parse(
        "Observation",
        "_include=Observation:patient&_revinclude=DiagnosticReport:result&_include=Observation:*",
        at=NOW,
    )
    patients, reports, anything = query.includes
    rids = [d.rid for d in everything if d.type == "Observation"]
    limits = {"scope": sql.EVERYTHING, "limit": 1000}
    found = [by_rid[rid] for (rid,) in _run(connection, sql.includes(patients, rids, **limits))]
    assert {d.type for d in found} == {"Patient"}
    targets = {t for rid in rids for t, _ in by_rid[rid].keys.references}
    subjects = {
        t for rid in rids for t, p in by_rid[rid].keys.references if p in patients.parameters
    }
    assert {d.hash for d in found} == {d.hash for d in everything if d.type == "Patient"} & subjects
    all_found = {rid for (rid,) in _run(connection, sql.includes(anything, rids, **limits))}
    assert all_found == {d.rid for d in everything if d.hash in targets}
    hashes = [by_rid[rid].hash for rid in rids]
    back = {rid for (rid,) in _run(connection, sql.reverse_includes(reports, hashes, **limits))}
    number = reports.parameters[0]
    wanted = {
        d.rid
        for d in everything
        if any(t in set(hashes) and p == number for t, p in d.keys.references)
    }
    assert back == wanted
    assert back
