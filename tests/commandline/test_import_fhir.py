"""Files are taken whole or not at all, and never twice."""

import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

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
    from datetime import UTC, datetime

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
