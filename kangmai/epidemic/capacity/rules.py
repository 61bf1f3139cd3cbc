"""How numbers of rooms are read, how beds add up, and into which state a room goes. Pure."""

import re
from collections.abc import Iterable

from kangmai.epidemic.capacity.errors import BedsDoNotAdd, NumberUnreadable, StaffedBeyondSetUp
from kangmai.epidemic.capacity.rulebook import rule
from kangmai.epidemic.capacity.types import Beds, RoomState
from kangmai.kernel.words import Words

__all__ = ["after_leaving", "check_beds", "numbers", "rule"]

MOST_ROOMS = 500
_ONE = re.compile(r"[0-9A-Za-z一-鿿#.-]{1,20}")
_RANGE = re.compile(r"([A-Za-z]{0,4})(\d{1,6})-(\d{1,6})")


def numbers(text: str) -> tuple[str, ...]:
    """The rooms that `301-320, 401 402` names, each once, in the order named.

    Raises:
        NumberUnreadable: a word that is neither number nor range, a range that runs backwards, too many rooms.
    """
    found: dict[str, None] = {}
    for word in re.split(r"[\s,，、;；]+", text.strip()):
        for number in _expanded(word):
            found[number] = None
    if not found or len(found) > MOST_ROOMS:
        raise NumberUnreadable(number=text[:40], most=MOST_ROOMS)
    return tuple(found)


def _expanded(word: str) -> Iterable[str]:
    if (match := _RANGE.fullmatch(word)) is not None:
        letters, low, high = match[1], match[2], match[3]
        if len(low) != len(high) or not 0 <= int(high) - int(low) < MOST_ROOMS:
            raise NumberUnreadable(number=word, most=MOST_ROOMS)
        return [f"{letters}{n:0{len(low)}}" for n in range(int(low), int(high) + 1)]
    if not _ONE.fullmatch(word):
        raise NumberUnreadable(number=word[:40], most=MOST_ROOMS)
    return [word]


def check_beds(beds: Beds, *, ward: Words) -> None:
    """Let pass beds of which no more are used than staffed, and no more staffed than set up.

    Raises: BedsDoNotAdd, StaffedBeyondSetUp.
    """
    if beds.staffed > beds.set_up:
        raise StaffedBeyondSetUp(ward=ward, staffed=beds.staffed, set_up=beds.set_up)
    values = (
        beds.set_up,
        beds.staffed,
        beds.occupied,
        beds.reserved,
        beds.disinfecting,
        beds.blocked,
    )
    if min(values) < 0 or beds.free < 0 or max(values) > 100_000:
        raise BedsDoNotAdd(ward=ward, used=beds.staffed - beds.free, staffed=beds.staffed)


def after_leaving(state: RoomState, taken: int) -> RoomState:
    """What a room is when one claim on it ends: a room that was slept in is cleaned before the next guest."""
    if taken > 1:
        return state
    return RoomState.CLEANING if state is RoomState.OCCUPIED else RoomState.FREE
