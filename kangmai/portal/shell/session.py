"""From a session to an Actor: who is at this page, in which posting, at what instant.

The instant of the request enters here and nowhere below. Somebody with posts in several institutions
exercises one posting at a time and switches between them, as does a resident who acts for his family;
the choice is kept in the session. A session
ends when nobody used it for a while, and after a working day in any case (definitions/access/policy).
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from kangmai.access.actors import actor_for_account
from kangmai.access.errors import AccountDisabled, ActsForNobody, GrantUnknown, SessionOver
from kangmai.access.rules import require_session
from kangmai.kernel.actor import Actor

POSTING, BEGAN, SEEN, ACTING_FOR = "posting", "began-at", "seen-at", "acting-for"
SEEN_STEP = timedelta(minutes=1)
"""How exactly the latest use is kept: a write to the session at every click would be too many."""


class KnowActor:
    """Middleware that puts `at`, `actor` (None for a visitor) and `must_change_password` on a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.at = timezone.now()
        request.actor = actor_of(request)
        request.must_change_password = (
            request.actor is not None and request.user.must_change_password
        )
        return self.get_response(request)


def begin(request: HttpRequest) -> None:
    """Start the clocks of a new session."""
    request.session[BEGAN] = request.session[SEEN] = request.at.isoformat()


def actor_of(request: HttpRequest) -> Actor | None:
    """The actor behind a request; a disabled account and an old session are logged out."""
    if not request.user.is_authenticated:
        return None
    at: datetime = request.at
    if _is_over(request, at):
        logout(request)
        return None
    try:
        return _actor(request, at)
    except AccountDisabled:
        logout(request)
        return None


def _actor(request: HttpRequest, at: datetime) -> Actor:
    """For whom he acts, or in the posting chosen; what was taken away is forgotten."""
    account_id = int(request.user.pk)
    if (subject := request.session.get(ACTING_FOR)) is not None:
        try:
            return actor_for_account(account_id, at=at, acting_for=subject)
        except ActsForNobody:
            del request.session[ACTING_FOR]
    try:
        return actor_for_account(account_id, at=at, grant_id=request.session.get(POSTING))
    except GrantUnknown:
        del request.session[POSTING]
        return actor_for_account(account_id, at=at)


def _is_over(request: HttpRequest, at: datetime) -> bool:
    """Whether the session ended; one that goes on is marked as used."""
    began, seen = (request.session.get(each) for each in (BEGAN, SEEN))
    if not began or not seen:
        return True
    seen_at = datetime.fromisoformat(seen)
    try:
        require_session(started_at=datetime.fromisoformat(began), seen_at=seen_at, at=at)
    except SessionOver:
        return True
    if at - seen_at > SEEN_STEP:
        request.session[SEEN] = at.isoformat()
    return False
