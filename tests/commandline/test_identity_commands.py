"""`kangmai identity match`, `merge` and `unmerge`, run as commands."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date

import pytest

from kangmai.commandline.index_records import RecordUnreadable, witness_of_record
from kangmai.identity import queries
from tests.factories.people import LI, NEIGHBOUR, register

RUN = [sys.executable, "-c", "from kangmai.commandline.main import main; main()", "identity"]
RECORD = {"name": "李思元", "sex": "男", "birth_date": "1986-04-12", "phone": "135-1234-5678"}


def run(database: str, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    from django.conf import settings

    environment = {**os.environ, "DATABASE_URL": database, "KANGMAI_KEYS": str(settings.KEYS)}
    return subprocess.run(
        [*RUN, *arguments],
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


def test_match_explains_and_changes_nothing(database):
    resident = register(LI)
    answer = run(database, "match", json.dumps(RECORD))
    assert answer.returncode == 0, answer.stderr
    told = json.loads(answer.stdout)
    assert told["decision"] == "link"
    (candidate,) = told["candidates"]
    assert candidate["index_number"] == resident.index_number
    levels = {each["field"]: each["level"] for each in candidate["evidence"]}
    assert levels == {"name": "homophone", "birth_date": "equal", "sex": "equal", "phone": "equal"}
    assert "李思远" not in answer.stdout
    doubtful = run(database, "match", "-", given=json.dumps({**RECORD, "phone": ""}))
    assert (doubtful.returncode, json.loads(doubtful.stdout)["decision"]) == (1, "review")


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ("{", "no JSON"),
        ("[]", "expected an object"),
        ('{"colour":"red"}', "unknown field colour"),
        ('{"name":1}', "every value must be text"),
    ],
)
def test_wrong_records_are_told(record, said):
    with pytest.raises(RecordUnreadable, match=said):
        witness_of_record(record, on=date(2026, 11, 1))


def test_a_wrong_record_ends_the_command_with_2(database):
    answer = run(database, "match", "{")
    assert (answer.returncode, "no JSON" in answer.stderr) == (2, True)


def test_merge_and_unmerge(database):
    kept = register(LI)
    other = register(
        replace(
            LI,
            name="李四",
            birth_date=None,
            documents=(),
            phones=(),
            mother="",
            place_code=NEIGHBOUR,
        )
    )
    numbers = (kept.index_number, other.index_number)
    assert run(database, "merge", *numbers, "--reason", "同一人").returncode == 0
    assert queries.current(other.id) == kept.id
    again = run(database, "merge", *numbers, "--reason", "同一人")
    assert (again.returncode, "AlreadyMerged" in again.stderr) == (2, True)
    assert run(database, "unmerge", other.index_number, "--reason", "弄错了").returncode == 0
    assert queries.current(other.id) == other.id
