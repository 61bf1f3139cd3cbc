"""What is backed up comes back the same, into an empty folder, with the right keys, to the chosen moment."""

import datetime
import json
import os
from pathlib import Path

import pytest

from kangmai.kernel.database import binaries
from tests.operations.conftest import copy_house, stop
from tests.operations.house import kangmai, postmaster, rows, write_bundles

TABLES = """
SELECT format('%I', c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY 1"""
NOT_THE_SAME = ("kernel_epoch", "kernel_cursor")
HASH = "SELECT count(*), md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) FROM {} t"


def fingerprints(data: Path, audit_rows: int) -> dict[str, tuple[int, str]]:
    """Number and hash of the rows of every table, of the audit trail up to one row number."""
    found = {}
    for (table,) in rows(data, TABLES):
        if table not in NOT_THE_SAME:
            condition = f" WHERE seq <= {audit_rows}" if table.startswith("kernel_audit_p") else ""
            found[table] = rows(data, HASH.format(table) + condition)[0]
    return found


@pytest.fixture(scope="module")
def five_bundles(prepared, tmp_path_factory):
    """A data folder with 5 bundles in it, stopped, that nobody changes; its keys beside it."""
    folder = tmp_path_factory.mktemp("filled")
    copy_house(prepared, folder)
    bundles = write_bundles(folder / "bundles", range(1, 6))
    kangmai("import", "fhir", bundles, "--data", folder / "data")
    return folder / "data"


@pytest.fixture
def filled(five_bundles, tmp_path):
    """A running database with 5 bundles in it."""
    data = copy_house(five_bundles, tmp_path)
    kangmai("db", "start", "--data", data)
    yield data
    stop(data)


@pytest.mark.parametrize("options", [(), ("--compress",)])
def test_restored_database_holds_the_same(filled, tmp_path, stopped_later, options):
    if options and binaries.major_version() < 18:
        pytest.skip("PostgreSQL before 18 does not verify compressed backups")
    audit_rows = rows(filled, "SELECT max(seq) FROM kernel_audit")[0][0]
    before = fingerprints(filled, audit_rows)
    keys = tmp_path / "safe" / "keyring.json"
    made = json.loads(
        kangmai(
            "db", "backup", tmp_path / "backup", *options, "--keys-to", keys, "--data", filled
        ).stdout
    )
    assert made["epoch"] == 1
    assert not list((tmp_path / "backup").rglob("keyring.json"))

    again = stopped_later(tmp_path / "again")
    result = json.loads(
        kangmai("db", "restore", tmp_path / "backup", "--keys", keys, "--data", again).stdout
    )
    assert (result["epoch"], result["audit_sound"]) == (2, True)
    assert postmaster(again) is None
    kangmai("db", "start", "--data", again)
    assert fingerprints(again, audit_rows) == before
    assert sum(count for count, _ in before.values()) > 500
    assert rows(again, "SELECT DISTINCT epoch FROM kernel_cursor") == [(2,)]
    deeds = rows(again, f"SELECT action FROM kernel_audit WHERE seq > {audit_rows} ORDER BY seq")
    assert deeds == [("database.restore",)]


def test_restore_to_a_moment(data, tmp_path, stopped_later):
    archive, keys = tmp_path / "archive", data.with_name("data.keys") / "keyring.json"
    kangmai("db", "start", "--archive-to", archive, "--data", data)
    kangmai("db", "backup", tmp_path / "backup", "--data", data)
    kangmai("import", "fhir", write_bundles(tmp_path / "one", [1]), "--data", data)
    moment = rows(data, "SELECT clock_timestamp()")[0][0] + datetime.timedelta(seconds=1)
    wait_until(data, moment)
    kangmai("import", "fhir", write_bundles(tmp_path / "two", [2]), "--data", data)
    kangmai("db", "stop", "--data", data)
    assert len(list(archive.glob("*.gz"))) >= 3

    def restored(name: str, *more: object) -> list[tuple[int]]:
        folder = stopped_later(tmp_path / name)
        kangmai("db", "restore", tmp_path / "backup", "--keys", keys, *more, "--data", folder)
        kangmai("db", "start", "--data", folder)
        return rows(folder, "SELECT count(*) FROM records_ledger")

    stamp = moment.strftime("%Y-%m-%dT%H:%M:%S+0000")
    assert restored("moment", "--archive", archive, "--until", stamp) == [(50,)]
    beyond = ("--archive", archive, "--until", "2099-01-01T00:00:00+0000", "--keys", keys)
    answer = kangmai(
        "db", "restore", tmp_path / "backup", *beyond, "--data", tmp_path / "no", code=2
    )
    assert answer.stderr.splitlines()[-1].startswith("TargetTimeNotReached")
    assert not any((tmp_path / "no").iterdir())


