"""What was done and what it comes to; the yearly checks with their records."""

from kangmai.programmes.workload.queries.checks import checks, frames, get_check, records_of
from kangmai.programmes.workload.queries.work import statement, visits_behind
from kangmai.programmes.workload.rulebook import rule

__all__ = ["checks", "frames", "get_check", "records_of", "rule", "statement", "visits_behind"]
