"""Units of clinical values by their UCUM codes, as written in China, and conversions between them.

Some conversions depend on what is measured: 7.0 mmol/L of glucose is 126 mg/dL, of cholesterol 271.
Source: UCUM; factors with their reasons in `definitions/standards/units`.
"""

from collections import deque
from functools import cache

from kangmai.standards.errors import UnitsIncompatible
from kangmai.standards.tables import read_header, read_rows

UCUM = "http://unitsofmeasure.org"
ANY_QUANTITY = "any"

Line = tuple[float, float]


def ucum_code(written: str) -> str | None:
    """The UCUM code of a unit as people write it (mmHg, ℃, 公斤), or None where it is not known."""
    bare = written.strip()
    return bare if bare in _units() else _spellings().get(bare)


def convert(value: float, *, given: str, wanted: str, quantity: str = ANY_QUANTITY) -> float:
    """The value in another unit.

    `given`, `wanted`: UCUM codes. `quantity`: what is measured where the conversion depends on it
    (glucose, cholesterol, triglyceride, creatinine, urea, uric-acid, bilirubin, haemoglobin-a1c).

    Raises: UnitsIncompatible.
    """
    for factor, offset in _route(given, wanted, quantity):
        value = value * factor + offset
    return value


@cache
def _route(given: str, wanted: str, quantity: str) -> tuple[Line, ...]:
    """The conversions to go through, the fewest possible."""
    steps = _steps(quantity)
    queue: deque[tuple[str, tuple[Line, ...]]] = deque([(given, ())])
    seen = {given}
    while queue:
        unit, done = queue.popleft()
        if unit == wanted:
            return done
        for to, line in steps.get(unit, ()):
            if to not in seen:
                seen.add(to)
                queue.append((to, (*done, line)))
    raise UnitsIncompatible(given=given, wanted=wanted, quantity=quantity)


@cache
def _steps(quantity: str) -> dict[str, list[tuple[str, Line]]]:
    steps: dict[str, list[tuple[str, Line]]] = {}
    for row in read_rows("units", "clinical"):
        if row["quantity"] not in (ANY_QUANTITY, quantity):
            continue
        factor, offset = float(row["factor"]), float(row["offset"])
        steps.setdefault(row["from"], []).append((row["to"], (factor, offset)))
        steps.setdefault(row["to"], []).append((row["from"], (1 / factor, -offset / factor)))
    return steps


@cache
def _spellings() -> dict[str, str]:
    spellings = read_header("units", "clinical")["spellings"]
    return {written: code for code, forms in spellings.items() for written in forms}


@cache
def _units() -> frozenset[str]:
    return frozenset(read_header("units", "clinical")["spellings"])
