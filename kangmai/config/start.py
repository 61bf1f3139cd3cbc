"""Wake Django for a command, a test or a server: keys, settings from the environment, then the rooms."""

import os
from pathlib import Path

import django
from django.conf import settings


def start(*, database_url: str, keys: Path) -> None:
    """Set up Django on one database with one keyring, which is made if missing.

    Args:
        database_url: address of the PostgreSQL database in libpq form.
        keys: path of the keyring file.

    Raises:
        RuntimeError: this process already works on another database.
    """
    if settings.configured:
        if database_url != settings.DATABASE_URL:
            raise RuntimeError("this process already works on another database")
        return
    os.environ["DATABASE_URL"] = database_url
    os.environ["KANGMAI_KEYS"] = str(keys)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kangmai.config.settings")
    from kangmai.kernel import sealing

    if not keys.exists():
        sealing.make_keyring(keys, suite=os.environ.get("KANGMAI_SUITE", "international"))
    settings.SECRET_KEY = sealing.derived_secret("sessions").hex()
    django.setup()
