"""The text of a code: 26 bytes of content and 64 of signature, as capital letters and digits.

`KM1` and base32 (RFC 4648, without padding): 147 characters of the alphanumeric mode of QR codes, which
a hand scanner types alike on every keyboard layout and with Caps Lock on. Content, big-endian: kind (1),
bearer (1), key (4), card number (8), seconds since 1970 (4), nonce (8).
"""

import base64
import binascii
import struct
from collections.abc import Callable
from datetime import UTC, datetime

from kangmai.identity.cards.numbers import is_card_number
from kangmai.identity.cards.signatures import SIGNATURE_BYTES
from kangmai.identity.cards.types import Bearer, Code, CodeKind

PREFIX = "KM1"
LAYOUT = struct.Struct(">BBIQI8s")
NONCE_BYTES = 8
NUMBER_DIGITS = 16
TEXT_LENGTH = len(PREFIX) + (LAYOUT.size + SIGNATURE_BYTES) * 8 // 5


def content(code: Code) -> bytes:
    """What is signed."""
    return LAYOUT.pack(
        code.kind,
        code.bearer,
        code.key_id,
        int(code.number),
        int(code.made_at.timestamp()),
        code.nonce,
    )


def written(code: Code, sign: Callable[[bytes], bytes]) -> str:
    """The text of a code."""
    said = content(code)
    return PREFIX + base64.b32encode(said + sign(said)).decode()


def is_ours(text: str) -> bool:
    """Whether a text begins like a code of an e-health card."""
    return text.strip().upper().startswith(PREFIX)


def read(text: str) -> tuple[Code, bytes, bytes] | None:
    """A code, its signed content and its signature; None where the text is damaged."""
    stripped = "".join(text.split()).upper()
    if len(stripped) != TEXT_LENGTH or not stripped.startswith(PREFIX):
        return None
    try:
        raw = base64.b32decode(stripped[len(PREFIX) :])
    except binascii.Error:
        return None
    said, signature = raw[: LAYOUT.size], raw[LAYOUT.size :]
    code = _code(said)
    return None if code is None else (code, said, signature)


def _code(said: bytes) -> Code | None:
    kind, bearer, key_id, number, seconds, nonce = LAYOUT.unpack(said)
    digits = f"{number:0{NUMBER_DIGITS}d}"
    known = {each.value for each in CodeKind}, {each.value for each in Bearer}
    if kind not in known[0] or bearer not in known[1] or not is_card_number(digits):
        return None
    made_at = datetime.fromtimestamp(seconds, UTC)
    return Code(CodeKind(kind), Bearer(bearer), key_id, digits, made_at, nonce)
