"""Reads of reporting, each within what the actor may see."""

from kangmai.governance.reporting.open_data.selection import open_indicators, released
from kangmai.governance.reporting.queries.commitments import (
    commitments,
    evidence_of,
    get_commitment,
    progress,
    statement,
)
from kangmai.governance.reporting.queries.peers import (
    get_peer_bulletin,
    peer_bulletins,
    peer_figures,
    side_by_side,
)
from kangmai.governance.reporting.queries.reports import (
    figure,
    file,
    get_report,
    notes,
    pages,
    reports,
    template_of,
    templates_for,
)
from kangmai.governance.reporting.queries.workbooks import (
    faults,
    get_workbook,
    sheet,
    workbooks,
)

__all__ = [
    "commitments",
    "evidence_of",
    "faults",
    "figure",
    "file",
    "get_commitment",
    "get_peer_bulletin",
    "get_report",
    "get_workbook",
    "notes",
    "open_indicators",
    "pages",
    "peer_bulletins",
    "peer_figures",
    "progress",
    "released",
    "reports",
    "sheet",
    "side_by_side",
    "statement",
    "template_of",
    "templates_for",
    "workbooks",
]
