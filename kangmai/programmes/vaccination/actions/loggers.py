"""Loggers: registered at a cold place with a token, stopped, and what they send taken in once."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from kangmai.kernel.actor import Actor, DataScope, Grant, Purpose, require, subtree
from kangmai.kernel.deeds import write_down_and_announce
from kangmai.kernel.ids import AccountId, OrganizationId, uuid7
from kangmai.programmes.vaccination import events, models
from kangmai.programmes.vaccination.actions.cold import HIGHEST, LOWEST
from kangmai.programmes.vaccination.breaks import follow
from kangmai.programmes.vaccination.errors import BatchTooLarge, LoggerNotFound, LoggerRefused
from kangmai.programmes.vaccination.reach import KEEP, works_at
from kangmai.programmes.vaccination.reading import logger_of
from kangmai.programmes.vaccination.types import (
    Logger,
    LoggerReading,
    NewLogger,
    ReadingSource,
    ReadingsTaken,
)
from kangmai.programmes.vaccination.writing import given_reason, kept_fridge

MOST = 2000
FAST = timedelta(minutes=5)
"""By how much a logger's clock may be fast."""
OLDEST = timedelta(days=120)


def register_logger(*, fridge_id: UUID, name: str, actor: Actor, at: datetime) -> NewLogger:
    """Register a logger at a cold place; its token is told this once.

    Raises:
        NotPermitted, FridgeNotFound, ReasonMissing (it has no name)
    """
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        fridge = kept_fridge(fridge_id, actor=actor)
        row = models.Logger.objects.create(
            id=uuid7(),
            fridge=fridge,
            name=given_reason(name)[:60],
            token_hash=_hash(token),
            account=actor.account,
            registered_at=at,
        )
        _tell(row, "registered", actor, at)
    return NewLogger(logger_of(row), token)


def stop_logger(*, logger_id: UUID, actor: Actor, at: datetime) -> Logger:
    """Take nothing more from a logger; asked again, nothing changes.

    Raises:
        NotPermitted, LoggerNotFound
    """
    require(actor, KEEP)
    with transaction.atomic():
        rows = models.Logger.objects.select_for_update(of=("self",)).select_related("fridge")
        row = rows.filter(pk=logger_id).first()
        if row is None or not works_at(actor, KEEP, row.fridge.organization):
            raise LoggerNotFound()
        if row.stopped_at is None:
            row.stopped_at = at
            row.save(update_fields=["stopped_at"])
            _tell(row, "stopped", actor, at)
    return logger_of(row)


def take_readings(*, token: str, readings: Sequence[LoggerReading], at: datetime) -> ReadingsTaken:
    """Take in what a logger sends: each reading once, late ones as well; what cannot be right is refused alone.

    Raises:
        LoggerRefused: the token is unknown, or the logger was stopped.
        BatchTooLarge
    """
    if len(readings) > MOST:
        raise BatchTooLarge(most=MOST)
    with transaction.atomic():
        row = models.Logger.objects.filter(token_hash=_hash(token), stopped_at=None).first()
        if row is None:
            raise LoggerRefused()
        fridge = models.Fridge.objects.select_for_update().get(pk=row.fridge_id)
        refused = {each.id: reason for each in readings if (reason := _fault(each, at))}
        new, repeated, reused = _new(row, [each for each in readings if each.id not in refused])
        refused |= dict.fromkeys(reused, "id_reused")
        models.Temperature.objects.bulk_create(_rows(row, new, at))
        actor = _speaker(row, fridge)
        samples = [(each.at, round(each.celsius, 1)) for each in new]
        found = follow(fridge, samples, actor=actor, at=at)
        models.Logger.objects.filter(pk=row.pk).update(seen_at=at)
    breach = found.id if found else None
    return ReadingsTaken(len(new), repeated, tuple(refused.items()), breach)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _fault(of: LoggerReading, at: datetime) -> str:
    if of.at > at + FAST:
        return "future"
    if of.at < at - OLDEST:
        return "too_old"
    return "" if LOWEST <= of.celsius <= HIGHEST else "unlikely"


def _new(
    logger: models.Logger, readings: Sequence[LoggerReading]
) -> tuple[list[LoggerReading], int, list[str]]:
    """The readings not known yet by time, how many are known, and ids that stood for another reading."""
    by_id = {each.id: each for each in readings}
    known = models.Temperature.objects.filter(logger=logger, client__in=by_id)
    said = {client: (when, float(celsius)) for client, when, celsius in known.values_list("client", "at", "celsius")}  # fmt: skip
    reused = [id for id, content in said.items() if content != (by_id[id].at, round(by_id[id].celsius, 1))]  # fmt: skip
    rest = {each.at: each for each in by_id.values() if each.id not in said}
    taken = models.Temperature.objects.filter(fridge=logger.fridge_id, at__in=rest)
    for when in taken.values_list("at", flat=True):
        del rest[when]
    new = [rest[when] for when in sorted(rest)]
    return new, len(readings) - len(new) - len(reused), reused


def _rows(
    logger: models.Logger, new: Sequence[LoggerReading], at: datetime
) -> list[models.Temperature]:
    return [
        models.Temperature(
            fridge_id=logger.fridge_id,
            at=each.at,
            celsius=round(each.celsius, 1),
            source=ReadingSource.DEVICE.value,
            logger=logger,
            client=each.id,
            account=logger.account,
            entered_at=at,
        )
        for each in new
    ]


def _speaker(logger: models.Logger, fridge: models.Fridge) -> Actor:
    """The logger, for whoever registered it; it holds nothing but its own cold place."""
    house, places = OrganizationId(fridge.organization), (subtree(fridge.place_code),)
    grant = Grant("logger", house, places, frozenset({KEEP}))
    scope = DataScope(places=places, organizations=frozenset({house}))
    return Actor(AccountId(logger.account), logger.name, (grant,), Purpose.PUBLIC_HEALTH, scope)


def _tell(row: models.Logger, what: str, actor: Actor, at: datetime) -> None:
    data = {"fridge": str(row.fridge_id), "what": what}
    write_down_and_announce(events.LOGGER, "Logger", row.id, data=data, actor=actor, at=at)
