"""How well the index decides: figures of a time by group and by model, for who decides about doubtful pairs."""

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kangmai.identity import queries
from kangmai.identity.types import Evaluation, PatientGroup
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.standards.calendars import legal_day, start_of_day

USUAL_DAYS = 90
GROUPS = {
    PatientGroup.ALL: gettext_lazy("All records"),
    PatientGroup.INFANT: gettext_lazy("Infants under one year"),
    PatientGroup.ELDERLY: gettext_lazy("65 years and more"),
    PatientGroup.UNNUMBERED: gettext_lazy("Without a valid identity number"),
}


@require_safe
@signed_in
def evaluation(request: PortalRequest) -> HttpResponse:
    """Show the figures of some days, the last ninety where none are named."""
    today = legal_day(request.at)
    first = _day(request.GET.get("from", ""), today - timedelta(days=USUAL_DAYS))
    last = _day(request.GET.get("to", ""), today)
    since, until = start_of_day(first), start_of_day(last + timedelta(days=1))
    groups = queries.evaluate_groups(since, until, actor=request.actor)
    models = queries.evaluate_models(since, until, actor=request.actor)
    context = {
        "crumbs": trail(Crumb(_("Matching"), "/matching/"), Crumb(_("How well it matches"))),
        "first": first.isoformat(),
        "last": last.isoformat(),
        "is_empty": not groups[PatientGroup.ALL].arrived,
        "groups": [_row(str(GROUPS[group]), each) for group, each in groups.items()],
        "models": [_row(version or _("nobody alike"), each) for version, each in models.items()],
    }
    return render(request, "identity/evaluation.html", context)


def _row(name: str, found: Evaluation) -> dict[str, object]:
    return {
        "name": name,
        "found": found,
        "precision": _percent(found.precision, 2),
        "recall": _percent(found.recall, 1),
        "review": _percent(found.review_share, 1),
    }


def _percent(share: float | None, digits: int) -> str:
    return "—" if share is None else f"{share:.{digits}%}"


def _day(text: str, usual: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return usual
