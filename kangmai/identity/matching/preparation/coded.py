"""Columns of text as codes: each different value once, 0 for nothing."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Codes = np.ndarray
"""int32, one a record."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A column as codes into `texts`; `texts[0]` is empty and stands for a missing value."""

    codes: Codes
    texts: np.ndarray

    def take(self) -> np.ndarray:
        """The text of every record."""
        return self.texts[self.codes]


def plain_column(column: pa.ChunkedArray | pa.Array) -> tuple[Codes, pa.Array]:
    """Codes of a column and its different values in half width, small letters and trimmed, as `plain` does."""
    encoded = pc.dictionary_encode(
        column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    )
    values = encoded.dictionary
    if pc.all(pc.string_is_ascii(values), min_count=0).as_py():
        values = pc.ascii_lower(pc.ascii_trim_whitespace(values))
    else:
        values = pc.utf8_lower(pc.utf8_trim_whitespace(pc.utf8_normalize(values, "NFKC")))
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int32)
    return codes, values


def recode(codes: Codes, values: pa.Array) -> Coded:
    """Codes of what different values became: equal results get one code, empty and null ones 0.

    `codes` are places in `values`, -1 for a missing value.
    """
    encoded = pc.dictionary_encode(values)
    texts = encoded.dictionary.to_pylist()
    places = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    lookup = np.zeros(len(texts) + 1, dtype=np.int32)
    kept = [""]
    for place, text in enumerate(texts):
        if text:
            lookup[place] = len(kept)
            kept.append(text)
    by_value = np.append(lookup[places], np.int32(0))
    return Coded(by_value[codes], np.array(kept, dtype=object))


def coded(column: pa.ChunkedArray, prepare: Callable[[str], str]) -> Coded:
    """A column prepared by a function of one text, called once for each different value."""
    encoded = pc.dictionary_encode(column.combine_chunks())
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int32)
    values = [prepare(text) if text else "" for text in encoded.dictionary.to_pylist()]
    return recode(codes, pa.array(values, pa.string()))


def dense(keys: np.ndarray) -> Codes:
    """Small codes for equal keys: 0 stays 0, others are numbered from 1."""
    unique, codes = np.unique(keys, return_inverse=True)
    codes = codes.astype(np.int32)
    return codes if len(unique) and unique[0] == 0 else codes + np.int32(1)
