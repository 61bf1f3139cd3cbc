"""The plan that mends the most short cells with the fewest moves.

A cell is one item of one institution; it is mended when it reaches the reserve. A move is one institution sending
to one other, whatever it sends. Goods may go from anybody to anybody in the area, so the largest number of mended
cells follows item by item (the smallest needs first, as far as all surpluses together go); which moves carry them
is a fixed-charge transport problem over all items at once, NP-hard, solved as a mixed-integer programme.

With f = the part of a cell's need that a pair carries and y = whether the pair moves at all,

    min  sum y (1 + e far)
    s.t. sum over donors f = 1 for each cell (or z where a choice among cells remains, sum z = most)
         sum over receivers need f <= surplus,    f <= min(1, surplus / need) y

where e is so small that distance only decides between plans of as many moves. Large areas offer the solver a
few donors for each receiver; the bound is then a counted one that holds for every plan, and so does the gap.

Source: fixed-charge transport: M. L. Balinski, "Fixed-cost transportation problems", Naval Research Logistics
Quarterly 8 (1961) 41-54; solver: HiGHS in scipy.optimize (MIT).
"""

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from kangmai.epidemic.supplies.types import MendingPlan, Shipment, Shortage, Surplus

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Moves = dict[tuple[int, int], Ints]
"""By (donor, receiver), how much of each item."""

EVERY_PAIR = 900
"""So many pairs of donor and receiver are all offered to the solver; of more, the best for each receiver."""
PAIRS_LOOKED_AT = 250
"""Up to so many donors it is counted whether two of them together can serve a receiver."""


