"""What every test may ask for: outside material, and a real PostgreSQL database of its own."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import psycopg
import pytest
from hypothesis import settings as hypothesis_settings

from tests.databases import Pool

ROOT = Path(__file__).parents[1]
TEMPLATE = "kangmai_template"
ROWS_LIMIT = 200_000
"""The most rows that one test database may take: larger claims are benchmarks. A module may name a limit of its own."""

# a busy machine is no fault of the code: speed is measured in benchmarks/
hypothesis_settings.register_profile("untimed", deadline=None)
hypothesis_settings.load_profile("untimed")


@pytest.fixture(scope="session")
def testdata() -> Path:
    """The folder of material we did not write; skips where it is absent, unless CI requires it."""
    folder = Path(os.environ.get("KANGMAI_TESTDATA", ROOT / "../shared/testdata")).resolve()
    if not folder.is_dir():
        if os.environ.get("KANGMAI_REQUIRE_TESTDATA"):
            pytest.fail(f"KANGMAI_TESTDATA names no folder: {folder}")
        pytest.skip(f"outside material not found at {folder} (set KANGMAI_TESTDATA)")
    return folder


def _start_kangmai() -> None:
    """Start one embedded server for the whole run and set Django up on it.

    This happens at import, since test modules import models. `kangmai_template` is migrated on first
    use; the address in the settings is replaced by that of each test's own clone.
    """
    from kangmai.config.start import start
    from kangmai.kernel.database import cluster as clusters

    folder = Path(tempfile.mkdtemp(prefix="kangmai-test-"))
    cluster = clusters.Cluster(folder / "data")
    clusters.start(cluster)

    def clean_up() -> None:
        clusters.stop(cluster)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(cluster.socket_folder, ignore_errors=True)

    atexit.register(clean_up)
    start(database_url=cluster.url, keys=folder / "keys" / "keyring.json")
    _hash_cheaply()


def _hash_cheaply() -> None:
    """A login costs a fifth of a second by design, and tests log in hundreds of times."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["tests.factories.hashing.CheapArgon2"]


_start_kangmai()


def _admin_url() -> str:
    from django.conf import settings

    host = settings.DATABASES["default"]["HOST"]
    return f"postgresql://kangmai@/postgres?host={host}"


def _point_to(name: str) -> None:
    """Let Django and our own connections work on the database `name` from now on."""
    from django.conf import settings
    from django.db import connection

    from kangmai.kernel import connections

    connection.close()
    connections.close_own()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name
    host = settings.DATABASES["default"]["HOST"]
    settings.DATABASE_URL = f"postgresql://kangmai@/{name}?host={host}"


@pytest.fixture(scope="session")
def _databases() -> Pool:
    from django.core.management import call_command

    with psycopg.connect(_admin_url(), autocommit=True) as admin:
        # A run that is cut off loses its databases anyway; crashes are tested on clusters of their own.
        admin.execute("ALTER SYSTEM SET fsync = off")
        admin.execute("ALTER SYSTEM SET full_page_writes = off")
        admin.execute("SELECT pg_reload_conf()")
        admin.execute(f"CREATE DATABASE {TEMPLATE}")
    _point_to(TEMPLATE)
    call_command("migrate", verbosity=0)
    _point_to("kangmai")
    return Pool(_admin_url(), TEMPLATE)


@contextmanager
def _lent(databases: Pool, module: ModuleType) -> Iterator[str]:
    """A migrated database, pointed to until the end of the block; its libpq address."""
    from django.conf import settings

    from kangmai.kernel import audit

    name = databases.take()
    _point_to(name)
    yield settings.DATABASE_URL
    audit.flush()
    _point_to("kangmai")
    rows = databases.give_back(name)
    _rows.append((rows, module.__name__))
    limit = getattr(module, "ROWS_LIMIT", ROWS_LIMIT)
    assert rows < limit, f"{rows} rows in one test database; the limit is {limit}"


_rows: list[tuple[int, str]] = []
"""How many rows each database of this process took, and whose it was."""


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the counts of this process to the one that reports."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["rows"] = _rows


def pytest_testnodedown(node: object) -> None:
    """Take the counts of a process that has ended."""
    _rows.extend(getattr(node, "workeroutput", {}).get("rows", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much the tests wrote."""
    if _rows:
        total = sum(rows for rows, _ in _rows)
        rows, module = max(_rows)
        told = (
            f"{len(_rows):,} databases, {total:,} rows written, {rows:,} in one at most ({module})"
        )
        terminalreporter.write_line(told)


@pytest.fixture
def database(_databases: Pool, request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database of this test's own; its libpq address."""
    with _lent(_databases, request.module) as address:
        yield address


@pytest.fixture(scope="module")
def shared_database(_databases: Pool, request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database shared by the tests of one module, which must not disturb one another."""
    with _lent(_databases, request.module) as address:
        yield address
