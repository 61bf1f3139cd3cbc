"""What a published bulletin says, figure by figure; decided by its text alone."""

from kangmai.governance.reporting.reading.bulletin import read_bulletin

__all__ = ["read_bulletin"]
