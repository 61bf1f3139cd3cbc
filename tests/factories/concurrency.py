"""Many callers at once, each in a thread with database connections of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def at_once(count: int, call: Callable[[], Result]) -> list[Result]:
    """What `count` simultaneous calls give."""
    from django.db import connections

    def one(_: int) -> Result:
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))
