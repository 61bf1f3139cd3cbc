"""Quantities in base units, so that 5 mg finds 0.005 g.

A UCUM unit we know is keyed by its dimensions and its value is converted; any other unit is keyed
by its code, or its text, as it stands. Units are small integers (`hashing.hash32`). Under 0 every
value is kept as written too, for searches that name no unit.
Source: FHIR R4, https://hl7.org/fhir/R4/search.html#quantity; UCUM, https://ucum.org/ucum
"""

from dataclasses import dataclass
from functools import lru_cache
from math import inf

from kangmai.records.fhirpath.values.ucum import read_unit
from kangmai.records.search.hashing import hash32

UCUM = "http://unitsofmeasure.org"


@dataclass(frozen=True, slots=True)
class Scale:
    """The key of a unit and how a value becomes one in base units."""

    u: int
    factor: float = 1.0
    shift: float = 0.0

    def of(self, value: float) -> float:
        """The value in base units."""
        return value * self.factor + self.shift


NO_UNIT = Scale(0)


@lru_cache(maxsize=4096)
def scale_of(system: str | None, code: str | None, unit: str | None) -> Scale:
    """The scale of a Quantity by its system and code, or else its unit text."""
    if system == UCUM and code:
        known = ucum_scale(code)
        if known:
            return known
    name = code or unit
    return Scale(hash32(f"unit {name}")) if name else NO_UNIT


@lru_cache(maxsize=4096)
def ucum_scale(code: str) -> Scale | None:
    """The scale of a UCUM code; None where we do not know it."""
    unit = read_unit(code)
    if unit is None:
        return None
    dimensions = ".".join(f"{name}{exponent}" for name, exponent in unit.dimensions)
    return Scale(hash32(f"ucum {dimensions}"), float(unit.factor), float(unit.shift))


def scales_of_query(system: str | None, code: str | None) -> tuple[Scale, ...]:
    """The scales under which a unit in a search may be found: without a system, both readings."""
    if not code:
        return ()
    if system:
        return (scale_of(system, code, None),)
    plain = Scale(hash32(f"unit {code}"))
    known = ucum_scale(code)
    return (known, plain) if known else (plain,)


def quantity_rows(quantity: dict) -> list[tuple[Scale, float, float]]:
    """`[(scale, lo, hi)]` of a Quantity in its own unit: a comparator opens the range on one side."""
    value = quantity.get("value")
    if value is None:
        return []
    scale = scale_of(quantity.get("system"), quantity.get("code"), quantity.get("unit"))
    comparator = quantity.get("comparator")
    lo = -inf if comparator in ("<", "<=") else float(value)
    hi = inf if comparator in (">", ">=") else float(value)
    return [(scale, lo, hi)]


def money_rows(money: dict) -> list[tuple[Scale, float, float]]:
    """As `quantity_rows`, of a Money; its unit is the currency."""
    value = money.get("value")
    if value is None:
        return []
    return [(scale_of(None, money.get("currency"), None), float(value), float(value))]


def range_rows(values: dict) -> list[tuple[Scale, float, float]]:
    """As `quantity_rows`, of a Range; a missing end is open."""
    low, high = values.get("low", {}), values.get("high", {})
    named = low if "value" in low else high
    if "value" not in named:
        return []
    scale = scale_of(named.get("system"), named.get("code"), named.get("unit"))
    return [(scale, float(low.get("value", -inf)), float(high.get("value", inf)))]


def sampled_rows(data: dict) -> list[tuple[Scale, float, float]]:
    """As `quantity_rows`, of a SampledData: from its lower to its upper limit, where both are known."""
    low, high = data.get("lowerLimit"), data.get("upperLimit")
    origin = data.get("origin", {})
    if low is None or high is None:
        return []
    scale = scale_of(origin.get("system"), origin.get("code"), origin.get("unit"))
    return [(scale, float(low), float(high))]
