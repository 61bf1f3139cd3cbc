"""What counts a measure: one Ibis expression on DuckDB or Spark, and an obvious twin in Python."""
