"""From an expected failure to a page: the one place where categories become statuses and words.

A request of htmx gets the sentence alone as plain text, which the page shows as a message at its edge.
"""

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from kangmai.access import queries as access
from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.errors import Category, KangmaiError
from kangmai.portal.shell.bundle import bundle

STATUS = {
    Category.INCORRECT: 400,
    Category.FORBIDDEN: 403,
    Category.NOT_FOUND: 404,
    Category.CONFLICT: 409,
    Category.UNSUPPORTED: 405,
    Category.BUSY: 429,
    Category.FAULT: 500,
    Category.UNAVAILABLE: 503,
    Category.INTERRUPTED: 504,
}

TITLES = {
    400: gettext_lazy("This request is not correct"),
    403: gettext_lazy("You may not see or do this"),
    404: gettext_lazy("Nothing found here"),
    405: gettext_lazy("This is not supported"),
    409: gettext_lazy("This cannot be done now"),
    429: gettext_lazy("Too much at once"),
    500: gettext_lazy("Something went wrong on our side"),
    503: gettext_lazy("The system is not available just now"),
    504: gettext_lazy("This took too long"),
}

MENDS = {
    400: gettext_lazy("Go back, check what you entered, and send it again."),
    403: gettext_lazy(
        "If your work needs it, ask the administrator of your institution for the role."
    ),
    404: gettext_lazy("The address may be mistyped, or what was here may lie outside your area."),
    405: gettext_lazy("Go back and choose another way."),
    409: gettext_lazy("Someone may have changed it meanwhile. Load the page again and look."),
    429: gettext_lazy("Wait a moment, then try again."),
    500: gettext_lazy("It has been written down for the operators. Nothing of yours was changed."),
    503: gettext_lazy("It is usually back within a minute. What you saved before is safe."),
    504: gettext_lazy("Narrow it down, or try again later."),
}

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Failure:
    """What an error page shows."""

    status: int
    title: str
    message: str
    mend: str
    code: str = ""


def failure_of(error: KangmaiError) -> Failure:
    """The page for an expected failure, in the language of the request."""
    status = STATUS[error.category]
    return Failure(status, str(TITLES[status]), words_of(error), str(MENDS[status]), error.code)


def words_of(error: KangmaiError) -> str:
    """What an expected failure says, in the language of the request."""
    return _in_words(error).message(get_language() or "zh")


def _in_words(error: KangmaiError) -> KangmaiError:
    """The failure, where it names a permission by what it lets one do."""
    if not isinstance(error, NotPermitted):
        return error
    id = str(error.details["permission"])
    chinese, english, _by_type = access.permissions().get(id.partition(":")[0], (id, id, False))
    is_chinese = (get_language() or "zh").startswith("zh")
    return NotPermitted(permission=chinese if is_chinese else english)


def plain_failure(status: int, message: str = "") -> Failure:
    """The page for a failure that has a status only."""
    return Failure(status, str(TITLES[status]), message, str(MENDS[status]))


def page(request: HttpRequest, failure: Failure) -> HttpResponse:
    """Show a failure: within the frame where somebody is logged in and the fault is not ours."""
    if request.headers.get("HX-Request"):
        text = failure.message or failure.title
        return HttpResponse(text, status=failure.status, content_type="text/plain; charset=utf-8")
    if failure.status < 500 and getattr(request, "actor", None) is not None:
        return render(request, "shell/error.html", {"failure": failure}, status=failure.status)
    return HttpResponse(_lone_page(failure), status=failure.status)


def _lone_page(failure: Failure) -> str:
    """The page without anything that would ask the database."""
    context = {"failure": failure, "bundle": bundle(), "LANGUAGE_CODE": get_language()}
    return render_to_string("shell/error_lone.html", context)


class ErrorPages:
    """Middleware that turns expected failures of views into pages; others go on to the log and to 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponse | None:
        """Refuse what no database text can hold, before a view sees it."""
        given = (
            value
            for form in (request.GET, request.POST)
            for each in form.lists()
            for value in each[1]
        )
        return page(request, plain_failure(400)) if any("\0" in value for value in given) else None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Called by Django when a view raised."""
        if isinstance(error, KangmaiError):
            return page(request, failure_of(error))
        if isinstance(error, OperationalError | InterfaceError):
            logger.exception("the database does not answer")
            return page(request, plain_failure(503))
        return None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400."""
    return page(request, plain_failure(400))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403."""
    return page(request, plain_failure(403))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    return page(request, plain_failure(404))


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500, called while the error is handled; sessions and accounts need the database, too."""
    error = sys.exc_info()[1]
    is_silent = isinstance(error, OperationalError | InterfaceError)
    return page(request, plain_failure(503 if is_silent else 500))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form came without its secret: mostly a page that lay open overnight."""
    message = _("This form is too old, or your browser refuses cookies. Load the page again.")
    return page(request, plain_failure(403, message))