@dataclass(frozen=True, slots=True)
class _Problem:
    """Institutions and items by position: `give` donors x items, `need` receivers x items, `far` donors x receivers."""

    donors: tuple[int, ...]
    receivers: tuple[int, ...]
    items: tuple[str, ...]
    give: Ints
    need: Ints
    far: Ints

    @property
    def fitting(self) -> Ints:
        """How many cells of each item all surpluses together can mend."""
        asked = np.where(self.need > 0, self.need, np.iinfo(np.int64).max // 2**12)
        sums = np.cumsum(np.sort(asked, axis=0), axis=0)
        counts = (sums <= self.give.sum(axis=0)).sum(axis=0)
        return np.minimum(counts, (self.need > 0).sum(axis=0))

    @property
    def forced(self) -> Flags:
        """The cells that every plan must mend: those of items of which there is enough for all."""
        return (self.need > 0) & (self.fitting == (self.need > 0).sum(axis=0))


def plan(
    surpluses: Iterable[Surplus],
    shortages: Iterable[Shortage],
    *,
    places: Mapping[int, str] | None = None,
    seconds: float = 10.0,
    donors_each: int = 10,
) -> MendingPlan:
    """Find the moves.

    Args:
        surpluses: what each institution can give and still last the reserve itself.
        shortages: what each short cell needs; an institution may give one item and need another.
        places: division of each institution; nearness decides between plans of as many moves.
        seconds: the longest that the solver may search.
        donors_each: how many donors the solver is offered for each receiver of a large area.
    """
    wanted = [each for each in shortages if each.quantity > 0]
    problem = _problem([each for each in surpluses if each.quantity > 0], wanted, places or {})
    if problem is None:
        return MendingPlan((), (), tuple(wanted), 0, 0)
    most = int(problem.fitting.sum())
    best = _construct(problem, _smallest_needs(problem))
    bound = _counted_bound(problem)
    if len(best) > bound:
        found, proven = _solve(problem, best, seconds, donors_each)
        bound = max(bound, proven)
        if found is not None and _cost(problem, found) < _cost(problem, best):
            best = found
    return _result(problem, best, wanted, most, min(bound, len(best)))


def _problem(
    surpluses: Sequence[Surplus], shortages: Sequence[Shortage], places: Mapping[int, str]
) -> _Problem | None:
    items = tuple(sorted({each.item for each in shortages} & {each.item for each in surpluses}))
    if not items:
        return None
    place = {item: n for n, item in enumerate(items)}
    donors = tuple(sorted({each.organization for each in surpluses if each.item in place}))
    receivers = tuple(sorted({each.organization for each in shortages if each.item in place}))
    give = np.zeros((len(donors), len(items)), dtype=np.int64)
    need = np.zeros((len(receivers), len(items)), dtype=np.int64)
    for table, rows, known in ((give, donors, surpluses), (need, receivers, shortages)):
        row = {organization: n for n, organization in enumerate(rows)}
        for each in known:
            if each.item in place:
                table[row[each.organization], place[each.item]] += each.quantity
    return _Problem(donors, receivers, items, give, need, _far(donors, receivers, places))


def _far(donors: Sequence[int], receivers: Sequence[int], places: Mapping[int, str]) -> Ints:
    """How far apart donors and receivers are: 0 in one town, 1 in one county, 2 else."""
    from_, to = [
        np.array([places.get(each, "") for each in ends], dtype="U14")
        for ends in (donors, receivers)
    ]
    near = np.zeros((len(from_), len(to)), dtype=np.int64)
    for length in (6, 9):
        parts, others = from_.astype(f"U{length}"), to.astype(f"U{length}")
        near += (parts[:, None] == others[None, :]) & (np.char.str_len(parts) == length)[:, None]
    return 2 - near


def _smallest_needs(problem: _Problem) -> Flags:
    """As many cells of each item as can be mended, the smallest needs first."""
    chosen = np.zeros(problem.need.shape, dtype=bool)
    for item, count in enumerate(problem.fitting):
        needs = problem.need[:, item]
        asking = np.flatnonzero(needs)
        chosen[asking[np.argsort(needs[asking], kind="stable")[:count]], item] = True
    return chosen


def _construct(problem: _Problem, chosen: Flags) -> Moves:
    """Moves that mend the chosen cells: always the one that mends the most cells at once.

    What a donor can do only grows less, so each receiver waits in a heap under the best it could get when it was
    looked at, and is looked at again when it comes up.
    """
    left, open_ = problem.give.copy(), np.where(chosen, problem.need, 0)
    moves: Moves = {}
    waiting = [(-np.inf, int(receiver)) for receiver in np.flatnonzero(open_.any(axis=1))]
    while waiting:
        _, receiver = heapq.heappop(waiting)
        score, donor = _best_donor(left, open_[receiver], problem.far[:, receiver])
        if waiting and -score > waiting[0][0]:
            heapq.heappush(waiting, (-score, receiver))
            continue
        if score > 0:
            carried = np.where(left[donor] >= open_[receiver], open_[receiver], 0)
        else:  # nobody can mend a cell of anybody alone: the largest need takes from the largest surplus
            donor = int(np.argmax(left[:, np.argmax(open_[receiver])]))
            carried = np.minimum(left[donor], open_[receiver])
        moves[donor, receiver] = moves.get((donor, receiver), 0) + carried
        left[donor] -= carried
        open_[receiver] -= carried
        if open_[receiver].any():
            heapq.heappush(waiting, (-np.inf, receiver))
    return moves


def _best_donor(left: Ints, needs: Ints, far: Ints) -> tuple[float, int]:
    """Who can mend the most cells of a receiver alone, and how well: 0 if nobody can any.

    Among as good ones the one that has the least, so that large reserves stay for large needs, then the nearest.
    """
    asked = needs > 0
    whole = (left[:, asked] >= needs[asked]).sum(axis=1)
    size = (left / np.maximum(left.sum(axis=0), 1)).mean(axis=1)
    score = whole + (whole == asked.sum()) / 2 - size / 4 + (2 - far) / 1024
    score = np.where(whole > 0, score, 0.0)
    donor = int(np.argmax(score))
    return float(score[donor]), donor


def _counted_bound(problem: _Problem) -> int:
    """Moves that every plan needs: for each receiver as many as no fewer donors could carry, were it alone."""
    moves = sum(
        _fewest_donors(problem.give, needs) for needs in np.where(problem.forced, problem.need, 0)
    )
    return max(moves, int(problem.fitting.max(initial=0)))  # fmt: skip


def _fewest_donors(give: Ints, needs: Ints) -> int:
    """How many donors it takes at least to bring what one receiver must get; 3 stands for more than two."""
    asked = np.flatnonzero(needs)
    if not asked.size:
        return 0
    offers, needs = give[:, asked], needs[asked]
    if (offers >= needs).all(axis=1).any():
        return 1
    if len(offers) > PAIRS_LOOKED_AT:
        return 2
    together = offers[:, None, :] + offers[None, :, :] >= needs
    return 2 if together.all(axis=2).any() else 3


def _candidates(problem: _Problem, start: Moves, donors_each: int) -> list[tuple[int, int]]:
    """The pairs offered to the solver: all of a small area, else for each receiver the donors that fit it best."""
    carries = (problem.give > 0).astype(np.int64) @ (problem.need > 0).astype(np.int64).T > 0
    if carries.sum() <= EVERY_PAIR:
        return [(int(d), int(r)) for d, r in np.argwhere(carries)]
    offered = set(start)
    size = problem.give.sum(axis=1) / max(1, int(problem.give.sum()))
    for receiver, needs in enumerate(problem.need):
        asked = needs > 0
        part = np.minimum(problem.give[:, asked] / needs[asked], 1).sum(axis=1)
        score = part + size + (2 - problem.far[:, receiver]) / 8
        best = np.argsort(-score, kind="stable")[:donors_each]
        offered |= {(int(d), receiver) for d in best if carries[d, receiver]}
    return sorted(offered)


def _solve(
    problem: _Problem, start: Moves, seconds: float, donors_each: int
) -> tuple[Moves | None, int]:
    """The moves that the solver finds in time, and the fewest that it proves necessary (0 if it saw a part only)."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    pairs = _candidates(problem, start, donors_each)
    programme = _Programme(problem, pairs, penalty=0.9 / (2 * len(start) + 1))
    rows, low, high = programme.constraints()
    matrix = csr_array(
        (rows.values, (rows.rows, rows.columns)), shape=(len(low), programme.variables)
    )
    found = milp(
        programme.costs(),
        integrality=programme.whole_numbers(),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, low, high),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    carries = (problem.give > 0).astype(np.int64) @ (problem.need > 0).astype(np.int64).T > 0
    proven = 0
    if len(pairs) == carries.sum() and found.mip_dual_bound is not None:
        proven = max(0, ceil(found.mip_dual_bound - 0.9 - 1e-6))
    return (None if found.x is None else programme.moves(found.x)), proven


@dataclass(slots=True)
class _Rows:
    """A matrix as it is written: entry by entry."""

    rows: list[int]
    columns: list[int]
    values: list[float]

    def add(self, row: int, column: int, value: float) -> None:
        self.rows.append(row)
        self.columns.append(column)
        self.values.append(value)


class _Programme:
    """The mixed-integer programme: y for each pair, then f for each pair and item, then z for each free cell."""

    def __init__(self, problem: _Problem, pairs: list[tuple[int, int]], *, penalty: float) -> None:
        self.problem, self.pairs, self.penalty = problem, pairs, penalty
        self.parts = [
            (n, item)
            for n, (d, r) in enumerate(pairs)
            for item in np.flatnonzero((problem.give[d] > 0) & (problem.need[r] > 0)).tolist()
        ]
        can = (problem.need > 0) & (problem.need <= problem.give.sum(axis=0))
        self.free = [(int(r), int(i)) for r, i in np.argwhere(can & ~problem.forced)]
        self.variables = len(pairs) + len(self.parts) + len(self.free)

    def costs(self) -> NDArray[np.float64]:
        """One for each pair that moves, and a little for its distance."""
        costs = np.zeros(self.variables)
        costs[: len(self.pairs)] = [1 + self.penalty * self.problem.far[pair] for pair in self.pairs]  # fmt: skip
        return costs

    def whole_numbers(self) -> Ints:
        """Which variables are whole: all but the parts."""
        whole = np.ones(self.variables, dtype=np.int64)
        whole[len(self.pairs) : len(self.pairs) + len(self.parts)] = 0
        return whole

    def constraints(self) -> tuple[_Rows, list[float], list[float]]:
        """The rows, and between what they lie."""
        rows, low, high = _Rows([], [], []), [0.0], [0.0]  # row 0 is empty
        begin, free_begin = len(self.pairs), len(self.pairs) + len(self.parts)
        free = {cell: free_begin + n for n, cell in enumerate(self.free)}
        demand: dict[tuple[int, int], int] = {}
        supply: dict[tuple[int, int], int] = {}

        def new(least: float, most: float) -> int:
            low.append(least)
            high.append(most)
            return len(low) - 1

        forced = [(int(r), int(i)) for r, i in np.argwhere(self.problem.forced)]
        for cell in [*free, *forced]:
            is_free = cell in free
            demand[cell] = new(0.0, 0.0) if is_free else new(1.0, 1.0)
            if is_free:
                rows.add(demand[cell], free[cell], -1.0)
        for n, (pair, item) in enumerate(self.parts):
            donor, receiver = self.pairs[pair]
            if (receiver, item) not in demand:
                continue
            need, give = int(self.problem.need[receiver, item]), int(self.problem.give[donor, item])
            if (donor, item) not in supply:
                supply[donor, item] = new(-np.inf, 1.0)
            rows.add(demand[receiver, item], begin + n, 1.0)
            rows.add(supply[donor, item], begin + n, need / give)
            link = new(-np.inf, 0.0)
            rows.add(link, begin + n, 1.0)
            rows.add(link, pair, -min(1.0, give / need))
        self._add_counts(rows, free, new)
        self._add_fewest(rows, new)
        return rows, low, high

    def _add_counts(
        self, rows: _Rows, free: dict[tuple[int, int], int], new: Callable[[float, float], int]
    ) -> None:
        """As many free cells of each item as can be mended."""
        for item, most in enumerate(self.problem.fitting):
            columns = [column for cell, column in free.items() if cell[1] == item]
            if columns:
                row = new(float(most), np.inf)
                for column in columns:
                    rows.add(row, column, 1.0)

    def _add_fewest(self, rows: _Rows, new: Callable[[float, float], int]) -> None:
        """No receiver can do with fewer donors than it would need alone: says nothing new, but cuts the search."""
        least: dict[int, int] = {}
        for n, (_, receiver) in enumerate(self.pairs):
            if receiver not in least:
                needs = np.where(self.problem.forced[receiver], self.problem.need[receiver], 0)
                fewest = _fewest_donors(self.problem.give, needs)
                least[receiver] = new(float(fewest), np.inf) if fewest else 0
            if least[receiver]:
                rows.add(least[receiver], n, 1.0)

    def moves(self, x: NDArray[np.float64]) -> Moves | None:
        """Whole quantities over the pairs that the solver chose; None if rounding broke them."""
        moving = {self.pairs[n] for n in np.flatnonzero(x[: len(self.pairs)] > 0.5)}
        chosen = self.problem.forced.copy()
        for cell, value in zip(self.free, x[len(self.pairs) + len(self.parts) :], strict=True):
            chosen[cell] = value > 0.5
        return _whole_flow(self.problem, sorted(moving), chosen)


def _whole_flow(problem: _Problem, pairs: list[tuple[int, int]], chosen: Flags) -> Moves | None:
    """Quantities that mend the chosen cells over given pairs, item by item; None if they cannot."""
    moves: Moves = {}
    for item in range(len(problem.items)):
        needs = np.where(chosen[:, item], problem.need[:, item], 0)
        ways = [(d, r) for d, r in pairs if needs[r] > 0 and problem.give[d, item] > 0]
        flow = _carried(problem.give[:, item], needs, ways, problem.far)
        if flow is None:
            return None
        for pair, quantity in flow:
            moves.setdefault(pair, np.zeros(len(problem.items), dtype=np.int64))[item] = quantity
    return moves


def _carried(
    give: Ints, needs: Ints, ways: list[tuple[int, int]], far: Ints
) -> list[tuple[tuple[int, int], int]] | None:
    """A flow of one item in whole units: a corner of a transport problem is whole."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    if not ways:
        return None if needs.any() else []
    donors, receivers = np.array(ways).T
    each, ones = np.arange(len(ways)), np.ones(len(ways))
    taken = csr_array((ones, (donors, each)), shape=(len(give), len(ways)))
    brought = csr_array((ones, (receivers, each)), shape=(len(needs), len(ways)))
    asked = np.flatnonzero(needs > 0)
    solved = linprog(
        far[donors, receivers] + 1.0, A_ub=taken, b_ub=give, A_eq=brought[asked], b_eq=needs[asked], method="highs-ds",
    )  # fmt: skip
    if not solved.success:
        return None
    amounts = np.rint(solved.x).astype(np.int64)
    whole = (brought @ amounts == needs).all() and (taken @ amounts <= give).all()
    if not whole:
        return None
    return [(way, int(n)) for way, n in zip(ways, amounts, strict=True) if n]


def _cost(problem: _Problem, moves: Moves) -> tuple[int, int]:
    return len(moves), int(sum(problem.far[pair] for pair in moves))


def _result(
    problem: _Problem, moves: Moves, wanted: Sequence[Shortage], most: int, bound: int
) -> MendingPlan:
    brought: dict[tuple[int, str], int] = {}
    shipments = []
    for (d, r), quantities in sorted(moves.items()):
        items = {problem.items[n]: int(q) for n, q in enumerate(quantities) if q}
        shipments.append(Shipment(problem.donors[d], problem.receivers[r], items))
        for item, quantity in items.items():
            key = problem.receivers[r], item
            brought[key] = brought.get(key, 0) + quantity
    is_mended = [brought.get((each.organization, each.item), 0) >= each.quantity for each in wanted]
    return MendingPlan(
        tuple(shipments),
        tuple(each for each, yes in zip(wanted, is_mended, strict=True) if yes),
        tuple(each for each, yes in zip(wanted, is_mended, strict=True) if not yes),
        most,
        bound,
    )
