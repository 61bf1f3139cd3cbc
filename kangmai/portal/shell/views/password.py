"""Change one's own password."""

from django.contrib import messages
from django.contrib.auth import get_user_model, update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kangmai.access import actions as access
from kangmai.access.errors import LoginRefused, PasswordTooWeak
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def password(request: PortalRequest) -> HttpResponse:
    """Ask for the present password and, twice, the new one."""
    faults = _change(request) if request.method == "POST" else None
    if faults == ():
        update_session_auth_hash(request, get_user_model().objects.get(pk=request.actor.account))
        messages.success(request, _("Your password was changed."))
        return redirect("home")
    context = {
        "crumbs": trail(Crumb(_("Change password"))),
        "faults": faults,
        "is_required": request.must_change_password,
    }
    return render(request, "shell/password.html", context, status=422 if faults else 200)


def _change(request: PortalRequest) -> tuple[str, ...]:
    """What stood in the way; empty when the password was changed."""
    old, new, repeated = (request.POST.get(each, "") for each in ("current", "new", "repeated"))
    if new != repeated:
        return (_("The two new passwords are not the same."),)
    try:
        access.change_own_password(old=old, new=new, actor=request.actor, at=request.at)
    except LoginRefused:
        return (_("The present password is not right."),)
    except PasswordTooWeak as error:
        return (words_of(error),)
    return ()
