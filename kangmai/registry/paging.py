"""Walk long lists by key: a page begins after the last row of the one before, never at a number."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from kangmai.registry.errors import CursorUnreadable
from kangmai.registry.types import Page

Row = TypeVar("Row")
LARGEST_PAGE = 500
_SEPARATOR = "\x1f"


def page(
    rows: QuerySet[Any], *, after: str, limit: int, present: Callable[[Any], Row]
) -> Page[Row]:
    """One page of rows with the columns `sort_key` and `id`, in their order.

    Raises:
        CursorUnreadable: `after` is not what an earlier page gave as `next`.
    """
    limit = max(1, min(limit, LARGEST_PAGE))
    if after:
        sort_key, id = _read(after)
        rows = rows.filter(Q(sort_key__gt=sort_key) | Q(sort_key=sort_key, id__gt=id))
    found: Sequence[Any] = rows.order_by("sort_key", "id")[: limit + 1]
    found = list(found)
    following = _write(found[limit - 1]) if len(found) > limit else ""
    return Page(tuple(present(row) for row in found[:limit]), following)


def _write(row: Any) -> str:
    return base64.urlsafe_b64encode(f"{row.sort_key}{_SEPARATOR}{row.id}".encode()).decode()


def _read(cursor: str) -> tuple[str, int]:
    try:
        sort_key, id = base64.urlsafe_b64decode(cursor).decode().split(_SEPARATOR)
        return sort_key, int(id)
    except (binascii.Error, ValueError):
        raise CursorUnreadable() from None
