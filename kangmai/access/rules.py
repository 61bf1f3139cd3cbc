"""What access decides without a table: when a session is over, which interactions an actor may ask for."""

from datetime import datetime, timedelta

from kangmai.access import policy
from kangmai.access.errors import SessionOver
from kangmai.access.passwords import invented_password
from kangmai.access.smart import covers, parse_scopes
from kangmai.access.writing import manages_at, manages_everywhere

__all__ = [
    "covers",
    "invented_password",
    "manages_at",
    "manages_everywhere",
    "parse_scopes",
    "require_session",
]


def require_session(*, started_at: datetime, seen_at: datetime, at: datetime) -> None:
    """Let pass a session that is neither too old nor idle for too long.

    Args:
        started_at: when its owner logged in.
        seen_at: when the latest page was asked for.

    Raises:
        SessionOver: in every other case.
    """
    oldest = timedelta(hours=policy.limit("session_hours", on=at.date()))
    idle = policy.minutes("session_idle_minutes", at=at)
    if at - started_at >= oldest or at - seen_at >= idle:
        raise SessionOver()
