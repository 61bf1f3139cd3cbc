"""How early warning works here, how well it does, and what other numbers would have done last year."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.epidemic.surveillance import actions, queries
from kangmai.epidemic.surveillance.errors import ValueMissing
from kangmai.epidemic.surveillance.types import CaseRule, Setting, Tuning
from kangmai.kernel.actor import is_permitted
from kangmai.portal.access.names import account_names
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.surveillance import posted, wording
from kangmai.standards.calendars import legal_day

YEAR = timedelta(days=365)


@require_safe
@signed_in
def method(request: PortalRequest) -> HttpResponse:
    """Show sources, rules, numbers, performance, changes and mutes."""
    actor, at = request.actor, request.at
    today = legal_day(at)
    tunings, mutes = queries.tunings(actor=actor), queries.mutes(actor=actor, at=at)
    people = account_names(
        [*(each.proposed_by for each in tunings), *(each.account for each in mutes)], actor
    )
    context = {
        "crumbs": trail(Crumb(_("Early warning"), "/signals/"), Crumb(_("Method"))),
        "plan": queries.plan_in_force(actor=actor, at=at),
        "performance": [
            {
                "title": wording.title(each.group, today),
                "row": each,
                "ppv": _share(each.ppv),
                "sensitivity": _share(each.sensitivity),
                "delay": "—" if each.mean_delay_days is None else f"{each.mean_delay_days:.1f}",
                "hours": "—" if each.mean_hours_to_verify is None else each.mean_hours_to_verify,
            }
            for each in queries.performance(first=today - YEAR, latest=today, actor=actor, at=at)
        ],
        "load": queries.load(weeks=8, actor=actor, at=at),
        "runs": queries.runs(limit=7, actor=actor),
        "rules": _rules(queries.case_rules(on=today, actor=actor)),
        "sources": [
            {
                "title": each.title.in_language(wording.language()),
                "kind": wording.source_kind(each.kind),
                "reporters": each.reporters.in_language(wording.language()),
                "layers": wording.joined(wording.layer(one) for one in sorted(each.layers)),
            }
            for each in queries.sources(on=today)
        ],
        "tunings": [
            {
                "tuning": each,
                "at": words.instant(each.proposed_at),
                "who": people.get(each.proposed_by, f"#{each.proposed_by}"),
                "is_open": each.state == "proposed",
                "conditions": _by_condition(each, today),
            }
            for each in tunings
        ],
        "mutes": [
            {
                "mute": each,
                "title": wording.title(each.group, today),
                "place": area.path(each.area_code),
                "who": people.get(each.account, f"#{each.account}"),
            }
            for each in mutes
        ],
        "groups": [
            (group, wording.title(group, today)) for group in queries.groups_seen(actor=actor)
        ],
        "areas": _areas(request),
        "tomorrow": (today + timedelta(days=1)).isoformat(),
        "may_propose": is_permitted(actor, "signals.work"),
        "may_decide": is_permitted(actor, "signals.decide"),
    }
    return render(request, "surveillance/method.html", context)


def _rules(found: Iterable[CaseRule]) -> list[dict[str, object]]:
    """Every rule once, with all the places in which it counts."""
    by_id: dict[str, list[CaseRule]] = {}
    for each in found:
        by_id.setdefault(each.id, []).append(each)
    return [
        {
            "rule": same[0],
            "title": same[0].title.in_language(wording.language()),
            "within": wording.joined(wording.within(each.within) for each in same),
        }
        for same in by_id.values()
    ]


@require_POST
@signed_in
def propose(request: PortalRequest) -> HttpResponse:
    """Replay the last year with other numbers and keep that as a proposal."""
    post = request.POST

    def deed() -> None:
        try:
            setting = Setting(
                float(post.get("high_alpha", "")),
                float(post.get("watch_alpha", "")),
                posted.number(post, "least_cases") or 0,
            )
        except ValueError:
            raise ValueMissing(what="numbers / 数值") from None
        actions.propose(
            setting=setting, reason=post.get("reason", ""), actor=request.actor, at=request.at
        )

    posted.done(request, deed, _("The last year was replayed; the proposal waits for a decision."))
    return redirect("/signals/method/#tuning")


@require_POST
@signed_in
def decide(request: PortalRequest, tuning_id: UUID) -> HttpResponse:
    """Accept a proposal from a day on, or drop it."""
    post = request.POST
    posted.done(
        request,
        lambda: actions.decide(
            tuning_id=tuning_id,
            is_accepted=post.get("do") == "accept",
            in_force_from=posted.day_or_none(post, "from"),
            expected_version=posted.version(post),
            actor=request.actor,
            at=request.at,
        ),
    )
    return redirect("/signals/method/#tuning")


@require_POST
@signed_in
def mute(request: PortalRequest) -> HttpResponse:
    """Keep silent about something until a day."""
    post = request.POST

    def deed() -> None:
        actions.mute(
            group=post.get("group", ""),
            area_code=post.get("area", ""),
            until_on=posted.day(post, "until"),
            reason=post.get("reason", ""),
            actor=request.actor,
            at=request.at,
        )

    posted.done(request, deed)
    return redirect("/signals/method/#mutes")


@require_POST
@signed_in
def unmute(request: PortalRequest, mute_id: UUID) -> HttpResponse:
    """End a mute now."""
    posted.done(
        request,
        lambda: actions.unmute(
            mute_id=mute_id,
            expected_version=posted.version(request.POST),
            actor=request.actor,
            at=request.at,
        ),
    )
    return redirect("/signals/method/#mutes")


def _areas(request: PortalRequest) -> list[tuple[str, str]]:
    home = area.home_city(request.actor)
    if home is None:
        return []
    return [
        (home.code, area.name(home.root)),
        *((c.code, area.name(c)) for c in area.counties(home)),
    ]


def _by_condition(each: Tuning, on: date) -> list[tuple[str, int, int]]:
    """Alarms of the replayed year by condition, as it stood and as proposed, the most first."""
    standing, proposed = (each.replay[name]["by_condition"] for name in ("standing", "proposed"))
    rows = [
        (wording.title(code, on), standing.get(code, 0), proposed.get(code, 0))
        for code in {*standing, *proposed}
    ]
    return sorted((row for row in rows if row[1] or row[2]), key=lambda row: (-row[1], row[0]))


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.0%}"
