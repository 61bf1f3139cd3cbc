"""Files are taken whole or not at all, and never twice."""

import io
import json
import tarfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from kangmai.commandline.fhir_files import NoSuchFile, UnknownFileKind, import_files
from kangmai.kernel.actor import operator
from kangmai.records import queries
from tests.factories.fhir import observation, patient, transaction

OPERATOR = operator("test")
BUNDLE = transaction(("urn:uuid:p", patient()), ("urn:uuid:o", observation("urn:uuid:p")))


def numbers(report) -> tuple[int, ...]:
    counts = report.as_dict()
    return tuple(
        counts[name] for name in ("units", "entries", "created", "updated", "unchanged", "rejected")
    )


def write(folder: Path, name: str, *resources: dict) -> Path:
    path = folder / name
    path.write_text("\n".join(json.dumps(resource) for resource in resources))
    return path


def test_repeated_file_changes_nothing(database, tmp_path):
    path = write(tmp_path, "a.json", BUNDLE)
    assert numbers(import_files([path], source="a")) == (1, 2, 2, 0, 0, 0)
    assert numbers(import_files([path], source="a")) == (1, 2, 0, 0, 2, 0)
    assert queries.count_types(actor=OPERATOR) == {"Observation": 1, "Patient": 1}


def test_changed_entry_is_an_update_of_the_same_resource(database, tmp_path):
    import_files([write(tmp_path, "a.json", BUNDLE)], source="a")
    changed = transaction(
        ("urn:uuid:p", patient(gender="male")), ("urn:uuid:o", observation("urn:uuid:p"))
    )
    assert numbers(import_files([write(tmp_path, "b.json", changed)], source="a")) == (
        1,
        2,
        0,
        1,
        1,
        0,
    )
    assert queries.count_types(actor=OPERATOR) == {"Observation": 1, "Patient": 1}


def test_reference_to_an_earlier_bundle_is_resolved(database, tmp_path):
    import_files([write(tmp_path, "a.json", transaction(("urn:uuid:p", patient())))], source="a")
    later = transaction(("urn:uuid:o", observation("urn:uuid:p")))
    assert numbers(import_files([write(tmp_path, "b.json", later)], source="a")) == (
        1,
        1,
        1,
        0,
        0,
        0,
    )
    found = queries.search(
        "Observation", "patient.gender=female", actor=OPERATOR, at=datetime.now(UTC)
    )
    assert len(found.matches) == 1


def test_other_source_is_another_sender(database, tmp_path):
    path = write(tmp_path, "a.json", BUNDLE)
    import_files([path], source="a")
    assert numbers(import_files([path], source="b")) == (1, 2, 2, 0, 0, 0)


def test_rejected_unit_leaves_nothing_and_says_where(database, tmp_path):
    wrong = transaction(
        ("urn:uuid:p", patient()), ("urn:uuid:o", observation("urn:uuid:p", status="nope"))
    )
    report = import_files([write(tmp_path, "a.json", wrong)], source="a")
    assert numbers(report) == (1, 2, 0, 0, 0, 2)
    (error,) = report.as_dict()["errors"]
    assert (error["unit"], error["entry"], error["expression"]) == (1, 1, "Observation.status")
    assert queries.count_types(actor=OPERATOR) == {}
    mended = import_files([write(tmp_path, "a.json", BUNDLE)], source="a")
    assert numbers(mended) == (1, 2, 2, 0, 0, 0)


def test_lines_of_ndjson_stand_alone(database, tmp_path):
    path = write(
        tmp_path,
        "a.ndjson",
        patient(id="1"),
        {"resourceType": "Patient", "gender": 3},
        patient(id="2"),
    )
    report = import_files([path], source="a")
    assert numbers(report) == (3, 3, 2, 0, 0, 1)
    assert report.as_dict()["errors"][0]["unit"] == 2


