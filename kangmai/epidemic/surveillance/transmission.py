"""Who infected whom in an event: links that investigators assert, a forest without circles, its figures. Pure.

A link is asserted, never inferred. A line has at most one infector, so the links are trees once no chain
returns to where it began. The serial interval of a link is the time between the two days of onset; a
negative one is possible (infection before symptoms) and is shown for a second look, not refused.

Source: Haydon et al. 2003, Proc R Soc B 270:121 (https://doi.org/10.1098/rspb.2002.2191), epidemic trees
and case reproduction numbers.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from kangmai.epidemic.surveillance.errors import LinkCircle


@dataclass(frozen=True, slots=True)
class Person:
    """A line of the list as the tree sees it."""

    number: int
    infector: int | None
    onset_on: date | None


@dataclass(frozen=True, slots=True)
class Node:
    """A person with a link: how many links lie before, whom he infected, and his row in the figure."""

    number: int
    infector: int | None
    onset_on: date | None
    generation: int
    infected: int
    row: int
    interval_days: int | None
    """From the infector's onset to his own; None where one of them is not known."""


@dataclass(frozen=True, slots=True)
class Forest:
    """The trees of an event, each person after his infector."""

    nodes: tuple[Node, ...]
    unlinked: int
    """Persons who neither have nor are an infector."""

    @property
    def links(self) -> int:
        """How many links there are."""
        return sum(each.infector is not None for each in self.nodes)

    @property
    def roots(self) -> tuple[int, ...]:
        """Infectors whose own infector nobody knows."""
        return tuple(each.number for each in self.nodes if each.infector is None)

    @property
    def by_generation(self) -> Mapping[int, int]:
        """Persons by the number of links before them."""
        return dict(sorted(Counter(each.generation for each in self.nodes).items()))

    @property
    def most_infected(self) -> tuple[Node, ...]:
        """Those who infected most, the most first; nobody who infected none."""
        found = [each for each in self.nodes if each.infected]
        return tuple(sorted(found, key=lambda each: (-each.infected, each.number)))

    @property
    def mean_infected(self) -> float | None:
        """Infected by each linked person on average; the last generation may still infect others."""
        return self.links / len(self.nodes) if self.nodes else None

    @property
    def mean_interval_days(self) -> float | None:
        """The mean serial interval of the links whose two days of onset are known."""
        known = [each.interval_days for each in self.nodes if each.interval_days is not None]
        return sum(known) / len(known) if known else None

    @property
    def backward(self) -> tuple[Node, ...]:
        """Persons who fell ill before whom they are said to have it from."""
        return tuple(each for each in self.nodes if (each.interval_days or 0) < 0)


def require_no_circle(links: Mapping[int, int], *, infected: int, infector: int) -> None:
    """Let pass a link that closes no circle with those that stand.

    Args:
        links: infector by infected; the link that stands for `infected` is the one to be replaced.

    Raises:
        LinkCircle
    """
    chain = [infected, infector]
    while chain[-1] != infected:
        above = links.get(chain[-1])
        if above is None:
            return
        if above in chain[1:]:
            # a circle that does not pass through the new link: kept from growing, not made by it
            return
        chain.append(above)
    raise LinkCircle(chain=" ← ".join(map(str, chain)))


def forest(persons: Iterable[Person]) -> Forest:
    """The trees of an event: roots by day of onset, below each those whom he infected by theirs."""
    by_number = {each.number: each for each in persons}
    infected: dict[int, list[Person]] = {}
    for each in by_number.values():
        if each.infector in by_number:
            infected.setdefault(each.infector, []).append(each)
    linked = {n for n, each in by_number.items() if each.infector in by_number} | set(infected)
    roots = [by_number[n] for n in linked if by_number[n].infector not in by_number]
    nodes: list[Node] = []
    waiting = [(each, 0) for each in sorted(roots, key=_by_onset, reverse=True)]
    while waiting:
        person, generation = waiting.pop()
        below = sorted(infected.get(person.number, ()), key=_by_onset)
        above = by_number.get(person.infector) if person.infector is not None else None
        nodes.append(
            Node(
                person.number,
                above.number if above else None,
                person.onset_on,
                generation,
                len(below),
                len(nodes),
                _interval(above, person),
            )
        )
        waiting += [(each, generation + 1) for each in reversed(below)]
    return Forest(tuple(nodes), len(by_number) - len(linked))


def _interval(above: Person | None, person: Person) -> int | None:
    if above is None or above.onset_on is None or person.onset_on is None:
        return None
    return (person.onset_on - above.onset_on).days


def _by_onset(person: Person) -> tuple[date, int]:
    return person.onset_on or date.max, person.number
