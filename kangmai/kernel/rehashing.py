"""Give keyed hashes a new key while the house works: what is searched for is found before, during and after.

In four steps, each of which a run that was cut off, however hard, is taken up at:

1. the new key is looked under, too, the old one still written;
2. the new one is written, both are looked under;
3. room by room, batch by batch, what stands under the old key is hashed anew; how far it came commits with
   each batch;
4. the new key alone is looked under.

Between the first three all processes have time to read the keyring again and to end what they began with
the one they had. What the database stands under is kept in it, so that a backup from before a rotation,
restored beside a newer keyring, is brought up by running it again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from kangmai.kernel import audit, sealing
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.state import find_state, put_state

STATE = "keyed hashes"
BATCH_ROWS = 500
After = list[int] | None
"""Where a room came to, in a form of its own; None at the beginning, and at the end."""


@dataclass(frozen=True, slots=True)
class HashedRoom:
    """What a room keeps under keyed hashes.

    `batch` hashes the next rows anew within the transaction that is open: from where it came to and how
    many to where it is now (None: that was all) and how many it did. It may be called again for rows that
    are done.
    """

    name: str
    purposes: tuple[str, ...]
    batch: Callable[[After, int, datetime], tuple[After, int]]


@dataclass(frozen=True, slots=True)
class Rehashing:
    """What a rotation of blind keys came to: the version, whether an earlier run was taken up, rows by room."""

    version: int
    is_continued: bool
    done: dict[str, int]


def rotate_hashes(
    rooms: Sequence[HashedRoom],
    *,
    path: Path,
    pause: Callable[[], None],
    rows: int = BATCH_ROWS,
    report: Callable[[str, int], None],
    actor: Actor,
    at: datetime,
) -> Rehashing:
    """Put a new blind key in the place of the present one; a rotation that was cut off is finished first.

    Args:
        path: the keyring's file.
        pause: waits until other processes have read the keyring again.
        rows: of a batch, each of which is one transaction.
        report: told the room and how many are done, after each batch.

    Raises:
        NotPermitted
        SealBroken: a value cannot be opened; what was done before stays done.
    """
    require(actor, "identity.keys")
    purposes = [purpose for room in rooms for purpose in room.purposes]
    is_continued = _take_up(path, purposes)
    new, old = _begin(path, purposes)
    _write_down(new, is_continued, actor=actor, at=at)
    pause()
    sealing.set_live(path, dict.fromkeys(purposes, (new, old)))
    pause()
    done = {room.name: _rehash(room, new, rows, report, at) for room in rooms}
    with transaction.atomic():
        put_state(STATE, {"version": new}, at=at)
    sealing.set_live(path, dict.fromkeys(purposes, (new,)))
    return Rehashing(new, is_continued, done)


def stands_under() -> int:
    """The version of the blind key that this database's hashes stand under, once no rotation is under way."""
    return int((find_state(STATE) or {}).get("version", sealing.FIRST))


def _take_up(path: Path, purposes: Sequence[str]) -> bool:
    """Whether a rotation is under way; one that a restored database missed is put under way again."""
    live = {purpose: sealing.keyring().live(purpose) for purpose in purposes}
    if any(len(each) > 1 for each in live.values()):
        return True
    behind = stands_under()
    if all(each == (behind,) for each in live.values()):
        return False
    sealing.set_live(path, {name: (max(each), behind) for name, each in live.items()})
    return True


def _begin(path: Path, purposes: Sequence[str]) -> tuple[int, int]:
    """The new version and the old one; a new key is made where no rotation is under way."""
    live = {version for purpose in purposes for version in sealing.keyring().live(purpose)}
    if len(live) == 1:
        live.add(sealing.add_blind_key(path))
    new, old = max(live), min(live)
    if not all(sealing.keyring().live(purpose) == (new, old) for purpose in purposes):
        sealing.set_live(path, dict.fromkeys(purposes, (old, new)))
    return new, old


def _write_down(version: int, is_continued: bool, *, actor: Actor, at: datetime) -> None:
    audit.record(
        actor=actor,
        at=at,
        action="keys.rotate",
        object_type="Keyring",
        object_id=f"hashes {version}",
        details={"continued": is_continued},
    )


def _rehash(
    room: HashedRoom, version: int, rows: int, report: Callable[[str, int], None], at: datetime
) -> int:
    name = f"{STATE} {room.name}"
    known = find_state(name) or {}
    if known.get("version") != version:
        known = {"version": version, "after": None, "done": 0, "is_whole": False}
    while not known["is_whole"]:
        with transaction.atomic():
            after, count = room.batch(known["after"], rows, at)
            known |= {
                "after": after,
                "done": known["done"] + count,
                "is_whole": after is None,
            }
            put_state(name, known, at=at)
        report(room.name, known["done"])
    return int(known["done"])
