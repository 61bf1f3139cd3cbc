"""The definitions are sound, their worked cases hold, and faulty ones are reported with their place."""

import shutil
from pathlib import Path

import pytest

import kangmai.programmes.immunization.checks
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition

KINDS = ("vaccine_list", "immunization_programme", "immunization_series")
HOME = definitions.FOLDER / "programmes"


@pytest.mark.parametrize("kind", KINDS)
def test_every_definition_is_sound(kind: str) -> None:
    sound, faults = definitions.check("programmes", kind)
    assert [str(fault) for fault in faults] == []
    assert sound


def _series() -> tuple[Definition, ...]:
    return definitions.load("programmes", "immunization_series")


@pytest.mark.parametrize("series", _series(), ids=lambda each: each.path.stem)
def test_every_worked_case_holds(series: Definition) -> None:
    run = kangmai.programmes.immunization.checks.run_case
    cases = definitions.cases(series)
    assert cases
    assert [wrong for case in cases if (wrong := run(series, case))] == []


def test_a_wrong_case_is_seen() -> None:
    (mmr,) = [each for each in _series() if each.id == "mmr"]
    case = dict(definitions.cases(mmr)[0])
    case["expect"] = [{"vaccine": "MMR", "dose": 2, "status": "done"}]
    wrong = kangmai.programmes.immunization.checks.run_case(mmr, case)
    assert wrong.startswith("on time: expected vaccine MMR, dose 2, status done, found")


def test_values_from_memory_say_so() -> None:
    assert {each.verified for kind in KINDS for each in definitions.load("programmes", kind)} == {
        False
    }


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "mmr.yaml",
            "vaccine: MMR, dose: 1",
            "vaccine: BCG, dose: 1",
            "not a vaccine of this series",
        ),
        ("mmr.yaml", "vaccines: [MMR]", "vaccines: [MMR, MMMR]", "not in the list of vaccines"),
        ("mmr.yaml", "min_age_days: 240", "min_age_days: 2400", "more than the 8 months"),
        ("mmr.yaml", "dose: 2", "dose: 1", "a smaller number or age"),
        ("mmr.yaml", "min_interval_days: 28", "min_intervall_days: 28", "min_intervall_days"),
        ("mmr.yaml", "due_months: 8", "due_months: eight", "eight"),
        ("je.yaml", "  - doses:", "  - when: {sex: male}\n    doses:", "the last plan must be"),
        ("dtp@2025-01-01.yaml", "from: 2025-01-01", "from: 2024-06-01", "together with"),
    ],
)
def test_a_fault_is_reported_with_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, old: str, new: str, message: str
) -> None:
    shutil.copytree(HOME, tmp_path / "programmes")
    path = tmp_path / "programmes" / "immunization_series" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setattr(definitions, "FOLDER", tmp_path)
    _, faults = definitions.check("programmes", "immunization_series")
    assert any(file in fault.file and message in fault.message for fault in faults), faults
