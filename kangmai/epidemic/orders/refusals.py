"""Write down what somebody tried and was refused: who looked for a neighbour without a case is found by it."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from kangmai.kernel import audit
from kangmai.kernel.deeds import ChangedMeanwhile
from kangmai.kernel.errors import Category, KangmaiError

P = ParamSpec("P")
R = TypeVar("R")
TRIED = frozenset({Category.INCORRECT, Category.FORBIDDEN, Category.NOT_FOUND})
"""What a form that was sent twice or too late meets (`Conflict`) is no attempt and is not written down."""


def writes_refusals(
    action: str, *, with_conflicts: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a public function, which takes the keywords `actor` and `at`, leave a row in the audit trail where it refuses.

    The row says who, when and by which rule; not what was asked, which may name somebody.

    Args:
        with_conflicts: where a conflict is an attempt too: a tube that is full, a plate that stands with another file.
    """
    tried = TRIED | {Category.CONFLICT} if with_conflicts else TRIED

    def close(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def watched(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return function(*args, **kwargs)
            except KangmaiError as error:
                if error.category in tried and not isinstance(error, ChangedMeanwhile):
                    actor, at = kwargs["actor"], kwargs["at"]
                    audit.record_later(
                        audit.Entry(actor, at, action, "EmergencyRefusal", "", outcome=error.code)  # type: ignore[arg-type]
                    )  # fmt: skip
                raise

        return watched

    return close
