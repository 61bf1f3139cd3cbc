"""Spread work over processes that share the city in memory: made before, forked after."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from typing import Any, TypeVar

from django.db import connections

from kangmai.kernel.connections import close_own

Task = TypeVar("Task")
_doing: Callable[[Any], object] = id


def each_in_processes(
    do: Callable[[Task], object], tasks: Sequence[Task], *, processes: int, every_seconds: float
) -> Iterator[None]:
    """Do every task in one of some processes, in order of the tasks; yields now and then until all are done.

    The first failure ends it. With no processes the work is done here.
    """
    if not processes:
        for task in tasks:
            do(task)
            yield
        return
    global _doing
    _doing = do  # forks find it there: sent with each task it would be copied each time
    close_own()
    connections.close_all()  # a connection cannot be shared with a fork
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        waiting = {pool.submit(_do, task) for task in tasks}
        try:
            while waiting:
                done, waiting = wait(waiting, timeout=every_seconds, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
                yield
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _do(task: object) -> None:
    _doing(task)
