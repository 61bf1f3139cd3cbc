"""`kangmai fhirpath` as its users meet it."""

import subprocess
import sys
from pathlib import Path

import pytest

RESOURCE = '{"resourceType":"Observation","status":"final","valueQuantity":{"value":1.50}}'


def run(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kangmai", "fhirpath", *arguments]
    return subprocess.run(command, capture_output=True, text=True, input=text, check=False)


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "observation.json"
    path.write_text(RESOURCE)
    return str(path)


def test_result_is_json_with_the_digits_of_numbers(file: str) -> None:
    done = run("value.value | status", file)
    assert (done.returncode, done.stdout, done.stderr) == (0, '[1.50,"final"]\n', "")


def test_standard_input_is_read() -> None:
    done = run("now() > @2020-01-01T00:00:00Z", "-", text=RESOURCE)
    assert (done.returncode, done.stdout) == (0, "[true]\n")


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("value.", "line 1, column 7: a name expected"),
        ("vlue", "line 1, column 1: Observation has no element vlue"),
        ("status + 1", "line 1, column 8: String + Integer has no meaning"),
    ],
)
def test_faults_tell_their_place(file: str, expression: str, message: str) -> None:
    done = run(expression, file)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_a_file_that_is_no_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text("{")
    done = run("id", str(path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not JSON" in done.stderr


def test_trace_and_warnings_go_to_standard_error(file: str) -> None:
    done = run("children().first().trace('first').exists()", file)
    assert (done.returncode, done.stdout) == (0, "[true]\n")
    assert 'trace first: ["final"]' in done.stderr
    assert "have no order" in done.stderr
