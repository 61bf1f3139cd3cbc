"""Streams of chance that stay the same for a seed, and the drawing by which all columns are made.

Only uniform numbers are taken from NumPy (its raw streams are fixed for good, its distributions
are not); everything else is an inverse distribution, so that a seed gives the same city always.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Days = NDArray[np.int32]
Codes = NDArray[np.int16]
Flags = NDArray[np.bool_]
Bytes16 = NDArray[np.uint8]

YEAR_DAYS = 365.2425
DAY_SECONDS = 86_400
EAST_8_SECONDS = 8 * 3600
MILLISECONDS_A_DAY = 86_400_000


class Stream:
    """Uniform chance that depends on the seed and the words of its path only."""

    def __init__(self, seed: int, *path: str | int) -> None:
        words = [seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF]
        words += [int.from_bytes(str(step).encode(), "big") for step in path]
        self._raw = np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))

    def uniform(self, count: int) -> Floats:
        """Numbers in [0, 1)."""
        return self._raw.random(count)

    def normal(self, count: int) -> Floats:
        """Standard normal numbers, by inversion."""
        return ndtri(np.clip(self._raw.random(count), 1e-12, 1 - 1e-12))

    def below(self, limit: int | NDArray[np.integer], count: int) -> Whole:
        """Whole numbers from 0 to `limit` - 1; `limit` may be one for each number."""
        return (self._raw.random(count) * limit).astype(np.int64)

    def chance(self, part: float | Floats, count: int) -> Flags:
        """True with the chance `part`, which may be one for each."""
        return self._raw.random(count) < part

    def choice(self, weights: Sequence[float] | Floats, count: int) -> Whole:
        """Positions drawn by weight."""
        return inverse(np.asarray(weights, dtype=np.float64), self._raw.random(count))

    def order(self, count: int) -> Whole:
        """A random order of 0 to `count` - 1."""
        return np.argsort(self._raw.random(count), kind="stable")

    def uuids(self, count: int, *, from_ms: int, from_ordinal: int) -> Bytes16:
        """UUIDs of version 7 as rows of 16 bytes, rising, unique as long as the ordinals are.

        The time is `from_ms` and a millisecond for every 4,096 ordinals; chance fills the rest.
        Source: RFC 9562, 5.7.
        """
        ordinal = np.arange(from_ordinal, from_ordinal + count, dtype=np.uint64)
        ticks = np.uint64(from_ms) + (ordinal >> np.uint64(12))
        high = ticks << np.uint64(16) | np.uint64(0x7000) | ordinal & np.uint64(0xFFF)
        chance = (self._raw.random(count) * 2.0**53).astype(np.uint64) << np.uint64(9)
        low = chance | ordinal & np.uint64(0x1FF) | np.uint64(1 << 63)
        rows = np.empty((count, 2), dtype=">u8")
        rows[:, 0], rows[:, 1] = high, low & ~np.uint64(1 << 62)
        return rows.view(np.uint8).reshape(count, 16)


def inverse(weights: Floats, uniform: Floats) -> Whole:
    """The positions at which the cumulated weights first exceed the uniform numbers."""
    edges = np.cumsum(weights)
    found = np.searchsorted(edges, uniform * edges[-1], side="right")
    return np.minimum(found, len(edges) - 1)


def rows_choice(tables: Floats, rows: NDArray[np.integer], uniform: Floats) -> Whole:
    """Positions drawn from the row of weights that each one names: `tables[rows[i]]`."""
    edges = np.cumsum(tables, axis=1)
    edges = edges / edges[:, -1:]
    shifted = (edges + np.arange(len(tables))[:, None]).ravel()
    found = np.searchsorted(shifted, uniform + rows, side="right")
    return np.clip(found - rows * tables.shape[1], 0, tables.shape[1] - 1)


def largest_remainder(total: int, weights: Sequence[float] | Floats) -> Whole:
    """Share out a whole number by weight so that the parts sum to it exactly.

    Each part is its quota rounded down; what is left goes to the largest remainders, ties to the
    first. Source: method of Hamilton, 1792.
    """
    given = np.asarray(weights, dtype=np.float64)
    if given.sum() <= 0:
        given = np.ones(len(given))
    quota = total * given / given.sum()
    parts = np.floor(quota + 1e-9).astype(np.int64)
    left = total - int(parts.sum())
    parts[np.argsort(-(quota - parts), kind="stable")[:left]] += 1
    return parts


def along(
    table: Mapping[str, Sequence[float]], column: str, at: Floats, *, by: str = "age"
) -> Floats:
    """The straight line through a table's points, read at `at`, flat beyond both ends."""
    return np.interp(at, table[by], table[column])


def poisson(stream: Stream, mean: Floats) -> Whole:
    """Poisson numbers by inversion, at most 30."""
    draw = stream.uniform(len(mean))
    term = np.exp(-mean)
    total, count = term.copy(), np.zeros(len(mean), dtype=np.int64)
    for step in range(1, 31):
        above = draw >= total
        if not above.any():
            break
        count += above
        term = term * mean / step
        total += term
    return count


def day_number(on: date) -> int:
    """Days since 1970."""
    return (on - date(1970, 1, 1)).days


def midnight_ms(on: date) -> int:
    """Milliseconds since 1970 at the start of the day, UTC."""
    return day_number(on) * MILLISECONDS_A_DAY


def uuid_text(row: bytes) -> str:
    """The text form of 16 bytes."""
    text = row.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
