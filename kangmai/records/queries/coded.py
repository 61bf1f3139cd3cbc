"""Which residents have a resource with one of some codes: SQL for rooms that look for many at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from kangmai.kernel.actor import Actor
from kangmai.records import rules
from kangmai.records.fhir.definitions import resource_types
from kangmai.records.search.hashing import token_hash


@dataclass(frozen=True, slots=True)
class CodedRows:
    """A SELECT of rt, rid and resident_id, with its named parameters; each resource once for each code."""

    sql: str
    values: Mapping[str, object]


def coded_rows(
    resource_type: str, parameter: str, codes: Collection[str], *, actor: Actor
) -> CodedRows:
    """The resources of a type that bear one of some codes under a search parameter, of residents of the index.

    Whose code system a code is of, and what else a resource says, its reader looks at. For handlers and
    tasks, which act for the house and see everything.

    Raises:
        NotPermitted
    """
    rules.require(actor, rules.Interaction.READ, resource_type)
    if not actor.scope.everything:
        raise ValueError("only tasks of the house look for residents by code")
    return CodedRows(
        """SELECT res.rt, res.rid, subject.resident_id
           FROM tok JOIN res ON res.rt = %(coded_type)s AND res.rid = tok.rid AND res.flags & 1 = 0
           JOIN subject ON subject.rid = res.subject
           WHERE tok.h = ANY(%(coded_hashes)s::int8[])""",
        {
            "coded_type": resource_types()[resource_type],
            "coded_hashes": sorted(token_hash(resource_type, parameter, code) for code in codes),
        },
    )
