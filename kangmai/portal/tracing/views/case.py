"""One case: its clocks, what is next, its contacts, and how they are found and judged."""

from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import Subject
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tracing import actions, queries, rules
from kangmai.epidemic.tracing.queries import Pairs
from kangmai.epidemic.tracing.types import (
    Case,
    CaseState,
    Exposure,
    Facts,
    Kind,
    Met,
    Pair,
    PersonId,
)
from kangmai.epidemic.venues import queries as venues
from kangmai.epidemic.venues.types import LookupState
from kangmai.kernel.actor import is_permitted
from kangmai.kernel.errors import KangmaiError, NotFound
from kangmai.portal.deadlines import rows as clocks
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.tracing import asking, wording
from kangmai.portal.venues.wording import order_line
from kangmai.standards.calendars import legal_day

KINDS = (Kind.CLOSE, Kind.SECONDARY, Kind.GENERAL, Kind.EXCLUDED)


@require_safe
@signed_in
@awake(Purpose.TRACING)
def case(request: PortalRequest, case_id: UUID) -> HttpResponse:
    """Show a case with its clocks and contacts."""
    actor, at = request.actor, request.at
    line = queries.get_case(case_id, actor=actor, at=at)
    asked = request.GET.get("show", "")
    default = Pairs.WAITING if line.waiting else Pairs.FOLLOWED
    show = next((each for each in Pairs if each.value == asked), default)
    page = queries.pairs(case_id, show=show, after=request.GET.get("after", ""), actor=actor, at=at)
    met = queries.exposures([each.id for each in page.rows], actor=actor, at=at)
    persons = {each.person for each in page.rows} | {e.of for some in met.values() for e in some}
    own = {line.case.person} if line.case.person is not None else set()
    facts = queries.people_of_case(case_id, persons=persons | own, actor=actor, at=at)
    sees_clocks = is_permitted(actor, "deadlines.read")
    running = deadlines.of_subject(Subject("tracing_case", str(case_id)), actor=actor) if sees_clocks else ()  # fmt: skip
    rule = rules.rule(on=legal_day(at))
    context = {
        "crumbs": trail(Crumb(_("Tracing"), reverse("tracing")), Crumb(line.case.number)),
        "order": order_line(Purpose.TRACING, at),
        "line": line,
        "case": line.case,
        "is_open": line.case.state is CaseState.OPEN,
        **_facts(line.case, facts),
        "clocks": clocks.rows(running, actor=actor, at=at),
        "searches": _searches(request, line.case),
        "shows": choices([(each.value, wording.pairs(each)) for each in Pairs], current=show.value),
        "is_waiting": show is Pairs.WAITING,
        "rows": [_row(each, facts, met.get(each.id, ()), request) for each in page.rows],
        "kinds": [(each.value, wording.kind(each)[0]) for each in KINDS],
        "relations": [(each.id, wording.named(each.title, each.id)) for each in rule.relations.values()],
        "today": legal_day(at).isoformat(),
        "first_day": legal_day(line.case.from_at).isoformat(),
        "now": asking.local(at),
        "key": asking.fresh_key(),
        "pager": pager(request.GET, cursor=page.next or None),
    }  # fmt: skip
    return render(request, "tracing/case.html", context)


def _facts(case: Case, facts: dict[PersonId, Facts]) -> dict[str, object]:
    known = facts.get(case.person) if case.person is not None else None
    return {
        "name": known.name if known else "—",
        "phone": known.phone if known else "",
        "home": known.address if known else "",
        "place": area.path(case.place_code),
        "state": wording.case_state(case.state),
        "found": words.instant(case.found_at),
        "onset": words.day(case.onset_on),
        "sampled": words.day(case.sampled_on),
        "from": words.instant(case.from_at),
        "isolated": words.instant(case.isolated_at),
        "isolated_field": asking.local(case.isolated_at) if case.isolated_at else "",
        "on_site": words.instant(case.on_site_at),
        "core": words.instant(case.core_at),
        "concluded": words.instant(case.concluded_at),
        "edition": wording.named(rules.edition(case.edition).title, case.edition),
    }


def _searches(request: PortalRequest, case: Case) -> list[dict[str, object]]:
    """Questions to the scans: where they wait for a second person, may be taken, or were."""
    found = []
    for each in queries.searches(case.id, actor=request.actor, at=request.at):
        try:
            lookup = venues.get_lookup(lookup_id=each.lookup_id, actor=request.actor, at=request.at)
        except NotFound:
            continue
        states = {
            LookupState.ASKED: (_("waits for a second person"), "warning"),
            LookupState.APPROVED: (_("approved"), "good"),
            LookupState.REFUSED: (_("refused"), "danger"),
        }
        found.append(
            {
                "search": each,
                "asked": words.instant(each.asked_at),
                "taken": words.instant(each.taken_at),
                "state": states[lookup.state],
                "may_take": lookup.state is LookupState.APPROVED,
                "address": reverse("ordered-way", args=[each.lookup_id]),
            }
        )
    return found