def test_lines_share_transactions_and_each_bad_one_is_named(database, tmp_path):
    wrong = {3, 40, 41, 300}
    people = [patient(id=f"p{n}", gender="nope" if n in wrong else "male") for n in range(600)]
    path = write(tmp_path, "a.ndjson", *people, patient(id="p7", gender="female"))
    report = import_files([path], source="a")
    assert numbers(report) == (601, 601, 596, 1, 0, 4)
    assert [each["unit"] for each in report.errors] == [n + 1 for n in sorted(wrong)]
    assert {each["expression"] for each in report.errors} == {"Patient.gender"}
    with connection.cursor() as database:
        database.execute("SELECT count(DISTINCT xid) FROM log")
        assert database.fetchone()[0] < 60
    assert numbers(import_files([path], source="a")) == (601, 601, 0, 2, 595, 4)


def test_lines_point_to_each_other_by_type_and_id(database, tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    write(folder, "Observation-1.ndjson", observation("Patient/p1"), observation("Patient/p2"))
    write(folder, "Patient-1.ndjson", patient(id="p1", gender="male"), patient(id="p2"))
    assert numbers(import_files([folder], source="a")) == (4, 4, 4, 0, 0, 0)
    found = queries.search(
        "Observation", "patient.gender=male", actor=OPERATOR, at=datetime.now(UTC)
    )
    assert len(found.matches) == 1
    later = write(tmp_path, "more.ndjson", observation("Patient/p1"))
    import_files([later], source="a")
    again = queries.search(
        "Observation", "patient.gender=male", actor=OPERATOR, at=datetime.now(UTC)
    )
    assert len(again.matches) == 2


def test_units_with_a_condition_ask_what_those_before_them_stored(database, tmp_path):
    entry = {
        "resource": patient(identifier=[{"system": "urn:c", "value": "1"}]),
        "request": {"method": "POST", "url": "Patient", "ifNoneExist": "identifier=urn:c|1"},
    }
    bundles = [
        {"resourceType": "Bundle", "type": "transaction", "entry": [{**entry, "fullUrl": name}]}
        for name in ("urn:uuid:a", "urn:uuid:b")
    ]
    report = import_files([write(tmp_path, "a.ndjson", *bundles)], source="a")
    assert numbers(report) == (2, 2, 1, 0, 1, 0)


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.tar.xz", "folder"])
def test_archives_and_folders(database, tmp_path, name):
    content, path = json.dumps(BUNDLE).encode(), tmp_path / name
    if name == "folder":
        path.mkdir()
        (path / "x.json").write_bytes(content)
        (path / "readme.txt").write_text("not FHIR")
    elif name.endswith("zip"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("in/x.json", content)
    else:
        with tarfile.open(path, f"w:{name.rsplit('.')[-1]}") as archive:
            member = tarfile.TarInfo("in/x.json")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    assert numbers(import_files([path], source="a")) == (1, 2, 2, 0, 0, 0)


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b'{"resourceType": "Bundle",', "line 1"),
        ('{"resourceType":"Patient","name":[{"text":"李丽"}]}'.encode("gbk"), "UTF-8"),
        (b'{"name": "x"}', "resourceType"),
        (b'{"resourceType": "Wizard"}', "Wizard"),
        (b'{"resourceType": "Bundle", "type": "transaction", "entry": 7}', "Bundle"),
    ],
)
def test_unreadable_unit_is_rejected_with_the_reason(database, tmp_path, content, hint):
    path = tmp_path / "a.json"
    path.write_bytes(content)
    report = import_files([path], source="a")
    assert report.rejected == 1
    assert hint in report.as_dict()["errors"][0]["message"]
    assert queries.count_types(actor=OPERATOR) == {}


def test_wrong_paths_are_named(database, tmp_path):
    with pytest.raises(NoSuchFile):
        import_files([tmp_path / "none"], source="a")
    (tmp_path / "a.docx").write_text("x")
    with pytest.raises(UnknownFileKind):
        import_files([tmp_path / "a.docx"], source="a")
