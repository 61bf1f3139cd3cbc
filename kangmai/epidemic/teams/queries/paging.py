"""Pages of rows with ids that grow with time, the newest first."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from kangmai.epidemic.teams.types import Page

Value = TypeVar("Value")
PAGE = 40


def newest_first(
    rows: QuerySet[Any], *, after: str, limit: int, present: Callable[[Iterable[Any]], Iterable[Value]]
) -> Page[Value]:  # fmt: skip
    """A page after a cursor; one that nobody gave shows the first page."""
    with suppress(ValueError):
        rows = rows.filter(id__lt=UUID(after)) if after else rows
    found = list(rows.order_by("-id")[: limit + 1])
    following = str(found[limit - 1].id) if len(found) > limit else ""
    return Page(tuple(present(found[:limit])), following)
