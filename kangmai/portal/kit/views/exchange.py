"""What the script of the kit asks of the server: JSON in, JSON out, nothing kept in any cache."""

import datetime
import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from kangmai.forms.errors import AnswersRefused
from kangmai.forms.types import Fault
from kangmai.kernel.actor import is_permitted
from kangmai.kernel.errors import Conflict, Incorrect, KangmaiError, NotFound
from kangmai.portal.kit.packing import Packer
from kangmai.portal.programmes import choice, trials, visits
from kangmai.portal.programmes.wording import language
from kangmai.portal.shell.errors import failure_of, words_of
from kangmai.programmes.engine import queries as programmes
from kangmai.programmes.engine.errors import EnrolmentChanged, VisitOnThisDay
from kangmai.programmes.engine.types import Method, Reached, State
from kangmai.programmes.kit import actions, queries
from kangmai.programmes.kit.errors import KitErased, KitNotFound
from kangmai.standards.calendars import legal_day

LONGEST = 200_000
"""Characters of a body; a form with every place filled in is a tenth of it."""


class BodyUnreadable(Incorrect):
    """What the kit sent cannot be read."""

    zh = "随访包发送的内容无法读取。"


Body = dict[str, Any]
Answering = Callable[[Any, Body], JsonResponse]


def _read(request: HttpRequest) -> Body:
    try:
        found = json.loads(request.body) if len(request.body) <= LONGEST else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BodyUnreadable()
    return found


def _in_json(view: Answering) -> Callable[[HttpRequest], JsonResponse]:
    """Let in who is logged in; refusals are JSON as everything else."""

    @wraps(view)
    def answered(request: HttpRequest) -> JsonResponse:
        if getattr(request, "actor", None) is None or request.must_change_password:
            return JsonResponse({}, status=401)
        try:
            return view(request, _read(request))
        except KangmaiError as error:
            return _refused(error)

    return require_POST(answered)


def _refused(error: KangmaiError, **more: Any) -> JsonResponse:
    failure = failure_of(error)
    return JsonResponse({"message": failure.message, **more}, status=failure.status)


def _uuid(body: Body, name: str) -> UUID:
    try:
        return UUID(str(body.get(name, "")))
    except ValueError:
        raise BodyUnreadable() from None


def _text(body: Body, name: str) -> str:
    found = body.get(name, "")
    if not isinstance(found, str):
        raise BodyUnreadable()
    return found


def _whole(body: Body, name: str) -> int:
    found = body.get(name)
    if isinstance(found, bool) or not isinstance(found, int):
        raise BodyUnreadable()
    return found


def _names(body: Body, name: str) -> set[str]:
    found = body.get(name, [])
    if not isinstance(found, list):
        raise BodyUnreadable()
    return {str(each) for each in found}


@require_GET
def standing(request: HttpRequest) -> JsonResponse:
    """Who is logged in here, and the token of forms."""
    actor = getattr(request, "actor", None)
    said = {
        "csrf": get_token(request),
        "account": int(actor.account) if actor else None,
        "name": actor.name if actor else "",
        "may_prepare": actor is not None and is_permitted(actor, "kit.carry"),
    }
    return JsonResponse(said)


@_in_json
def register(request: Any, body: Body) -> JsonResponse:
    """Make a kit for this phone."""
    made = actions.register(name=_text(body, "name"), actor=request.actor, at=request.at)
    found = queries.limits(on=legal_day(request.at))
    limits = {
        "idle_minutes": found.idle_minutes,
        "unsent_days": found.unsent_days,
        "wrong": found.passphrase_wrong,
    }
    return JsonResponse({"kit": str(made.kit.id), "token": made.token, "limits": limits})


@_in_json
def pack(request: Any, body: Body) -> JsonResponse:
    """One portion of what the kit is loaded with."""
    portion = actions.pack(
        kit_id=_uuid(body, "kit"),
        token=_text(body, "token"),
        ahead_days=_whole(body, "ahead"),
        after=_text(body, "after"),
        actor=request.actor,
        at=request.at,
    )
    on = legal_day(request.at)
    packer = Packer(request.actor, on, _names(body, "forms"), _names(body, "rules"))
    people = [packer.person(each) for each in portion.packed]
    said = {
        "people": people,
        "forms": packer.forms,
        "rules": packer.rules,
        **({"growth": packer.growth} if packer.growth else {}),
        "after": portion.after,
        "is_cut": portion.is_cut,
        "expires_at": portion.expires_at.isoformat(),
        "packed_on": on.isoformat(),
    }
    return JsonResponse(said)


@csrf_exempt
@require_POST
def contact(request: HttpRequest) -> JsonResponse:
    """What the kit must do: its token alone is asked for, and it is told nothing else."""
    try:
        body = _read(request)
        orders = actions.make_contact(
            kit_id=_uuid(body, "kit"),
            token=_text(body, "token"),
            has_erased=body.get("erased") is True,
            at=request.at,
        )
    except KangmaiError as error:
        return _refused(error)
    return JsonResponse({"erase": orders.must_erase, "why": orders.why.value})


