"""Encrypt rows about people and make keyed hashes that find them again, with keys kept apart from the data.

A sealed value is bound to its place by associated data, so that it cannot be moved to another row.
Two suites exist, chosen when the keyring is made: `international` (AES-256-GCM, HMAC-SHA-256) and
`national` (SM4-GCM, HMAC-SM3: GB/T 32907, GB/T 32905).

Seal keys have versions: new values use the current one, old values name theirs. The blind keys of
search have one version at a time, since a hash cannot be recomputed without opening the value.
"""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from kangmai.kernel.errors import Conflict, Fault, Unavailable

SUITES = {"international": ("sha256", 32), "national": ("sm3", 16)}
NONCE_BYTES = 12
TAG_BYTES = 16
BLIND_CACHE = 200_000


class KeyringMissing(Unavailable):
    """The keyring {path} does not exist, so people's data cannot be opened. Put back the copy you keep with your backups."""

    zh = "密钥文件 {path} 不存在，无法打开居民数据。请放回与备份一同保存的密钥文件。"


class KeyringExists(Conflict):
    """The keyring {path} exists already; a new one would make existing data unreadable."""

    zh = "密钥文件 {path} 已存在；新建会使现有数据无法读取。"


class SealBroken(Fault):
    """A sealed row cannot be opened: it was altered, moved, or sealed with a key ({version}) that is not in the keyring."""

    zh = "加密数据无法打开：数据被改动、移位，或密钥版本 {version} 不在密钥文件中。"


@dataclass(frozen=True, slots=True)
class Keyring:
    """The secrets of one installation."""

    suite: str
    current: int
    seal_keys: dict[int, bytes]
    blind_key: bytes
    signing_seed: bytes


def make_keyring(path: Path, *, suite: str = "international") -> None:
    """Write a new keyring that only its owner may read.

    Raises:
        KeyringExists: a file of this name is there.
    """
    if path.exists():
        raise KeyringExists(path=path)
    _, size = SUITES[suite]
    secrets = {
        "suite": suite,
        "current": 1,
        "seal": {"1": _text(os.urandom(size))},
        "blind": _text(os.urandom(32)),
        "signing": _text(os.urandom(32)),
    }
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(secrets, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def _text(secret: bytes) -> str:
    return base64.b64encode(secret).decode()


def add_seal_key(path: Path) -> int:
    """Give a keyring a new seal key, with which everything is sealed from now on; returns its version.

    The file is replaced in one step, so that a crash leaves the old keyring or the new one.

    Raises:
        KeyringMissing: there is no such file.
    """
    try:
        secrets = json.loads(path.read_text())
    except FileNotFoundError:
        raise KeyringMissing(path=path) from None
    version = max(map(int, secrets["seal"])) + 1
    _, size = SUITES[secrets["suite"]]
    secrets["seal"][str(version)] = _text(os.urandom(size))
    secrets["current"] = version
    beside = path.with_name(f"{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(secrets, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    _sync_folder(path.parent)
    load_keyring.cache_clear()
    return version


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@lru_cache(maxsize=4)
def load_keyring(path: Path) -> Keyring:
    """Read a keyring.

    Raises:
        KeyringMissing: there is no such file.
    """
    try:
        secrets = json.loads(path.read_text())
    except FileNotFoundError:
        raise KeyringMissing(path=path) from None
    decode = base64.b64decode
    return Keyring(
        suite=secrets["suite"],
        current=secrets["current"],
        seal_keys={int(version): decode(key) for version, key in secrets["seal"].items()},
        blind_key=decode(secrets["blind"]),
        signing_seed=decode(secrets["signing"]),
    )


def fingerprint(keys: Keyring) -> str:
    """A short mark by which a backup knows the keyring it belongs to; it gives nothing of the keys away."""
    secret = keys.signing_seed + keys.blind_key
    return hmac.digest(secret, b"kangmai\x1ffingerprint", "sha256")[:8].hex()


def keyring() -> Keyring:
    """The keyring of this installation (setting KANGMAI_KEYS)."""
    if settings.KEYS is None:
        raise KeyringMissing(path="KANGMAI_KEYS")
    return load_keyring(settings.KEYS)


def _keyring_with(version: int) -> Keyring:
    """The keyring, read again if it does not know a version: another process may have added it."""
    keys = keyring()
    if version not in keys.seal_keys:
        load_keyring.cache_clear()
        keys = keyring()
    return keys


def seal(plain: bytes, *, bound_to: bytes) -> tuple[int, bytes]:
    """Encrypt `plain` for the place `bound_to`; returns the key version and nonce + ciphertext + tag."""
    keys = keyring()
    nonce = os.urandom(NONCE_BYTES)
    key = keys.seal_keys[keys.current]
    if keys.suite == "international":
        return keys.current, nonce + _aes(key).encrypt(nonce, plain, bound_to)
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bound_to)
    return keys.current, nonce + encryptor.update(plain) + encryptor.finalize() + encryptor.tag


def unseal(version: int, sealed: bytes, *, bound_to: bytes) -> bytes:
    """Decrypt what `seal` made.

    Raises:
        SealBroken: altered, moved to another place, or its key is not in the keyring.
    """
    keys = _keyring_with(version)
    key = keys.seal_keys.get(version)
    if key is None:
        raise SealBroken(version=version)
    nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        if keys.suite == "international":
            return _aes(key).decrypt(nonce, body, bound_to)
        tag = body[-TAG_BYTES:]
        decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(bound_to)
        return decryptor.update(body[:-TAG_BYTES]) + decryptor.finalize()
    except InvalidTag:
        raise SealBroken(version=version) from None


@lru_cache(maxsize=8)
def _aes(key: bytes) -> AESGCM:
    return AESGCM(key)


def blind(text: str, *, purpose: str) -> bytes:
    """A keyed hash of 16 bytes by which `text` can be found without being stored.

    Hashes of different purposes never agree, so that a phone cannot be compared with an identifier.
    """
    keys = keyring()
    message = f"{purpose}\x1f{text}".encode()
    return hmac.digest(keys.blind_key, message, SUITES[keys.suite][0])[:16]


def blinder(purpose: str) -> Callable[[str], int]:
    """A function that makes keyed hashes of 64 bits (signed) for index tables, and remembers the latest.

    The beginnings of common surnames recur with every tenth person; remembering them saves two hashes
    of three in a bulk load.
    """
    return _blinder(keyring().blind_key, SUITES[keyring().suite][0], purpose)


@lru_cache(maxsize=8)
def _blinder(key: bytes, digest: str, purpose: str) -> Callable[[str], int]:
    prefix = f"{purpose}\x1f"

    @lru_cache(maxsize=BLIND_CACHE)
    def blind64(text: str) -> int:
        full = hmac.digest(key, (prefix + text).encode(), digest)
        return int.from_bytes(full[:8], signed=True)

    return blind64


def derived_secret(purpose: str) -> bytes:
    """A secret of 32 bytes for `purpose` (session cookies, cursors), stable for this keyring."""
    return hashlib.sha256(
        b"kangmai\x1f" + purpose.encode() + b"\x1f" + keyring().signing_seed
    ).digest()
