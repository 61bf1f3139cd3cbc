"""Actors of the latest five seconds, so that a busy program does not read its token at every request."""

import threading
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction

FRESH = timedelta(seconds=5)
LARGEST = 10_000

Made = TypeVar("Made")
_kept: dict[Hashable, tuple[datetime, Any]] = {}
_lock = threading.Lock()


def remembered(key: Hashable, *, at: datetime, make: Callable[[], Made]) -> Made:
    """What was made for this key within the last five seconds, or what `make` gives now."""
    place = (settings.DATABASE_URL, key)
    kept = _kept.get(place)
    if kept is not None and timedelta(0) <= at - kept[0] < FRESH:
        return kept[1]
    made = make()
    with _lock:
        if len(_kept) >= LARGEST:
            _kept.clear()
        _kept[place] = (at, made)
    return made


def forget() -> None:
    """Drop everything when the open transaction commits: access changed in this process."""
    transaction.on_commit(_clear)


def _clear() -> None:
    with _lock:
        _kept.clear()
