"""Bring a backup back into an empty folder, as it was or as it became until a chosen moment.

The copy is verified before it is used, and becomes the data folder only then. The server replays the log
that the backup holds (and, where an archive is named, what came after), then begins a new timeline, so
that its log never mixes with that of the database it was copied from. The epoch of the feed is raised.

Source: PostgreSQL documentation, 25.3.5 "Recovering Using a Continuous Archive Backup".
"""

import contextlib
import datetime
import shutil
import tarfile
from pathlib import Path

import psycopg

from kangmai.kernel.database import archive, backup
from kangmai.kernel.database import cluster as clusters
from kangmai.kernel.database.binaries import give_to_server, major_version
from kangmai.kernel.database.cluster import Cluster
from kangmai.kernel.database.errors import (
    BackupDamaged,
    BackupOfOtherMajor,
    DatabaseDidNotStart,
    DiskTooSmall,
    KeysDoNotMatch,
    TargetNotEmpty,
    TargetTimeNotReached,
)
from kangmai.kernel.feed import raise_epoch
from kangmai.kernel.sealing import fingerprint, load_keyring

NOT_REACHED = "recovery ended before configured recovery target was reached"
UNPACKED_PER_COMPRESSED = 8
"""How much larger a compressed backup is taken to become, when free space is checked."""


def restore(
    source: Path,
    cluster: Cluster,
    *,
    keyring: Path,
    archive_folder: Path | None = None,
    until: datetime.datetime | None = None,
) -> int:
    """Make `cluster` from the backup in `source`; it is stopped afterwards. Returns the new epoch.

    Args:
        keyring: the keyring that the backup was made with, kept elsewhere.
        archive_folder: archived log to replay after the backup; all of it, or `until` a moment.

    Raises:
        NotABackup, TargetNotEmpty, BackupOfOtherMajor, KeyringMissing, KeysDoNotMatch, DiskTooSmall:
            before anything is written.
        BackupDamaged, TargetTimeNotReached: the folder is empty again.
    """
    manifest = backup.read_manifest(source)
    _check(source, cluster, manifest, keyring)
    cluster.folder.mkdir(parents=True, exist_ok=True)
    try:
        _bring_copy(source, cluster, compressed=manifest.compressed)
        return _recover(cluster, archive_folder, until)
    except BaseException:
        _take_back(cluster)
        raise


def _check(source: Path, cluster: Cluster, manifest: backup.Manifest, keyring: Path) -> None:
    if cluster.folder.exists() and any(cluster.folder.iterdir()):
        raise TargetNotEmpty(folder=cluster.folder)
    if manifest.major != major_version():
        raise BackupOfOtherMajor(folder=source, found=manifest.major, wanted=major_version())
    keys = load_keyring(keyring)
    if fingerprint(keys) != manifest.keyring or not set(manifest.key_versions) <= set(
        keys.seal_keys
    ):
        raise KeysDoNotMatch(keyring=keyring)
    needed = manifest.bytes * (UNPACKED_PER_COMPRESSED if manifest.compressed else 1)
    check_disk(cluster.folder, needed)


def check_disk(folder: Path, needed: int) -> None:
    """Let pass if `needed` bytes and a tenth are free on the disk of a folder.

    Raises:
        DiskTooSmall
    """
    there = next(path for path in (folder.resolve(), *folder.resolve().parents) if path.exists())
    free = shutil.disk_usage(there).free
    if free < needed * 1.1:
        raise DiskTooSmall(folder=folder, needed_mb=needed * 11 // 10 >> 20, free_mb=free >> 20)


def _bring_copy(source: Path, cluster: Cluster, *, compressed: bool) -> None:
    copy = cluster.folder / "postgres.new"
    if compressed:
        _unpack(source / "postgres", copy)
    else:
        shutil.copytree(source / "postgres", copy, symlinks=True)
    backup.verify(copy, compressed=False)
    copy.chmod(0o700)
    give_to_server(cluster.folder)
    copy.rename(cluster.pgdata)


def _unpack(packed: Path, copy: Path) -> None:
    try:
        for name, folder in (("base.tar.gz", copy), ("pg_wal.tar.gz", copy / "pg_wal")):
            with tarfile.open(packed / name) as tar:
                tar.extractall(folder, filter="data")
    except (OSError, EOFError, tarfile.TarError) as error:
        raise BackupDamaged(folder=packed.parent, reason=type(error).__name__) from None
    shutil.copy2(packed / "backup_manifest", copy)


def _recover(cluster: Cluster, archive_folder: Path | None, until: datetime.datetime | None) -> int:
    (cluster.pgdata / "recovery.signal").touch(mode=0o600)
    give_to_server(cluster.pgdata)
    settings = {
        "hot_standby": "off",  # nobody may look before the chosen moment is reached
        "recovery_target_action": "promote",
        "restore_command": archive.restore_command(archive_folder),
    }
    if until:
        settings["recovery_target_time"] = until.isoformat()
    try:
        clusters.start(cluster, settings=settings)
    except DatabaseDidNotStart:
        if until and NOT_REACHED in clusters.log_tail(cluster, lines=50):
            log = clusters.log_tail(cluster)
            raise TargetTimeNotReached(until=until.isoformat(), log=log) from None
        raise
    with psycopg.connect(cluster.url) as database:
        epoch = raise_epoch(database)
    clusters.stop(cluster)
    return epoch


def _take_back(cluster: Cluster) -> None:
    with contextlib.suppress(Exception):
        clusters.stop(cluster)
    for path in cluster.folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
