"""Give the plate of a message to testing: the same import as that of an instrument's file."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kangmai.epidemic.nucleic_acid import actions as testing
from kangmai.epidemic.nucleic_acid.errors import PlateTaken, TimesOutOfOrder
from kangmai.epidemic.nucleic_acid.types import RunFacts
from kangmai.epidemic.orders import queries as orders
from kangmai.epidemic.orders.types import Purpose
from kangmai.exchange.hl7v2.errors import MessageRefused
from kangmai.exchange.hl7v2.mapping import runs
from kangmai.exchange.hl7v2.mapping.faults import DUPLICATE_KEY, INTERNAL, TYPE
from kangmai.exchange.hl7v2.types import Message, Problem
from kangmai.kernel.actor import Actor
from kangmai.kernel.errors import Category, KangmaiError
from kangmai.kernel.ids import OrganizationId

SENDERS_FAULTS = (Category.INCORRECT, Category.CONFLICT, Category.FORBIDDEN, Category.NOT_FOUND)


def take_plate(
    message: Message, organization: OrganizationId, *, actor: Actor, at: datetime
) -> bool:
    """Take up the plate that a message tells of; False where it tells of a person instead.

    Raises:
        MessageRefused: testing sleeps, in which case nothing else is looked at; the message or the run is faulty.
    """
    definition = runs.definition_for(message)
    if definition is None:
        return False
    try:
        orders.require_awake(Purpose.TESTING, at=at)
        _take_up(message, definition, organization, actor=actor, at=at)
    except KangmaiError as error:
        if isinstance(error, MessageRefused) or error.category not in SENDERS_FAULTS:
            raise
        raise MessageRefused((_problem(error),)) from error
    return True


def _take_up(
    message: Message,
    definition: Mapping[str, Any],
    organization: OrganizationId,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    run, problems = runs.run_of(message, definition)
    if run is None:
        raise MessageRefused(tuple(problems))
    facts = RunFacts(
        code=run.code, laboratory=int(organization), instrument=run.instrument, kit=run.kit, lot=run.lot,
        started_at=run.started_at, ended_at=run.ended_at,
    )  # fmt: skip
    testing.import_run(facts=facts, file=run.file(), actor=actor, at=at)


def _problem(error: KangmaiError) -> Problem:
    """Where in the message lies what the import refused."""
    code, place = INTERNAL, "MSH^1"
    if isinstance(error, PlateTaken):
        code, place = DUPLICATE_KEY, "OBR^1^3^1"
    elif isinstance(error, TimesOutOfOrder):
        code, place = TYPE, "OBR^1^7^1"
    return Problem(code, place, error.message("en"), error.message("zh"))
