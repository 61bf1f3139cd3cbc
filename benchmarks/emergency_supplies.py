"""Claim: transfers for 200 institutions and 12 items are planned in seconds, with the gap to the best printed.

Invented stocks: large institutions among small ones, a few reserves, a share of cells below 30 days. The peer in
the same run mends cell by cell as an officer with a list would: the smallest gap first, from whoever has most of
the item. Both mend as many cells as can be mended; what differs is how many moves (donor to receiver, whatever
is on the lorry) that takes. No plan has fewer moves than the bound.

    nice -n 10 python benchmarks/emergency_supplies.py [--institutions 200] [--items 12] [--red 0.25] [--seconds 20]
"""

import argparse
import random
import resource
import time
from collections import defaultdict

from kangmai.epidemic.supplies import rules
from kangmai.epidemic.supplies.types import Shortage, Surplus


def stocks(institutions: int, items: int, red: float) -> tuple[list[Surplus], list[Shortage]]:
    """What each institution can give or needs of each item; one in 25 holds a reserve."""
    chance = random.Random(1)
    surpluses, shortages = [], []
    for organization in range(institutions):
        is_reserve = organization < institutions // 25
        size = chance.paretovariate(1.2) * 20
        for item in range(items):
            burn = max(1, int(size * chance.choice([1, 2, 4])))
            is_red = not is_reserve and chance.random() < red
            days = chance.uniform(0, 30) if is_red else chance.uniform(30, 70) + 200 * is_reserve
            units = int((days - 30) * burn)
            if units > 0:
                surpluses.append(Surplus(organization, f"item {item}", units))
            elif units < 0:
                shortages.append(Shortage(organization, f"item {item}", -units))
    return surpluses, shortages


def cell_by_cell(surpluses: list[Surplus], shortages: list[Shortage]) -> tuple[int, int]:
    """(mended cells, moves) of an officer with a list: the smallest gap first, from whoever has most."""
    left: dict[str, dict[int, int]] = defaultdict(dict)
    for each in surpluses:
        left[each.item][each.organization] = each.quantity
    pairs, mended = set(), 0
    for cell in sorted(shortages, key=lambda each: each.quantity):
        donors, need = left[cell.item], cell.quantity
        if sum(donors.values()) < need:
            continue
        while need:
            donor = max(donors, key=lambda each: (donors[each], each))
            part = min(need, donors[donor])
            donors[donor] -= part
            need -= part
            pairs.add((donor, cell.organization))
        mended += 1
    return mended, len(pairs)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--institutions", type=int, default=200)
    parser.add_argument("--items", type=int, default=12)
    parser.add_argument("--red", type=float, default=0.25)
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    surpluses, shortages = stocks(options.institutions, options.items, options.red)
    print(
        f"{options.institutions} institutions, {options.items} items: {len(shortages):,} red cells"
    )
    start = time.perf_counter()
    mended, moves = cell_by_cell(surpluses, shortages)
    print(f"cell by cell: {mended:,} mended, {moves:,} moves, {time.perf_counter() - start:.2f} s")
    places = {n: f"4412{n % 8:02}{n % 60:03}" for n in range(options.institutions)}
    start = time.perf_counter()
    found = rules.plan(surpluses, shortages, places=places, seconds=options.seconds)
    seconds = time.perf_counter() - start
    print(f"plan: {len(found.mended):,} mended of at most {found.most:,}, {found.moves:,} moves, bound {found.bound:,}, gap {found.gap:.1%}, {seconds:.1f} s")  # fmt: skip
    print(f"ratio of moves, cell by cell to plan: {moves / max(1, found.moves):.2f}")
    print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
