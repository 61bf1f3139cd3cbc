"""One signal: what speaks for it and against it, how such ones ended, and what the officer does next."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.epidemic.cases import queries as cases
from kangmai.epidemic.surveillance import actions, queries, rules
from kangmai.epidemic.surveillance.errors import ReasonMissing, StepUnknown
from kangmai.epidemic.surveillance.types import Evidence, Reason, Signal, Step
from kangmai.kernel.actor import is_permitted
from kangmai.portal.access.names import account_names
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.surveillance import charts, posted, rows, wording
from kangmai.standards.calendars import legal_day

MOST_LINES = 50
SHOWN_PIECES = 6
CASE_SOURCE = "case_reports"

SMALLEST_P = 1e-15


@require_safe
@signed_in
def signal(request: PortalRequest, signal_id: UUID) -> HttpResponse:
    """Show one signal."""
    actor, at = request.actor, request.at
    today = legal_day(at)
    found = queries.get_signal(signal_id, actor=actor)
    (row,) = rows.signals([found], actor=actor, at=at)
    evidence = queries.evidence(signal_id, actor=actor)
    around = queries.around(found, on=found.latest_day, actor=actor)
    named = {
        (each.source, each.condition): (
            f"{wording.source(each.source, today)} · {wording.title(each.condition, today)}"
        )
        for each in around
    }
    steps = queries.history(signal_id, actor=actor)
    people = account_names((each.account for each in steps), actor)
    baseline = next(filter(None, map(charts.baseline, evidence)), None)
    may_work = is_permitted(actor, "signals.work", found.area_code)
    pieces = _pieces(evidence, request)
    context = {
        "crumbs": trail(Crumb(_("Early warning"), "/signals/"), Crumb(row.reference)),
        "row": row,
        "signal": found,
        "group": wording.title(found.group, today),
        "p": _chance(found.p) or "—",
        "threshold": _threshold(found, evidence),
        "evidence": pieces[:SHOWN_PIECES],
        "older": pieces[SHOWN_PIECES:],
        "chart": baseline[0] if baseline else None,
        "baseline": baseline[1] if baseline else (),
        "around": charts.around(around, named),
        "around_rows": [(named[each.source, each.condition], each.total) for each in around],
        "places": _places(found, request),
        "lines": _lines(evidence, request),
        "similar": rows.signals(queries.similar(signal_id, actor=actor), actor=actor, at=at),
        "merged": rows.signals(queries.merged(signal_id, actor=actor), actor=actor, at=at),
        "steps": [
            {
                "when": words.instant(each.at),
                "what": wording.deed(each.deed),
                "who": people.get(each.account, f"#{each.account}"),
                "reason": wording.reason(Reason(each.reason)) if each.reason else "",
                "note": each.note,
            }
            for each in steps
        ],
        **(_choices(found, request) if may_work else {}),
    }
    return render(request, "surveillance/signal.html", context)


def _pieces(evidence: Sequence[Evidence], request: PortalRequest) -> list[dict[str, object]]:
    """Each piece of evidence in a sentence, with its method and what is uncertain about it."""
    today = legal_day(request.at)
    by_id = wording.rules_by_id(request.actor, today)
    return [
        {
            "day": words.day(each.day),
            "source": wording.source(each.source, today),
            "area": area.path(each.area_code),
            "said": wording.labelled(
                wording.title(each.condition, today),
                wording.explained(each, rules=by_id, on=today),
            ),
            "method": each.method if not each.method.startswith("TOLD") else "",
            "rule": wording.rule_title(each, rules=by_id, on=today),
            "p": _chance(each.p),
            "unverified": each.detail.get("verified") is False,
            "nowcast": _nowcast(each),
            "imported": each.detail.get("imported") or 0,
        }
        for each in evidence
    ]


@require_POST
@signed_in
def step(request: PortalRequest, signal_id: UUID) -> HttpResponse:
    """Take the step that the officer chose."""
    posted.done(request, lambda: _step(request, signal_id))
    found = queries.get_signal(signal_id, actor=request.actor)
    if found.outbreak_id and request.POST.get("do") == Step.SUSPECT.value:
        return redirect("event", found.outbreak_id)
    return redirect("signal", signal_id)


@require_POST
@signed_in
def merge(request: PortalRequest, signal_id: UUID) -> HttpResponse:
    """Put the chosen signals into this one."""
    posted.done(
        request,
        lambda: actions.merge(
            signal_id=signal_id,
            others=[UUID(each) for each in request.POST.getlist("other")],
            note=request.POST.get("note", ""),
            expected_version=posted.version(request.POST),
            actor=request.actor,
            at=request.at,
        ),
    )
    return redirect("signal", signal_id)


def _step(request: PortalRequest, signal_id: UUID) -> None:
    do, post = request.POST.get("do", ""), request.POST
    usual: dict[str, Any] = {
        "signal_id": signal_id,
        "note": post.get("note", ""),
        "expected_version": posted.version(post),
        "actor": request.actor,
        "at": request.at,
    }
    match next((each for each in Step if each.value == do), None):
        case None:
            raise StepUnknown(step=do)
        case Step.EXCLUDE:
            reason = next((r for r in Reason if r.value == post.get("reason")), None)
            if reason is None:
                raise ReasonMissing()
            actions.exclude(reason=reason, **usual)
        case Step.SUSPECT:
            event = post.get("event", "")
            actions.suspect(
                title=post.get("title", ""), outbreak_id=UUID(event) if event else None, **usual
            )
        case chosen:
            actions.move(step=chosen, **usual)


def _choices(found: Signal, request: PortalRequest) -> dict[str, object]:
    """What may be done next, with what it asks for."""
    if found.outbreak_id is not None:
        return {}
    open_events = queries.outbreaks(group=found.group, actor=request.actor).rows
    steps = rules.possible(found.state)
    return {
        "may": {each.value: wording.step(each) for each in steps},
        "plain": [
            (each.value, wording.step(each))
            for each in steps
            if each in (Step.ACKNOWLEDGE, Step.VERIFY, Step.CLOSE)
        ],
        "reasons": [(each.value, wording.reason(each)) for each in Reason],
        "open_events": [(str(each.id), f"{each.reference} {each.title}") for each in open_events],
        "others": (
            rows.signals(
                queries.mergeable(found.id, actor=request.actor),
                actor=request.actor,
                at=request.at,
            )
            if found.state in rules.OPEN
            else []
        ),
    }


def _threshold(found: Signal, evidence: tuple[Evidence, ...]) -> str:
    """The threshold of the evidence that the signal's headline is of."""
    head = next(
        (
            each
            for each in evidence
            if each.observed == found.observed and each.threshold is not None
        ),
        None,
    )
    return "—" if head is None or head.threshold is None else f"{head.threshold:g}"


