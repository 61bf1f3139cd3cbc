"""The database remembers which keyring it was made with: data sealed by two would be lost in part."""

import psycopg
from django.conf import settings

from kangmai.kernel.errors import Conflict
from kangmai.kernel.sealing import fingerprint, keyring


class OtherKeyring(Conflict):
    """The keyring {path} is not the one this database was made with. Name the right one by KANGMAI_KEYS; nothing was changed."""

    zh = "密钥文件 {path} 与建库时所用的不同。请用 KANGMAI_KEYS 指明正确的密钥文件；未作任何改动。"


def check_keyring(database: psycopg.Connection) -> None:
    """Let pass the keyring that this database knows; a new database takes the present one for good.

    Raises:
        OtherKeyring
    """
    mark = fingerprint(keyring())
    database.execute("UPDATE kernel_epoch SET keyring = %s WHERE keyring IS NULL", [mark])
    row = database.execute("SELECT keyring FROM kernel_epoch").fetchone()
    if row is None or row[0] != mark:
        raise OtherKeyring(path=settings.KEYS)
