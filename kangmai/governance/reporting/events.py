"""What reporting announces in the outbox: key = id of the report or commitment, data = codes only.

A report announces each of its steps: `report.drafted`, `report.submitted`, `report.checked`, `report.issued` …
"""

from kangmai.governance.reporting.types import Step

COMMITTED = "commitment.made"
SHOWN = "commitment.shown"
CONCLUDED = "commitment.concluded"
BOUND = "workbook.bound"
UPLOADED = "workbook.uploaded"
FILLED = "workbook.filled"
READ = "peer_bulletin.read"
DECIDED = "peer_figure.decided"


def of(step: Step) -> str:
    """The event of a step of a report."""
    return f"report.{step.value}"
