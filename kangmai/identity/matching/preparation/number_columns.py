"""Identity numbers by columns: `numbers` says the same of one number."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kangmai.identity.matching.preparation.coded import Codes, plain_column, recode
from kangmai.identity.matching.preparation.numbers import FOREIGNER, GUARDIAN_YEARS, OTHER, RESIDENT
from kangmai.identity.matching.preparation.words import no_values
from kangmai.standards.check_characters import MOD_11_2_CHARACTERS, MOD_11_2_WEIGHTS
from kangmai.standards.identity_numbers import upgrade_identity_number

MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@dataclass(frozen=True, slots=True)
class NumberColumns:
    """Numbers of all records as codes into `texts`, with what is known of each record's number."""

    codes: Codes
    texts: np.ndarray
    system: np.ndarray
    is_valid: np.ndarray
    is_guardian: np.ndarray


def number_columns(column: pa.ChunkedArray, birth: Codes) -> NumberColumns:
    """Numbers of records as `identity_number` has them; `birth` is YYYYMMDD or 0, one a record."""
    codes, values = plain_column(column)
    silent = pc.is_in(values, pa.array(sorted(no_values())))
    bare = pc.utf8_upper(
        pc.replace_substring_regex(pc.if_else(silent, "", values), "[^0-9a-z]+", "")
    )
    bare = pc.if_else(pc.match_substring_regex(bare, "^0*$"), "", bare)
    numbers = recode(codes, _upgraded(bare))
    system, valid, owner = _told(numbers.texts.tolist())
    owners = owner[numbers.codes]
    guardian = (owners > 0) & (birth > 0) & (birth - owners >= GUARDIAN_YEARS * 10_000)
    return NumberColumns(
        numbers.codes, numbers.texts, system[numbers.codes], valid[numbers.codes], guardian
    )


def _upgraded(bare: pa.Array) -> pa.Array:
    """The values with 15-digit numbers brought to 18 characters."""
    old = pc.fill_null(pc.match_substring_regex(bare, "^[0-9]{15}$"), False)
    if not pc.any(old).as_py():
        return bare
    new = [upgrade_identity_number(text) for text in bare.filter(old).to_pylist()]
    return pc.replace_with_mask(bare, old, pa.array(new, pa.string()))


def _told(texts: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """System, validity and owner's birth date (YYYYMMDD, 0 if no day) of different numbers."""
    lengths = np.array([len(text) for text in texts])
    shaped = np.flatnonzero(lengths == 18)
    block = "".join([texts[place] for place in shaped.tolist()]).encode("ascii", "replace")
    digits = np.frombuffer(block, dtype=np.uint8).reshape(-1, 18).astype(np.int32) - ord("0")
    numeric = ((digits[:, :17] >= 0) & (digits[:, :17] <= 9)).all(axis=1)
    shaped, digits = shaped[numeric], digits[numeric]
    checks = np.frombuffer(MOD_11_2_CHARACTERS.encode(), dtype=np.uint8).astype(np.int32) - ord("0")
    right = checks[digits[:, :17] @ np.array(MOD_11_2_WEIGHTS) % 11] == digits[:, 17]
    owner = digits[:, 6:14] @ 10 ** np.arange(7, -1, -1)
    is_day = _is_day(owner)
    system = np.where(lengths > 0, OTHER, 0).astype(np.int8)
    system[shaped] = np.where(digits[:, 0] == 9, FOREIGNER, RESIDENT)
    valid, owners = np.zeros(len(texts), dtype=bool), np.zeros(len(texts), dtype=np.int32)
    valid[shaped] = right & is_day
    owners[shaped] = np.where(is_day, owner, 0)
    return system, valid, owners


def _is_day(number: np.ndarray) -> np.ndarray:
    """Whether YYYYMMDD is a day of the Gregorian calendar, years 1 to 9999."""
    year, month, day = number // 10_000, number // 100 % 100, number % 100
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    longest = MONTH_DAYS[np.where(month <= 12, month, 0)] + (leap & (month == 2))
    return (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= longest)
