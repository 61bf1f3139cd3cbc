"""A lake in a bucket is the same lake: the same files under the same names, told by a server that speaks S3."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import pytest

from kangmai.analytics.errors import LakeBroken, LakePlaceIncorrect, LakeUnreachable
from kangmai.analytics.lake import store as stores
from kangmai.analytics.lake.bucket import Bucket
from kangmai.analytics.lake.store import Lake, lake_at
from kangmai.analytics.lake.verifying import Damage, verify
from tests.analytics.lake.test_filling import written

START_SECONDS = 60


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A server that speaks S3 on this machine, with a bucket `city`."""
    for needed in ("moto", "flask_cors"):
        pytest.importorskip(
            needed, reason="needs moto with flask and flask-cors, a server for tests"
        )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **quiet) as server:
        address = f"http://127.0.0.1:{port}"
        _wait(address)
        yield address
        server.terminate()


def _wait(address: str) -> None:
    ends = time.monotonic() + START_SECONDS
    while True:
        try:
            request = urllib.request.Request(f"{address}/city", method="PUT")
            urllib.request.urlopen(request, timeout=5).close()
            return
        except OSError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.05)


@pytest.fixture
def lake(endpoint: str, request: pytest.FixtureRequest, monkeypatch) -> Lake:
    """An empty lake below a prefix of the test's own."""
    monkeypatch.setitem(os.environ, "AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setitem(os.environ, "AWS_SECRET_ACCESS_KEY", "secret")
    return lake_at(f"s3://city/{request.node.name}/lake/", endpoint=endpoint)


def ids_in(lake: Lake) -> list[int]:
    """The visits of the lake, read by DuckDB."""
    from kangmai.analytics.engines.duck import duckdb_tables

    files = lake.files_of(lake.get_manifest().tables["visit"])
    with duckdb_tables({"visit": files}) as tables:
        return sorted(int(each) for each in tables["visit"].visit.execute())


def test_late_and_corrected_rows_and_a_rebuild_give_the_files_of_a_folder(
    visits, run, lake, database, tmp_path
):
    from kangmai.analytics.lake.filling import fill
    from tests.analytics.lake.conftest import AT, view

    assert written(run()) == (12, 240, 0)
    visits.execute("UPDATE test_visit SET visited_on = '2025-03-31' WHERE visit = 5")
    visits.execute("INSERT INTO test_visit VALUES (900, 3, '2024-12-31', '441202001001')")
    visits.execute("DELETE FROM test_visit WHERE visit = 7")
    grown = run()
    assert written(grown) == (4, 60, 0)
    assert ids_in(lake) == [*(n for n in range(240) if n != 7), 900]
    assert written(run()) == (0, 0, 0)
    rebuilt = run(anew=True)
    folder = lake_at(tmp_path)
    beside = fill(
        folder, {"visit": view()}, database_url=database, anew=False, report=lambda progress: None, at=AT
    )  # fmt: skip
    assert rebuilt.manifest.tables == grown.manifest.tables == beside.manifest.tables
    for entry in folder.storage.entries("files"):
        assert lake.storage.find(entry.name) == folder.storage.find(entry.name)


@pytest.mark.parametrize("writes", [0, 5, 12, 13])
def test_a_run_cut_off_between_two_writes_leaves_the_old_lake(
    visits, run, lake, monkeypatch, writes
):
    """Before the first file, between files, before the manifest, before the pointer to it."""
    before = run().manifest
    visits.execute("UPDATE test_visit SET minutes = minutes + 1")
    left, put = writes, Bucket.put

    def cut_off(self: Bucket, name: str, data: bytes, **how: bool) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        put(self, name, data, **how)

    monkeypatch.setattr(Bucket, "put", cut_off)
    with pytest.raises(KeyboardInterrupt):
        run()
    assert lake.get_manifest() == before
    assert list(verify(lake, [before])) == []
    monkeypatch.setattr(Bucket, "put", put)
    assert written(run()) == (12, 240, 0)


def test_damage_is_found_and_mended(visits, run, lake):
    manifest = run().manifest
    first, second, *_ = manifest.tables["visit"].partitions
    data = bytearray(lake.storage.find(first.file))
    data[len(data) // 2] ^= 1
    lake.storage.put(first.file, bytes(data))
    lake.storage.remove([second.file])
    found = [(each.month, each.county, each.damage) for each in verify(lake, [manifest])]
    assert found == [
        (first.month, first.county, Damage.ALTERED),
        (second.month, second.county, Damage.MISSING),
    ]
    with pytest.raises(LakeBroken, match="is missing"):
        lake.files_of(manifest.tables["visit"])
    again = run()
    assert (written(again), again.mended) == ((2, 40, 0), 2)
    assert list(verify(lake, [again.manifest])) == []


def test_compaction_keeps_what_kept_manifests_name(visits, run, lake, monkeypatch):
    monkeypatch.setattr(stores, "KEPT_MANIFESTS", 0)
    manifests = []
    for step in range(4):
        visits.execute("UPDATE test_visit SET minutes = %s WHERE visit = 5", [step])
        manifests.append(run().manifest)
    lake.storage.put("files/visit/stray", b"x" * 100)
    assert lake.compact(kept=[manifests[1].id]) > 100
    files = {each.name for each in lake.storage.entries("files")}
    kept = (manifests[1], manifests[3])
    assert files == {p.file for each in kept for p in each.tables["visit"].partitions}
    assert [list(verify(lake, [each])) for each in kept] == [[], []]
    assert sorted(each.name for each in lake.storage.entries("manifests")) == sorted(f"manifests/{each.id}.json" for each in kept)  # fmt: skip


def test_figures_are_those_of_a_folder(lake, tmp_path):
    """Every indicator that the rows feed, kept counts read back from the bucket."""
    import datetime

    from kangmai.analytics.indicators.counting import count, why_not
    from kangmai.analytics.indicators.definition import indicators
    from kangmai.analytics.types import Engine
    from kangmai.standards.periods import parse_period
    from tests.analytics.indicators.lake_of_rows import write
    from tests.governance.factories import people

    period, folder = parse_period("2025"), lake_at(tmp_path)
    manifest, beside = write(lake, people()), write(folder, people())
    assert manifest.tables == beside.tables
    counted = 0
    for each in indicators(on=datetime.date(2025, 12, 31)):
        if "year" in each.periods and why_not(each, manifest, period) is None:
            found = count(each, lake, manifest, period, engine=Engine.DUCKDB)
            assert found == count(each, folder, beside, period, engine=Engine.DUCKDB), each.id
            assert found == count(each, lake, manifest, period, engine=Engine.DUCKDB)
            counted += 1
    assert counted == len(list(lake.storage.entries("figures"))) > 5


def test_a_store_that_does_not_answer_is_told(lake, endpoint):
    absent = lake_at("s3://absent/lake", endpoint=endpoint)
    with pytest.raises(LakeUnreachable, match="NO_SUCH_BUCKET"):
        absent.storage.put("current", b"x")


@pytest.mark.parametrize(
    ("place", "endpoint"),
    [("s3://", ""), ("s3://city", "http://store.example.org"), ("s3://city", "store.example.org"), ("s3://city", "https://store.example.org/city")],
    ids=["no bucket", "not encrypted", "no scheme", "a path"],
)  # fmt: skip
def test_a_wrong_place_is_refused(place, endpoint):
    with pytest.raises(LakePlaceIncorrect):
        lake_at(place, endpoint=endpoint)
