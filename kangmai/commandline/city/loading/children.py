"""Children of the invented city in their programmes: screened, visited at home, checked, with Chinese medicine."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from kangmai.commandline.city.loading.chosen import Chosen, Seen
from kangmai.commandline.city.streams import YEAR_DAYS
from kangmai.kernel import definitions

CHECKS = (
    (30, "m1", 4.3, 54.7, 37.2), (91, "m3", 6.2, 61.4, 40.5), (183, "m6", 7.8, 67.6, 43.3), (243, "m8", 8.6, 70.6, 44.5),
    (365, "m12", 9.3, 74.9, 45.5), (548, "m18", 10.6, 81.5, 46.7), (731, "m24", 11.9, 87.1, 47.7), (913, "m30", 12.9, 91.5, 48.4),
    (1096, "m36", 14.1, 95.6, 49.1), (1461, "y4", 16.2, 102.9, 50.0), (1826, "y5", 18.3, 109.7, 50.6), (2192, "y6", 20.4, 115.6, 51.2),
)  # fmt: skip
"""Days of life, occasion, usual weight, length and head circumference of each check."""
KEPT_DAYS = 760
"""Visits of two years are on record."""
SPREAD_DAYS = 14
MISSED = 0.06
WITH_TCM = {f"m{months}": f"t{months}" for months in (6, 12, 18, 24, 30, 36)}
TCM_PART = 0.85
LEAST_THRIVING = 0.88


def child(people: Any, row: int, on: date, chance: float) -> Chosen:
    """A child under management since birth: most checks were kept, one child in twelve thrives less and less."""
    born: date = people.birth_on[row].astype(object)
    lived = (on - born).days
    visits = [Seen("newborn", lived - 6, {"temperature": 36.8, "weight": 3.4}, "nb")]
    for turn, check in enumerate(CHECKS):
        drawn = (chance * 997 * (turn + 1)) % 1
        day = check[0] + int(SPREAD_DAYS * drawn)
        if drawn >= MISSED and lived - KEPT_DAYS < day < lived:
            visits += _checked(lived - day, check, turn, chance)
    reached = tuple(each for each in visits if 0 < each.days_ago < lived)
    return Chosen(row, "child", min(born + timedelta(3), on), {}, reached)


def _checked(
    days_ago: int, check: tuple[int, str, float, float, float], turn: int, chance: float
) -> Iterator[Seen]:
    _days, occasion, weight, length, head = check
    thrives = max(1 - 0.04 * turn, LEAST_THRIVING) if chance < 1 / 12 else 1
    facts = {
        "weight": number(weight * 0.88 * thrives, weight * 1.12 * thrives, chance),
        "length": number(length * 0.97, length * 1.03, chance),
        "head": number(head * 0.98, head * 1.02, chance),
    }
    yield Seen("check", days_ago, facts, occasion)
    if occasion in WITH_TCM and (chance * 31 * (turn + 1)) % 1 < TCM_PART:
        yield Seen("tcm", days_ago, {}, WITH_TCM[occasion])


def number(low: float, high: float, chance: float) -> Decimal:
    """A value between two, to one decimal."""
    return Decimal(str(round(low + (high - low) * chance, 1)))


def blood_spot(people: Any, row: int, on: date, chance: float) -> Chosen:
    """Of a hundred newborns one has no sample, two are recalled, and one of these has not come back."""
    seen: list[tuple[int, dict[str, str | float]]] = []
    if chance < 0.99:
        seen = [(4, {"step": "collected"}), (13, {"step": "result", "result": "pass"})]
    if chance < 0.02:
        seen[1] = (13, {"step": "result", "result": "suspected", "tsh": 26.5})
    if chance < 0.01:
        seen.append((19, {"step": "recall", "result": "pass", "tsh": 8.1}))
    return _newborn(people, row, on, "newborn_blood", seen)


def hearing(people: Any, row: int, on: date, chance: float) -> Chosen:
    """A newborn's first test of hearing; one in seven does not pass on the left."""
    ear = "refer" if chance > 0.85 else "pass"
    first = {"step": "first", "technique": "oae", "left": ear, "right": "pass"}
    return _newborn(people, row, on, "newborn_hearing", [(3, first)])


def heart(people: Any, row: int, on: date, chance: float) -> Chosen:
    """A newborn's oxygen saturation and heart sounds."""
    hand, foot = 97 + int(2 * chance), 98 - int(2 * chance)
    first = {
        "step": "first",
        "hand": hand,
        "foot": foot,
        "gap": abs(hand - foot),
        "murmur": chance > 0.93,
    }
    return _newborn(people, row, on, "newborn_heart", [(1, first)])


def _newborn(
    people: Any, row: int, on: date, programme: str, seen: Sequence[tuple[int, dict[str, Any]]]
) -> Chosen:
    """A newborn's screening; what is done lies so many days after birth."""
    born: date = people.birth_on[row].astype(object)
    lived = (on - born).days
    visits = tuple(
        Seen("screening", lived - days, facts, "" if turn else FIRST_OF[programme])
        for turn, (days, facts) in enumerate(seen)
        if days < lived
    )
    return Chosen(row, programme, born, {}, visits)


FIRST_OF = {"newborn_blood": "sample", "newborn_hearing": "test", "newborn_heart": "test"}


def subsidised(people: Any, row: int, on: date, chance: float) -> Chosen:
    """A child under three whose parents were paid for the years of life before, and asked for this one's."""
    born: date = people.birth_on[row].astype(object)
    lived = (on - born).days
    year = min(int(lived / YEAR_DAYS) + 1, 3)
    after = 1 + int(50 * chance)
    paid = {"result": "paid", "amount": 3600}
    seen = [
        Seen("payment", days, paid, f"y{each}")
        for each in range(1, year)
        if (days := _paid_ago(born, each, after, on)) is not None
    ]
    latest = (
        {"result": "waiting"} if chance < 0.1 else {"result": "approved"} if chance < 0.3 else paid
    )
    seen.append(
        Seen("payment", min(after, int(lived - (year - 1) * YEAR_DAYS)), latest, f"y{year}")
    )
    since = max(born, on - timedelta(seen[0].days_ago + 10))
    return Chosen(row, "childcare_subsidy", since, {}, tuple(seen))


def _paid_ago(born: date, year: int, after: int, on: date) -> int | None:
    """How many days ago a year of life was paid for; none where its time was over when the programme began.

    Years whose time ran when it began were paid one day after the other: a service is done once a day.
    """
    programme = definitions.get("programmes", "programme", "childcare_subsidy", on=on)
    begins = born + timedelta(int((year - 1) * YEAR_DAYS))
    day = max(begins, programme.effective_from) + timedelta(after + year)
    return (on - day).days if day < begins + timedelta(int(2 * YEAR_DAYS)) else None