def wait_until(data: Path, moment: datetime.datetime) -> None:
    """A moment is given in whole seconds, so what comes after must be of a later one."""
    later = moment + datetime.timedelta(seconds=1)
    rows(data, f"SELECT pg_sleep_until('{later.isoformat()}')")


def test_what_is_refused(filled, tmp_path):
    backup = tmp_path / "backup"
    keys = filled.with_name("data.keys") / "keyring.json"

    def refusal(*arguments: object) -> str:
        return kangmai(*arguments, code=2).stderr.splitlines()[-1].split(":")[0]

    def restore(*more: object, to: Path = tmp_path / "again") -> str:
        said = refusal("db", "restore", backup, *more, "--data", to)
        assert not (to / "postgres").exists() or to == filled
        return said

    assert refusal("db", "backup", filled / "inside", "--data", filled) == "BackupInsideData"
    in_backup = ("--keys-to", backup / "keyring.json")
    assert refusal("db", "backup", backup, *in_backup, "--data", filled) == "KeysInsideBackup"
    assert refusal("db", "backup", backup, "--data", filled) == "TargetNotEmpty"
    assert restore("--keys", keys, to=filled) == "TargetNotEmpty"
    assert restore() == "KeyringMissing"
    other = tmp_path / "other.json"
    secrets = json.loads(keys.read_text())
    other.write_text(json.dumps({**secrets, "blind": secrets["signing"]}))
    assert restore("--keys", other) == "KeysDoNotMatch"
    assert (
        refusal("db", "restore", tmp_path, "--keys", keys, "--data", tmp_path / "n") == "NotABackup"
    )
    archive_full = ("--archive-to", tmp_path)
    assert refusal("db", "start", *archive_full, "--data", filled) == "ArchiveNotEmpty"
    inside = ("--archive-to", filled / "wal")
    assert refusal("db", "start", *inside, "--data", filled) == "ArchiveNotApart"

    victim = next(
        p for p in sorted((backup / "postgres/base").rglob("*")) if p.is_file() and p.stat().st_size
    )
    with victim.open("r+b") as file:
        first = file.read(1)
        file.seek(0)
        file.write(bytes([first[0] ^ 1]))
    assert restore("--keys", keys) == "BackupDamaged"


def test_doctor_and_shell(filled, tmp_path):
    kangmai("db", "backup", tmp_path / "backup", "--data", filled)
    answer = kangmai("db", "shell", "--command", "SELECT 40 + 2 AS n", "--data", filled)
    assert answer.stdout.split()[2] == "42"
    assert rows(filled, "SELECT count(*) FROM kernel_audit WHERE action = 'database.shell'") == [
        (1,)
    ]
    os.chmod(filled.with_name("data.keys") / "keyring.json", 0o644)  # noqa: PTH101
    checks = {
        check["id"]: check
        for check in json.loads(kangmai("doctor", "--json", "--data", filled, code=1).stdout)
    }
    assert checks["keys.permissions"]["state"] == "fail"
    assert checks["keys.permissions"]["mend"].startswith("chmod 600 ")
    assert checks["database.backup"]["what"] == "the newest backup is 0.0 days old"
    assert {
        checks[id]["state"]
        for id in ("audit.chain", "feed.lag", "database.migrations", "keys.matching")
    } == {"ok"}
