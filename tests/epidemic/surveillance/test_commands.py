"""The commands, from file to file, and their refusals."""

import csv
import io
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from kangmai.commandline.surveillance import surveillance
from kangmai.kernel.errors import KangmaiError


def run(*arguments: object) -> str:
    result = CliRunner().invoke(surveillance, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def counts(tmp_path: Path) -> Path:
    path = tmp_path / "counts.csv"
    rng = np.random.default_rng(1)
    lines = [
        "index,North,South",
        *(f"{i},{rng.poisson(4)},{rng.poisson(9)}" for i in range(1, 331)),
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_detect_writes_the_contract(counts: Path, tmp_path: Path) -> None:
    control, out = tmp_path / "control.json", tmp_path / "out.csv"
    control.write_text(
        json.dumps({"noPeriods": 10, "thresholdMethod": "nbPlugin", "limit54": [0, 4]})
    )
    run("detect", "--input", counts, "--control", control, "--range", "329:330", "--out", out)
    rows = list(csv.DictReader(io.StringIO(out.read_text())))
    assert list(rows[0]) == [
        "unit",
        "index",
        "observed",
        "upperbound",
        "alarm",
        "expected",
        "mu0",
        "phi",
        "trend",
    ]
    assert [(r["unit"], r["index"]) for r in rows] == [
        ("North", "329"), ("North", "330"), ("South", "329"), ("South", "330"),
    ]  # fmt: skip
    assert float(rows[0]["expected"]) == pytest.approx(4, abs=1.5)
    assert len(rows[0]["expected"].replace(".", "").lstrip("0")) >= 15


def test_detect_leaves_missing_values_empty(counts: Path) -> None:
    text = counts.read_text().replace("330,", "330,,", 1).rsplit(",", 1)[0] + "\n"
    counts.write_text(text)
    rows = list(
        csv.DictReader(
            io.StringIO(run("detect", "--input", counts, "--method", "earsC", "--range", "330:330"))
        )
    )
    assert rows[0]["observed"] == rows[0]["alarm"] == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("index,a\n1,3\n3,4\n", "row 2: the index is 3, not 2"),
        ("index,a\n1,3\n1,4\n", "row 2: the index is 1, not 2"),
        ("index,a\n1,three\n", "'three' is not a number"),
        ("index,a\n1,-3\n", "-3 is not a count"),
        ("index,a,a\n1,3,4\n", "column a comes twice"),
        ("index,epoch,a\n1,2026-01-05,3\n2,2026-01-05,4\n", "is repeated"),
        ("index,epoch,a\n1,05/01/2026,3\n", "is not a date"),
        ("index,a\n1\n", "another number of cells"),
        ("index,a\n", "no rows"),
        ("day,a\n1,2\n", "column index is missing"),
        ("index\n1\n", "no unit"),
    ],
)
def test_bad_tables_are_refused_with_place_and_mend(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(KangmaiError, match=message):
        run("detect", "--input", path, "--method", "earsC")


def test_an_unknown_control_key_ends_with_2(counts: Path, tmp_path: Path) -> None:
    control = tmp_path / "control.json"
    control.write_text('{"bandwidth": 3}')
    done = subprocess.run(
        [sys.executable, "-m", "kangmai", "surveillance", "detect", "--input", counts, "--control", control],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "unknown key bandwidth" in done.stderr
    assert done.stdout == ""


def test_population_of_an_unknown_unit_is_refused(counts: Path, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("index,North\n1,5000\n")
    with pytest.raises(KangmaiError, match="without a population: South"):
        run("detect", "--input", counts, "--population", people)


def test_scan_refuses_unknown_places(tmp_path: Path) -> None:
    geo, table = tmp_path / "geo.csv", tmp_path / "counts.csv"
    geo.write_text("loc,x,y,pop\n1,0,0,10\n2,1,0,10\n")
    table.write_text("time,L1,L3\n1,2,3\n")
    with pytest.raises(KangmaiError, match="only one of the two files"):
        run("scan", "--counts", table, "--geo", geo)


def test_scan_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    geo, table = tmp_path / "geo.csv", tmp_path / "counts.csv"
    rng = np.random.default_rng(0)
    geo.write_text(
        "loc,x,y,pop\n" + "".join(f"{i},{rng.random()},{rng.random()},100\n" for i in range(1, 9))
    )
    header = "time," + ",".join(f"L{i}" for i in range(1, 9))
    body = "".join(f"{t},{','.join(str(rng.poisson(3)) for _ in range(8))}\n" for t in range(1, 8))
    table.write_text(f"{header}\n{body}")
    first = run("scan", "--counts", table, "--geo", geo, "--k", 4, "--replicates", 99, "--seed", 7)
    assert first == run(
        "scan", "--counts", table, "--geo", geo, "--k", 4, "--replicates", 99, "--seed", 7
    )
    assert first.startswith("model,rank,zone,duration,score,relrisk_in,relrisk_out,locs,p_mc_mlc")


def test_rt_with_a_gamma_serial_interval(tmp_path: Path) -> None:
    incidence = tmp_path / "cases.csv"
    incidence.write_text("t,I\n" + "".join(f"{t},{5 * t}\n" for t in range(1, 21)))
    rows = list(
        csv.DictReader(
            io.StringIO(
                run("rt", "--incidence", incidence, "--mean-si", 5, "--sd-si", 2, "--window", 3)
            )
        )
    )
    assert rows[0]["t_start"] == "2"
    assert rows[0]["Mean(R)"] == ""  # the window ends before the mean serial interval has passed
    assert float(rows[-1]["Mean(R)"]) > 1


def test_nowcast_counts_only_what_was_reported(tmp_path: Path) -> None:
    lines = tmp_path / "lines.csv"
    rows = ["dHosp,dReport"]
    for day in range(1, 29):
        rows += [f"2026-02-{day:02d},2026-03-{delay:02d}" for delay in (1, 9)]
        rows += [f"2026-02-{day:02d},2026-02-{min(day + 2, 28):02d}"] * 3
    lines.write_text("\n".join(rows) + "\n")
    text = run("nowcast", "--linelist", lines, "--now", "2026-02-28", "--max-delay", 5, "--days", 3)
    out = list(csv.DictReader(io.StringIO(text)))
    assert [r["date"] for r in out] == ["2026-02-26", "2026-02-27", "2026-02-28"]
    # no report ever came within a day: the last two days cannot be judged
    assert [r["estimate"] for r in out] == ["3", "", ""]


def test_simulate_and_backtest_speak_the_same_files(tmp_path: Path) -> None:
    series, outbreaks = tmp_path / "sim.csv", tmp_path / "outbreaks.csv"
    run("simulate", "--scenarios", "1,14", "--seed", 3, "--out", series, "--outbreaks", outbreaks)
    text = run(
        "backtest",
        "--input",
        series,
        "--outbreaks",
        outbreaks,
        "--method",
        "bayes",
        "--range",
        "576:624",
    )
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [r["unit"] for r in rows] == ["s001", "s002", "total"]
    assert rows[-1]["evaluations"] == "98"
    assert 0 <= float(rows[-1]["fpr"]) <= 1


def test_help_is_quick() -> None:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "kangmai", "surveillance", "scan", "--help"],
        check=True,
        capture_output=True,
    )
    assert time.perf_counter() - began < 2  # the contract is 0.5 s on an idle machine
