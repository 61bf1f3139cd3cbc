"""Plan a round over sites and laboratories: reckon, compare, keep, release, and hold against what happened."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from kangmai.epidemic.nucleic_acid import actions, queries, rules
from kangmai.epidemic.nucleic_acid.types import KeptPlan, PlanState, Round
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.ids import OrganizationId
from kangmai.portal.messages.presenters import language
from kangmai.portal.nucleic_acid import asking, institutions
from kangmai.portal.nucleic_acid import words as named
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.registry import queries as registry
from kangmai.registry.types import Organization, OrganizationKind

PLAN = "testing.plan"
FIRST = (OrganizationKind.LABORATORY, OrganizationKind.CDC, OrganizationKind.HOSPITAL)
"""Laboratories that are proposed before anything was planned."""
MOST_PROPOSED = 12
NUMBERS = (("hours", "12"), ("prevalence", "0.01"), ("every", "2"), ("run", "3"), ("road", "4"))
EXTRA = "extra"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@awake(Purpose.TESTING)
def plan_round(request: PortalRequest, round_id: int) -> HttpResponse:
    """Ask for a plan of a round: its sites and people, laboratories and what they do a day."""
    require(request.actor, PLAN)
    round_ = queries.round_of(round_id, actor=request.actor, at=request.at)
    context = _form(request, round_)
    if request.method == "POST":
        try:
            demands, labs = context["demands"], [row["id"] for row in context["laboratories"]]
            question = _question(request, round_, demands, labs)
            if request.POST.get("do") == "save":
                kept = actions.save_plan(
                    round_id=round_id, question=question, note=request.POST.get("note", ""), key=asking.key(request),
                    actor=request.actor, at=request.at,
                )  # fmt: skip
                return redirect("nucleic-acid-plan", kept.id)
            context |= _compared(request, question)
        except KangmaiError as error:
            context["fault"] = words_of(error)
        except (rules.Impossible, ValueError) as error:
            context["fault"] = _("No plan keeps these limits: %(reason)s") % {"reason": error}
    return render(request, "nucleic_acid/plan_round.html", context)


def _form(request: PortalRequest, round_: Round) -> dict[str, Any]:
    """What was said so far, else what is known: residents by site, the laboratories of the last plan."""
    actor, at = request.actor, request.at
    demands = queries.demands(round_.id, actor=actor, at=at)
    sites = {str(s.id): s for s in queries.sites(round_.id, actor=actor, at=at)}
    cities = sorted({f"{code[:4]}00" for code in round_.areas})
    known = institutions.standing_in(request, cities, institutions.LABORATORIES)
    labels = {each.key: each.label for each in institutions.shown(known)}
    last = queries.newest_plan(actor=actor, at=at)
    capacity = _capacity(request, last, [s.laboratory for s in sites.values()], known)
    edition = rules.edition(on=round_.edition_from)
    return {
        "crumbs": _trail(round_, Crumb(pgettext("testing", "Plan"))),
        "round": round_,
        "order": asking.order_words(round_),
        "modes": choices([(str(n), each[language()]) for n, each in sorted(edition.modes.items())],
                         current=request.POST.get("mode", str(round_.mode))),
        "said": {name: request.POST.get(name, default) for name, default in NUMBERS},
        "people": [
            {"id": each.id, "site": sites[each.id], "people": request.POST.get(f"people-{each.id}", str(each.people))}
            for each in demands if each.id in sites
        ],
        "demands": demands,
        "laboratories": [
            {"id": id, "name": labels.get(id, id), "tubes": tubes, "backlog": request.POST.get(f"backlog-{id}", "0")}
            for id, tubes in capacity.items()
        ],
        "others": [(key, label) for key, label in labels.items() if key not in capacity],
        "more": request.POST.get("more", ""),
        "more_tubes": request.POST.get("more_tubes", ""),
        "key": request.POST.get("key") or uuid4(),
        "note": request.POST.get("note", ""),
        "is_open": round_.state.value != "closed",
    }  # fmt: skip


def _capacity(
    request: PortalRequest,
    last: KeptPlan | None,
    chosen: Sequence[int | None],
    known: Sequence[Organization],
) -> dict[str, str]:
    """Tubes a day by laboratory: as said, as planned before, those of the sites, else the city's first ones."""
    said = {
        name.removeprefix("tubes-"): request.POST.get(name, "").strip()
        for name in request.POST
        if name.startswith("tubes-")
    }
    if said:
        return said
    found = {each.id: str(each.tubes_a_day) for each in last.question.laboratories} if last else {}
    for each in filter(None, chosen):
        found.setdefault(str(each), "")
    if not found:
        own = [each for each in known if each.kind in FIRST]
        found = {str(each.id): "" for each in own[:MOST_PROPOSED]}
    return found


