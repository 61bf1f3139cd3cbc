"""Log in, with a second step where an account uses one-time codes, and log out.

Between the two steps the password waits in the session on the server, sealed and for five minutes.
"""

import base64
from datetime import datetime, timedelta

from django.contrib import auth
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from kangmai.access import actions as access
from kangmai.access.errors import CodeNeeded, CodeRefused, LoginRefused, TooManyAttempts
from kangmai.access.types import LoggedIn
from kangmai.kernel import sealing
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.shell import language
from kangmai.portal.shell.errors import STATUS, words_of
from kangmai.portal.shell.session import begin
from kangmai.portal.shell.views.language import safe_address

WAITING = "login-waiting"
WAIT = timedelta(minutes=5)
BOUND = b"portal:login"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """The first step: account and password."""
    after = safe_address(request, request.POST.get("next") or request.GET.get("next", "/"))
    if request.method != "POST":
        return redirect(after) if request.actor else _form(request, after)
    name, password = request.POST.get("login", ""), request.POST.get("password", "")
    try:
        entered = _log_in(request, name, password)
    except CodeNeeded:
        _keep(request, name, password, after)
        return redirect("one-time-code")
    except (LoginRefused, TooManyAttempts) as error:
        return _form(request, after, login=name, error=error)
    return _open_session(request, entered, after)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one_time_code(request: HttpRequest) -> HttpResponse:
    """The second step: six digits."""
    kept = _kept(request)
    if kept is None:
        return redirect("login")
    name, password, after = kept
    if request.method != "POST":
        return render(request, "shell/one_time_code.html")
    try:
        entered = _log_in(request, name, password, code=request.POST.get("code", "").strip() or " ")
    except (CodeRefused, CodeNeeded, TooManyAttempts) as error:
        context = {"fault": words_of(error)}
        return render(request, "shell/one_time_code.html", context, status=STATUS[error.category])
    except LoginRefused:
        del request.session[WAITING]
        return redirect("login")
    return _open_session(request, entered, after)


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Leave."""
    if request.actor is not None:
        access.log_out(actor=request.actor, at=request.at)
    auth.logout(request)
    return redirect("login")


def _log_in(request: HttpRequest, name: str, password: str, *, code: str = "") -> LoggedIn:
    return access.log_in(
        login=name,
        password=password,
        code=code,
        address=request.META.get("REMOTE_ADDR") or None,
        at=request.at,
    )


def _form(
    request: HttpRequest, after: str, *, login: str = "", error: KangmaiError | None = None
) -> HttpResponse:
    context = {
        "next": after,
        "login": login,
        "fault": words_of(error) if error else "",
    }
    status = STATUS[error.category] if error else 200
    return render(request, "shell/login.html", context, status=status)


def _open_session(request: HttpRequest, entered: LoggedIn, after: str) -> HttpResponse:
    request.session.pop(WAITING, None)
    auth.login(request, get_user_model().objects.get(pk=entered.account_id))
    begin(request)
    response = redirect("password" if entered.must_change_password else after)
    if not language.chosen(request):
        language.remember(response, entered.language)
    return response


def _keep(request: HttpRequest, name: str, password: str, after: str) -> None:
    version, sealed = sealing.seal(password.encode(), bound_to=BOUND)
    until = (request.at + WAIT).isoformat()
    request.session[WAITING] = [name, version, base64.b64encode(sealed).decode(), after, until]


def _kept(request: HttpRequest) -> tuple[str, str, str] | None:
    kept = request.session.get(WAITING)
    if not kept:
        return None
    name, version, sealed, after, until = kept
    if datetime.fromisoformat(until) < request.at:
        del request.session[WAITING]
        return None
    password = sealing.unseal(version, base64.b64decode(sealed), bound_to=BOUND).decode()
    return name, password, after
