"""`kangmai programmes decide`: a line is a visit; a line that is none is refused in the language asked for."""

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from kangmai.commandline.programmes import programmes

GOOD = {"id": "v1", "visited_on": "2026-03-02", "facts": {"age": 60, "systolic": 146, "diastolic": 84}}  # fmt: skip
LINES = [GOOD, GOOD | {"facts": {"sistolic": 146}}, "no visit"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["line 2: A visit of hypertension has no fact 'sistolic'", "line 3: no JSON object"]),
        ("zh", ["第 2 行：项目 hypertension 的随访没有指标项“sistolic”", "第 3 行：不是含有 id"]),
    ],
)  # fmt: skip
def test_what_is_no_visit_is_refused_with_its_line(
    tmp_path: Path, language: str, said: list[str]
) -> None:
    file = tmp_path / "visits.ndjson"
    file.write_bytes(b"\n".join(map(orjson.dumps, LINES)))
    done = CliRunner().invoke(
        programmes,
        ["decide", "--programme", "hypertension", "--input", str(file), "--language", language],
    )
    assert done.exit_code == 1
    (told,) = map(orjson.loads, done.stdout.splitlines())
    assert (told["id"], told["class"], told["next_on"]) == ("v1", "uncontrolled", "2026-03-16")
    assert [line.startswith(each) for line, each in zip(done.stderr.splitlines(), said, strict=True)] == [True, True]  # fmt: skip
