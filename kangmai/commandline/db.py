"""`kangmai db`: the embedded database in an operator's hands."""

from pathlib import Path

import click

from kangmai.commandline.opening import (
    chosen_folder,
    data_option,
    keyring_path,
    opened,
    prepare_keys,
)

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S%z"])


@click.group()
def db() -> None:
    """Start, stop, back up, restore and upgrade the embedded database.

    A database behind DATABASE_URL is its own operator's; these commands refuse it.
    """


def _folder(data: Path | None) -> Path:
    from kangmai.kernel.database.errors import OutsideDatabase

    folder = chosen_folder(data)
    if folder is None:
        raise OutsideDatabase()
    return folder


def _audit(action: str, object_id: str, *, reason: str = "") -> None:
    from datetime import UTC, datetime

    from kangmai.kernel import audit
    from kangmai.kernel.actor import operator

    audit.record(
        actor=operator("kangmai db"),
        at=datetime.now(UTC),
        action=action,
        object_type="database",
        object_id=object_id,
        reason=reason,
    )


@db.command(
    epilog="""\b
Examples:
  kangmai db start --data ./data
  kangmai db start --data ./data --archive-to /mnt/backup/log     (any moment can be restored)
  kangmai db start --data ./data --no-archive
"""
)
@data_option
@click.option(
    "--archive-to", type=FOLDER, help="Copy the write-ahead log to this folder, from now on."
)
@click.option("--no-archive", is_flag=True, help="Copy it no more.")
def start(data: Path | None, archive_to: Path | None, no_archive: bool) -> None:
    """Start the database and let it run until `kangmai db stop`; prints its address.

    The choice of an archive is kept in the data folder and holds for `kangmai up` as well. It takes
    effect when the server starts, so a running one is restarted if nobody uses it.
    """
    from kangmai.kernel.database import archive
    from kangmai.kernel.database import cluster as clusters

    cluster = clusters.Cluster(_folder(data))
    prepare_keys(keyring_path(cluster.folder), has_data=clusters.check_folder(cluster))
    if archive_to and no_archive:
        raise click.UsageError("--archive-to and --no-archive exclude each other")
    before = archive.settings(cluster.folder)
    if archive_to:
        archive.switch_on(cluster.folder, archive_to)
    if no_archive:
        archive.switch_off(cluster.folder)
    if archive.settings(cluster.folder) != before and clusters.postmaster_pid(cluster):
        _stop(cluster)
    cluster.folder.mkdir(parents=True, exist_ok=True)
    cluster.stays.touch()
    clusters.start(cluster)
    click.echo(cluster.url)


@db.command(epilog="Example:  kangmai db stop --data ./data")
@data_option
def stop(data: Path | None) -> None:
    """Stop the database in order; refused while a server or another command uses it."""
    from kangmai.kernel.database import cluster as clusters

    cluster = clusters.Cluster(_folder(data))
    _stop(cluster)
    cluster.stays.unlink(missing_ok=True)


def _stop(cluster: object) -> None:
    from kangmai.kernel.database import cluster as clusters
    from kangmai.kernel.database.errors import DatabaseHasUsers

    assert isinstance(cluster, clusters.Cluster)
    if clusters.has_users(cluster):
        raise DatabaseHasUsers(folder=cluster.folder)
    clusters.stop(cluster)


@db.command(
    epilog="""\b
Examples:
  kangmai db backup /mnt/backup/2026-03-01 --data ./data
  kangmai db backup /mnt/backup/2026-03-01 --compress --data ./data
  kangmai db backup /mnt/backup/2026-03-01 --keys-to /mnt/safe/keyring.json --data ./data
"""
)
@click.argument("target", type=FOLDER)
@data_option
@click.option(
    "--compress",
    is_flag=True,
    help="Write base.tar.gz instead of files (about a fifth of the size).",
)
@click.option(
    "--keys-to", type=FILE, help="Also copy the keyring to this file, which must lie elsewhere."
)
def backup(target: Path, data: Path | None, compress: bool, keys_to: Path | None) -> None:
    """Copy the whole database, while it works, into the new folder TARGET and verify the copy.

    Without the keyring nobody can read people's data in a backup, neither a thief nor you: keep a copy
    of the keyring, apart from the backups. It is never inside a backup. Prints what was made as JSON.
    """
    import dataclasses
    import json
    from datetime import UTC, datetime

    from kangmai.kernel.database import backup as backups
    from kangmai.kernel.database.cluster import Cluster

    folder = _folder(data)
    keys = keyring_path(folder)
    with opened(folder, migrated=False):
        click.echo("copying and verifying …", err=True)
        manifest = backups.make(
            Cluster(folder), target, keyring=keys, compressed=compress, at=datetime.now(UTC)
        )
        _audit("database.backup", manifest.made_at)
    if keys_to:
        backups.copy_keys(keys, keys_to, apart_from=(target, folder))
        click.echo(f"the keyring was copied to {keys_to}", err=True)
    else:
        click.echo(f"the keyring is not in the backup: keep a copy of {keys} elsewhere", err=True)
    click.echo(json.dumps({"folder": str(target), **dataclasses.asdict(manifest)}))


