"""What may be asked about births."""

from kangmai.programmes.births.queries.births import (
    count_births,
    find_birth_of,
    get_birth,
    own_births,
    search_births,
)
from kangmai.programmes.births.queries.stock import deliveries, stock
from kangmai.programmes.births.reach import works_at

__all__ = [
    "count_births",
    "deliveries",
    "find_birth_of",
    "get_birth",
    "own_births",
    "search_births",
    "stock",
    "works_at",
]
