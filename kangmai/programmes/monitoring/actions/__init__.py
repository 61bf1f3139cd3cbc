"""What can be done about cards, awaited deaths and reviews."""

from kangmai.programmes.monitoring.actions.checking import check, give_back, void
from kangmai.programmes.monitoring.actions.following import follow_certificates
from kangmai.programmes.monitoring.actions.reading import open_card, open_case
from kangmai.programmes.monitoring.actions.reporting import correct, report
from kangmai.programmes.monitoring.actions.reviewing import assess, call_review, conclude

__all__ = [
    "assess",
    "call_review",
    "check",
    "conclude",
    "correct",
    "follow_certificates",
    "give_back",
    "open_card",
    "open_case",
    "report",
    "void",
]
