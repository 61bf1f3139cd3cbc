"""The steps every action of the registry shares: lock, refuse, write down, announce."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, models, transaction

from kangmai.kernel import audit, feed
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.ids import uuid7
from kangmai.registry.errors import AlreadyClosed

Row = TypeVar("Row", bound=models.Model)


def locked(table: type[Row], id: int, *, or_else: KangmaiError) -> Row:
    """The row of this id, locked until the transaction ends. Raises `or_else`."""
    row = table._default_manager.select_for_update().filter(pk=id).first()
    if row is None:
        raise or_else
    return row


def require_open(closed_on: date | None) -> None:
    """Let pass what is not closed. Raises AlreadyClosed."""
    if closed_on is not None:
        raise AlreadyClosed(closed_on=closed_on)


@contextmanager
def refusing(refusals: Mapping[str, Callable[[], KangmaiError]]) -> Iterator[None]:
    """Turn the breach of a constraint whose name begins with a key into the error made by its value."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        broken = _constraint_of(error)
        for beginning, make in refusals.items():
            if broken.startswith(beginning):
                raise make() from error
        raise


def _constraint_of(error: IntegrityError) -> str:
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


def write_down(
    *,
    actor: Actor,
    at: datetime,
    event: str,
    object_type: str,
    object_id: int,
    details: dict[str, Any] | None = None,
) -> None:
    """Audit a deed and announce it, in the open transaction; `details` hold ids, codes and counts only."""
    with unit_of_work() as database:
        audit.record(
            database,
            actor=actor,
            at=at,
            action=event,
            object_type=object_type,
            object_id=str(object_id),
            details=details,
        )
        feed.announce(database, kind=event, key=str(object_id), data=details, at=at)


def new_fhir_id() -> str:
    """The id of a resource made here."""
    return str(uuid7())


FormKey = UUID | None
"""The key a client makes when it opens a form; the same key sent again acts once."""
