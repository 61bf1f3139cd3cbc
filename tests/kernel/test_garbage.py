"""What a process holds when it settles is not looked through again; what comes later still is collected."""

import gc
import weakref

import pytest

from kangmai.kernel import garbage


@pytest.fixture(autouse=True)
def _restored():
    threshold = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)


class Ring:
    """Two of them hold each other."""

    def __init__(self) -> None:
        self.other: Ring | None = None


def ring() -> Ring:
    one, two = Ring(), Ring()
    one.other, two.other = two, one
    return one


def test_what_is_there_is_left_out_and_later_cycles_are_found():
    kept = ring()
    garbage.settle()
    assert gc.get_freeze_count() > 0
    assert not any(each is kept for each in gc.get_objects())
    gone = weakref.ref(ring())
    gc.collect()
    assert gone() is None
