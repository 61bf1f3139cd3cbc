"""The life of one embedded database: create, start, use, stop, and never harm one that lives."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from kangmai.kernel.database import archive, postmaster, sizing
from kangmai.kernel.database.binaries import (
    command,
    give_to_server,
    identity_of_server,
    major_version,
    run_as,
)
from kangmai.kernel.database.errors import (
    DatabaseDidNotStart,
    DatabaseDidNotStop,
    NoDatabaseHere,
    NotADataFolder,
    OtherMajorVersion,
    SocketFolderTaken,
)

DATABASE = "kangmai"
START_SECONDS = 3600
"""A server that replays its log is given this long; one that ends is noticed at once."""
STOP_SECONDS = 180
ORPHAN_SECONDS = 10
SOCKET_PATH_BYTES = 100
"""Linux allows 107 for the address of a socket."""
OURS = {
    "archive-to",
    "in-use",
    "latest-backup.json",
    "lock",
    "postgres.log",
    "postgres.new",
    "stays-running",
}


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
        """Where the socket is: in the data folder, or in a short one of our own where that path is too long.

        It depends on the data folder alone and not on TMPDIR, which services and shells set apart.
        """
        inside = self.folder.resolve() / "socket"
        if len(os.fsencode(inside / postmaster.SOCKET_NAME)) <= SOCKET_PATH_BYTES:
            return inside
        digest = hashlib.sha256(os.fsencode(inside)).hexdigest()[:12]
        return Path("/tmp") / f"kangmai-{os.geteuid()}-{digest}"

    @property
    def url(self) -> str:
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """The address of another database of this cluster."""
        return f"postgresql://kangmai@/{database}?host={quote(str(self.socket_folder))}"


def postmaster_pid(cluster: Cluster) -> int | None:
    """The process id of the living server of this folder, or None."""
    return postmaster.living_pid(cluster.pgdata)


def check_folder(cluster: Cluster) -> bool:
    """Whether the folder holds a database of ours; nothing is touched.

    Raises:
        NotADataFolder: the folder holds something else.
        OtherMajorVersion: the cluster was made by another major version.
    """
    version_file = cluster.pgdata / "PG_VERSION"
    if version_file.exists():
        found = int(version_file.read_text())
        if found != major_version():
            raise OtherMajorVersion(folder=cluster.folder, found=found, wanted=major_version())
        return True
    if cluster.folder.exists():
        if not cluster.folder.is_dir():
            raise NotADataFolder(folder=cluster.folder)
        others = {path.name for path in cluster.folder.iterdir()} - OURS
        if others - {"socket"}:
            raise NotADataFolder(folder=cluster.folder)
    return False


def create(cluster: Cluster) -> None:
    """Make the data folder and an empty cluster in it, unless there is one.

    The cluster is made under another name first, so that a creation that is cut leaves no half one.
    """
    if check_folder(cluster):
        return
    unfinished = cluster.folder / "postgres.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True, mode=0o700)
    give_to_server(cluster.folder)
    initialize(unfinished)
    unfinished.rename(cluster.pgdata)


def initialize(pgdata: Path) -> None:
    """Make an empty cluster in an empty folder, with the programs at hand."""
    options = ("--username=kangmai", "--auth=trust", "--encoding=UTF8", "--data-checksums")
    locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
    subprocess.run(
        command("initdb", "-D", str(pgdata.resolve()), *options, *locale),
        check=True,
        capture_output=True,
        cwd="/",
        **identity_of_server(),
    )


def log_tail(cluster: Cluster, *, lines: int = 5) -> str:
    """The latest lines of the server's log, for a message."""
    log = cluster.log.read_text(errors="replace") if cluster.log.exists() else ""
    return " | ".join(log.splitlines()[-lines:])


def _make_socket_folder(cluster: Cluster) -> None:
    folder = cluster.socket_folder
    folder.mkdir(mode=0o700, exist_ok=True)
    account = run_as().account
    owner = folder.stat(follow_symlinks=False).st_uid
    if owner not in {os.geteuid(), account.pw_uid if account else os.geteuid()}:
        raise SocketFolderTaken(folder=folder)  # anyone may have made it: it lies in /tmp
    folder.chmod(0o700)
    give_to_server(folder)


