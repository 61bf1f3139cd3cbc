"""How cold it is: a place with its readings, and breaks with the decisions on what they put aside."""

from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kangmai.kernel.actor import require
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking, wording
from kangmai.portal.vaccination.views.stock import MOST_BYTES, fridge_row, recipient_rows
from kangmai.programmes.vaccination import actions, queries
from kangmai.programmes.vaccination.types import Breach, NewLogger, Verdict
from kangmai.registry import queries as registry
from kangmai.standards.calendars import LEGAL_TIME, legal_day

READ = "vaccination.read"
SHOWN = 60


def _crumbs(*more: Crumb) -> tuple[Crumb, ...]:
    clinic = Crumb(_("Immunization clinic"), reverse("vaccination"))
    return trail(clinic, Crumb(_("Vaccines in stock"), reverse("vaccination-stock")), *more)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def fridge(request: PortalRequest, fridge_id: UUID) -> HttpResponse:
    """Show the temperatures of a cold place; write one down, take in a file, register or stop a logger."""
    fault = ""
    made: NewLogger | None = None
    if request.method == "POST" and asking.text(request, "do"):
        try:
            made = _logger(request, fridge_id)
            if made is None:
                asking.written(request)
                return redirect("vaccination-fridge", fridge_id)
        except KangmaiError as error:
            fault = words_of(error)
    elif request.method == "POST":
        try:
            found = _write(request, fridge_id)
            asking.written(request)
            if found is not None:
                return redirect("vaccination-breach", found.id)
            return redirect("vaccination-fridge", fridge_id)
        except KangmaiError as error:
            fault = words_of(error)
    place = queries.get_fridge(fridge_id, actor=request.actor, at=request.at)
    readings = queries.readings(fridge_id, actor=request.actor, at=request.at)
    now = request.at.astimezone(LEGAL_TIME)
    context = {
        "crumbs": _crumbs(Crumb(place.name)),
        "fridge": fridge_row(place, legal_day(request.at)),
        "may_keep": queries.keeps(place, actor=request.actor),
        "readings": [
            {
                "at": words.instant(each.at),
                "celsius": f"{each.celsius:g} ℃",
                "is_outside": each.is_outside,
                "source": _source(each.source.value),
            }
            for each in readings[:SHOWN]
        ],
        "more": max(0, len(readings) - SHOWN),
        "breaches": [_line(each) for each in queries.breaches(fridge=fridge_id, actor=request.actor)],
        "now": now.strftime("%Y-%m-%dT%H:%M"),
        "loggers": [
            {
                "id": each.id,
                "name": each.name,
                "seen": words.instant(each.seen_at),
                "is_stopped": each.stopped_at is not None,
            }
            for each in queries.loggers(fridge_id, actor=request.actor)
        ],
        "token": made.token if made else "",
        "address": request.build_absolute_uri(reverse("api-cold-chain-readings")),
        "said": request.POST,
        "fault": fault,
    }  # fmt: skip
    return render(request, "vaccination/fridge.html", context, status=422 if fault else 200)


def _logger(request: PortalRequest, fridge_id: UUID) -> NewLogger | None:
    """Register a logger, or stop one."""
    if asking.text(request, "do") == "stop":
        logger = asking.uuid_of(asking.text(request, "logger"))
        if logger is not None:
            actions.stop_logger(logger_id=logger, actor=request.actor, at=request.at)
        return None
    return actions.register_logger(fridge_id=fridge_id, name=asking.text(request, "name"), actor=request.actor, at=request.at)  # fmt: skip


def _source(value: str) -> str:
    return {"hand": _("read by hand"), "file": _("file of a logger"), "device": _("device")}[value]


def _write(request: PortalRequest, fridge_id: UUID) -> Breach | None:
    if (uploaded := request.FILES.get("file")) is not None:
        text = uploaded.read(MOST_BYTES).decode("utf-8-sig", "replace")
        return actions.take_file(fridge_id=fridge_id, text=text, actor=request.actor, at=request.at)[1]  # fmt: skip
    # the field knows no seconds: what is read now is not in the future
    when = min(asking.moment(request, "at", _("Time")), request.at)
    sample = (when, asking.degrees(request, "celsius"))
    return actions.write_temperatures(fridge_id=fridge_id, samples=[sample], actor=request.actor, at=request.at)  # fmt: skip


@require_safe
@signed_in
def breaches(request: PortalRequest) -> HttpResponse:
    """Show the breaks of the cold chain: those that wait for a decision, or all."""
    require(request.actor, READ)
    only_open = request.GET.get("only") != "all"
    found = queries.breaches(only_open=only_open, actor=request.actor)
    names = registry.names_by_id(ids={each.organization for each in found}, language=language())
    context = {
        "crumbs": _crumbs(Crumb(_("Breaks of the cold chain"))),
        "rows": [_line(each) | {"institution": names.get(each.organization, "")} for each in found],
        "only_open": only_open,
    }
    return render(request, "vaccination/breaches.html", context)


def _line(of: Breach) -> dict[str, object]:
    waiting = sum(each.verdict is Verdict.OPEN for each in of.lots)
    return {
        "id": of.id,
        "fridge": of.fridge_name,
        "began": words.instant(of.began_at),
        "ended": words.instant(of.ended_at) if of.ended_at else "",
        "range": f"{of.lowest:g} ℃" if of.lowest == of.highest else f"{of.lowest:g}–{of.highest:g} ℃",
        "lots": len(of.lots),
        "waiting": waiting,
    }  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def breach(request: PortalRequest, breach_id: UUID) -> HttpResponse:
    """Show what a break put aside and who was given doses since; decide on a lot."""
    fault = ""
    if request.method == "POST":
        try:
            _decide(request, breach_id)
            asking.written(request)
            return redirect("vaccination-breach", breach_id)
        except KangmaiError as error:
            fault = words_of(error)
    found = queries.get_breach(breach_id, actor=request.actor)
    names = registry.names_by_id(ids=[found.organization], language=language())
    people = queries.recipients(breach=found, limit=200, actor=request.actor)
    context = {
        "crumbs": _crumbs(
            Crumb(_("Breaks of the cold chain"), reverse("vaccination-breaches")),
            Crumb(found.fridge_name),
        ),
        "breach": _line(found) | {"institution": names.get(found.organization, ""), "fridge_id": found.fridge},
        "version": found.version,
        "lots": [
            {
                "id": each.id,
                "vaccine": wording.vaccine(each.lot.vaccine),
                "lot": each.lot.number,
                "doses": each.doses,
                "label": wording.verdict(each.verdict)[0],
                "tone": wording.verdict(each.verdict)[1],
                "reason": each.reason,
                "is_open": each.verdict is Verdict.OPEN,
            }
            for each in found.lots
        ],
        "may_decide": queries.decides(actor=request.actor),
        "recipients": recipient_rows(people, request),
        "fault": fault,
        "key": uuid4(),
    }  # fmt: skip
    return render(request, "vaccination/breach.html", context, status=422 if fault else 200)


def _decide(request: PortalRequest, breach_id: UUID) -> None:
    line = asking.uuid_of(asking.text(request, "line"))
    said = asking.text(request, "verdict")
    if line is None or said not in (Verdict.RELEASED.value, Verdict.DISCARDED.value):
        raise asking.FieldUnreadable(field=_("Decision"), value=said[:12])
    actions.decide(
        breach_id=breach_id,
        line_id=line,
        verdict=Verdict(said),
        reason=asking.text(request, "reason"),
        key=asking.key(request),
        expected_version=asking.version(request),
        actor=request.actor,
        at=request.at,
    )
