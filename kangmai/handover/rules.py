"""From values to the cells of a system's template, and what may follow what in the life of a row. Pure."""

import json
from collections.abc import Mapping
from datetime import date

from kangmai.handover.types import Column, Deed, State, System, Value

FORMULA_SIGNS = ("=", "@", "\t", "\r")


def cells(system: System, values: Mapping[str, Value]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The cells of a row in the order of the template, and the titles of those missing or wrong."""
    found, faults = [], []
    for column in system.columns:
        cell = _cell(column, values)
        if cell is None or (column.is_required and not cell):
            faults.append(column.title)
        found.append(_as_text(cell or ""))
    return tuple(found), tuple(faults)


def canonical(values: Mapping[str, Value]) -> str:
    """One text for the same content, whatever the order of its names; absent and empty are the same."""
    told = {name: value for name, value in values.items() if value not in (None, "")}
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def match_text(system: System, row: tuple[str, ...]) -> str:
    """What names a row in a file of receipts; empty where a part of it is."""
    titles = [column.title for column in system.columns]
    parts = [row[titles.index(title)].strip() for title in system.receipt.match]
    return "\x1f".join(parts) if all(parts) else ""


def after_preparing(
    state: State, *, is_same: bool, is_as_sent: bool, has_receipt: bool
) -> tuple[State, Deed | None]:
    """How a row stands after its content was given again, and what to write into its history.

    Args:
        is_same: the content is what the ledger has.
        is_as_sent: the content is what was sent last.
        has_receipt: what was sent has a receipt.
    """
    match state:
        case State.WITHDRAWN:
            return (State.CHANGED if has_receipt else State.PREPARED), Deed.PREPARED
        case _same if is_same:
            return state, None
        case State.PREPARED:
            return state, Deed.CORRECTED
        case State.REJECTED:
            return State.PREPARED, Deed.CORRECTED
        case _sent if is_as_sent:
            return (State.RECEIVED if has_receipt else State.SENT), Deed.AS_SENT
        case _sent:
            return State.CHANGED, Deed.CHANGED


def _cell(column: Column, values: Mapping[str, Value]) -> str | None:
    """The text of one cell; None where a value has no code here or is no day."""
    if not column.values:
        return column.constant
    given = [values.get(name) for name in column.values]
    texts = [_text(column, value) for value in given if value not in (None, "")]
    return None if None in texts else column.join.join(filter(None, texts))


def _text(column: Column, value: Value) -> str | None:
    if column.codes is not None:
        return _coded(column, str(value))
    if column.date_format:
        try:
            return date.fromisoformat(str(value)).strftime(column.date_format)
        except ValueError:
            return None
    if column.decimals is not None:
        try:
            return f"{float(str(value)):.{column.decimals}f}"
        except ValueError:
            return None
    return " ".join(str(value).split())


def _coded(column: Column, value: str) -> str | None:
    assert column.codes is not None
    parts = value.split(column.split) if column.split else [value]
    words = [column.codes.get(part.strip()) for part in parts if part.strip()]
    return None if None in words else column.join.join(filter(None, words))


def _as_text(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell
