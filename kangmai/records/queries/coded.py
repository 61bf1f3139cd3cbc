"""Which residents have a resource with one of some codes: SQL for rooms that look for many at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from kangmai.kernel.actor import Actor
from kangmai.records import rules
from kangmai.records.fhir.definitions import resource_types
from kangmai.records.search.hashing import token_hash
from kangmai.records.search.parameters import parameter as search_parameter


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


def coded_periods(
    resource_type: str, parameter: str, codes: Collection[str], *, dated: str, actor: Actor
) -> CodedRows:
    """As `coded_rows`, with lo and hi besides: the half-open range of instants under a date parameter.

    A resource that has not ended has a `hi` far in the future.

    Raises:
        NotPermitted
    """
    rows = coded_rows(resource_type, parameter, codes, actor=actor)
    numbers = [source.p for source in search_parameter(resource_type, dated).sources]
    return CodedRows(
        f"""SELECT coded.rt, coded.rid, coded.resident_id, dat.lo, dat.hi
            FROM ({rows.sql}) coded JOIN dat ON dat.rid = coded.rid AND dat.p = ANY(%(coded_dates)s::int4[])""",
        {**rows.values, "coded_dates": [*numbers, *(-number for number in numbers)]},
    )
