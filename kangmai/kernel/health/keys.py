"""The keyring: there, readable by its owner only, apart from the data, and the one of this database."""

import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings

from kangmai.kernel import sealing
from kangmai.kernel.connections import reading
from kangmai.kernel.health.machine import data_folder
from kangmai.kernel.health.types import Check, Text, judged
from kangmai.kernel.rehashing import stands_under


def keyring(at: datetime) -> Iterator[Check]:
    """Look at the file and at the mark of it that the database keeps."""
    path = Path(settings.KEYS)
    if not path.exists():
        yield judged(
            "keys.present",
            Text(f"{path} is missing", f"缺少 {path}"),
            fail=True,
            mend=Text("Put back the copy that you keep: without it people's data cannot be read.", "请放回所保存的副本，否则无法读取居民数据。"),
        )  # fmt: skip
        return
    yield _permissions(path)
    yield _apart(path)
    yield _matching(path)
    yield _hashes()


def _permissions(path: Path) -> Check:
    mode = stat.S_IMODE(path.stat().st_mode)
    return judged(
        "keys.permissions",
        Text(f"{path} has the mode {mode:o}", f"{path} 的权限为 {mode:o}"),
        fail=bool(mode & 0o077),
        mend=Text(f"chmod 600 {path}", f"chmod 600 {path}"),
    )


def _apart(path: Path) -> Check:
    folder = data_folder()
    inside = folder is not None and path.resolve().is_relative_to(folder.resolve())
    return judged(
        "keys.apart",
        Text("the keyring lies in the data folder", "密钥文件位于数据文件夹之内") if inside
        else Text("the keyring lies apart from the data", "密钥文件与数据分开存放"),
        fail=inside,
        mend=Text("Move it elsewhere and name it by KANGMAI_KEYS: who takes the data would have the keys too.", "请移至别处并用 KANGMAI_KEYS 指明，否则取得数据者同时取得密钥。"),
    )  # fmt: skip


def _matching(path: Path) -> Check:
    mark = sealing.fingerprint(sealing.load_keyring(path))
    with reading() as database:
        row = database.execute("SELECT keyring FROM kernel_epoch").fetchone()
    other = row is not None and row[0] not in (None, mark)
    return judged(
        "keys.matching",
        Text(f"keyring {mark}, database {row[0] if row else None}", f"密钥 {mark}，数据库 {row[0] if row else None}"),
        fail=other,
        mend=Text("Name the keyring this database was made with (KANGMAI_KEYS).", "请用 KANGMAI_KEYS 指明建库时的密钥文件。"),
    )  # fmt: skip


def _hashes() -> Check:
    """Whether people are looked for under the key that the database's hashes stand under."""
    keys, stands = sealing.keyring(), stands_under()
    live = {version for versions in keys.live_of.values() for version in versions} or {
        sealing.FIRST
    }
    is_behind = stands not in live
    return judged(
        "keys.hashes",
        Text(f"hashes stand under key {stands}, looked under {sorted(live)}", f"散列所用密钥 {stands}，查找用 {sorted(live)}"),
        fail=is_behind,
        warn=len(live) > 1,
        mend=Text("Run kangmai identity rotate-keys --hashes: it finishes a rotation, or brings a restored database up.", "运行 kangmai identity rotate-keys --hashes：完成未了的轮换，或更新恢复的数据库。"),
    )  # fmt: skip
