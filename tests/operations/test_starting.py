"""A data folder is never harmed: stale files are taken over, foreign ones left alone, all ends in order."""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kangmai.kernel.database import cluster as clusters
from kangmai.kernel.definitions import FOLDER
from kangmai.kernel.sealing import make_keyring
from tests.operations.house import (
    SIZE,
    children,
    command,
    environment,
    kangmai,
    kill,
    lives,
    postmaster,
    rows,
    served,
    stored,
    until,
    write_bundles,
)

NOBODY = 65534


def content(folder: Path) -> dict[str, str]:
    """Every file below a folder with the hash of what it holds."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def sleeper():
    """A living process that has nothing to do with us, such as one that got a dead server's number."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield process.pid
    process.kill()
    process.wait()


def test_files_of_a_crashed_server_are_taken_over(data, sleeper):
    kangmai("db", "start", "--data", data)
    kill(postmaster(data))
    assert postmaster(data) is None
    pid_file = data / "postgres" / "postmaster.pid"
    first, *rest = pid_file.read_text().split("\n")
    pid_file.write_text("\n".join([str(sleeper), *rest]))
    lock = data / "socket" / ".s.PGSQL.5432.lock"
    lock.write_text(lock.read_text().replace(first, str(sleeper), 1))
    assert postmaster(data) is None, "another program's number is no server"
    kangmai("db", "start", "--data", data)
    assert rows(data, "SELECT 1") == [(1,)]
    assert lives(sleeper)


def test_foreign_folder_is_refused_untouched(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "holiday.jpg").write_bytes(b"not ours")
    for arguments in (("audit", "verify"), ("up", "--port", 1), ("db", "start"), ("db", "stop")):
        answer = kangmai(*arguments, "--data", folder, code=2)
        assert answer.stderr.startswith(("NotADataFolder", "NoDatabaseHere"))
    assert content(tmp_path).keys() == {"photos/holiday.jpg"}


def test_nothing_starts_on_a_faulty_rule(tmp_path):
    definitions = tmp_path / "definitions"
    shutil.copytree(FOLDER, definitions)
    role = definitions / "access" / "role" / "village_doctor.yaml"
    text = role.read_text(encoding="utf-8")
    line = 1 + text[: text.index("permissions:")].count("\n")
    role.write_text(text.replace("permissions: [", "permissions: [fly, "), encoding="utf-8")
    program = (
        "import sys, pathlib, kangmai.kernel.definitions as definitions;"
        f"definitions.FOLDER = pathlib.Path({str(definitions)!r});"
        "sys.argv[0] = 'kangmai'; import runpy; runpy.run_module('kangmai', run_name='__main__')"
    )
    for name in ("up", "demo"):
        run = [sys.executable, "-c", program, name, "--data", str(tmp_path / "data")]
        answer = subprocess.run(run, capture_output=True, text=True, env=environment(), timeout=60)
        assert answer.returncode == 2
        assert answer.stderr.startswith("FaultyDefinitions")
        assert f"access/role/village_doctor.yaml:{line}: " in answer.stderr
    assert not (tmp_path / "data").exists()


def test_other_major_version_is_refused_untouched(data):
    (data / "postgres" / "PG_VERSION").write_text("12\n")
    before = content(data)
    answer = kangmai("audit", "verify", "--data", data, code=2)
    assert "belongs to PostgreSQL 12" in answer.stderr
    assert "kangmai db upgrade" in answer.stderr
    answer = kangmai("db", "upgrade", "--data", data, code=2)
    assert answer.stderr.startswith("OldProgramsMissing")
    assert content(data) == before


def test_data_newer_than_the_programs_is_refused(data):
    (data / "postgres" / "PG_VERSION").write_text("99\n")
    assert kangmai("db", "upgrade", "--data", data, code=2).stderr.startswith("NewerData")


def test_upgrade_of_present_version_has_nothing_to_do(data):
    before = content(data)
    assert "already" in kangmai("db", "upgrade", "--data", data).stderr
    assert content(data) == before


