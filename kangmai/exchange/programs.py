"""The guard of interfaces for programs: a bearer token in, refusals out as `{"error", "message"}` in both languages."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from kangmai.access.actors import actor_for_token
from kangmai.kernel.actor import Actor
from kangmai.kernel.errors import Category, Forbidden, KangmaiError

STATUS = {
    Category.INCORRECT: 400,
    Category.FORBIDDEN: 403,
    Category.NOT_FOUND: 404,
    Category.CONFLICT: 409,
    Category.UNAVAILABLE: 503,
}

Answering = Callable[[HttpRequest, Actor, datetime], HttpResponse]


class TokenMissing(Forbidden):
    """Send the header Authorization: Bearer <token> with a token that is valid."""

    zh = "请在 Authorization: Bearer 头中提供有效令牌。"


def for_programs(answer: Answering) -> Callable[[HttpRequest], HttpResponse]:
    """Let in a program with a token, and make answers of refusals."""
    return _guarded(answer, _actor)


def for_devices(
    answer: Callable[[HttpRequest, str, datetime], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Let in a device with the token of its own, which its room knows, and make answers of refusals."""
    return _guarded(answer, _token)


def _guarded(
    answer: Callable[[HttpRequest, Any, datetime], HttpResponse],
    who: Callable[[HttpRequest, datetime], Any],
) -> Callable[[HttpRequest], HttpResponse]:
    @csrf_exempt  # programs come without cookies, and authenticate in the request itself
    @wraps(answer)
    def view(request: HttpRequest) -> HttpResponse:
        at = datetime.now(UTC)
        try:
            response = answer(request, who(request, at), at)
        except TokenMissing as error:
            response = _refused(error, 401)
            response["WWW-Authenticate"] = 'Bearer realm="kangmai"'
        except KangmaiError as error:
            response = _refused(error, STATUS.get(error.category, 500))
        response["Cache-Control"] = "no-store"
        return response

    return view


def _token(request: HttpRequest, at: datetime) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenMissing()
    return token.strip()


def _actor(request: HttpRequest, at: datetime) -> Actor:
    try:
        return actor_for_token(_token(request, at), at=at)
    except Forbidden:
        raise TokenMissing() from None


def _refused(error: KangmaiError, status: int) -> JsonResponse:
    message = {each: error.message(each) for each in ("zh", "en")}
    return JsonResponse({"error": error.code, "message": message}, status=status)
