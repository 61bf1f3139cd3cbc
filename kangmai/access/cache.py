"""Actors of the latest five seconds, so that a busy program does not read its token at every request."""

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction

FRESH = timedelta(seconds=5)
LARGEST = 10_000

Made = TypeVar("Made")
_kept: dict[Hashable, tuple[datetime, Any]] = {}
_makers: dict[Hashable, threading.Lock] = {}
_lock = threading.Lock()


def remembered(key: Hashable, *, at: datetime, make: Callable[[], Made]) -> Made:
    """What was made for this key within the last five seconds, or what `make` gives now."""
    place = (settings.DATABASE_URL, key)
    kept = _fresh(place, at)
    if kept is not None:
        return kept[0]
    with _alone(place):
        kept = _fresh(place, at)
        if kept is not None:
            return kept[0]
        made = make()
        with _lock:
            if len(_kept) >= LARGEST:
                _kept.clear()
            _kept[place] = (at, made)
    return made


def _fresh(place: Hashable, at: datetime) -> tuple[Any] | None:
    kept = _kept.get(place)
    return (kept[1],) if kept is not None and abs(at - kept[0]) < FRESH else None


@contextmanager
def _alone(place: Hashable) -> Iterator[None]:
    """One thread makes a thing, and those that want the same wait for it: else all of a busy program's requests
    would ask the database in the same moment, every five seconds, each by a connection of its own."""
    with _lock:
        turn = _makers.setdefault(place, threading.Lock())
    with turn:
        try:
            yield
        finally:
            with _lock:
                _makers.pop(place, None)


def forget() -> None:
    """Drop everything when the open transaction commits: access changed in this process."""
    transaction.on_commit(_clear)


def _clear() -> None:
    with _lock:
        _kept.clear()
