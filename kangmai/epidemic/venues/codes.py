"""The codes people scan: that of an entrance is signed, that of a person is a random number.

An entrance's code holds its number, its version and eight bytes of HMAC-SHA-256 over both, in Crockford's
base 32. Who alters a character is found out without asking the database; a code whose version is not the
entrance's present one was revoked. A person's pass holds 60 random bits: it says nothing of the person
and is found only in the table of passes.
"""

import hmac
import secrets
from collections.abc import Sequence
from functools import lru_cache

from kangmai.epidemic.venues.errors import CodeIncorrect
from kangmai.kernel.sealing import derived_secret

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {character: value for value, character in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
MAC_BYTES = 8
PASS_BITS = 60
PASS_LENGTH = PASS_BITS // 5
CODE_LENGTH = 23
"""(4 bytes of number + 2 of version + 8 of signature) in letters of 5 bits."""


def entrance_code(entrance: int, version: int) -> str:
    """The code that hangs at an entrance."""
    return _signed_code(entrance, version, derived_secret("venues.codes"))


@lru_cache(maxsize=200_000)
def _signed_code(entrance: int, version: int, secret: bytes) -> str:
    payload = entrance.to_bytes(4) + version.to_bytes(2)
    mac = hmac.digest(secret, payload, "sha256")[:MAC_BYTES]
    return _letters(int.from_bytes(payload + mac), CODE_LENGTH)


def read_entrance_code(code: str) -> tuple[int, int] | None:
    """Number and version of an entrance, or None for a code that this house never signed."""
    return read_entrance_codes([code])[0]


def read_entrance_codes(codes: Sequence[str]) -> tuple[tuple[int, int] | None, ...]:
    """As `read_entrance_code`, for the codes of a batch."""
    secret = derived_secret("venues.codes")
    return tuple(_read_code(code, secret) for code in codes)


@lru_cache(maxsize=200_000)
def _read_code(code: str, secret: bytes) -> tuple[int, int] | None:
    try:
        number = _number(code)
    except CodeIncorrect:
        return None
    raw = number >> 8 * MAC_BYTES
    entrance, version = raw >> 16, raw & 0xFFFF
    if entrance >= 1 << 31:
        return None
    expected = _signed_code(entrance, version, secret)
    return (entrance, version) if hmac.compare_digest(expected, tidy(code)) else None


def new_pass() -> int:
    """A random pass number."""
    return secrets.randbits(PASS_BITS - 1) + 1


def pass_text(number: int) -> str:
    """A pass as people see it, in groups of four."""
    letters = _letters(number, PASS_LENGTH)
    return "-".join(letters[start : start + 4] for start in range(0, PASS_LENGTH, 4))


def is_pass(text: str) -> bool:
    """Whether a text has the form of a pass."""
    letters = tidy(text)
    return len(letters) == PASS_LENGTH and all(letter in _VALUES for letter in letters)


def pass_number(text: str) -> int:
    """The number of a pass as typed or scanned.

    Raises:
        CodeIncorrect
    """
    if len(tidy(text)) != PASS_LENGTH:
        raise CodeIncorrect()
    return _number(text)


def tidy(text: str) -> str:
    """A code in capital letters without spaces and dashes, with what is easily mistaken made plain."""
    letters = text.upper().replace("-", "").replace(" ", "")
    return letters.translate(_PLAIN)


_PLAIN = str.maketrans("OIL", "011")


def _letters(number: int, length: int) -> str:
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(length)))


def _number(text: str) -> int:
    number = 0
    for character in tidy(text):
        value = _VALUES.get(character)
        if value is None:
            raise CodeIncorrect()
        number = number << 5 | value
    return number
