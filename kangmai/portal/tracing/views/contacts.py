"""Contacts: the list of those who follow them, and one on a phone at the door."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import Subject
from kangmai.epidemic.orders import queries as orders
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tracing import actions, queries, rules
from kangmai.epidemic.tracing.errors import NotReleasable
from kangmai.epidemic.tracing.queries import Show
from kangmai.epidemic.tracing.types import (  # fmt: skip
    Contact,
    ContactState,
    Facts,
    Followed,
    Half,
    Outcome,
    Where,
)
from kangmai.kernel.actor import is_permitted
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.deadlines import rows as clocks
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.tracing import asking, wording
from kangmai.portal.tracing.care import care
from kangmai.portal.venues.wording import order_line
from kangmai.standards.calendars import LEGAL_TIME, legal_day

NOON = 12


@require_safe
@signed_in
@awake(Purpose.TRACING)
def contacts(request: PortalRequest) -> HttpResponse:
    """Show contacts by what is to be done."""
    actor, at = request.actor, request.at
    asked = request.GET.get("show", "")
    show = next((each for each in Show if each.value == asked), Show.FOLLOWED)
    found = queries.contacts(show=show, after=request.GET.get("after", ""), actor=actor, at=at)
    waiting = queries.waiting(actor=actor, at=at)
    context = {
        "crumbs": trail(Crumb(_("Tracing"), reverse("tracing")), Crumb(pgettext("tracing", "Contacts"))),
        "order": order_line(Purpose.TRACING, at),
        "shows": [
            (each.value, wording.show(each), words.count(waiting[each]) if each in waiting else "", each is show)
            for each in Show
        ],
        "rows": [_row(contact, facts) for contact, facts in found.rows],
        "may_send": is_permitted(actor, "tracing.investigate"),
        "pager": pager(request.GET, cursor=found.next or None),
    }  # fmt: skip
    return render(request, "tracing/contacts.html", context)


def _row(contact: Contact, facts: Facts) -> dict[str, object]:
    return {
        "contact": contact,
        "name": facts.name or "—",
        "phone": facts.phone,
        "place": area.path(contact.place_code),
        "address": facts.address,
        "kind": wording.kind(contact.kind),
        "progress": wording.progress(contact),
        "last": words.day(contact.last_exposure_on),
        "is_unwell": contact.unwell_at is not None,
    }


@require_safe
@signed_in
@awake(Purpose.TRACING)
def contact(request: PortalRequest, contact_id: UUID) -> HttpResponse:
    """Show a contact: what is next, the daily check, and all that was written down."""
    actor, at = request.actor, request.at
    found = queries.get_contact(contact_id, actor=actor, at=at)
    today = legal_day(at)
    rule = rules.rule(on=today)
    sees_clocks = is_permitted(actor, "deadlines.read")
    running = deadlines.of_subject(Subject("tracing_contact", str(found.contact.id)), actor=actor) if sees_clocks else ()  # fmt: skip
    context = {
        "crumbs": trail(
            Crumb(_("Tracing"), reverse("tracing")), Crumb(pgettext("tracing", "Contacts"), reverse("tracing-contacts")),
            Crumb(found.facts.name or "—"),
        ),
        "order": order_line(Purpose.TRACING, at),
        "found": found,
        "contact": found.contact,
        "row": _row(found.contact, found.facts),
        "is_followed": found.contact.state is ContactState.FOLLOWED,
        "may_take": is_permitted(actor, "tracing.investigate"),
        "may_house": is_permitted(actor, "quarantine.assign") and bool(orders.awake(Purpose.QUARANTINE, at=at)),
        "clocks": clocks.rows(running, actor=actor, at=at),
        "answers": [(id, wording.named(each, id)) for id, each in rule.answers.items()],
        "symptoms": [(id, wording.named(each, id)) for id, each in rule.symptoms.items()],
        "halves": choices(
            [(each.value, wording.half(each)) for each in Half],
            current=(Half.MORNING if at.astimezone(LEGAL_TIME).hour < NOON else Half.EVENING).value,
        ),
        "wheres": [(each.value, wording.where(each)) for each in Where],
        "outcomes": choices([(each.value, wording.outcome(each)[0]) for each in Outcome], current=Outcome.PENDING.value),
        "today": today.isoformat(),
        "now": asking.local(at),
        "key": asking.fresh_key(),
        "case_key": asking.fresh_key(),
        "stay_key": asking.fresh_key(),
        **_history(found, request),
    }  # fmt: skip
    return render(request, "tracing/contact.html", context)


def _history(found: Followed, request: PortalRequest) -> dict[str, object]:
    rule = rules.rule(on=legal_day(request.at))
    return {
        **care(found.plan, missing=found.missing, checks=found.checks, tests=found.tests, at=request.at),
        "stays": [
            (wording.where(each.where), each.place, each.room, words.instant(each.from_at), words.instant(each.until_at))
            for each in found.stays
        ],
        "calls": [
            (words.instant(each.at), wording.named(rule.answers.get(each.answer), each.answer)) for each in found.calls
        ],
        "met": [(words.day(each.day), wording.met_at(each), wording.minutes(each.minutes)) for each in found.exposures],
        "case": found.contact.case_id,
    }  # fmt: skip


@require_POST
@signed_in
@awake(Purpose.TRACING)
def change_contact(request: PortalRequest, contact_id: UUID) -> HttpResponse:
    """Write down a call, a check, a test, where somebody is; release, or take as a case."""
    try:
        case = _change(request, contact_id)
        asking.written(request)
        if case is not None:
            return redirect("tracing-case", case)
    except NotReleasable as error:
        lacking = [wording.missing(each) for each in str(error.details["missing"]).split(", ")]
        asking.complain(request, NotReleasable(missing=words.clauses(lacking)))
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("tracing-contact", contact_id)


def _change(request: PortalRequest, contact_id: UUID) -> UUID | None:
    given, actor, at = request.POST, request.actor, request.at
    match given.get("do"):
        case "told":
            actions.notify(
                contact_id=contact_id, answer=given.get("answer", ""), key=asking.key(request), actor=actor, at=at
            )  # fmt: skip
        case "settle":
            where = next((each for each in Where if each.value == given.get("where")), Where.HOME)
            actions.settle(
                contact_id=contact_id, where=where, place=given.get("place", ""), room=given.get("room", ""),
                from_at=asking.instant(request, "from") or at, key=asking.key(request), actor=actor, at=at,
            )  # fmt: skip
        case "check":
            half = Half.EVENING if given.get("half") == Half.EVENING.value else Half.MORNING
            actions.check(
                contact_id=contact_id, day=asking.day(request, "day") or legal_day(at), half=half,
                temperature_c=asking.decimal(request, "temperature"), symptoms=given.getlist("symptom"), actor=actor,
                at=at,
            )  # fmt: skip
        case "test":
            outcome = next((each for each in Outcome if each.value == given.get("outcome")), Outcome.PENDING)  # fmt: skip
            actions.test(
                contact_id=contact_id, reference=given.get("reference", ""), outcome=outcome,
                sampled_at=asking.instant(request, "sampled") or at, actor=actor, at=at,
            )  # fmt: skip
        case "release":
            actions.release(contact_id=contact_id, expected_version=asking.version(request), actor=actor, at=at)  # fmt: skip
        case "case":
            made = actions.become_case(
                contact_id=contact_id, found_at=at, onset_on=asking.day(request, "onset"),
                sampled_on=asking.day(request, "sampled_on"), key=asking.key(request), actor=actor, at=at,
            )  # fmt: skip
            return made.id
        case other:
            raise asking.unreadable("do", str(other))
    return None
