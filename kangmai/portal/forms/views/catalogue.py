"""The forms there are, with their versions; a preview to try one, and the worked examples of its definition."""

import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kangmai.forms import queries, rules
from kangmai.forms.errors import FormUnknown
from kangmai.forms.types import Form, Subject
from kangmai.kernel.actor import require
from kangmai.portal.forms import catalogue as presenters
from kangmai.portal.forms.catalogue import Show
from kangmai.portal.forms.posted import read_posted
from kangmai.portal.forms.presenters import form_context
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.standards.calendars import legal_day

SOMEBODY = Subject(birth_date=None, sex_code="")
"""Nobody in particular: a trial is not refused for age, and is not about anybody."""


@require_safe
@signed_in
def forms(request: PortalRequest) -> HttpResponse:
    """Show the forms in force, or every version of every form; found by title."""
    require(request.actor, "registry.read")
    text = request.GET.get("text", "")[:60]
    show = Show.ALL if request.GET.get("show") == Show.ALL else Show.IN_FORCE
    found = presenters.found(text, show, on=legal_day(request.at))
    rows, cursor = presenters.page(found, request.GET.get("after", ""))
    shows = ((Show.IN_FORCE, _("Versions in force")), (Show.ALL, _("All versions")))
    context = {
        "crumbs": trail(Crumb(_("Forms"))),
        "rows": rows,
        "text": text,
        "shows": choices(shows, current=show),
        "pager": pager(request.GET, cursor=cursor),
    }
    return render(request, "forms/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def form(request: PortalRequest, form_id: str, version: str) -> HttpResponse:
    """Show a version of a form; what is tried in it is checked and never saved."""
    require(request.actor, "registry.read")
    found = queries.form_version(form_id, _day(form_id, version))
    on = legal_day(request.at)
    tried = _trial(request, found, on) if request.method == "POST" else {}
    given = tried.pop("given", rules.initial_given(found, on=on, filler=request.actor.name))
    context: dict[str, Any] = {
        "crumbs": trail(Crumb(_("Forms"), "/forms/"), Crumb(presenters.title(found))),
        "about": presenters.row(found, on=on),
        "facts": presenters.facts(found),
        "form": form_context(found, given=given, actor=request.actor, **tried),
        "is_tried": bool(tried),
        "cases": [presenters.case(each) for each in queries.case_list(found)],
    }
    status = 422 if tried.get("faults") else 200
    return render(request, "forms/page.html", context, status=status)


def _day(form_id: str, version: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(version)
    except ValueError:
        raise FormUnknown(form=form_id, on=version) from None


def _trial(request: PortalRequest, form: Form, on: datetime.date) -> dict[str, Any]:
    posted = read_posted(request.POST)
    reading = rules.read_answers(form, posted.given, subject=SOMEBODY, on=on)
    return {"given": posted.given, "faults": reading.faults, "answers": reading.answers}
