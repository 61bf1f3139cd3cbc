"""What every test may ask for."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def testdata() -> Path:
    """The folder of material we did not write; skips where it is absent, unless CI requires it."""
    folder = Path(os.environ.get("KANGMAI_TESTDATA", ROOT / "../shared/testdata")).resolve()
    if not folder.is_dir():
        if os.environ.get("KANGMAI_REQUIRE_TESTDATA"):
            pytest.fail(f"KANGMAI_TESTDATA names no folder: {folder}")
        pytest.skip(f"outside material not found at {folder} (set KANGMAI_TESTDATA)")
    return folder
