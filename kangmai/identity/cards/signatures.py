"""Sign a code and check it: Ed25519, or SM2 with SM3 where the law asks for national algorithms.

Sources: RFC 8032 (Ed25519); GB/T 32918.2-2016 (SM2 signatures) with the usual identity
`1234567812345678` of GM/T 0009-2012; SM2 is that of the installed library gmalg.
"""

from collections.abc import Callable
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kangmai.identity.cards.errors import AlgorithmUnavailable
from kangmai.identity.cards.types import Algorithm

SIGNATURE_BYTES = 64
SM2_IDENTITY = b"1234567812345678"
CONTEXT = b"kangmai e-health card\x1f"
"""Stands before whatever is signed, so that a signature means nothing anywhere else."""

Check = Callable[[bytes, bytes], bool]


def public_key(algorithm: Algorithm, secret: bytes) -> bytes:
    """The public half of a secret of 32 bytes."""
    if algorithm is Algorithm.ED25519:
        return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    return _gmalg().SM2().generate_pk(secret)


def sign(algorithm: Algorithm, secret: bytes, message: bytes) -> bytes:
    """A signature of 64 bytes."""
    if algorithm is Algorithm.ED25519:
        return _signer(secret).sign(CONTEXT + message)
    signer = _gmalg().SM2(secret, uid=SM2_IDENTITY, pk=public_key(algorithm, secret))
    first, second = signer.sign(CONTEXT + message)
    return first + second


@lru_cache(maxsize=64)
def checker(algorithm: Algorithm, public: bytes) -> Check:
    """A function that tells whether a signature belongs to a message.

    Raises:
        AlgorithmUnavailable
    """
    if algorithm is Algorithm.ED25519:
        return _ed25519_checker(Ed25519PublicKey.from_public_bytes(public))
    return _sm2_checker(public)


def _ed25519_checker(key: Ed25519PublicKey) -> Check:
    def check(message: bytes, signature: bytes) -> bool:
        try:
            key.verify(signature, CONTEXT + message)
        except InvalidSignature:
            return False
        return True

    return check


def _sm2_checker(public: bytes) -> Check:
    verifier = _gmalg().SM2(uid=SM2_IDENTITY, pk=public)

    def check(message: bytes, signature: bytes) -> bool:
        half = SIGNATURE_BYTES // 2
        return bool(verifier.verify(CONTEXT + message, signature[:half], signature[half:]))

    return check


@lru_cache(maxsize=4)
def _signer(secret: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secret)


def _gmalg():  # the library has no types
    try:
        import gmalg
    except ImportError:
        raise AlgorithmUnavailable(algorithm="sm2", library="gmalg") from None
    return gmalg
