"""Which pass a phone shows: kept in a signed cookie that no script can read."""

from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse

COOKIE = "emergency-pass"
DAYS = 30


def pass_of(request: HttpRequest) -> int | None:
    """The number of the pass this phone was given, or None."""
    try:
        return int(request.get_signed_cookie(COOKIE))
    except (KeyError, BadSignature, ValueError):
        return None


def give(response: HttpResponse, number: int, *, secure: bool) -> HttpResponse:
    """Let a phone keep a pass."""
    response.set_signed_cookie(
        COOKIE, str(number), max_age=DAYS * 86_400, httponly=True, samesite="Lax", secure=secure
    )
    return response


def forget(response: HttpResponse) -> HttpResponse:
    """Let a phone forget its pass."""
    response.delete_cookie(COOKIE)
    return response
