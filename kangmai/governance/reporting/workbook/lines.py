"""Bindings as people type them, one a line."""

from kangmai.governance.reporting.errors import BindingLineUnreadable
from kangmai.governance.reporting.types import Binding, Part, When


def read_lines(text: str) -> list[Binding]:
    """Bindings as people type them, one a line: `表一!C5, ht_std_rate, 441202, value, now`.

    Raises:
        BindingLineUnreadable: the first line that is none.
    """
    found = []
    for n, line in enumerate(text.replace("，", ",").splitlines(), start=1):
        if line.strip():
            found.append(_read(n, line))
    return found


def _read(n: int, line: str) -> Binding:
    cells = [each.strip() for each in line.split(",")]
    sheet, bang, cell = cells[0].replace("！", "!").rpartition("!")
    try:
        indicator, area, *rest = cells[1:]
        part = Part(rest[0]) if rest and rest[0] else Part.VALUE
        when = When(rest[1]) if len(rest) > 1 and rest[1] else When.NOW
    except (ValueError, IndexError):
        raise BindingLineUnreadable(line=n, text=line[:60]) from None
    if not (bang and sheet and cell and indicator and area):
        raise BindingLineUnreadable(line=n, text=line[:60])
    return Binding(sheet, cell.upper().replace("$", ""), indicator, area, part, when)