@_in_json
def send(request: Any, body: Body) -> JsonResponse:
    """Take in one visit that was filled in without connection."""
    enrolment_id, service = _uuid(body, "enrolment"), _text(body, "service")

    def take() -> Body:
        recorded = actions.send(
            kit_id=_uuid(body, "kit"),
            token=_text(body, "token"),
            enrolment_id=enrolment_id,
            service=service,
            given=_given(body),
            key=_text(body, "key"),
            filled_at=_instant(body),
            expected_version=_whole(body, "version"),
            actor=request.actor,
            at=request.at,
        )
        return {
            "visit": reverse("visit", args=[recorded.visit.id]),
            "is_repeated": recorded.is_repeated,
            "is_late": recorded.visit.is_late_entry,
        }

    return _received(take, enrolment_id, service, request)


@_in_json
def attempt(request: Any, body: Body) -> JsonResponse:
    """Take in that somebody was not reached, noted without connection."""
    enrolment_id, service = _uuid(body, "enrolment"), _text(body, "service")
    method = choice.member(Method, _text(body, "method"))
    outcome = choice.member(Reached, _text(body, "outcome"))
    if method is None or outcome is None:
        raise BodyUnreadable()

    def take() -> Body:
        found = actions.send_attempt(
            kit_id=_uuid(body, "kit"),
            token=_text(body, "token"),
            enrolment_id=enrolment_id,
            service=service,
            method=method,
            outcome=outcome,
            on=_day(body),
            key=_text(body, "key"),
            actor=request.actor,
            at=request.at,
        )
        return {"is_lost": found.lost_on is not None, "version": found.version}

    return _received(take, enrolment_id, service, request)


def _received(
    take: Callable[[], Body], enrolment_id: UUID, service: str, request: Any
) -> JsonResponse:
    """What came of taking something in, with the kind of refusal that the script goes by."""
    try:
        return JsonResponse(take())
    except KitNotFound as error:
        return _refused(error, kind="stranger")
    except KitErased as error:
        return _refused(error, kind="erased")
    except AnswersRefused as error:
        faults = _faults(enrolment_id, service, error.faults, request)
        return _refused(error, kind="refused", faults=faults)
    except Conflict as error:
        return _conflict(error, enrolment_id, request)
    except NotFound as error:
        return _refused(error, kind="gone")
    except Incorrect as error:
        return _refused(error, kind="refused", address=_address(enrolment_id))


def _day(body: Body) -> datetime.date:
    try:
        return datetime.date.fromisoformat(_text(body, "on"))
    except ValueError:
        raise BodyUnreadable() from None


def _given(body: Body) -> dict[str, tuple[str, ...]]:
    found = body.get("given")
    if not isinstance(found, dict):
        raise BodyUnreadable()
    texts = {name: value for name, value in found.items() if isinstance(value, list)}
    if len(texts) != len(found) or not all(isinstance(t, str) for v in texts.values() for t in v):
        raise BodyUnreadable()
    return {name: tuple(value) for name, value in texts.items()}


def _instant(body: Body) -> datetime.datetime:
    try:
        found = datetime.datetime.fromisoformat(_text(body, "filled_at"))
    except ValueError:
        raise BodyUnreadable() from None
    if found.tzinfo is None:
        raise BodyUnreadable()
    return found


def _address(enrolment_id: UUID) -> str:
    return reverse("enrolment", args=[enrolment_id])


def _faults(
    enrolment_id: UUID, service: str, faults: tuple[Fault, ...], request: Any
) -> list[dict[str, Any]]:
    """The faults as the script shows its own."""
    found = programmes.get_enrolment(enrolment_id, actor=request.actor, at=request.at)
    form = trials.form_of(found.programme, service, on=legal_day(request.at))
    return [
        {
            "place": each.place,
            "title": form.by_link_id[each.link_id].title[language()]
            if each.link_id in form.by_link_id
            else each.place,
            "message": each.message(language()),
            "confirm": {"name": each.confirm_name, "value": each.confirm_value}
            if each.confirm_name
            else None,
        }
        for each in faults
    ]


def _conflict(error: Conflict, enrolment_id: UUID, request: Any) -> JsonResponse:
    """What happened to the enrolment meanwhile, for the doctor to decide."""
    try:
        found = programmes.get_enrolment(enrolment_id, actor=request.actor, at=request.at)
    except NotFound:
        return _refused(error, kind="gone")
    is_open = found.state is State.MANAGED
    saved = visits.conflicting(found, actor=request.actor, at=request.at)
    line = saved.visit if saved else None
    said: dict[str, Any] = {
        "kind": "conflict" if is_open and isinstance(error, EnrolmentChanged) else "refused",
        "version": found.version,
        "address": _address(enrolment_id),
        "visit": None,
    }
    if not is_open:
        said["kind"] = "gone"
    is_its_doing = isinstance(error, EnrolmentChanged) and saved and saved.is_latest
    if saved and line and (is_its_doing or isinstance(error, VisitOnThisDay)):
        parts = (saved.who, saved.when, line.service, line.day, line.value, line.outcome)
        said["visit"] = {"text": " · ".join(filter(None, parts)), "address": line.address}
    message = words_of(error)
    return JsonResponse({"message": message, **said}, status=409)
