"""Load one town: its people and their history in blocks, each block one transaction.

A town that was cut off goes on with its next block: its columns are made again as they were.
"""

import gc
from datetime import UTC, datetime

from django.db import connection, transaction

from kangmai.commandline.city.city import town_of
from kangmai.commandline.city.columns import History, TownChunk, block_of, history_of_block
from kangmai.commandline.city.history import town_history
from kangmai.commandline.city.infections import (
    Infections,
    infections_of_block,
    school_absence,
    town_infections,
)
from kangmai.commandline.city.loading.contracts import load_town_contracts
from kangmai.commandline.city.loading.infections import load_absence, load_infections
from kangmai.commandline.city.loading.network import load_places
from kangmai.commandline.city.loading.newborns import load_newborns
from kangmai.commandline.city.loading.people import load_history, load_people
from kangmai.commandline.city.loading.programme import load_programme
from kangmai.commandline.city.loading.services import load_services
from kangmai.commandline.city.loading.work import Work, loaded_of, note_town

BLOCK = 4000
"""Residents a transaction: bulk writes commit every few seconds."""


def load_town(work: Work, order: int) -> int:
    """Load what is missing of a town; returns how many people it has."""
    chunk = town_of(work.city, order)
    history = town_history(work.city, chunk)
    ill = town_infections(work.city, chunk)
    count = len(chunk.residents)
    _prepare_session()
    gc.freeze()
    gc.disable()  # blocks leave no cycles behind, and looking for them takes a third of the time
    try:
        for first in range(loaded_of(order), count, BLOCK):
            end = min(first + BLOCK, count)
            _load_block(work, chunk, history, ill, first=first, end=end)
    finally:
        gc.enable()
    return count


def _load_block(
    work: Work, chunk: TownChunk, history: History, ill: Infections, *, first: int, end: int
) -> None:
    at = datetime.now(UTC)
    block = block_of(chunk, first, end)
    with transaction.atomic():
        if first == 0:
            load_places(chunk, on=work.city.on, actor=work.actor, at=at)
        loaded = load_people(work, block, at=at)
        record = history_of_block(history, first, end)
        load_history(work, block, record, loaded, at=at)
        load_programme(work, block, record, loaded, at=at)
        load_services(work, block, loaded, first=first, at=at)
        load_newborns(work, block, loaded, first=first, at=at)
        load_town_contracts(work, block, loaded, first=first, at=at)
        # last, since the counts of the whole city are written by one process at a time
        cases = infections_of_block(ill, first, end)
        load_infections(work, chunk, cases, loaded, first=first, at=at)
        if first == 0:
            load_absence(work, chunk, school_absence(work.city, chunk), at=at)
        complete = end == len(chunk.residents)
        note_town(chunk.town.order, people=end, is_complete=complete, at=at)


def _prepare_session() -> None:
    """Commits need not wait for the disk: what a crash takes, the next start makes again."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
