"""The page that a venue's QR code opens on a phone: one press, one answer for its owner and for who comes along."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import actions, queries, rules
from kangmai.epidemic.venues.types import Channel, Person, Refusal, Scan, Told
from kangmai.kernel.errors import Conflict
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import words
from kangmai.portal.venues import phone, wording
from kangmai.portal.venues.views.phone import EXPECTED, told_apart


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@awake(Purpose.SCANNING)
def scan(request: Any, code: str) -> HttpResponse:
    """The page a venue's QR code opens: one press, one answer."""
    at = request.at
    order = wording.order_line(Purpose.SCANNING, at)
    try:
        venue, entrance = queries.venue_at(code=code, at=at)
    except EXPECTED:
        told = actions.scan(scan=_scan(request, code, 0), at=at)
        gone = {"order": order, "refused": wording.refusal_words(told.reason, request.at)}
        return render(request, "venues/scan.html", gone, status=422)
    number = phone.pass_of(request)
    context: dict[str, Any] = {
        "order": order,
        "venue": venue.facts.name,
        "entrance": entrance.name,
        "is_registered": number is not None,
        "client": uuid4().hex,
    }
    if number is not None:
        family = _family(number, at)
        context["family"] = [(each.pass_code, told_apart(each)) for each in family]
        if request.method == "POST":
            context |= _answered(request, code, number, family)
    return render(request, "venues/scan.html", context)


def _family(number: int, at: datetime) -> tuple[Person, ...]:
    """Those without a phone whose passes this one shows."""
    try:
        return queries.family_of(pass_number=number, at=at)
    except Conflict:  # registration may be asleep while scanning is awake
        return ()


def _scan(request: Any, code: str, number: int) -> Scan:
    client = request.POST.get("client", "")[:60] or uuid4().hex
    return Scan(client, request.at, code, number, 0, Channel.PHONE)


def _answered(request: Any, code: str, number: int, family: Sequence[Person]) -> dict[str, Any]:
    """What the door says to the owner of the phone, and to each of the family who comes along."""
    own = _scan(request, code, number)
    told = [("", actions.scan(scan=own, at=request.at))]
    along = set(request.POST.getlist("along"))
    some = [each for each in family if each.pass_code in along]
    sender = -queries.key_of_pass(pass_number=number, at=request.at) if some else 0
    for n, each in enumerate(some, 1):
        scan = replace(
            own, client=f"{own.client}-{n}", pass_number=rules.pass_number(each.pass_code), source=sender,
            channel=Channel.PROXY,
        )  # fmt: skip
        told.append((told_apart(each), actions.scan(scan=scan, at=request.at)))
    return {"answers": [_said(name, each, request.at) for name, each in told]}


def _said(name: str, told: Told, at: datetime) -> dict[str, Any]:
    if told.reason in {each.value for each in Refusal}:
        return {"name": name, "refused": wording.refusal_words(told.reason, at)}
    assert told.colour is not None
    return {
        "name": name,
        "answer": wording.door_words(told.reason, at),
        "verdict": wording.answer_words(told.answer),
        "tone": wording.TONES[told.colour],
        "at": words.instant(at),
    }
