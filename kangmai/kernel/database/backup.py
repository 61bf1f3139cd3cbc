"""Physical backups: the whole cluster as it was at one moment, verified, with a note of what it is.

A backup is a folder that holds

    kangmai-backup.json    what it is: versions, time, epoch of the feed, size, mark of the keyring
    postgres/              the data folder of the server (base.tar.gz and pg_wal.tar.gz if compressed)

It is made beside the running server under another name and gets its own name only when it has been
verified, so that a folder of that name is always a sound backup. Keys are never in it.

Source: PostgreSQL documentation, pages `pg_basebackup` and `pg_verifybackup`.
"""

import dataclasses
import datetime
import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from kangmai import __version__
from kangmai.kernel.database.binaries import bin_folder, major_version, run_client, version
from kangmai.kernel.database.cluster import Cluster
from kangmai.kernel.database.errors import (
    BackupDamaged,
    BackupFailed,
    BackupInsideData,
    CompressedNotVerifiable,
    KeysExist,
    KeysInsideBackup,
    NotABackup,
    TargetNotEmpty,
)
from kangmai.kernel.sealing import fingerprint, load_keyring

NOTE = "kangmai-backup.json"
LATEST = "latest-backup.json"
FIRST_TO_VERIFY_TAR = 18


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is."""

    kangmai: str
    postgresql: str
    made_at: str
    """When it was begun (UTC); it holds everything committed until a moment after."""
    epoch: int
    compressed: bool
    bytes: int
    seconds: float
    keyring: str
    """Mark of the keyring (`sealing.fingerprint`)."""
    key_versions: tuple[int, ...]

    @property
    def major(self) -> int:
        return int(self.postgresql.split(".")[0])


def make(
    cluster: Cluster,
    target: Path,
    *,
    keyring: Path,
    compressed: bool = False,
    at: datetime.datetime,
) -> Manifest:
    """Back the running cluster up into the new folder `target`, and verify what was written.

    Raises:
        TargetNotEmpty, BackupInsideData, CompressedNotVerifiable, KeyringMissing: before anything is written.
        BackupFailed, BackupDamaged: nothing stands under the name `target`.
    """
    _check_target(cluster, target, compressed)
    keys = load_keyring(keyring)
    started = time.monotonic()
    unfinished = target.with_name(f"{target.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        _copy_cluster(cluster, unfinished, compressed)
        verify(unfinished / "postgres", compressed=compressed)
        manifest = Manifest(
            kangmai=__version__,
            postgresql=version(bin_folder()),
            made_at=at.isoformat(timespec="seconds"),
            epoch=_epoch(cluster),
            compressed=compressed,
            bytes=_size(unfinished),
            seconds=round(time.monotonic() - started, 2),
            keyring=fingerprint(keys),
            key_versions=tuple(sorted(keys.seal_keys)),
        )
        _write_synced(unfinished / NOTE, manifest)
        if target.exists():
            target.rmdir()
        unfinished.rename(target)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    _write_synced(cluster.folder / LATEST, manifest)
    return manifest


def _check_target(cluster: Cluster, target: Path, compressed: bool) -> None:
    if target.resolve().is_relative_to(cluster.folder.resolve()):
        raise BackupInsideData(target=target)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise TargetNotEmpty(folder=target)
    if compressed and major_version() < FIRST_TO_VERIFY_TAR:
        raise CompressedNotVerifiable(found=major_version())


def _copy_cluster(cluster: Cluster, folder: Path, compressed: bool) -> None:
    folder.mkdir(parents=True, mode=0o700)
    shape = ("--format=tar", "--gzip") if compressed else ("--format=plain",)
    options = ("--wal-method=stream", "--checkpoint=fast", "--no-password", "--label=kangmai")
    place = (f"--dbname={cluster.url}", f"--pgdata={folder / 'postgres'}")
    try:
        run_client("pg_basebackup", *place, *shape, *options)
    except subprocess.CalledProcessError as error:
        raise BackupFailed(reason=_one_line(error.stderr)) from None


def verify(copy: Path, *, compressed: bool) -> None:
    """Check every file of a copy against its list of sizes and checksums, and that its log can be replayed.

    The log inside a compressed backup is checked when it is unpacked.

    Raises:
        BackupDamaged
    """
    options = ("--format=tar", "--no-parse-wal") if compressed else ()
    try:
        run_client("pg_verifybackup", "--quiet", "--exit-on-error", *options, str(copy))
    except subprocess.CalledProcessError as error:
        raise BackupDamaged(folder=copy.parent, reason=_one_line(error.stderr)) from None


def _one_line(text: str) -> str:
    return " | ".join(text.strip().splitlines()[-3:])


def _epoch(cluster: Cluster) -> int:
    with psycopg.connect(cluster.url) as database:
        row = database.execute("SELECT epoch FROM kernel_epoch").fetchone()
    return row[0] if row else 0


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _write_synced(path: Path, manifest: Manifest) -> None:
    with path.open("w") as file:
        json.dump(dataclasses.asdict(manifest), file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def read_manifest(folder: Path) -> Manifest:
    """What the backup in a folder is.

    Raises:
        NotABackup
    """
    return _manifest(folder / NOTE, folder)


def latest(cluster: Cluster) -> Manifest | None:
    """The newest backup made of this cluster, wherever it was put; None if there was none."""
    path = cluster.folder / LATEST
    return _manifest(path, cluster.folder) if path.exists() else None


def _manifest(path: Path, folder: Path) -> Manifest:
    try:
        content = json.loads(path.read_text())
        return Manifest(**{**content, "key_versions": tuple(content["key_versions"])})
    except FileNotFoundError:
        raise NotABackup(folder=folder, reason=f"{NOTE} is missing") from None
    except (ValueError, TypeError, KeyError):
        raise NotABackup(folder=folder, reason=f"{path.name} cannot be read") from None


def copy_keys(keyring: Path, to: Path, *, apart_from: tuple[Path, ...]) -> None:
    """Copy the keyring to a file of its own, readable by its owner only.

    Raises:
        KeysInsideBackup: it would lie in one of `apart_from`.
        KeysExist: another file of this name is there.
    """
    if any(to.resolve().is_relative_to(folder.resolve()) for folder in apart_from):
        raise KeysInsideBackup(file=to)
    content = keyring.read_bytes()
    if to.exists():
        if to.read_bytes() != content:
            raise KeysExist(file=to)
        return
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
