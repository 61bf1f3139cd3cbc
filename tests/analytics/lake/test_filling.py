"""The lake holds what the database holds: only what changed is written, and the same rows give the same hashes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from kangmai.analytics.errors import LakeBroken, LakeBusy, LakeEmpty, ViewBroken
from kangmai.analytics.lake import store as stores
from kangmai.analytics.lake.folder import Folder
from kangmai.analytics.lake.lock import locked
from kangmai.analytics.lake.manifest import from_json
from kangmai.analytics.lake.pseudonyms import residents_of
from kangmai.analytics.lake.store import Lake
from kangmai.analytics.lake.verifying import Damage, verify
from tests.analytics.lake.conftest import view

ROOT = Path(__file__).parents[3]


def rows_of(lake: Lake) -> list[dict]:
    table = lake.get_manifest().tables["visit"]
    found = [
        pq.read_table(path, partitioning=None).to_pylist() for path in lake.files_of(table).paths
    ]
    return sorted((row for rows in found for row in rows), key=lambda row: int(row["visit"]))


def written(report) -> tuple[int, int, int]:
    (table,) = report.tables
    return table.written_partitions, table.written_rows, table.dropped_partitions


def test_every_row_arrives_once_with_its_values(visits, run, lake):
    assert written(run()) == (12, 240, 0)
    rows = rows_of(lake)
    assert [int(row["visit"]) for row in rows] == list(range(240))
    seventh = rows[7]
    assert (seventh["visited_on"].isoformat(), seventh["place_code"]) == (
        "2025-04-08",
        "441203001001",
    )
    assert (seventh["systolic"], seventh["counted"], seventh["minutes"]) == (127.0, False, 7)
    assert seventh["entered_at"].isoformat() == "2025-06-01T00:07:00+00:00"


def test_residents_leave_as_pseudonyms_that_only_the_keyring_turns_back(visits, run, lake):
    run()
    hidden = [row["resident"] for row in rows_of(lake)]
    assert len(set(hidden)) == 7
    assert all(len(each) == 16 for each in hidden)
    assert residents_of(hidden) == [1 + n % 7 for n in range(240)]
    raw = b"".join(lake.storage.find(each.name) for each in lake.storage.entries("files"))
    assert (3).to_bytes(16, "big") not in raw


def test_nothing_changed_writes_nothing(visits, run):
    first = run()
    again = run()
    assert written(again) == (0, 0, 0)
    assert again.tables[0].is_same
    assert again.manifest.tables["visit"] == first.manifest.tables["visit"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("UPDATE test_visit SET systolic = 181 WHERE visit = 5", (1, 20, 0)),
        ("UPDATE test_visit SET visited_on = '2025-03-31' WHERE visit = 5", (2, 40, 0)),
        ("DELETE FROM test_visit WHERE visit = 5", (1, 19, 0)),
        ("INSERT INTO test_visit VALUES (900, 3, '2024-12-31', '441202001001')", (1, 1, 0)),
        ("INSERT INTO test_visit VALUES (900, 3, NULL, NULL)", (1, 1, 0)),
        ("INSERT INTO test_visit VALUES (900, 3, '2025-01-05', '44120x'), (901, 3, '2025-01-06', '12'), (902, 3, '2025-01-07', NULL)", (1, 3, 0)),
        ("UPDATE test_visit SET visited_on = '2025-05-09' WHERE visited_on < '2025-02-01'", (3, 60, 3)),
    ],
    ids=["corrected", "moved to another month", "deleted", "late", "without month and place", "places that are none", "month emptied"],
)  # fmt: skip
def test_only_touched_partitions_are_written(visits, run, lake, change, expected):
    run()
    visits.execute(change)
    assert written(run()) == expected
    ids = [int(row["visit"]) for row in rows_of(lake)]
    assert ids == [id for (id,) in visits.execute("SELECT visit FROM test_visit ORDER BY visit")]


def test_rebuilding_from_nothing_gives_the_same_hashes(visits, run, lake):
    run()
    visits.execute("UPDATE test_visit SET minutes = 1 WHERE visit % 10 = 0")
    visits.execute("DELETE FROM test_visit WHERE visit % 11 = 0")
    grown = run().manifest.tables["visit"]
    shutil.rmtree(lake.storage.path)
    visits.execute("CREATE TABLE shuffled AS SELECT * FROM test_visit ORDER BY md5(visit::text)")
    visits.execute("DELETE FROM test_visit")
    visits.execute("INSERT INTO test_visit SELECT * FROM shuffled")
    rebuilt = run(anew=True).manifest.tables["visit"]
    assert rebuilt.content == grown.content
    assert [p.file for p in rebuilt.partitions] == [p.file for p in grown.partitions]


def test_changed_definition_writes_the_table_anew(visits, run):
    run()
    assert written(run(of=view(sql="SELECT * FROM test_visit WHERE minutes < 5"))) == (12, 135, 0)


def test_rows_of_a_cluster_stand_together(visits, run, lake):
    table = run(of=view(cluster="counted")).manifest.tables["visit"]
    for path in lake.files_of(table).paths:
        flags = pq.read_table(path, partitioning=None).column("counted").to_pylist()
        assert flags == sorted(flags)
    with pytest.raises(ViewBroken, match="key minutes is not unique"):
        run(of=view(cluster="visit", key=["minutes"]))


def test_lost_file_is_written_again(visits, run, lake):
    (first, *_) = run().manifest.tables["visit"].partitions
    lake.storage.remove([first.file])
    with pytest.raises(LakeBroken):
        lake.files_of(lake.get_manifest().tables["visit"])
    assert written(run()) == (1, 20, 0)


def test_altered_and_missing_files_are_found(visits, run, lake):
    manifest = run().manifest
    first, second, *_ = manifest.tables["visit"].partitions
    assert list(verify(lake, [manifest])) == []
    data = bytearray(lake.storage.find(first.file))
    data[len(data) // 2] ^= 1
    lake.storage.put(first.file, bytes(data))
    lake.storage.remove([second.file])
    found = [(each.month, each.county, each.damage) for each in verify(lake, [manifest])]
    assert found == [
        (first.month, first.county, Damage.ALTERED),
        (second.month, second.county, Damage.MISSING),
    ]


def test_altered_file_is_written_again_and_all_is_counted_anew(visits, run, lake):
    before = run().manifest
    (first, *_) = before.tables["visit"].partitions
    whole = lake.storage.find(first.file)
    lake.storage.put(first.file, whole[:-9] + b"0" + whole[-8:])
    report = run()
    assert (written(report), report.mended) == ((1, 20, 0), 1)
    assert lake.storage.find(first.file) == whole
    assert report.manifest.tables == before.tables
    assert report.manifest.mended != before.mended
    assert (run().mended, run().manifest.mended) == (0, report.manifest.mended)


def test_file_that_was_cut_off_is_refused_before_it_is_read(visits, run, lake):
    manifest = run().manifest
    (first, *_) = manifest.tables["visit"].partitions
    lake.storage.put(first.file, lake.storage.find(first.file)[:-1])
    with pytest.raises(LakeBroken, match=f"{first.bytes - 1} bytes instead of {first.bytes}"):
        lake.files_of(manifest.tables["visit"])


def test_broken_manifest_hinders_a_run_and_not_a_rebuild(visits, run, lake):
    before = run().manifest
    lake.storage.remove([f"manifests/{before.id}.json"])
    stores._manifest.cache_clear()
    with pytest.raises(LakeBroken, match="is missing"):
        run()
    assert run(anew=True).manifest.tables == before.tables


def test_manifest_of_another_format_is_refused(visits, run, lake):
    text = lake.storage.find(f"manifests/{run().manifest.id}.json")
    with pytest.raises(LakeBroken, match="format 0 instead of"):
        from_json(text.replace(b'"format": 2', b'"format": 0'))


def test_altered_manifest_is_refused(visits, run, lake):
    manifest = run().manifest
    name = f"manifests/{manifest.id}.json"
    lake.storage.put(name, lake.storage.find(name).replace(b'"rows": 240', b'"rows": 241'))
    with pytest.raises(LakeBroken, match="was altered"):
        lake.get_manifest()


def test_empty_lake_says_so(lake):
    with pytest.raises(LakeEmpty):
        lake.get_manifest()


def test_two_runs_at_once_are_refused(visits, run, database):
    with locked(database), pytest.raises(LakeBusy):
        run()
    assert written(run()) == (12, 240, 0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"key": ["minutes"]}, "key minutes is not unique"),
        ({"key": ["counted", "visit"]}, None),
        ({"sql": "SELECT * FROM absent_table"}, "absent_table"),
        ({"sql": "SELECT visit FROM test_visit"}, "visited_on does not exist"),
    ],
    ids=["not a key", "a longer key", "no such table", "a column too few"],
)
def test_view_that_breaks_its_word_leaves_the_lake_as_it_was(visits, run, lake, changes, message):
    before = run().manifest
    if message is None:
        assert written(run(of=view(**changes))) == (12, 240, 0)
        return
    with pytest.raises(ViewBroken, match=message):
        run(of=view(**changes))
    assert lake.get_manifest() == before


def test_null_in_the_key_is_refused(visits, run):
    with pytest.raises(ViewBroken, match="null"):
        run(of=view(sql="SELECT nullif(visit, 9) AS visit, resident, visited_on, place_code, systolic, counted, entered_at, minutes FROM test_visit"))  # fmt: skip


KILLED = """
import os, sys
from pathlib import Path
from kangmai.config.start import start
start(database_url=sys.argv[1], keys=Path(sys.argv[2]))
from kangmai.analytics.lake import filling, folder, store
from tests.analytics.lake.conftest import AT, view
left = int(sys.argv[4])
def counted(write):
    def call(*arguments, **options):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), 9)
        return write(*arguments, **options)
    return call
