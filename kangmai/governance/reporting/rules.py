"""What decides in reporting: how bulletins are read, how reports are worded, how commitments are judged."""

from kangmai.governance.reporting.open_data.dhis2 import data_values, withdrawn_values
from kangmai.governance.reporting.open_data.measure_report import bundle as measure_reports
from kangmai.governance.reporting.open_data.sdmx import sdmx_csv
from kangmai.governance.reporting.open_data.sdmx_structure import sdmx_structure
from kangmai.governance.reporting.reading.bulletin import read_bulletin
from kangmai.governance.reporting.reading.scales import scaled
from kangmai.governance.reporting.templates import KINDS
from kangmai.governance.reporting.workbook.lines import read_lines as read_bindings
from kangmai.governance.reporting.writing.document import FIELDS, anchor, missing, rule_of
from kangmai.governance.reporting.writing.wording import STANDINGS, numbered, printed

__all__ = [
    "FIELDS",
    "KINDS",
    "STANDINGS",
    "anchor",
    "data_values",
    "measure_reports",
    "missing",
    "numbered",
    "printed",
    "read_bindings",
    "read_bulletin",
    "rule_of",
    "scaled",
    "sdmx_csv",
    "sdmx_structure",
    "withdrawn_values",
]