def _question(
    request: PortalRequest,
    round_: Round,
    demands: Sequence[rules.Demand],
    laboratories: Iterable[str],
) -> rules.Question:
    """The question of the form; laboratories by id. Raises FieldUnreadable."""
    asked = {
        each.id: asking.number(request, f"people-{each.id}", default=each.people)
        for each in demands
    }
    capacity = {id: asking.number(request, f"tubes-{id}") for id in laboratories}
    if request.POST.get("more") and request.POST.get("more_tubes"):
        capacity[request.POST["more"]] = asking.number(request, "more_tubes")
    if not any(capacity.values()):
        raise asking.FieldUnreadable(field=_("Tubes a day"), value="0")
    homes = registry.organizations_by_id(ids={int(id) for id in capacity if id.isdecimal()}, actor=request.actor)  # fmt: skip
    numbers = {name: _decimal(request, name) for name, _default in NUMBERS}
    return rules.Question(
        demands=tuple(replace(each, people=asked[each.id]) for each in demands),
        laboratories=tuple(
            institutions.as_laboratory(homes[OrganizationId(int(id))], tubes, asking.number(request, f"backlog-{id}"))
            for id, tubes in capacity.items() if tubes and id.isdecimal() and int(id) in homes
        ),
        mode=asking.number(request, "mode", default=round_.mode),
        sampling_hours=numbers["hours"],
        prevalence=numbers["prevalence"] / 100,
        capacity=rules.edition(on=round_.edition_from).capacity,
        courier_every_hours=numbers["every"],
        run_hours=numbers["run"],
        most_hours_on_road=numbers["road"],
    )  # fmt: skip


def _decimal(request: PortalRequest, name: str) -> float:
    found = asking.decimal(request.POST.get(name, ""), name)
    if found is None or found < 0 or found > 1_000:
        raise asking.unreadable(name, request.POST.get(name, ""))
    return found


def _compared(request: PortalRequest, question: rules.Question) -> dict[str, object]:
    """The plan, and beside it what other pool sizes and one more laboratory would come to."""
    base = rules.plan(question)
    edition = rules.edition(on=request.at.date())
    columns = [(_("as asked"), base)]
    for mode in sorted(edition.modes, reverse=True):
        if mode != question.mode and mode > 1:
            columns += _tried(str(edition.modes[mode][language()]), replace(question, mode=mode))
    most = max(question.laboratories, key=lambda each: each.tubes_a_day)
    more = replace(most, id=EXTRA, backlog_tubes=0)
    label = _("one more laboratory of %(n)s tubes a day") % {"n": words.count(more.tubes_a_day)}
    columns += _tried(label, replace(question, laboratories=(*question.laboratories, more)))
    return {
        "answer": _answer(request, rules.answer_of(base)),
        "columns": [_column(name, each, base) for name, each in columns],
        "more": "", "more_tubes": "",
        "laboratories": _with_more(request, question),
    }  # fmt: skip


def _tried(name: str, question: rules.Question) -> list[tuple[str, rules.Plan]]:
    try:
        return [(name, rules.plan(question))]
    except (rules.Impossible, ValueError):
        return []


def _with_more(request: PortalRequest, question: rules.Question) -> list[dict[str, object]]:
    names = _names(each.id for each in question.laboratories)
    return [
        {"id": each.id, "name": names.get(each.id, each.id), "tubes": str(each.tubes_a_day), "backlog": str(each.backlog_tubes)}
        for each in question.laboratories
    ]  # fmt: skip


def _column(name: str, plan: rules.Plan, base: rules.Plan) -> dict[str, object]:
    kept = rules.answer_of(plan)
    saved = base.last_result_hours - plan.last_result_hours
    expected = next((each for each in plan.pooling if each.size == plan.question.mode), None)
    return {
        "name": name,
        "tubes": words.count(kept.tubes),
        "kits": words.count(kept.kits),
        "samplers": words.count(kept.samplers),
        "lanes": words.count(kept.lanes),
        "boxes": words.count(kept.boxes),
        "vehicles": words.count(kept.vehicles),
        "last": hours(kept.last_result_hours),
        "saved": "" if plan is base else f"{saved:+.1f}",
        "is_better": saved > 0.05,
        "positive_pools": f"{kept.positive_pools:,.1f}",
        "tests": f"{expected.tests_per_person:.3f}" if expected else "—",
    }  # fmt: skip


def hours(value: float | None) -> str:
    """Hours from the beginning of a round, as +9.5 h."""
    return "—" if value is None else _("%(hours)s h") % {"hours": f"{value:.1f}"}


def _names(ids: Iterable[str]) -> dict[str, str]:
    numbers = {int(each) for each in ids if each.isdecimal()}
    found = registry.names_by_id(ids=numbers, language=language())
    return {str(id): name for id, name in found.items()}


def _answer(request: PortalRequest, answer: rules.Answer) -> dict[str, object]:
    """An answer as a page shows it."""
    boxes = answer.boxes_of()
    names = _names(boxes)
    return {
        "tiles": [
            (_("Tubes"), words.count(answer.tubes)),
            (_("Kits"), words.count(answer.kits)),
            (_("Samplers at work"), words.count(answer.samplers)),
            (_("Lanes"), words.count(answer.lanes)),
            (_("Boxes"), words.count(answer.boxes)),
            (_("Vehicles on the road at one time"), words.count(answer.vehicles)),
        ],
        "last": hours(answer.last_result_hours),
        "flow": hours(answer.flow_hours),
        "bound": hours(answer.bound_hours),
        "gap": f"{100 * answer.gap:.1f} %",
        "laboratories": [
            (names.get(id, id), words.count(boxes[id]), hours(done))
            for id, done in sorted(answer.done_hours.items(), key=lambda pair: -pair[1])
        ],
        "trips": words.count(len(answer.trips)),
    }  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@awake(Purpose.TESTING)
