"""How far the index of added search parameters is."""

from datetime import datetime

import psycopg

from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import reading
from kangmai.records import rules
from kangmai.records.parameters import registry
from kangmai.records.parameters.registry import AddedState
from kangmai.records.queries.resources import get
from kangmai.records.search import added
from kangmai.records.search.parameters import SearchParameter


def index_states(id: str, *, actor: Actor, at: datetime) -> list[AddedState]:
    """What became of a SearchParameter, a row for each type it is defined for; none where it is not active.

    Raises:
        ResourceNotFound, ResourceGone, NotPermitted
    """
    rid = get("SearchParameter", id, actor=actor, at=at).rid
    with reading() as connection, psycopg.Cursor(connection) as database:
        return registry.states(database, rid)


def all_index_states(*, actor: Actor) -> list[AddedState]:
    """What became of every added search parameter.

    Raises:
        NotPermitted
    """
    rules.require(actor, rules.Interaction.READ, "SearchParameter")
    with reading() as connection, psycopg.Cursor(connection) as database:
        return registry.states(database)


def added_parameters(resource_type: str) -> dict[str, SearchParameter]:
    """The added parameters by which a type can be searched now, by code."""
    registry.look()
    return added.searched(resource_type)


def added_version() -> int:
    """A number that grows whenever other parameters can be searched."""
    registry.look()
    return added.version()
