"""Signed client assertions (private_key_jwt) with RS384 and ES384, verified by the library cryptography.

Source: SMART App Launch 2.2, Client Authentication: Asymmetric,
https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html; RFC 7523, 3; RFC 7515, 7518
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA384

from kangmai.access import policy
from kangmai.access.errors import ClientRefused

_P384_BYTES = 48
_LEAST_RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class Proof:
    """What an assertion that holds says of itself."""

    jti: str
    expires_at: datetime


def issuer_of(assertion: str) -> str:
    """The client that an assertion says it comes from, not yet verified. Raises ClientRefused."""
    _, claims, _ = _parts(assertion)
    return str(claims.get("iss", ""))


def verify(
    assertion: str, *, jwks: dict[str, Any], client_id: str, audience: str, at: datetime
) -> Proof:
    """Let pass an assertion signed by one of the client's keys, for us, now.

    Args:
        audience: the address of our token endpoint.

    Raises:
        ClientRefused: in every other case, without saying which.
    """
    header, claims, signature = _parts(assertion)
    signed = assertion.rsplit(".", 1)[0].encode()
    if not _is_signed(header, signed, signature, jwks):
        raise ClientRefused()
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise ClientRefused()
    audiences = claims.get("aud")
    if audience not in (audiences if isinstance(audiences, list) else [audiences]):
        raise ClientRefused()
    jti, expiry = claims.get("jti"), claims.get("exp")
    if not isinstance(jti, str) or not 0 < len(jti) <= 255 or not isinstance(expiry, int):
        raise ClientRefused()
    expires_at = datetime.fromtimestamp(expiry, UTC)
    longest = timedelta(seconds=policy.limit("assertion_longest_seconds", on=at.date()))
    if not at < expires_at <= at + longest:
        raise ClientRefused()
    return Proof(jti, expires_at)


def _parts(assertion: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    try:
        header, claims, signature = assertion.split(".")
        parts = json.loads(_decode(header)), json.loads(_decode(claims)), _decode(signature)
    except (ValueError, binascii.Error, UnicodeDecodeError):
        raise ClientRefused() from None
    if not isinstance(parts[0], dict) or not isinstance(parts[1], dict):
        raise ClientRefused()
    return parts


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _is_signed(
    header: dict[str, Any], signed: bytes, signature: bytes, jwks: dict[str, Any]
) -> bool:
    for key in jwks.get("keys", []):
        if header.get("kid") not in (None, key.get("kid")):
            continue
        try:
            match header.get("alg"), key.get("kty"):
                case "RS384", "RSA":
                    _check_rsa(key, signed, signature)
                    return True
                case "ES384", "EC":
                    _check_ec(key, signed, signature)
                    return True
        except (InvalidSignature, ValueError, KeyError, binascii.Error):
            continue
    return False


def _check_rsa(key: dict[str, str], signed: bytes, signature: bytes) -> None:
    numbers = rsa.RSAPublicNumbers(_integer(key["e"]), _integer(key["n"]))
    public = numbers.public_key()
    if public.key_size < _LEAST_RSA_BITS:
        raise InvalidSignature
    public.verify(signature, signed, padding.PKCS1v15(), SHA384())


def _check_ec(key: dict[str, str], signed: bytes, signature: bytes) -> None:
    if key.get("crv") != "P-384" or len(signature) != 2 * _P384_BYTES:
        raise InvalidSignature
    point = ec.EllipticCurvePublicNumbers(_integer(key["x"]), _integer(key["y"]), ec.SECP384R1())
    r = int.from_bytes(signature[:_P384_BYTES])
    s = int.from_bytes(signature[_P384_BYTES:])
    point.public_key().verify(encode_dss_signature(r, s), signed, ec.ECDSA(SHA384()))


def _integer(text: str) -> int:
    return int.from_bytes(_decode(text))
