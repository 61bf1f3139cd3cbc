"""The life of one embedded database: create, start, use, stop, and never harm one that lives."""

import contextlib
import fcntl
import hashlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from kangmai.kernel.database import sizing
from kangmai.kernel.database.binaries import (
    command,
    give_to_server,
    identity_of_server,
    major_version,
)
from kangmai.kernel.database.errors import DatabaseDidNotStart, NotADataFolder, OtherMajorVersion

DATABASE = "kangmai"
START_SECONDS = 120
STOP_SECONDS = 60
ORPHAN_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Cluster:
    """An embedded database and its files below one data folder."""

    folder: Path

    @property
    def pgdata(self) -> Path:
        return self.folder / "postgres"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    @property
    def stays(self) -> Path:
        """Present while an operator wants the database to run by itself (`kangmai db start`)."""
        return self.folder / "stays-running"

    @property
    def socket_folder(self) -> Path:
        """A short folder for the socket, the same for every process that names this data folder."""
        digest = hashlib.sha256(str(self.folder.resolve()).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"kangmai-{os.geteuid()}-{digest}"

    @property
    def url(self) -> str:
        return f"postgresql://kangmai@/{DATABASE}?host={self.socket_folder}"

    def url_of(self, database: str) -> str:
        """The address of another database of this cluster."""
        return f"postgresql://kangmai@/{database}?host={self.socket_folder}"


def postmaster_pid(cluster: Cluster) -> int | None:
    """The process id of the living postmaster of this folder, or None.

    A pid file whose process is gone, or is not a PostgreSQL server (the number was given to another
    program after a crash), counts as stale: the server itself then recovers when started.
    """
    try:
        pid = int((cluster.pgdata / "postmaster.pid").read_text().split("\n", 1)[0])
        program = Path(f"/proc/{pid}/comm").read_text().strip()
    except (OSError, ValueError):
        return None
    return pid if program == "postgres" else None


def create(cluster: Cluster) -> None:
    """Make the data folder and an empty cluster in it, unless there is one.

    Raises:
        NotADataFolder: the folder holds something else.
        OtherMajorVersion: the cluster was made by another major version.
    """
    version_file = cluster.pgdata / "PG_VERSION"
    if version_file.exists():
        found = int(version_file.read_text())
        if found != major_version():
            raise OtherMajorVersion(folder=cluster.folder, found=found, wanted=major_version())
        return
    ours = {"lock", "in-use", "postgres", "postgres.log", "stays-running"}
    if cluster.folder.exists() and {path.name for path in cluster.folder.iterdir()} - ours:
        raise NotADataFolder(folder=cluster.folder)
    cluster.pgdata.mkdir(parents=True, exist_ok=True)
    cluster.pgdata.chmod(0o700)
    give_to_server(cluster.folder)
    options = ("--username=kangmai", "--auth=trust", "--encoding=UTF8", "--data-checksums")
    locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
    subprocess.run(
        command("initdb", "-D", str(cluster.pgdata), *options, *locale),
        check=True,
        capture_output=True,
        **identity_of_server(),  # type: ignore[call-overload]
    )


def _log_tail(cluster: Cluster) -> str:
    lines = cluster.log.read_text(errors="replace").splitlines() if cluster.log.exists() else []
    return " | ".join(lines[-5:])


def _wait_until_ready(cluster: Cluster, process: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit:
        try:
            psycopg.connect(cluster.url_of("postgres"), connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None:
                break
            time.sleep(0.05)
    raise DatabaseDidNotStart(folder=cluster.folder, seconds=START_SECONDS, log=_log_tail(cluster))


def _launch(cluster: Cluster) -> None:
    cluster.socket_folder.mkdir(mode=0o700, exist_ok=True)
    give_to_server(cluster.socket_folder)
    options = sizing.settings(sizing.machine_memory_mb())
    options["unix_socket_directories"] = str(cluster.socket_folder)
    arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with cluster.log.open("ab") as log:
        process = subprocess.Popen(
            command("postgres", "-D", str(cluster.pgdata), *arguments),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C reaches us, and we stop the server in order
            **identity_of_server(),  # type: ignore[call-overload]
        )
    _wait_until_ready(cluster, process)


def _ensure_database(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url_of("postgres"), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if found.fetchone() is None:
            connection.execute(f'CREATE DATABASE "{DATABASE}"')


@contextmanager
def _only_one(cluster: Cluster) -> Iterator[None]:
    """Let one process at a time start or stop this database."""
    cluster.folder.mkdir(parents=True, exist_ok=True)
    with (cluster.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def start(cluster: Cluster) -> None:
    """Start the database of this folder, making it first if need be; one that lives is left alone."""
    with _only_one(cluster):
        create(cluster)
        if postmaster_pid(cluster) is None:
            _launch_patiently(cluster)
        _ensure_database(cluster)


def _launch_patiently(cluster: Cluster) -> None:
    """Launch; after a crash the orphans of the old server need a moment to let go of its memory."""
    for _ in range(ORPHAN_SECONDS):
        try:
            return _launch(cluster)
        except DatabaseDidNotStart:
            if "still in use" not in _log_tail(cluster):
                raise
            time.sleep(1)
    _launch(cluster)


def stop(cluster: Cluster) -> None:
    """Stop the database in order (connections are closed, everything is written)."""
    with _only_one(cluster):
        _stop(cluster)


def _stop(cluster: Cluster) -> None:
    pid = postmaster_pid(cluster)
    if pid is None:
        return
    os.kill(pid, signal.SIGINT)
    limit = time.monotonic() + STOP_SECONDS
    while time.monotonic() < limit and postmaster_pid(cluster) is not None:
        _reap(pid)
        time.sleep(0.05)


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):  # another process started it, and will reap it
        os.waitpid(pid, os.WNOHANG)


@contextmanager
def running(cluster: Cluster) -> Iterator[Cluster]:
    """Use the database: start it if it sleeps, and let the last user put it to sleep again.

    Every user holds a shared lock on the file `in-use`; who can turn his into an exclusive one at
    the end was the last. A database that an operator started by `kangmai db start` stays.
    """
    cluster.folder.mkdir(parents=True, exist_ok=True)
    with (cluster.folder / "in-use").open("w") as use:
        fcntl.flock(use, fcntl.LOCK_SH)
        start(cluster)
        try:
            yield cluster
        finally:
            with _only_one(cluster):
                if not cluster.stays.exists() and _is_last(use.fileno()):
                    _stop(cluster)


def _is_last(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        return False
    return True