folder.Folder.put = counted(folder.Folder.put)
lake = store.lake_at(Path(sys.argv[3]))
filling.fill(lake, {"visit": view()}, database_url=sys.argv[1], anew=False, report=lambda p: None, at=AT)
"""


@pytest.mark.parametrize("writes", [0, 5, 12, 13])
def test_run_that_is_killed_leaves_the_old_lake_and_the_next_one_ends_it(
    visits, run, lake, database, writes
):
    """Killed before the first file, between files, before the manifest, before the pointer to it."""
    from django.conf import settings

    before = run().manifest
    visits.execute("UPDATE test_visit SET minutes = minutes + 1")
    command = [
        sys.executable,
        "-c",
        KILLED,
        database,
        str(settings.KEYS),
        str(lake.storage.path),
        str(writes),
    ]
    ended = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
    )
    assert ended.returncode == -9
    assert lake.get_manifest() == before
    assert list(verify(lake, [before])) == []
    assert written(run()) == (12, 240, 0)
    assert [row["minutes"] for row in rows_of(lake)] == [n % 9 + 1 for n in range(240)]


def test_a_file_that_a_power_cut_left_half_written_is_written_again(visits, run, lake):
    """Its name is right and no manifest in force holds it: as after a cut before its bytes were forced."""
    manifest = run().manifest
    (first, *_) = manifest.tables["visit"].partitions
    lake.storage.remove(["current"])
    (lake.storage.path / first.file).write_bytes(b"")
    again = run().manifest
    assert again.tables["visit"] == manifest.tables["visit"]
    assert list(verify(lake, [again])) == []


def test_files_are_forced_to_disk_before_the_manifest_that_names_them(
    visits, run, lake, monkeypatch
):
    seen: list[tuple[str, int]] = []
    put, force = Folder.put, Folder.force

    def told_put(self: Folder, name: str, data: bytes, *, forced: bool = True) -> None:
        seen.append((name.split("/")[0], int(forced)))
        put(self, name, data, forced=forced)

    def told_force(self: Folder, names: list[str]) -> None:
        seen.append(("force", len(names)))
        force(self, names)

    monkeypatch.setattr(Folder, "put", told_put)
    monkeypatch.setattr(Folder, "force", told_force)
    run()
    end = [("manifests", 1), ("current", 1)]
    assert seen == [*[("files", 0)] * 12, ("force", 12), *end]
    seen.clear()
    visits.execute("UPDATE test_visit SET minutes = 99 WHERE visit = 5")
    run()
    assert seen == [("files", 0), ("force", 1), *end]
    seen.clear()
    run(anew=True)
    # files that stand there already may be those of a run that was cut off before it forced them
    assert seen == [("force", 12), *end]


def test_compaction_removes_what_no_kept_manifest_names(visits, run, lake):
    ids = []
    for step in range(12):
        visits.execute("UPDATE test_visit SET minutes = %s WHERE visit = 5", [step])
        ids.append(run().manifest.id)
    stray = lake.storage.path / "files" / "visit" / ".unfinished"
    stray.write_bytes(b"x" * 100)
    assert lake.compact(kept=[ids[1]]) > 100
    assert not stray.exists()
    left = {path.stem for path in (lake.storage.path / "manifests").glob("*.json")}
    assert left == {ids[1], *ids[4:]}
    assert list(verify(lake, [lake.get_manifest(ids[1])])) == []
    assert list(verify(lake, [lake.get_manifest()])) == []
    assert len(list(lake.storage.entries("files"))) == 11 + 9
