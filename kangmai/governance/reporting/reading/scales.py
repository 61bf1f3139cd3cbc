"""Numbers as plain ones: without powers of ten, and without 万 and 亿 in their unit."""

from decimal import Decimal

SCALES = (("亿", 100_000_000), ("千万", 10_000_000), ("百万", 1_000_000), ("十万", 100_000), ("万", 10_000))  # fmt: skip


def plain(value: Decimal) -> Decimal:
    """A value without the zeros that a column adds, and never in powers of ten."""
    short = value.normalize()
    return short.quantize(Decimal(1)) if int(short.as_tuple().exponent) > 0 else short


def scaled(value: Decimal, unit: str) -> tuple[Decimal, str]:
    """A value in its plain unit: 17.23 万管/天 is 172300 管/天."""
    for word, factor in SCALES:
        if unit.startswith(word):
            return plain(value * factor), unit.removeprefix(word)
    return value, unit
