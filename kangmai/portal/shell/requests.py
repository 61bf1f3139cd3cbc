"""What the portal's views know about a request, and the door through which every view is entered."""

import datetime
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from kangmai.kernel.actor import Actor

P = ParamSpec("P")
Anybody = Callable[Concatenate[HttpRequest, P], HttpResponse]


class PortalRequest(HttpRequest):
    """A request of somebody who is logged in, as `signed_in` hands it to a view."""

    actor: Actor
    at: datetime.datetime
    must_change_password: bool


View = Callable[Concatenate[PortalRequest, P], HttpResponse]


def signed_in(view: View[P]) -> Anybody[P]:
    """Let in who is logged in; send others to the login page and back afterwards."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if getattr(request, "actor", None) is None:
            return _to_login(request)
        name = request.resolver_match.url_name if request.resolver_match else ""
        if request.must_change_password and name != "password":
            return redirect("password")
        return view(request, *args, **kwargs)

    return guarded


def _to_login(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401)
    after = request.get_full_path() if request.method == "GET" else "/"
    return redirect(f"{reverse('login')}?{urlencode({'next': after})}")
