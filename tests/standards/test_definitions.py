"""The tables of this room are sound, and a faulty one is reported with its place."""

import datetime
import shutil
from pathlib import Path

import pytest

import kangmai.standards.checks  # noqa: F401 - registers the checks
from kangmai.kernel import definitions
from kangmai.standards.tables import FOLDER

KINDS = (
    "code_sets",
    "division_changes",
    "division_names",
    "divisions",
    "funding",
    "identity_regions",
    "pinyin",
    "units",
)


def test_every_folder_of_tables_has_a_schema() -> None:
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir()}
    schemas = {path.name.removesuffix(".schema.json") for path in FOLDER.glob("*.schema.json")}
    assert folders == schemas
    assert set(KINDS) <= schemas


@pytest.mark.parametrize("kind", KINDS)
def test_every_definition_is_sound(kind: str) -> None:
    sound, faults = definitions.check("standards", kind)
    assert [str(fault) for fault in faults] == []
    assert len(sound) > 0
    for each in sound:
        assert each.effective_from < datetime.date(2026, 12, 31)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the code sets and one city that a test may spoil."""
    home = tmp_path / "standards"
    shutil.copytree(FOLDER / "code_sets", home / "code_sets")
    shutil.copytree(FOLDER / "divisions", home / "divisions")
    for kind in ("code_sets", "divisions"):
        shutil.copy(FOLDER / f"{kind}.schema.json", home)
    monkeypatch.setattr(definitions, "FOLDER", tmp_path)
    return home


def _spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("gbt-2261.1.csv", "Female", "", "code '2' lacks a label"),
        ("gbt-2261.1.csv", "sex,9", "sex,2", "code '2' stands twice"),
        ("gbt-2261.1.csv", "sex,9", "sexes,9", "set 'sexes' is not in the header"),
        (
            "gbt-2261.2.csv",
            "First marriage,20",
            "First marriage,25",
            "parent '25' is not in the set",
        ),
        (
            "gbt-2261.1.yaml",
            "  sex:",
            "  age: {title: {zh: 年, en: Age}}\n  sex:",
            "no code of this set",
        ),
    ],
)
def test_a_faulty_code_set_is_reported(
    folder: Path, file: str, old: str, new: str, message: str
) -> None:
    _spoil(folder / "code_sets" / file, old, new)
    _, faults = definitions.check("standards", "code_sets")
    assert any(message in str(fault) for fault in faults), faults


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "441200/divisions.csv",
            "441202001,端州",
            "441202999,端州",
            "parent '441202001' is not listed",
        ),
        ("441200.yaml", '"441202001": 城东街道', '"441202901": 城东街道', "is not listed"),
        ("441200.yaml", "areas.csv", "sizes.csv", '"areas.csv" is a required property'),
    ],
)
def test_a_faulty_list_of_divisions_is_reported(
    folder: Path, file: str, old: str, new: str, message: str
) -> None:
    _spoil(folder / "divisions" / file, old, new)
    _, faults = definitions.check("standards", "divisions")
    assert any(message in str(fault) for fault in faults), faults
