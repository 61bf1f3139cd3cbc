"""What reporting deals in: figures quoted by others, reports of our own, commitments, workbooks of the level above."""

from kangmai.governance.reporting.types.commitments import (
    Commitment,
    Evidence,
    Kind,
    Milestone,
    Progress,
    Standing,
)
from kangmai.governance.reporting.types.open_data import Released
from kangmai.governance.reporting.types.peers import (
    Decision,
    PeerBulletin,
    PeerFigure,
    SideBySide,
)
from kangmai.governance.reporting.types.quoted import Quoted, Status
from kangmai.governance.reporting.types.reports import (
    Line,
    Note,
    Print,
    Release,
    Report,
    Section,
    Signer,
    State,
    Step,
    Template,
)
from kangmai.governance.reporting.types.workbooks import (
    Binding,
    BindingFault,
    CellShown,
    Part,
    SheetShown,
    When,
    Workbook,
)

__all__ = [
    "Binding",
    "BindingFault",
    "CellShown",
    "Commitment",
    "Decision",
    "Evidence",
    "Kind",
    "Line",
    "Milestone",
    "Note",
    "Part",
    "PeerBulletin",
    "PeerFigure",
    "Print",
    "Progress",
    "Quoted",
    "Release",
    "Released",
    "Report",
    "Section",
    "SheetShown",
    "SideBySide",
    "Signer",
    "Standing",
    "State",
    "Status",
    "Step",
    "Template",
    "When",
    "Workbook",
]
