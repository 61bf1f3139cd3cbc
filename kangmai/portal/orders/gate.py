"""What every page of emergency mode asks first: is there an order in force for it at all."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse

from kangmai.epidemic.orders import queries
from kangmai.epidemic.orders.types import Purpose

OPEN = frozenset(
    {
        "emergency", "ordered-order-new", "ordered-order", "ordered-order-change",
        "ordered-notice",
    }
)  # fmt: skip
"""Pages by which the mode is woken and watched, and which are therefore never asleep."""

View = Callable[..., HttpResponse]


def awake(purpose: Purpose) -> Callable[[View], View]:
    """Let a view work only while an order of `purpose` is in force; else the page says that the mode sleeps.

    The doors within take the orders as this one found them: a page asks their table once.
    """

    def close(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            with queries.reading_once(request.at):
                queries.require_awake(purpose, at=request.at)
                return view(request, *args, **kwargs)

        return guarded

    return close