def _places(found: Signal, request: PortalRequest) -> list[dict[str, object]]:
    shown = queries.places_of(found, on=found.latest_day, actor=request.actor)
    names = rows.place_names({each.place_id for each in shown}, request.actor)
    on = legal_day(request.at)
    return [
        {
            "name": names.get(each.place_id, f"#{each.place_id}"),
            "condition": wording.title(each.condition, on),
            "source": wording.source(each.source, on),
            "count": each.count,
            "latest": words.day(each.latest),
        }
        for each in shown
    ]


def _lines(evidence: tuple[Evidence, ...], request: PortalRequest) -> list[dict[str, object]]:
    """The report cards behind the count, for those who may read them: codes and days, no names."""
    if not is_permitted(request.actor, "cases.read"):
        return []
    ids = {UUID(key) for e in evidence if e.source == CASE_SOURCE for key in e.cases if _is_id(key)}
    chosen = sorted(ids)[:MOST_LINES]
    found = cases.lines_by_id(chosen, actor=request.actor, at=request.at) if chosen else {}
    return [
        {
            "id": each.card_id,
            "number": each.number,
            "sex": {"1": _("male"), "2": _("female")}.get(each.sex_code, "—"),
            "age": each.age_years,
            "onset": words.day(each.onset_on),
            "diagnosed": words.instant(each.diagnosed_at),
            "home": area.path(each.home_code),
            "imported": each.is_imported,
        }
        for each in sorted(found.values(), key=lambda line: (str(line.onset_on), line.number))
    ]


def _is_id(key: str) -> bool:
    try:
        UUID(key)
    except ValueError:
        return False
    return True


def _nowcast(each: Evidence) -> str:
    factor = each.detail.get("nowcast")
    return f"×{factor:.2f}" if isinstance(factor, float) and factor > 1 else ""


def _chance(p: float | None) -> str:
    """A p value in two figures; what is smaller than a float can tell from zero is said to be so."""
    if p is None:
        return ""
    return f"{p:.2g}" if p > SMALLEST_P else f"< {SMALLEST_P:g}"
