"""Views as SQL that DuckDB runs over many lines of NDJSON at a time."""