def _row(
    pair: Pair, facts: dict[PersonId, Facts], met: tuple[Exposure, ...], request: PortalRequest
) -> dict[str, object]:
    known = facts.get(pair.person, Facts("—", "", ""))
    return {
        "pair": pair,
        "name": known.name or "—",
        "phone": known.phone,
        "place": area.path(pair.place_code),
        "kind": wording.kind(pair.kind),
        "relation": wording.relation(pair.relation, request.at),
        "source": wording.source(pair.source),
        "minutes": wording.minutes(pair.minutes),
        "first": words.instant(pair.first_at),
        "last": words.instant(pair.last_at),
        "progress": wording.progress(pair) if pair.is_judged else (_("to judge"), "warning"),
        "met": [
            {
                "day": words.day(each.day),
                "place": wording.met_at(each),
                "minutes": wording.minutes(each.minutes),
                "of": facts[each.of].name if pair.generation > 1 and each.of in facts else "",
            }
            for each in met
        ],
    }


@require_POST
@signed_in
@awake(Purpose.TRACING)
def change_case(request: PortalRequest, case_id: UUID) -> HttpResponse:
    """Go on site, write down core facts, find and judge contacts, conclude."""
    try:
        said = _change(request, case_id)
        if said:
            messages.success(request, said)
        else:
            asking.written(request)
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("tracing-case", case_id)


def _change(request: PortalRequest, case_id: UUID) -> str:
    actor, at, given = request.actor, request.at, request.POST
    match given.get("do"):
        case "on-site":
            actions.go_on_site(case_id=case_id, expected_version=asking.version(request), actor=actor, at=at)  # fmt: skip
        case "core":
            actions.record_core(
                case_id=case_id, summary=given.get("summary", ""), isolated_at=asking.instant(request, "isolated"),
                expected_version=asking.version(request), actor=actor, at=at,
            )  # fmt: skip
        case "conclude":
            actions.conclude(case_id=case_id, expected_version=asking.version(request), actor=actor, at=at)  # fmt: skip
        case "ask":
            actions.ask_scans(case_id=case_id, reason=given.get("reason", ""), key=asking.key(request), actor=actor, at=at)  # fmt: skip
            return _("A second person decides now.")
        case "take":
            search = asking.uuid(given.get("search", ""), "search")
            return _found(actions.take_scans(search_id=search, actor=actor, at=at).found)
        case "household":
            return _found(actions.add_household(case_id=case_id, actor=actor, at=at))
        case "add":
            actions.add_contact(
                case_id=case_id, person=asking.person(request), relation=given.get("relation", ""), met=_met(request),
                actor=actor, at=at,
            )  # fmt: skip
        case "judge" | "as-suggested":
            judged = actions.judge(
                case_id=case_id, kinds=_kinds(request), reason=given.get("reason", ""), actor=actor, at=at
            )  # fmt: skip
            return ngettext("%(n)s contact judged.", "%(n)s contacts judged.", judged) % {"n": judged}  # fmt: skip
        case other:
            raise asking.unreadable("do", str(other))
    return ""


def _found(count: int) -> str:
    return ngettext("%(n)s contact found.", "%(n)s contacts found.", count) % {"n": count}


def _met(request: PortalRequest) -> list[Met]:
    """Every day from the first to the last day together."""
    first = asking.day(request, "first")
    last = asking.day(request, "last") or first
    place, minutes = request.POST.get("where", ""), asking.number(request, "minutes", default=60)
    if first is None or last is None or not first <= last <= first + timedelta(days=30):
        return []
    days: list[date] = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [Met(day, place, minutes) for day in days]


def _kinds(request: PortalRequest) -> dict[int, Kind]:
    """Pair → kind: of those that were ticked as chosen, or of all that the page showed as suggested."""
    found = {}
    everybody = request.POST.get("do") == "as-suggested"
    chosen = set(request.POST.getlist("shown" if everybody else "pair"))
    for id in chosen:
        said = request.POST.get(f"{'suggested' if everybody else 'kind'}-{id}", "")
        kind = next((each for each in Kind if each.value == said), None)
        if kind is None or not id.isdecimal():
            raise asking.unreadable("kind", said)
        found[int(id)] = kind
    if not found:
        raise asking.NobodyChosen()
    return found
