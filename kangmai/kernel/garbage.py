"""Python's search for cyclic garbage, fitted to processes that live long.

Left as it is, it looks through all modules, definitions and templates again and again while requests and
imports make many objects that leave no cycles behind: a third of the time of a bulk import.
"""

import gc

YOUNG, MIDDLE, OLD = 50_000, 20, 20
"""New objects after which the youngest are looked through, and how often before the older ones are."""


def settle() -> None:
    """Leave what is there by now out of the search for good, and search less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
