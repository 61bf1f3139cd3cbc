"""Figures quoted from published documents."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Status(StrEnum):
    """What may be said of a quoted figure."""

    STATED = "stated"
    LOST_DIGITS = "lost digits"
    """The document has lost digits of the number: it is not stated, and never zero."""
    IMPLAUSIBLE = "implausible"


@dataclass(frozen=True, slots=True)
class Quoted:
    """A figure as a document prints it, with the sentence it stands in.

    value       the number as printed; None where digits are lost
    unit        as printed, with its 万 or 亿
    place       the name of the place it is about; empty where the document does not tell
    period      2022, 2023H1, 2023Q1, 2021-11 or 2021-11-30; empty where the document does not tell
    indicator   id of the indicator that it is a value of; empty where none is known
    """

    sentence: str
    figure: str
    value: Decimal | None
    unit: str
    place: str
    period: str
    indicator: str
    status: Status
