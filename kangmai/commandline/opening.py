"""Open the database that a command works on, and close it again."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import wraps
from pathlib import Path

import click

from kangmai.commandline.errors import KeysNotNamed, NoDatabase, TwoDatabases

DEFAULT_FOLDER = Path("data")


def keyring_path(folder: Path) -> Path:
    """The keyring of an embedded database: beside the data folder, never in it, unless KANGMAI_KEYS names it."""
    named = os.environ.get("KANGMAI_KEYS")
    return (
        Path(named)
        if named
        else folder.resolve().with_name(f"{folder.resolve().name}.keys") / "keyring.json"
    )


def prepare_keys(keys: Path, *, has_data: bool) -> None:
    """Make the keyring of a new database before the database itself; a lost one is never replaced.

    Raises:
        KeyringMissing: there is data, which only the keyring it was made with can open.
    """
    from kangmai.kernel.sealing import KeyringMissing, make_keyring

    if keys.exists():
        return
    if has_data:
        raise KeyringMissing(path=keys)
    make_keyring(keys, suite=os.environ.get("KANGMAI_SUITE", "international"))


def _outside_has_data(url: str) -> bool:
    import psycopg

    with psycopg.connect(url) as database:
        return database.execute("SELECT to_regclass('kernel_epoch')").fetchone() != (None,)


def chosen_folder(data: Path | None, *, default: Path | None = None) -> Path | None:
    """The data folder a command works on, or None where DATABASE_URL names a server.

    Raises:
        TwoDatabases: both are given.
        NoDatabase: neither is given and the command has no default.
    """
    outside = os.environ.get("DATABASE_URL")
    if data and outside:
        raise TwoDatabases()
    if outside:
        return None
    if folder := data or default:
        return folder
    raise NoDatabase()


@contextmanager
def opened(
    data: Path | None,
    *,
    default: Path | None = None,
    migrated: bool = True,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Path | None]:
    """Start the database if it sleeps, wake Django on it, bring its tables up to date.

    `settings` are for an embedded server that is started here, besides those fitted to the machine.

    Yields the data folder, or None for a database outside. The embedded server is put to sleep again
    by its last user.
    """
    from kangmai.config.start import start
    from kangmai.kernel.database.cluster import Cluster, check_folder, running

    folder = chosen_folder(data, default=default)
    with ExitStack() as stack:
        if folder is None:
            if not os.environ.get("KANGMAI_KEYS"):
                raise KeysNotNamed()
            url, keys = os.environ["DATABASE_URL"], Path(os.environ["KANGMAI_KEYS"])
            prepare_keys(keys, has_data=_outside_has_data(url))
        else:
            cluster, keys = Cluster(folder), keyring_path(folder)
            prepare_keys(keys, has_data=check_folder(cluster))
            url = stack.enter_context(running(cluster, settings=settings)).url
        start(database_url=url, keys=keys)
        stack.callback(_close_connections)
        if migrated:
            migrate()
            _check_keyring()
        yield folder


def _check_keyring() -> None:
    from kangmai.kernel.connections import unit_of_work
    from kangmai.kernel.keyring_mark import check_keyring

    with unit_of_work() as database:
        check_keyring(database)


def require_sound_definitions() -> None:
    """Read every rule that is data before anything is served by it.

    Raises:
        FaultyDefinitions: something in them is wrong; the message names each fault with file and line.
    """
    from kangmai.config.checkers import register_checkers
    from kangmai.kernel.definitions import require_sound

    register_checkers()
    require_sound()


def keeper(folder: Path | None) -> Callable[[], None]:
    """A function that starts the embedded database again if it died; of a server outside nothing is done."""
    from kangmai.kernel.database import cluster as clusters

    def keep() -> None:
        if folder is not None and clusters.postmaster_pid(clusters.Cluster(folder)) is None:
            click.echo("the database ended; starting it again", err=True)
            clusters.start(clusters.Cluster(folder))

    return keep


def migrate() -> None:
    """Apply the migrations that are missing, one process at a time."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('kangmai migrate'))")
        try:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                click.echo("preparing tables …", err=True)
                call_command("migrate", verbosity=0, interactive=False)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('kangmai migrate'))")


def _close_connections() -> None:
    from django.db import connections

    from kangmai.kernel.connections import close_own

    close_own()
    connections.close_all()


data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the embedded database.",
)


def with_database(function: Callable) -> Callable:
    """Give a command the option --data and run it with the database open."""

    @data_option
    @wraps(function)
    def command(*arguments: object, data: Path | None, **options: object) -> object:
        with opened(data):
            return function(*arguments, **options)

    return command
