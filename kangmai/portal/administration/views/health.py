"""System health: what was looked at, what was found, and how to mend it; the gravest first."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.kernel.health.registry import checks
from kangmai.kernel.health.types import Check, State
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in

GRAVITY = {State.FAIL: 0, State.WARN: 1, State.OK: 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the page."""

    check: str
    state: str
    found: str
    mend: str


@require_safe
@signed_in
def health(request: PortalRequest) -> HttpResponse:
    """Show every check."""
    found = sorted(
        checks(actor=request.actor, at=request.at), key=lambda check: GRAVITY[check.state]
    )
    context = {
        "crumbs": trail(Crumb(_("System health"))),
        "findings": [_finding(check) for check in found],
    }
    return render(request, "administration/health.html", context)


def _finding(check: Check) -> Finding:
    language = get_language() or "zh"
    return Finding(
        check.id, check.state.value, check.what.language(language), check.mend.language(language)
    )
