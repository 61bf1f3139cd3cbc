"""Switch the language of this device, and of the account if somebody is logged in."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from kangmai.access import actions as access
from kangmai.portal.shell.language import LANGUAGES, remember


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Take `language` from the form, and go back to the page it was switched on."""
    wanted = request.POST.get("language", "")
    code = wanted if wanted in LANGUAGES else settings.LANGUAGE_CODE
    if request.actor is not None:
        access.set_language(language=code, actor=request.actor)
    response = redirect(safe_address(request, request.POST.get("next", "")))
    remember(response, code)
    return response


def safe_address(request: HttpRequest, address: str) -> str:
    """An address within this site, or the start page."""
    is_safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure())
    return address if is_safe else "/"
