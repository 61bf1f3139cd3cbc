"""One scan at a door: those that arrive together share one transaction and one wait for the disk."""

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import psycopg

from kangmai.epidemic.venues import rules
from kangmai.epidemic.venues.actions.intake import take_scans
from kangmai.epidemic.venues.types import Scan, Scans, Told
from kangmai.kernel.errors import Unavailable

MOST = 500
GATHER_SECONDS = 0.003
"""The longest that who writes next waits for company."""
OF_ONE = (ArithmeticError, ValueError, psycopg.DataError)
"""What one scan's values can break, and the others' cannot: then each is written by itself."""


def _closed_gate() -> threading.Lock:
    gate = threading.Lock()
    gate.acquire()
    return gate


@dataclass(eq=False, slots=True)
class _Waiting:
    scan: Scan
    at: datetime
    told: Told | None = None
    error: Exception | None = None
    gate: threading.Lock = field(default_factory=_closed_gate)
    """Opens when the answer is there, or when it is this one's turn to write for all who wait."""

    @property
    def is_served(self) -> bool:
        return self.told is not None or self.error is not None


@dataclass(slots=True)
class _Doorstep:
    """Who comes while another's scans are being written waits and is written with all who wait.

    One writes at a time. When he is done he wakes the next to write before those he wrote for, so that
    the disk is busy while they leave: everybody wakes once, and nobody queues for a lock he does not need.

    What a group costs hardly depends on its size. So who writes next waits for a moment until half as many stand
    there as were just served: these are coming back with their next scan. Where one comes alone after another,
    he waits for nobody.
    """

    waiting: list[_Waiting] = field(default_factory=list)
    is_busy: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)
    wanted: int = 0
    """How many the next writer waits for; 0 while nobody does."""
    enough: threading.Event = field(default_factory=threading.Event)

    def enter(self, scan: Scan, at: datetime) -> Told:
        own = _Waiting(scan, at)
        with self.lock:
            self.waiting.append(own)
            waits, self.is_busy = self.is_busy, True
            if self.wanted and len(self.waiting) >= self.wanted:
                self.wanted = 0
                self.enough.set()
        if waits:
            own.gate.acquire()
        if not own.is_served:
            self._serve_all_who_wait(gather=waits)
        if own.error is not None:
            raise own.error
        assert own.told is not None
        return own.told

    def _serve_all_who_wait(self, *, gather: bool) -> None:
        if gather:
            self.enough.wait(GATHER_SECONDS)
        with self.lock:
            self.wanted = 0
            self.enough.clear()
            group, self.waiting = self.waiting[:MOST], self.waiting[MOST:]
        try:
            _write(group)
        finally:
            with self.lock:
                self.is_busy = bool(self.waiting)
                if self.waiting:
                    half = min(len(group), MOST) // 2
                    if len(self.waiting) >= half:
                        self.enough.set()
                    else:
                        self.wanted = half
                    self.waiting[0].gate.release()
            for each in group:
                if not each.is_served:
                    each.error = Unavailable()
                each.gate.release()


def _write(group: Sequence[_Waiting]) -> None:
    try:
        found = take_scans(
            scans=_columns([each.scan for each in group]),
            wants_answers=True,
            at=max(each.at for each in group),
        )
    except Exception as error:
        if len(group) > 1 and isinstance(error, OF_ONE):
            for each in group:
                _write([each])
            return
        for each in group:
            each.error = error
        return
    for each, told in zip(group, found.answers, strict=True):
        each.told = told


_doorstep = _Doorstep()


def scan(*, scan: Scan, at: datetime) -> Told:
    """Keep one scan and tell what is said at the door; when this returns it is on the disk.

    The gate is asked by `take_scans`, once for all who wait.

    Raises:
        NoOrderInForce
    """
    return _doorstep.enter(scan, at)


def client_number(text: str) -> int:
    """What a sender called a scan, as the number under which it is kept."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), signed=True)


def _columns(scans: Sequence[Scan]) -> Scans:
    def column(values: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array(values, np.int64)

    return Scans(
        client=column([client_number(each.client) for each in scans]),
        at=column([rules.second_of(each.scanned_at) for each in scans]),
        passes=column([each.pass_number for each in scans]),
        entrances=tuple(each.entrance for each in scans)
        if len({each.entrance for each in scans}) > 1
        else (scans[0].entrance,),
        sources=column([each.source for each in scans]),
        channels=column([each.channel for each in scans]),
        own_venues=column([each.own_venue for each in scans]),
    )
