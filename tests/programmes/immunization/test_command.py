"""`kangmai programmes forecast`: lines in, lines out, in order, and what goes wrong."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kangmai.commandline import immunization_lines
from kangmai.commandline.immunization_lines import Task, forecast_lines
from kangmai.commandline.programmes import programmes
from kangmai.kernel.definitions import UnknownDefinition
from tests.programmes.immunization.children import line

KEYS = ["vaccine", "dose", "status", "earliest", "recommended", "latest", "reason"]


def run(text: str, *options: str, on: str = "2025-05-12") -> Result:
    arguments = ["forecast", "--programme", "immunization", "--input", "-", "--on", on, *options]
    return CliRunner().invoke(programmes, arguments, input=text)


def answers(result: Result) -> list[dict[str, Any]]:
    return [json.loads(each) for each in result.stdout.splitlines()]


def test_the_shape_of_a_line() -> None:
    given = [("DTaP", "2025-03-11")]
    result = run(json.dumps(line("2025-01-10", given=given)) + "\n")
    assert result.exit_code == 0
    assert result.stderr == ""
    (answer,) = answers(result)
    assert list(answer) == ["id", "on", "rule_version", "doses"]
    assert (answer["id"], answer["on"]) == ("c", "2025-05-12")
    assert answer["rule_version"] == "immunization@2025-01-01"
    first, second = [row for row in answer["doses"] if row["vaccine"] == "DTaP"][:2]
    assert first == {
        "vaccine": "DTaP",
        "dose": 1,
        "status": "done",
        "earliest": "2025-03-11",
        "recommended": "2025-03-11",
        "latest": "2032-01-09",
        "given": "2025-03-11",
        "reason": "valid",
    }
    assert list(second) == KEYS
    assert (second["status"], second["recommended"]) == ("due", "2025-05-10")


def test_the_whole_schedule_of_a_newborn() -> None:
    (answer,) = answers(run(json.dumps(line("2025-11-20")), on="2025-11-20"))
    doses = [(row["vaccine"], row["dose"]) for row in answer["doses"]]
    assert doses == [
        ("HepB", 1), ("HepB", 2), ("HepB", 3), ("BCG", 1),
        ("IPV", 1), ("IPV", 2), ("bOPV", 3), ("bOPV", 4),
        ("DTaP", 1), ("DTaP", 2), ("DTaP", 3), ("DTaP", 4), ("DTaP", 5),
        ("MMR", 1), ("MMR", 2), ("JE-L", 1), ("JE-L", 2), ("MPSV-A", 1), ("MPSV-A", 2),
        ("MPSV-AC", 1), ("MPSV-AC", 2), ("HepA-L", 1), ("HPV2", 1), ("HPV2", 2),
    ]  # fmt: skip
    due = [row["vaccine"] for row in answer["doses"] if row["status"] == "due"]
    assert due == ["HepB", "BCG"]
    assert answer["rule_version"] == "immunization@2025-11-10"


def test_bad_lines_are_named_and_the_others_go_on() -> None:
    good = json.dumps(line("2025-01-10"))
    born_late = json.dumps(line("2026-01-10"))
    unknown = json.dumps(line("2025-01-10", given=[("XYZ", "2025-02-01")]))
    nameless = json.dumps({"birth_date": "2025-01-10", "sex": "male", "given": []})
    result = run("\n".join([good, "{", "[1]", "", born_late, unknown, nameless, good]) + "\n")
    assert result.exit_code == 1
    assert len(answers(result)) == 2
    messages = result.stderr.splitlines()
    assert [each.split(":")[0] for each in messages[:-1]] == [
        "line 2", "line 3", "line 5", "line 6", "line 7",
    ]  # fmt: skip
    assert "LineUnreadable" in messages[0]
    assert "LineNotObject" in messages[1]
    assert "BirthInFuture" in messages[2]
    assert "VaccineUnknown: 'given[0].vaccine'" in messages[3]
    assert "IdMissing" in messages[4]
    assert messages[5] == "5 of 8 lines refused"


def test_unknown_fields_are_named_once_and_ignored() -> None:
    text = json.dumps(line("2025-01-10", mother_hbsg="positive"))
    result = run(f"{text}\n{text}\n")
    assert result.exit_code == 0
    assert result.stderr == "line 1: field 'mother_hbsg' is not known and ignored\n"


def test_reasons_in_chinese() -> None:
    (answer,) = answers(run(json.dumps(line("2025-05-12")), "--language", "zh"))
    assert answer["doses"][0]["reason"] == "程序规定出生时接种"


def test_nothing_in_nothing_out() -> None:
    result = run("")
    assert (result.exit_code, result.stdout) == (0, "")


def test_a_day_before_the_first_rule_is_refused() -> None:
    with pytest.raises(UnknownDefinition, match="2021-02-28"):
        list(forecast_lines([], Task("immunization", date(2021, 2, 28), "en")))


@pytest.mark.parametrize(
    "options",
    [
        ["--programme", "immunization", "--on", "2025-05-12"],
        ["--programme", "growth", "--input", "-", "--on", "2025-05-12"],
        ["--programme", "immunization", "--input", "-", "--on", "12.5.2025"],
        ["--programme", "immunization", "--input", "-", "--on", "9990-01-01"],
        ["--programme", "immunization", "--input", "no-such-file", "--on", "2025-05-12"],
    ],
)
def test_wrong_use(options: list[str]) -> None:
    assert CliRunner().invoke(programmes, ["forecast", *options]).exit_code == 2


def test_worker_processes_give_the_same_lines_in_the_same_order(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(immunization_lines, "CHUNK_LINES", 7)
    lines = [json.dumps(line(f"2024-{1 + n % 12:02d}-10") | {"id": n}).encode() for n in range(60)]
    lines[33] = b"{"
    task = Task("immunization", date(2025, 5, 12), "en")
    alone = list(forecast_lines(lines, task, workers=1))
    together = list(forecast_lines(lines, task, workers=2))
    assert alone == together
    assert [number for chunk in together for number, _ in chunk.errors] == [34]
    ids = [json.loads(each)["id"] for chunk in together for each in chunk.output.splitlines()]
    assert ids == [n for n in range(60) if n != 33]