@db.command(
    epilog="""\b
Examples:
  kangmai db restore /mnt/backup/2026-03-01 --data ./again --keys /mnt/safe/keyring.json
  kangmai db restore /mnt/backup/2026-03-01 --data ./again --archive /mnt/backup/log
  kangmai db restore /mnt/backup/2026-03-01 --data ./again --archive /mnt/backup/log \\
      --until 2026-03-02T09:30:00+0800
"""
)
@click.argument("source", type=click.Path(path_type=Path, exists=True, file_okay=False))
@data_option
@click.option(
    "--keys",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The keyring kept apart; copied beside the new data folder.",
)
@click.option(
    "--archive",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Replay this archived log after the backup.",
)
@click.option(
    "--until", type=MOMENT, help="Stop replaying at this moment, such as 2026-03-02T09:30:00+0800."
)
def restore(
    source: Path, data: Path | None, keys: Path | None, archive: Path | None, until: object
) -> None:
    """Make the empty folder --data from the backup SOURCE, verify it, and leave it stopped.

    Refused where the keyring is not the one of the backup. The epoch of the event feed is raised, so
    that who follows it from outside begins anew. Exit code 1 means that the audit trail does not verify.
    """
    import json

    from kangmai.kernel import audit
    from kangmai.kernel.database import backup as backups
    from kangmai.kernel.database.cluster import Cluster
    from kangmai.kernel.database.restore import restore as bring_back

    folder = _folder(data)
    if until and not archive:
        raise click.UsageError("--until needs --archive: a backup alone knows one moment only")
    click.echo("verifying and copying …", err=True)
    epoch = bring_back(
        source, Cluster(folder), keyring=keys or keyring_path(folder), archive_folder=archive, until=until  # type: ignore[arg-type]
    )  # fmt: skip
    if keys:
        backups.copy_keys(keys, keyring_path(folder), apart_from=(folder,))
    with opened(folder, migrated=False):
        verdict = audit.verify()
        _audit("database.restore", backups.read_manifest(source).made_at)
    sound = not verdict.broken
    result = {
        "folder": str(folder),
        "epoch": epoch,
        "audit_blocks": verdict.blocks,
        "audit_sound": sound,
    }
    click.echo(json.dumps(result))
    if not sound:
        raise SystemExit(1)


@db.command(
    epilog="""\b
Examples:
  kangmai db upgrade --data ./data
  kangmai db upgrade --data ./data --old-programs /usr/lib/postgresql/17/bin
"""
)
@data_option
@click.option(
    "--old-programs",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of the programs of the old version.",
)
def upgrade(data: Path | None, old_programs: Path | None) -> None:
    """Bring the data to the PostgreSQL version that is installed, or say what is missing for it.

    The old cluster stays beside the new one as postgres-<version>; remove it when all is well. Make a
    backup first.
    """
    from kangmai.kernel.database.binaries import major_version
    from kangmai.kernel.database.cluster import Cluster
    from kangmai.kernel.database.upgrade import upgrade as bring_up

    old = bring_up(Cluster(_folder(data)), old_programs=old_programs)
    if old is None:
        click.echo(f"the data belongs to PostgreSQL {major_version()} already", err=True)
    else:
        click.echo(
            f"now PostgreSQL {major_version()}; the old data stays in {old} until you remove it",
            err=True,
        )


@db.command(
    epilog="""\b
Examples:
  kangmai db shell --data ./data
  kangmai db shell --data ./data --command 'SELECT count(*) FROM kernel_audit'
"""
)
@data_option
@click.option("--command", "statement", help="Run this SQL, print the result and leave.")
def shell(data: Path | None, statement: str | None) -> None:
    """Open psql on the database, or run one statement; that it was opened is audited."""
    import subprocess

    from kangmai.kernel.database.binaries import bin_folder
    from kangmai.kernel.database.cluster import Cluster

    folder = _folder(data)
    with opened(folder, migrated=False):
        _audit("database.shell", "command" if statement else "session")
        options = ["--command", statement] if statement else []
        code = subprocess.run(
            [
                bin_folder() / "psql",
                "--no-psqlrc",
                "--set=ON_ERROR_STOP=1",
                *options,
                Cluster(folder).url,
            ]
        ).returncode
    if code:
        raise SystemExit(2)
