"""Which language a page speaks: the one chosen on this device, else the account's, else Chinese.

The browser's own preference is not asked: many clinics' computers run in a language nobody chose.
At login the account's language is written to the cookie, so that a page needs no query to know it.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

COOKIE_AGE_SECONDS = 365 * 86400
LANGUAGES = tuple(code for code, _ in settings.LANGUAGES)


def chosen(request: HttpRequest) -> str:
    """The language chosen on this device, or the empty string."""
    code = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return code if code in LANGUAGES else ""


def remember(response: HttpResponse, code: str) -> None:
    """Let this device speak `code` from now on."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=COOKIE_AGE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


class SpeakLanguage:
    """Middleware that activates the language before any view runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        code = chosen(request) or settings.LANGUAGE_CODE
        with translation.override(code):
            request.LANGUAGE_CODE = code
            response = self.get_response(request)
        response.setdefault("Content-Language", code)
        return response
