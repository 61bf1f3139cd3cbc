"""A resident's own page: proof at once, results, antigen tests, a place in the queue."""

import datetime
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.epidemic.nucleic_acid import actions, queries
from kangmai.epidemic.nucleic_acid.errors import TubeUnknown
from kangmai.epidemic.nucleic_acid.types import Antigen, Proof, TubeState
from kangmai.epidemic.orders import queries as orders
from kangmai.epidemic.orders.types import Purpose
from kangmai.identity import queries as identity
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.nucleic_acid import asking
from kangmai.portal.nucleic_acid import words as named
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in


@require_safe
@signed_in
@awake(Purpose.TESTING)
def mine(request: PortalRequest) -> HttpResponse:
    """Show one's own tests, bookings and antigen tests."""
    actor, at = request.actor, request.at
    tests = queries.my_tests(actor=actor, at=at)
    known = orders.orders_by_id({each.order_id for each in tests})
    context = {
        "crumbs": trail(Crumb(_("My tests"))),
        "tests": [
            {
                "test": each,
                "result": named.result(each.result, mode=each.mode),
                "sampled": words.instant(each.sampled_at),
                "published": words.instant(each.published_at),
                "order": known.get(each.order_id),
                "is_certified": _is_certified(each),
            }
            for each in tests
        ],
        "is_held": any(each.is_held for each in tests),
        "bookings": [
            {"booking": each, "slot": words.instant(each.slot_at)}
            for each in queries.my_bookings(actor=actor, at=at)
        ],
        "sites": [
            {
                "site": each,
                "slots": [(slot.isoformat(), words.instant(slot)[-5:], free) for slot, free in each.slots if free > 0],
            }
            for each in queries.bookable(actor=actor, at=at)
        ],
        "antigen": [
            {"test": each, "result": named.antigen(each.result), "taken": words.instant(each.taken_at)}
            for each in queries.my_antigen(actor=actor, at=at)
        ],
        "key": uuid4(),
        "now": asking.local(at),
        "results": [(each.value, named.antigen(each)[0]) for each in Antigen],
    }  # fmt: skip
    return render(request, "nucleic_acid/mine.html", context)


@require_safe
@signed_in
@awake(Purpose.TESTING)
def certificate(request: PortalRequest, tube: str) -> HttpResponse:
    """A sheet to print: whose sample, when, where, with which result, under which order."""
    actor, at = request.actor, request.at
    tests = [each for each in queries.my_tests(actor=actor, at=at) if each.tube == tube.upper()]
    if not tests or not _is_certified(tests[0]):
        raise TubeUnknown(code=tube[:14])
    (test, *_more) = tests
    known = identity.get_resident(min(actor.scope.residents), actor=actor, at=at).demographics
    document = next((each.number for each in known.documents if each.closed_on is None), "")
    order = orders.orders_by_id({test.order_id}).get(test.order_id)
    context = {
        "name": known.name,
        "document": words.masked(document, head=6, tail=4),
        "test": test,
        "result": named.result(test.result),
        "sampled": words.instant(test.sampled_at),
        "published": words.instant(test.published_at),
        "printed": words.instant(at),
        "order": order,
    }
    return render(request, "nucleic_acid/certificate.html", context)


def _is_certified(test: Proof) -> bool:
    """Whether a result stands for one person.

    That of a positive pool does not, a suspect one is sampled again, and a negative one frees nobody who waits for
    the singles of a pool: until he is released he is given no sheet that says so.
    """
    if test.result is TubeState.NEGATIVE:
        return not test.is_held
    return test.result is TubeState.POSITIVE and test.mode == 1


@require_POST
@signed_in
@awake(Purpose.TESTING)
def antigen(request: PortalRequest) -> HttpResponse:
    """Report an antigen test of oneself."""
    said = request.POST.get("result", "")
    try:
        result = next((each for each in Antigen if each.value == said), None)
        if result is None:
            raise asking.unreadable("result", said)
        actions.report_antigen(
            key=asking.key(request), result=result, taken_at=asking.instant(request, "taken"),
            brand=request.POST.get("brand", ""), actor=request.actor, at=request.at,
        )  # fmt: skip
        asking.written(request)
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("my-tests")


@require_POST
@signed_in
@awake(Purpose.TESTING)
def book(request: PortalRequest) -> HttpResponse:
    """Book a place in a queue."""
    site, _at, slot = request.POST.get("slot", "").partition("@")
    try:
        if not site.isdecimal():
            raise asking.unreadable("slot", site)
        try:
            slot_at = datetime.datetime.fromisoformat(slot)
        except ValueError:
            raise asking.unreadable("slot", slot) from None
        actions.book(site_id=int(site), slot_at=slot_at, actor=request.actor, at=request.at)
        asking.written(request)
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("my-tests")


@require_POST
@signed_in
@awake(Purpose.TESTING)
def cancel(request: PortalRequest, booking_id: int) -> HttpResponse:
    """Give a booked place back."""
    try:
        actions.cancel_booking(booking_id=booking_id, actor=request.actor, at=request.at)
        asking.written(request)
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("my-tests")