def plan(request: PortalRequest, plan_id: int) -> HttpResponse:
    """Show a kept plan beside what happened; release it to the couriers."""
    actor, at = request.actor, request.at
    if request.method == "POST":
        try:
            actions.release_plan(
                plan_id=plan_id, expected_version=asking.number(request, "version"), actor=actor, at=at
            )  # fmt: skip
            asking.written(request)
        except KangmaiError as error:
            asking.complain(request, error)
        return redirect("nucleic-acid-plan", plan_id)
    found = queries.plan_of(plan_id, actor=actor, at=at)
    round_ = queries.round_of(found.round_id, actor=actor, at=at)
    title = _("Plan %(number)s") % {"number": found.number}
    state, tone = named.plan_state(found.state)
    context = {
        "crumbs": _trail(round_, Crumb(title)),
        "title": title,
        "round": round_,
        "order": asking.order_words(round_),
        "plan": found,
        "state": state,
        "tone": tone,
        "created": words.instant(found.created_at),
        "released": words.instant(found.released_at),
        "answer": _answer(request, found.answer),
        "ends": words.instant(round_.opens_at + timedelta(hours=found.answer.last_result_hours)),
        "asked": _asked(found, round_),
        "may_release": found.state is PlanState.SAVED and round_.state.value != "closed" and is_permitted(actor, PLAN),
        **_replay(request, found, round_),
    }  # fmt: skip
    return render(request, "nucleic_acid/plan.html", context)


def _asked(found: KeptPlan, round_: Round) -> list[tuple[str, str]]:
    question = found.question
    edition = rules.edition(on=round_.edition_from)
    people = sum(each.people for each in question.demands)
    capacity = sum(each.tubes_a_day for each in question.laboratories)
    return [
        (_("Persons a tube"), str(edition.modes[question.mode][language()])),
        (_("People"), words.count(people)),
        (_("Sites are open, hours"), f"{question.sampling_hours:g}"),
        (_("Positive people per hundred"), f"{question.prevalence * 100:g}"),
        (_("A courier calls every, hours"), f"{question.courier_every_hours:g}"),
        (_("A run takes, hours"), f"{question.run_hours:g}"),
        (_("Tubes a day of all laboratories"), words.count(capacity)),
    ]


def _replay(request: PortalRequest, found: KeptPlan, round_: Round) -> dict[str, object]:
    replayed = queries.replay_of(found.id, actor=request.actor, at=request.at)
    sites = {
        str(s.id): s.name for s in queries.sites(round_.id, actor=request.actor, at=request.at)
    }
    laboratories = _names(each.id for each in replayed.laboratories)
    return {
        "has_happened": replayed.round.done.tubes > 0,
        "replays": [
            (_("Sites: when the last box left"), [_line(each, sites) for each in replayed.sites]),
            (
                _("Laboratories: when the last result was published"),
                [_line(each, laboratories) for each in replayed.laboratories],
            ),
        ],
        "whole": _line(replayed.round, {"": _("The round")}),
    }


def _line(line: rules.Line, names: Mapping[str, str]) -> dict[str, object]:
    late = line.hours_late
    return {
        "name": names.get(line.id, "—"),
        "planned": words.count(line.planned.tubes),
        "done": words.count(line.done.tubes),
        "planned_hours": hours(line.planned.hours),
        "hours": hours(line.done.hours),
        "late": "" if late is None else f"{late:+.1f}",
        "tone": "" if late is None else "danger" if late > 0.5 else "good",
    }


@require_safe
@signed_in
@awake(Purpose.TESTING)
def plans(request: PortalRequest, round_id: int) -> HttpResponse:
    """Show the kept plans of a round, the newest first."""
    round_ = queries.round_of(round_id, actor=request.actor, at=request.at)
    found = queries.plans(round_id, actor=request.actor, at=request.at)
    context = {
        "crumbs": _trail(round_, Crumb(_("Plans"))),
        "round": round_,
        "order": asking.order_words(round_),
        "may_plan": is_permitted(request.actor, PLAN),
        "rows": [
            {
                "plan": each,
                "state": named.plan_state(each.state),
                "created": words.instant(each.created_at),
                "tubes": words.count(each.answer.tubes),
                "last": hours(each.answer.last_result_hours),
                "laboratories": len(each.question.laboratories),
                "mode": each.question.mode,
            }
            for each in found
        ],
    }
    return render(request, "nucleic_acid/plans.html", context)


def _trail(round_: Round, last: Crumb) -> object:
    return trail(
        Crumb(_("Testing"), reverse("nucleic-acid")),
        Crumb(round_.name, reverse("nucleic-acid-round", args=[round_.id])),
        last,
    )
