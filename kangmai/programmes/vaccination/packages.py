"""Traceability codes and the packages they stand on."""

from kangmai.programmes.vaccination.errors import TraceCodeUnreadable
from kangmai.programmes.vaccination.types import Rule


def read_code(text: str, *, rule: Rule) -> str:
    """The digits of a scanned code; spaces between groups are dropped. Raises TraceCodeUnreadable."""
    code = "".join(text.split())
    if not (code.isascii() and code.isdecimal() and len(code) == rule.trace_digits):
        raise TraceCodeUnreadable(digits=rule.trace_digits, code=text.strip()[:40])
    return code
