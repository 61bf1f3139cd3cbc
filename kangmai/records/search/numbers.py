"""Numbers in searches: how precisely they are written says what they match.

`100` is written to 1 and matches [99.5, 100.5); `100.00` to 0.01; `1e2` to 100.
Source: FHIR R4, https://hl7.org/fhir/R4/search.html#number
"""

import math
import re
from decimal import Decimal

_WRITTEN = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")


def written_range(text: str) -> tuple[float, float, float]:
    """`(value, lo, hi)`: the number and the half-open range of what it may stand for.

    Raises: ValueError where the text is not a decimal number that fits a double.
    """
    if not _WRITTEN.fullmatch(text):
        raise ValueError(f"not a number: {text}")
    number = Decimal(text)
    half = Decimal(5).scaleb(int(number.as_tuple().exponent) - 1)
    value = float(number)
    # Beyond the precision of a double the range would hold no number at all, not even its own.
    lo, hi = (
        min(float(number - half), value),
        max(float(number + half), math.nextafter(value, math.inf)),
    )
    if not all(map(math.isfinite, (value, lo, hi))):
        raise ValueError(f"too large a number: {text}")
    return value, lo, hi
