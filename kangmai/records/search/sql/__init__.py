"""Turns a search into SQL over the index tables: res, tok, ref, dat, str, qty, shape.

Two ways through a search, chosen by whoever runs it with the counts of `probes`:

    seek   take the rids of the rarest condition, test the others on each
    walk   go through resources from the newest back, test conditions until the page is full

A chain or `_has` to what is frequent is tried on the newest resources first (`glance`): most often they
fill the page, and counting what it leads to would cost more than the page.

Conditions that do not drive are correlated probes on (key, rid); `OFFSET 0` keeps the planner from
turning them into joins, so that a page costs what it shows. At every level the resource is `r`, so
that one text of scope condition serves search, chains and includes alike.

Besides the tables of the design this needs `shape(h bigint PRIMARY KEY, rt smallint, present int[])`
(one row for each `Keys.shape` met) for `:missing`, and an index on `ref (rid, p, tgt)` for chains
and `_has` from the side that points.
"""

from kangmai.records.search.sql.driving import can_drive
from kangmai.records.search.sql.pieces import EVERYTHING, Page, Scope, Statement
from kangmai.records.search.sql.statements import (
    GLANCE,
    PROBE_LIMIT,
    count,
    first_probes,
    glance,
    includes,
    probes,
    reverse_includes,
    select,
)

__all__ = [
    "EVERYTHING",
    "GLANCE",
    "PROBE_LIMIT",
    "Page",
    "Scope",
    "Statement",
    "can_drive",
    "count",
    "first_probes",
    "glance",
    "includes",
    "probes",
    "reverse_includes",
    "select",
]
