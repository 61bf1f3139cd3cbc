"""Writes that arrive together share one database transaction, so that they wait for the disk together.

The first to arrive leads: it commits its own draft, and with it those that wait, then it hands the lead to
the first that came meanwhile. Nobody waits for company: alone, a write is committed at once. A draft that
is refused leaves the others alone. Where the transaction itself fails, each draft is tried by itself, so
that only who caused the failure sees it.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import psycopg

from kangmai.records.errors import Overloaded
from kangmai.records.transactions.committing import FEW, Result
from kangmai.records.transactions.drafting import Draft

LEADERS = 2
"""Transactions at once: while one waits for the disk, the next is prepared."""
PATIENCE_SECONDS = 20


def _closed_gate() -> threading.Lock:
    gate = threading.Lock()
    gate.acquire()
    return gate


@dataclass(eq=False, slots=True)
class _Ticket:
    """A draft that waits behind a gate, which opens when it is done or shall lead."""

    draft: Draft
    gate: threading.Lock = field(default_factory=_closed_gate)
    leads: bool = False
    result: Result | None = None
    failure: BaseException | None = None


def _copied(error: BaseException) -> BaseException:
    """The same error for another thread, which adds a traceback of its own; `copy.copy` would call the constructor."""
    copied = type(error).__new__(type(error), *error.args)
    copied.__dict__.update(error.__dict__)
    return copied


class Join:
    """Gathers drafts for `commit`, which writes several in one transaction of its own."""

    def __init__(self, commit: Callable[[Sequence[Draft]], list[Result]]) -> None:
        self._commit = commit
        self._lock = threading.Lock()
        self._waiting: list[_Ticket] = []
        self._leaders = 0

    def submit(self, draft: Draft) -> Result:
        """Have a draft written, and return once it is safe.

        Raises:
            Overloaded: its turn did not come in time; nothing was done.
            What `commit` raises for this draft alone.
        """
        ticket = _Ticket(draft)
        with self._lock:
            ticket.leads = self._leaders < LEADERS
            if ticket.leads:
                self._leaders += 1
            else:
                self._waiting.append(ticket)
        if not ticket.leads:
            self._wait(ticket)
        if ticket.leads:
            self._lead(ticket)
        if ticket.failure is not None:
            raise ticket.failure
        assert ticket.result is not None
        return ticket.result

    def _wait(self, ticket: _Ticket) -> None:
        """Until the ticket is done, or is given the lead."""
        if ticket.gate.acquire(timeout=PATIENCE_SECONDS):
            return
        with self._lock:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                raise Overloaded()
        ticket.gate.acquire()

    def _lead(self, own: _Ticket) -> None:
        """Commit the own draft together with what waits, then pass the lead on."""
        company = self._company(own)
        try:
            self._settle([own, *company])
        finally:
            for ticket in company:
                ticket.gate.release()
            with self._lock:
                heir = self._waiting.pop(0) if self._waiting else None
                if heir is None:
                    self._leaders -= 1
                else:
                    heir.leads = True
            if heir is not None:
                heir.gate.release()

    def _company(self, own: _Ticket) -> list[_Ticket]:
        """Those that wait and can go with a draft: no two may change one resource."""
        changed, room = set(own.draft.changed), FEW - len(own.draft.prepared)
        company: list[_Ticket] = []
        with self._lock:
            for ticket in list(self._waiting):
                size = len(ticket.draft.prepared)
                if size <= room and changed.isdisjoint(ticket.draft.changed):
                    changed |= ticket.draft.changed
                    room -= size
                    company.append(ticket)
                    self._waiting.remove(ticket)
        return company

    def _settle(self, tickets: Sequence[_Ticket]) -> None:
        """Give every ticket its result or its failure."""
        try:
            results = self._commit([ticket.draft for ticket in tickets])
        except BaseException as error:
            # only a failure that the server has told us of is sure to have undone everything
            is_undone = isinstance(error, psycopg.Error) and error.sqlstate is not None
            if is_undone and len(tickets) > 1:
                for ticket in tickets:
                    self._settle([ticket])
                return
            for ticket in tickets:
                ticket.failure = _copied(error)
            return
        for ticket, result in zip(tickets, results, strict=True):
            ticket.result = result
