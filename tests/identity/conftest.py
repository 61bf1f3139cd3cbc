"""A file of invented people, made by the benchmark's own generator."""

import sys
from pathlib import Path

import pyarrow as pa
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))


@pytest.fixture(scope="session")
def people_file() -> pa.Table:
    """4,000 records of 3,200 people; `person` is the truth."""
    from identity_people import people

    return people(4_000, seed=11).drop_columns(["is_first"])
