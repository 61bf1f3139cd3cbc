"""Yuan a resident and year for the national basic public health services.

Source: yearly notices of the programme; years other than 2025 from memory.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from kangmai.standards.tables import read_rows


@dataclass(frozen=True, slots=True)
class FundingStandard:
    """The standard of one year, and whether it was compared with the notice."""

    year: int
    yuan_per_resident: Decimal
    is_verified: bool


def find_public_health_funding(year: int) -> FundingStandard | None:
    """The standard of a year, or None where it is not known."""
    return _standards().get(year)


@cache
def _standards() -> dict[int, FundingStandard]:
    return {
        int(row["year"]): FundingStandard(
            year=int(row["year"]),
            yuan_per_resident=Decimal(row["yuan_per_resident"]),
            is_verified=row["verified"] == "1",
        )
        for row in read_rows("funding", "public_health")
    }
