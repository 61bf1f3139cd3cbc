"""What anybody sees on a phone: register, the code, the page of a venue's QR code, the appeal. No login."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from kangmai.epidemic.nucleic_acid import actions as actions_of_testing
from kangmai.epidemic.nucleic_acid import queries as testing
from kangmai.epidemic.nucleic_acid.types import Antigen
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import actions, queries, rules
from kangmai.epidemic.venues.errors import PersonUnknown
from kangmai.epidemic.venues.types import Person, PersonFacts
from kangmai.kernel.errors import Conflict, Incorrect, NotFound
from kangmai.portal.nucleic_acid import asking
from kangmai.portal.nucleic_acid.words import antigen as antigen_words
from kangmai.portal.nucleic_acid.words import result
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import area, words
from kangmai.portal.shell.errors import words_of
from kangmai.portal.venues import phone, qr, wording
from kangmai.portal.venues.towns import towns

DOCUMENTS = (
    ("01", gettext_lazy("Resident identity card")),
    ("03", gettext_lazy("Passport")),
    ("06", gettext_lazy("Mainland travel permit of Hong Kong and Macao residents")),
)
FIELDS = (
    "name",
    "document_number",
    "phone",
    "place_code",
    "address",
    "emergency_contact",
    "arrived_from",
)
EXPECTED = (Incorrect, NotFound, Conflict)


def facts_of(given: Any) -> PersonFacts:
    """What a registration form says."""
    values = {name: given.get(name, "").strip() for name in FIELDS}
    return PersonFacts(document_kind=given.get("document_kind", "01"), **values)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@awake(Purpose.REGISTRATION)
def register(request: Any) -> HttpResponse:
    """Register oneself; the phone keeps the pass."""
    fault = ""
    if request.method == "POST":
        try:
            person = actions.register_self(facts=facts_of(request.POST), at=request.at)
            answer = redirect("ordered-code")
            return phone.give(
                answer, rules.pass_number(person.pass_code), secure=request.is_secure()
            )
        except EXPECTED as error:
            fault = words_of(error)
    context = {
        "fault": fault,
        "given": request.POST,
        "documents": DOCUMENTS,
        "towns": towns(
            Purpose.REGISTRATION,
            chosen=request.POST.get("place_code") or request.GET.get("place", "")[:12],
            at=request.at,
        ),
        "order": wording.order_line(Purpose.REGISTRATION, request.at),
        "legend": _("Register"),
    }
    return render(request, "venues/register.html", context, status=400 if fault else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@awake(Purpose.REGISTRATION)
def code(request: Any) -> HttpResponse:
    """The code of this phone's owner and of those whose pass it shows; a POST registers one of the family."""
    number = phone.pass_of(request)
    if number is None:
        return redirect("ordered-register")
    try:
        person = queries.own_code(pass_number=number, at=request.at)
    except PersonUnknown:
        return phone.forget(redirect("ordered-register"))
    fault = ""
    if request.method == "POST":
        try:
            actions.register_family(
                guardian_pass=number, facts=facts_of(request.POST), at=request.at
            )
            return redirect("ordered-code")
        except EXPECTED as error:
            fault = words_of(error)
    return render(request, "venues/code.html", _own_page(request, person, number, fault))


def _own_page(request: Any, person: Person, number: int, fault: str) -> dict[str, Any]:
    at = request.at
    family = queries.family_of(pass_number=number, at=at)
    try:
        reasons = queries.own_decisions(pass_number=number, at=at)
        appeals = queries.own_appeals(pass_number=number, at=at)
    except Conflict:  # colours may be asleep while registration is awake
        reasons, appeals = (), ()
    passes = [each.pass_code for each in (person, *family)]
    tested = _tested(passes, at)
    return {
        **_antigen((person, *family), at),
        "fault": fault,
        "given": request.POST,
        "documents": DOCUMENTS,
        "order": wording.order_line(Purpose.REGISTRATION, at),
        "towns": towns(
            Purpose.REGISTRATION,
            chosen=request.POST.get("place_code") or person.facts.place_code,
            at=at,
        ),
        "cards": [
            {**card(each, at), **tested.get(each.pass_code, {})} for each in (person, *family)
        ],
        "reasons": [
            {
                "reason": wording.reason_words(each.reason),
                "until": words.instant(each.expires_at)
                if each.expires_at
                else _("until it is lifted"),
            }
            for each in reasons
        ],
        "may_appeal": all(each.answer for each in appeals),
        "appeals": [
            {
                "at": words.instant(each.filed_at),
                "due": words.instant(each.due_at),
                "answer": each.answer,
            }
            for each in appeals
        ],
    }


