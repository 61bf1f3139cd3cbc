"""The check characters of identity numbers (ISO 7064 MOD 11-2) and of credit codes (GB 32100, modulus 31).

Source: GB 11643-1999 clause 4.2 and annex A; GB 32100-2015 clause 4.2 and annex B.
"""

from operator import mul
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

MOD_11_2_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
MOD_11_2_CHARACTERS = "10X98765432"
CREDIT_CODE_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_CODE_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))

_ZEROS = ord("0") * sum(MOD_11_2_WEIGHTS)
_CREDIT_VALUES = {character: value for value, character in enumerate(CREDIT_CODE_CHARACTERS)}


def mod_11_2(body: str) -> str:
    """The check character of the 17 ASCII digits of an identity number: 0 to 9 or X."""
    return MOD_11_2_CHARACTERS[(sum(map(mul, MOD_11_2_WEIGHTS, body.encode())) - _ZEROS) % 11]


def mod_11_2_many(bodies: "np.ndarray") -> "np.ndarray":
    """The check characters of many numbers at once.

    `bodies`: whole numbers of 17 digits, as int64, any shape. Gives the same shape as text of one
    character (dtype U1).
    """
    import numpy as np

    left = np.asarray(bodies, dtype=np.int64).copy()
    total = np.zeros(left.shape, dtype=np.int64)
    for weight in reversed(MOD_11_2_WEIGHTS):
        left, digit = np.divmod(left, 10)
        total += weight * digit
    return np.array(list(MOD_11_2_CHARACTERS))[total % 11]


def mod_31(body: str) -> str:
    """The check character of the first 17 characters of a unified social credit code.

    Raises: KeyError for a character that the code does not use.
    """
    total = sum(map(mul, CREDIT_CODE_WEIGHTS, map(_CREDIT_VALUES.__getitem__, body)))
    return CREDIT_CODE_CHARACTERS[-total % 31]
