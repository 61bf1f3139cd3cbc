"""The lake: immutable Parquet files of published views, and a manifest that says which of them hold."""