def _tested(passes: list[str], at: Any) -> dict[str, dict[str, Any]]:
    """The newest tests of those whose passes a phone shows, while testing is ordered."""
    try:
        found = testing.tests_of_passes(passes=passes, at=at)
    except Conflict:  # testing may be asleep while registration is awake
        return {}
    return {
        code: {
            "is_held": any(each.is_held for each in some),
            "tests": [
                {
                    "sampled": words.instant(each.sampled_at),
                    "published": words.instant(each.published_at) if each.published_at else "",
                    "result": result(each.result, mode=each.mode)[0],
                    "tone": result(each.result, mode=each.mode)[1],
                }
                for each in some
            ],
        }
        for code, some in found.items()
    }


def _antigen(people: Sequence[Person], at: Any) -> dict[str, Any]:
    """What is needed to report an antigen test from this page, while testing is ordered, and those reported."""
    try:
        found = testing.antigen_of_passes(passes=[each.pass_code for each in people], at=at)
    except Conflict:
        return {}
    return {
        "may_report": True,
        "holders": [(each.pass_code, told_apart(each)) for each in people],
        "results": [(each.value, antigen_words(each)[0]) for each in Antigen],
        "now": asking.local(at),
        "key": uuid4(),
        "antigen": [
            {
                "name": told_apart(each),
                "is_positive": test.result is Antigen.POSITIVE,
                "taken": words.instant(test.taken_at),
                "result": antigen_words(test.result),
            }
            for each in people
            for test in found.get(each.pass_code, ())
        ],
    }


@never_cache
@require_POST
@awake(Purpose.TESTING)
def antigen(request: Any) -> HttpResponse:
    """Report an antigen test of this phone's owner, or of one of the family whose pass it shows."""
    number = phone.pass_of(request)
    if number is None:
        return redirect("ordered-register")
    try:
        own = queries.own_code(pass_number=number, at=request.at)
        shown = {each.pass_code for each in (own, *queries.family_of(pass_number=number, at=request.at))}  # fmt: skip
        chosen, said = request.POST.get("holder", ""), request.POST.get("result", "")
        result_ = next((each for each in Antigen if each.value == said), None)
        if chosen not in shown or result_ is None:
            raise asking.FieldUnreadable(field=_("Result"), value=said[:12])
        actions_of_testing.report_antigen_by_pass(
            pass_code=chosen, key=asking.key(request), result=result_, taken_at=asking.instant(request, "taken"),
            brand=request.POST.get("brand", ""), at=request.at,
        )  # fmt: skip
        messages.success(request, _("Your test was reported."))
    except EXPECTED as error:
        messages.error(request, words_of(error))
    return redirect("ordered-code")


def masked_name(person: Person) -> str:
    """A name of which only the first character is shown."""
    return person.facts.name[:1] + "*" * max(1, len(person.facts.name) - 1)


def told_apart(person: Person) -> str:
    """The masked name with the end of the pass: two of one family are often masked alike."""
    return f"{masked_name(person)} · {person.pass_code[-4:]}"


def card(person: Person, at: Any) -> dict[str, Any]:
    """A pass as a phone or a printed slip shows it."""
    colour = rules.shown_colour(person.colour, person.colour_until, at)
    return {
        "name": masked_name(person),
        "pass": person.pass_code,
        "qr": qr.svg(person.pass_code),
        "colour": wording.colour_words(colour),
        "tone": wording.TONES[colour],
        "place": area.path(person.facts.place_code),
    }


@never_cache
@require_POST
@awake(Purpose.COLOURS)
def appeal(request: Any) -> HttpResponse:
    """Appeal against the colour that this phone shows."""
    number = phone.pass_of(request)
    if number is None:
        return redirect("ordered-register")
    try:
        actions.file_appeal(pass_number=number, text=request.POST.get("text", ""), at=request.at)
        messages.success(request, _("Your appeal was filed. It is answered within 24 hours."))
    except EXPECTED as error:
        messages.error(request, words_of(error))
    return redirect("ordered-code")
