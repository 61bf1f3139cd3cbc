"""The two engines bring the same candidate pairs. Starting Spark takes long: asked for by KANGMAI_SPARK=1."""

import os

import numpy as np
import pyarrow as pa
import pytest

from kangmai.identity.matching.batch.duckdb_engine import DuckDBEngine
from kangmai.identity.matching.batch.spark_engine import SparkEngine
from kangmai.identity.matching.comparison.blocking import key_columns
from kangmai.identity.matching.preparation.columns import columns


@pytest.mark.skipif(
    not os.environ.get("KANGMAI_SPARK"), reason="set KANGMAI_SPARK=1 to start Spark"
)
@pytest.mark.filterwarnings("default")
def test_spark_finds_the_pairs_that_duckdb_finds(people_file: pa.Table) -> None:
    pytest.importorskip("pyspark")
    c = columns(people_file)
    by_spark = SparkEngine().pairs(c.size, key_columns(c))
    assert np.array_equal(by_spark, DuckDBEngine().pairs(c.size, key_columns(c)))


def test_without_pyspark_the_engine_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    from kangmai.identity.matching.errors import SparkAbsent

    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(SparkAbsent, match="--engine duckdb"):
        SparkEngine()
