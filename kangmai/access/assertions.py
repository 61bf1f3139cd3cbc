"""Signed client assertions (private_key_jwt) with RS384 and ES384, verified by the library PyJWT.

Source: SMART App Launch 2.2, Client Authentication: Asymmetric,
https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html; RFC 7523, 3; RFC 7515, 7517, 7518
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from kangmai.access import policy
from kangmai.access.errors import ClientRefused, KeysUnreadable
from kangmai.kernel.words import Words

_ALGORITHMS = ["RS384", "ES384"]
_LEAST_RSA_BITS = 2048
_MOST_KEYS = 10
_COUNT = Words(
    f"“keys”下须有1至{_MOST_KEYS}个公钥", f"one to {_MOST_KEYS} keys are expected under “keys”"
)
_CLAIMS = ["iss", "sub", "aud", "exp", "jti"]


@dataclass(frozen=True, slots=True)
class Proof:
    """What an assertion that holds says of itself."""

    jti: str
    expires_at: datetime


def check_keys(jwks: Any) -> None:
    """Let pass a set of public keys of which each can verify an assertion.

    Raises:
        KeysUnreadable: with what is wrong; a private key is refused, since it is then known to two.
    """
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(keys, list) or not 0 < len(keys) <= _MOST_KEYS:
        raise KeysUnreadable(reason=_COUNT)
    for number, key in enumerate(keys, 1):
        if isinstance(key, dict) and "d" in key:
            raise KeysUnreadable(
                reason=_said(number, "是私钥，请重新生成一对", "is a private key; make a new pair")
            )
        if not _public_keys([key]):
            raise KeysUnreadable(
                reason=_said(
                    number,
                    "须为RSA（2048位以上）或EC P-384",
                    "is neither RSA of 2048 bits and more nor EC P-384",
                )
            )


def _said(number: int, chinese: str, english: str) -> Words:
    return Words(f"第{number}个密钥{chinese}", f"key {number} {english}")


def issuer_of(assertion: str) -> str:
    """The client that an assertion says it comes from, not yet verified. Raises ClientRefused."""
    try:
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.PyJWTError:
        raise ClientRefused() from None
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
    claims = _claims(assertion, jwks, client_id, audience)
    jti, expiry = claims["jti"], claims["exp"]
    if not isinstance(jti, str) or not 0 < len(jti) <= 255 or not isinstance(expiry, int):
        raise ClientRefused()
    longest = timedelta(seconds=policy.limit("assertion_longest_seconds", on=at.date()))
    try:
        expires_at = datetime.fromtimestamp(expiry, UTC)
    except (ValueError, OverflowError, OSError):
        raise ClientRefused() from None
    if not at < expires_at <= at + longest:
        raise ClientRefused()
    return Proof(jti, expires_at)


def _claims(assertion: str, jwks: dict[str, Any], client_id: str, audience: str) -> dict[str, Any]:
    """The claims, if one of the keys signed them; the clock is looked at by the caller, whose time it is."""
    try:
        named = jwt.get_unverified_header(assertion).get("kid")
    except jwt.PyJWTError:
        raise ClientRefused() from None
    keys = [key for key in jwks.get("keys", []) if named in (None, key.get("kid"))]
    for key in _public_keys(keys):
        try:
            return jwt.decode(
                assertion, key, algorithms=_ALGORITHMS, audience=audience, issuer=client_id, subject=client_id,
                options={"require": _CLAIMS, "verify_exp": False, "verify_iat": False},
            )  # fmt: skip
        except (jwt.PyJWTError, TypeError):  # a key of the other kind is no key for this signature
            continue
    raise ClientRefused()


def _public_keys(keys: list[Any]) -> list[RSAPublicKey | EllipticCurvePublicKey]:
    """Those of a set that may sign an assertion."""
    found: list[RSAPublicKey | EllipticCurvePublicKey] = []
    for each in keys:
        try:
            key = jwt.PyJWK(each).key
        except (jwt.PyJWTError, AttributeError, TypeError, ValueError):
            continue
        match key:
            case RSAPublicKey() if key.key_size >= _LEAST_RSA_BITS:
                found.append(key)
            case EllipticCurvePublicKey() if isinstance(key.curve, ec.SECP384R1):
                found.append(key)
    return found
