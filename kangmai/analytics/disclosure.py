"""Hide small numbers from those outside an area, and enough beside them that nobody can reckon them back.

An amount of 1 to `least` - 1 is small and is hidden (primary suppression). If of the parts of a shown whole
one is hidden, the whole minus the shown parts would give it away; so parts are hidden, the smallest first,
until at least two are and together they are at least `least` (complementary suppression). Below a hidden
area everything is hidden. A share has three amounts that must hold: its denominator, its numerator, and
what is between them; what any of the three hides is hidden.

Source: A. Hundepool et al., Statistical Disclosure Control (Wiley 2012), chapter 4; the least number of 5
is that of the indicator's definition. Worked numbers: docs/algorithms/disclosure.md.
"""

from collections.abc import Mapping, Sequence


def hidden(
    root: str, children: Mapping[str, Sequence[str]], amounts: Mapping[str, int], *, least: int
) -> frozenset[str]:
    """The areas below and including `root` whose amount is not shown.

    Args:
        children: the parts of each area, which add up to it.
        amounts: a whole number, 0 or more, for each area.
        least: the least amount that may be shown; 0 is shown always.
    """
    if _is_small(amounts[root], least):
        return frozenset(_all_below(root, children))
    found: set[str] = set()
    waiting = [root]
    while waiting:
        parts = children.get(waiting.pop(), ())
        closed = _hidden_parts(parts, amounts, least)
        for part in closed:
            found |= _all_below(part, children)
        waiting += [part for part in parts if part not in closed]
    return frozenset(found)


def _is_small(amount: int, least: int) -> bool:
    return 0 < amount < least


def _hidden_parts(parts: Sequence[str], amounts: Mapping[str, int], least: int) -> set[str]:
    closed = {part for part in parts if _is_small(amounts[part], least)}
    others = sorted(
        (part for part in parts if amounts[part] >= least), key=lambda part: (amounts[part], part)
    )
    while closed and others and (len(closed) == 1 or sum(amounts[p] for p in closed) < least):
        closed.add(others.pop(0))
    return closed


def _all_below(area: str, children: Mapping[str, Sequence[str]]) -> set[str]:
    found, waiting = {area}, list(children.get(area, ()))
    while waiting:
        each = waiting.pop()
        found.add(each)
        waiting += children.get(each, ())
    return found
