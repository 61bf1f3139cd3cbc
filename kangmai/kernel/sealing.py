"""Encrypt rows about people and make keyed hashes that find them again, with keys kept apart from the data.

A sealed value is bound to its place by associated data, so that it cannot be moved to another row.
Two suites exist, chosen when the keyring is made: `international` (AES-256-GCM, HMAC-SHA-256) and
`national` (SM4-GCM, HMAC-SM3: GB/T 32907, GB/T 32905).

Seal keys have versions: new values use the current one, old values name theirs. A keyed hash does not
tell its key, so blind keys have, for each purpose, a version that is written and those that are looked
under: one as a rule, two while `kernel.rehashing` puts a new key in the place of the old one.
"""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from kangmai.kernel.errors import Conflict, Fault, Unavailable

FIRST = 1
"""The version of the blind key that a keyring is made with."""
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
    blind_keys: dict[int, bytes]
    live_of: dict[str, tuple[int, ...]]
    """By purpose the versions of blind keys that are looked under, the one that is written first; a
    purpose that is missing has only the first key."""
    signing_seed: bytes

    def live(self, purpose: str) -> tuple[int, ...]:
        """The versions of a purpose, the one that is written first."""
        return self.live_of.get(purpose, (FIRST,))


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
    secrets = _secrets(path)
    version = max(map(int, secrets["seal"])) + 1
    _, size = SUITES[secrets["suite"]]
    secrets["seal"][str(version)] = _text(os.urandom(size))
    secrets["current"] = version
    _replace(path, secrets)
    return version


def add_blind_key(path: Path) -> int:
    """Give a keyring a new blind key, which no purpose uses yet; returns its version.

    Raises:
        KeyringMissing: there is no such file.
    """
    secrets = _secrets(path)
    more = secrets.setdefault("blind_more", {})
    version = max(map(int, more), default=FIRST) + 1
    more[str(version)] = _text(os.urandom(32))
    _replace(path, secrets)
    return version


def set_live(path: Path, live: Mapping[str, Sequence[int]]) -> None:
    """Say for some purposes which blind keys are looked under, the one that is written first.

    Raises:
        KeyringMissing: there is no such file.
    """
    secrets = _secrets(path)
    secrets["blind_live"] = secrets.get("blind_live", {}) | {k: list(v) for k, v in live.items()}
    _replace(path, secrets)


def _secrets(path: Path) -> dict[str, Any]:
    try:
        secrets: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        raise KeyringMissing(path=path) from None
    return secrets


def _replace(path: Path, secrets: Mapping[str, Any]) -> None:
    """Put a new file in the place of the keyring in one step, for its owner's eyes."""
    beside = path.with_name(f"{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(secrets, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def load_keyring(path: Path) -> Keyring:
    """Read a keyring, once for each state of its file: another process may have put a new one there.

    Raises:
        KeyringMissing: there is no such file.
    """
    try:
        state = path.stat()
    except FileNotFoundError:
        raise KeyringMissing(path=path) from None
    return _load(path, state.st_ino, state.st_mtime_ns)


@lru_cache(maxsize=4)
def _load(path: Path, inode: int, changed_ns: int) -> Keyring:
    secrets = _secrets(path)
    decode = base64.b64decode
    return Keyring(
        suite=secrets["suite"],
        current=secrets["current"],
        seal_keys={int(version): decode(key) for version, key in secrets["seal"].items()},
        blind_keys={FIRST: decode(secrets["blind"])}
        | {int(version): decode(key) for version, key in secrets.get("blind_more", {}).items()},
        live_of={name: tuple(live) for name, live in secrets.get("blind_live", {}).items()},
        signing_seed=decode(secrets["signing"]),
    )


def fingerprint(keys: Keyring) -> str:
    """A short mark by which a backup knows the keyring it belongs to; it gives nothing of the keys away."""
    secret = keys.signing_seed + keys.blind_keys[FIRST]
    return hmac.digest(secret, b"kangmai\x1ffingerprint", "sha256")[:8].hex()


def keyring() -> Keyring:
    """The keyring of this installation (setting KANGMAI_KEYS)."""
    if settings.KEYS is None:
        raise KeyringMissing(path="KANGMAI_KEYS")
    return load_keyring(settings.KEYS)


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
    return _unseal(keyring(), version, sealed, bound_to)


def unsealer() -> Callable[[int, bytes, bytes], bytes]:
    """A function that does what `unseal` does for many values, and looks at the keyring once."""
    keys = keyring()
    return lambda version, sealed, bound_to: _unseal(keys, version, sealed, bound_to)


def _unseal(keys: Keyring, version: int, sealed: bytes, bound_to: bytes) -> bytes:
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
    return blinds(text, purpose=purpose)[0]


def blinds(text: str, *, purpose: str) -> tuple[bytes, ...]:
    """The keyed hashes under which `text` may stand: that of `blind`, and while the key is renewed the other."""
    keys = keyring()
    message, digest = f"{purpose}\x1f{text}".encode(), SUITES[keys.suite][0]
    return tuple(
        hmac.digest(keys.blind_keys[version], message, digest)[:16]
        for version in keys.live(purpose)
    )


def blinder(purpose: str) -> Callable[[str], int]:
    """A function that makes keyed hashes of 64 bits (signed) for index tables, and remembers the latest.

    The beginnings of common surnames recur with every tenth person; remembering them saves two hashes
    of three in a bulk load.
    """
    return blinders(purpose)[0]


def blinders(purpose: str) -> tuple[Callable[[str], int], ...]:
    """The functions whose hashes may stand in an index table: that of `blinder`, and while the key is
    renewed the other."""
    keys = keyring()
    digest = SUITES[keys.suite][0]
    return tuple(
        _blinder(keys.blind_keys[version], digest, purpose) for version in keys.live(purpose)
    )


def is_renewing(purpose: str) -> bool:
    """Whether hashes of a purpose may stand under two keys now."""
    return len(keyring().live(purpose)) > 1


@lru_cache(maxsize=16)
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
