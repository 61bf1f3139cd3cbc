"""A deed in a process of its own that is killed in the middle, as by a power cut."""

import importlib
import os
import signal
from collections.abc import Callable


def killed(deed: Callable[[], object], *, at: str, after: bool = False) -> None:
    """Do a deed in a child process that is killed with SIGKILL when it comes to a function, or behind it.

    Args:
        at: the function by module and name, as the caller of it looks it up: `package.module:name`; empty where
            the deed arms itself (`armed`).
    """
    child = os.fork()
    if child == 0:
        try:
            _let_go_of_connections()
            if at:
                armed(at, after=after)
            deed()
        finally:
            os._exit(3)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, status


_kept: list[object] = []


def _let_go_of_connections() -> None:
    """Open new ones at the next use; those of the parent are never closed from here, they are its own."""
    from django.db import connections

    from kangmai.kernel import connections as own

    _kept.append(vars(own._local).copy())
    vars(own._local).clear()
    for each in connections.all(initialized_only=True):
        _kept.append(each.connection)
        each.connection = None
        each.in_atomic_block = False
        each.savepoint_ids = []
        each.needs_rollback = False


def armed(at: str, *, after: bool = False) -> None:
    """From now on this process is killed when it comes to a function, or behind it."""
    module_name, _, name = at.partition(":")
    module = importlib.import_module(module_name)
    real = getattr(module, name)

    def die(*given: object, **named: object) -> None:
        if after:
            real(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(module, name, die)