def _launch(cluster: Cluster, settings: Mapping[str, str]) -> None:
    _make_socket_folder(cluster)
    if dead := postmaster.recorded_pid(cluster.pgdata):
        _reap(dead)
    postmaster.clear_stale_files(cluster.pgdata, cluster.socket_folder)
    options = {
        **sizing.settings(sizing.machine_memory_mb()),
        **archive.settings(cluster.folder),
        "unix_socket_directories": str(cluster.socket_folder),
        **settings,
    }
    arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with cluster.log.open("ab") as log:
        process = subprocess.Popen(
            command("postgres", "-D", str(cluster.pgdata.resolve()), *arguments),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,  # Ctrl-C reaches us, and we stop the server in order
            **identity_of_server(),
        )
    try:
        _await(cluster, process)
    except BaseException:  # not ready, or we are told to end: a server without a user must not stay
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(STOP_SECONDS)
        raise


def _await(cluster: Cluster, process: "subprocess.Popen[bytes] | None" = None) -> None:
    def lives() -> bool:
        return process.poll() is None if process else postmaster_pid(cluster) is not None

    if not postmaster.answers(cluster.url_of("postgres"), lives=lives, seconds=START_SECONDS):
        log = log_tail(cluster)
        raise DatabaseDidNotStart(folder=cluster.folder, seconds=START_SECONDS, log=log)
    if process:
        process.returncode = 0  # it outlives us, which is meant: no warning when the object goes


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


def start(cluster: Cluster, *, settings: Mapping[str, str] | None = None) -> None:
    """Start the database of this folder, making it first if need be; one that lives is left alone.

    Args:
        settings: server settings for this run besides those fitted to the machine.

    Raises:
        NotADataFolder, OtherMajorVersion: before anything is touched.
        DatabaseDidNotStart: its log says why.
    """
    check_folder(cluster)
    with _only_one(cluster):
        create(cluster)
        if postmaster_pid(cluster) is None:
            _launch_patiently(cluster, settings or {})
        else:
            _await(cluster)
        _ensure_database(cluster)


def _launch_patiently(cluster: Cluster, settings: Mapping[str, str]) -> None:
    """Launch; after a crash the orphans of the old server need a moment to let go of its memory."""
    for _ in range(ORPHAN_SECONDS):
        try:
            return _launch(cluster, settings)
        except DatabaseDidNotStart:
            if "still in use" not in log_tail(cluster):
                raise
            time.sleep(1)
    _launch(cluster, settings)


def stop(cluster: Cluster) -> None:
    """Stop the database in order (connections are closed, everything is written).

    Raises:
        NoDatabaseHere: the folder holds none.
        DatabaseDidNotStop
    """
    if not (cluster.pgdata / "PG_VERSION").exists():
        raise NoDatabaseHere(folder=cluster.folder)
    with _only_one(cluster):
        _stop(cluster)


def _stop(cluster: Cluster) -> None:
    pid = postmaster_pid(cluster)
    if pid is None:
        return
    os.kill(pid, signal.SIGINT)
    limit = time.monotonic() + STOP_SECONDS
    while postmaster_pid(cluster) is not None:
        if time.monotonic() > limit:
            raise DatabaseDidNotStop(folder=cluster.folder, seconds=STOP_SECONDS)
        _reap(pid)
        time.sleep(0.05)


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):  # another process started it, and will reap it
        os.waitpid(pid, os.WNOHANG)


@contextmanager
def running(cluster: Cluster, *, settings: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    """Use the database: start it if it sleeps, and let the last user put it to sleep again.

    `settings` are for the server if it is started here, besides those fitted to the machine.

    Every user holds a shared lock on the file `in-use`; who can turn his into an exclusive one at
    the end was the last. A database that an operator started by `kangmai db start` stays.
    """
    check_folder(cluster)
    cluster.folder.mkdir(parents=True, exist_ok=True)
    with (cluster.folder / "in-use").open("w") as use:
        fcntl.flock(use, fcntl.LOCK_SH)
        try:
            start(cluster, settings=settings)
            yield cluster
        finally:
            with _only_one(cluster):
                if not cluster.stays.exists() and _is_last(use.fileno()):
                    _stop(cluster)


def has_users(cluster: Cluster) -> bool:
    """Whether a command or a server is using this database now."""
    if not (cluster.folder / "in-use").exists():
        return False
    with _only_one(cluster), (cluster.folder / "in-use").open("r") as use:
        return not _is_last(use.fileno())


def _is_last(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        return False
    return True