def test_two_commands_share_one_database(data, tmp_path):
    bundles = [write_bundles(tmp_path / str(n), range(n * 10, n * 10 + 5)) for n in (1, 2)]
    running = [
        subprocess.Popen(command("import", "fhir", folder, "--data", data), env=environment(TMPDIR=str(folder)), stdout=subprocess.DEVNULL)
        for folder in bundles
    ]  # fmt: skip
    assert [process.wait(60) for process in running] == [0, 0]
    assert postmaster(data) is None, "the last one stops the database"
    kangmai("db", "start", "--data", data)
    assert stored(data) >= 10 * SIZE


def test_database_in_use_is_not_stopped(data):
    with served(data):
        assert kangmai("db", "stop", "--data", data, code=2).stderr.startswith("DatabaseHasUsers")
        assert postmaster(data)


def test_started_database_stays_until_stopped(data):
    address = kangmai("db", "start", "--data", data).stdout.strip()
    assert address == clusters.Cluster(data).url
    kangmai("audit", "verify", "--data", data)
    assert postmaster(data)
    kangmai("db", "stop", "--data", data)
    assert postmaster(data) is None
    kangmai("db", "stop", "--data", data)


def test_port_in_use_is_said_and_all_ends(data):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = kangmai("up", "--port", port, "--data", data, code=2)
    assert answer.stderr.startswith("PortInUse: Port")
    assert answer.stdout == ""
    assert postmaster(data) is None


def test_sigterm_stops_everything(data):
    with served(data) as server:
        family = [*children(server.process.pid), postmaster(data)]
        assert len(family) >= 4
        assert server.stop() == 0
        until(lambda: not any(map(lives, family)), seconds=5, what="the end of all processes")


def test_sigterm_before_ready_stops_everything(data):
    process = subprocess.Popen(command("up", "--data", data, "--port", 1), env=environment())
    until(lambda: postmaster(data), what="the database")
    process.terminate()
    assert process.wait(60) == 128 + signal.SIGTERM
    assert postmaster(data) is None


def test_interrupted_creation_is_begun_anew(tmp_path, stopped_later):
    folder = stopped_later(tmp_path / "data")
    (folder / "postgres.new" / "base").mkdir(parents=True)
    (folder / "postgres.new" / "PG_VERSION").write_text("18\n")
    kangmai("db", "start", "--data", folder)
    assert rows(folder, "SELECT 1") == [(1,)]


def test_long_path_of_the_data(prepared, tmp_path, stopped_later):
    folder = stopped_later(tmp_path / ("d" * 60) / ("e" * 60) / "data with 'quotes' & 空格")
    shutil.copytree(prepared, folder, ignore=shutil.ignore_patterns("socket"))
    shutil.copytree(prepared.with_name("data.keys"), folder.with_name(f"{folder.name}.keys"))
    kangmai("db", "start", "--data", folder)
    assert len(str(folder)) > 107
    assert rows(folder, "SELECT 1") == [(1,)]
    socket_folder = clusters.Cluster(folder).socket_folder
    clusters.stop(clusters.Cluster(folder))
    shutil.rmtree(socket_folder)


def test_lost_keyring_is_never_replaced(data):
    keys = data.with_name("data.keys") / "keyring.json"
    keys.unlink()
    assert kangmai("audit", "verify", "--data", data, code=2).stderr.startswith("KeyringMissing")
    assert not keys.exists()


def test_other_keyring_is_refused(data):
    keys = data.with_name("data.keys") / "keyring.json"
    other = keys.with_name("other.json")
    make_keyring(other)
    shutil.copy(other, keys)
    assert kangmai("audit", "verify", "--data", data, code=2).stderr.startswith("OtherKeyring")


def test_ordinary_user(tmp_path_factory):
    if os.geteuid() != 0:
        pytest.skip("the whole suite runs as an ordinary user already")
    prefix = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    probe = [*prefix, *command("--version")]
    if (
        shutil.which("setpriv") is None
        or subprocess.run(probe, env=environment(), capture_output=True).returncode
    ):
        pytest.skip("another account cannot run this interpreter")
    folder = Path("/tmp") / f"kangmai-nobody-{os.getpid()}-{time.monotonic_ns()}"
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    try:
        run = [*prefix, *command("audit", "verify", "--data", folder / "data")]
        answer = subprocess.run(
            run, env=environment(HOME=str(folder)), capture_output=True, text=True
        )
        assert answer.returncode == 0, answer.stderr
        assert (folder / "data" / "postgres").stat().st_uid == NOBODY
        assert postmaster(folder / "data") is None
    finally:
        shutil.rmtree(folder)
