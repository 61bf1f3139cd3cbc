"""Delete all resources that answer a search, or none of them.

Source: FHIR R4, https://hl7.org/fhir/R4/http.html#3.1.0.7.1 (conditional delete of several)
"""

from datetime import datetime

import psycopg

from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.errors import Conflict
from kangmai.records import rules
from kangmai.records.actions.transact import transact
from kangmai.records.errors import ResourceNotFound, UnknownType
from kangmai.records.fhir.definitions import resource_types
from kangmai.records.store.matching import match
from kangmai.records.types import Operation, Outcome, Source, Verb

LARGEST_NUMBER = 1000


class TooManyMatches(Conflict):
    """The condition names more than {limit} resources; narrow it."""

    zh = "条件对应的资源超过 {limit} 个，请缩小范围。"


def delete_matching(
    resource_type: str, condition: str, *, source: Source, actor: Actor, at: datetime
) -> list[Outcome]:
    """Delete up to 1,000 resources in one transaction.

    Raises:
        UnknownType, NotPermitted, EmptyCondition, TooManyMatches
        ResourceNotFound: there is none.
    """
    if resource_type not in resource_types():
        raise UnknownType(type=resource_type)
    for interaction in (rules.Interaction.DELETE, rules.Interaction.SEARCH):
        rules.require(actor, interaction, resource_type)
    with unit_of_work() as connection, psycopg.Cursor(connection) as database:
        found = match(
            database, resource_type, condition, actor=actor, at=at, limit=LARGEST_NUMBER + 1
        )
        if not found:
            raise ResourceNotFound(type=resource_type, id=f"?{condition}")
        if len(found) > LARGEST_NUMBER:
            raise TooManyMatches(limit=LARGEST_NUMBER)
        deletes = [Operation(Verb.DELETE, item.type, item.id) for item in found]
        return transact(deletes, source=source, actor=actor, at=at)
