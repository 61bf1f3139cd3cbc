"""What is done to an enrolment: confirm, dismiss, close, reopen, hand over, note an attempt."""

import datetime
from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kangmai.kernel.errors import Conflict, Incorrect
from kangmai.kernel.ids import OrganizationId
from kangmai.portal.programmes import choice
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.programmes.engine import actions
from kangmai.programmes.engine.types import Method, Reached
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

Deed = Callable[[PortalRequest, UUID], str]


class DeedUnknown(Incorrect):
    """'{deed}' cannot be done to an enrolment."""

    zh = "管理记录没有“{deed}”这一操作。"


class DayUnreadable(Incorrect):
    """'{text}' is no day. Write it as 2026-11-20."""

    zh = "“{text}”不是有效日期，请按 2026-11-20 的格式填写。"


class InstitutionNotFound(Incorrect):
    """There is no institution with the code '{code}'."""

    zh = "没有代码为“{code}”的机构。"


class ChoiceMissing(Incorrect):
    """Choose how you tried and what came of it."""

    zh = "请选择联系方式和结果。"


@require_POST
@signed_in
def deed(request: PortalRequest, enrolment_id: UUID, name: str) -> HttpResponse:
    """Do one thing and go back to the enrolment, with a word on what happened."""
    if name not in DEEDS:
        raise DeedUnknown(deed=name)
    try:
        messages.success(request, DEEDS[name](request, enrolment_id))
    except (Conflict, Incorrect) as error:
        messages.error(request, words_of(error))
    if name == "attempt" and request.POST.get("back") == "worklist":
        return redirect("worklist")
    return redirect("enrolment", enrolment_id)


def _confirm(request: PortalRequest, enrolment_id: UUID) -> str:
    actions.confirm(
        enrolment_id=enrolment_id,
        on=_day(request),
        expected_version=_version(request),
        actor=request.actor,
        at=request.at,
    )
    return _("Taken into management; the first visit is planned.")


def _dismiss(request: PortalRequest, enrolment_id: UUID) -> str:
    actions.dismiss(
        enrolment_id=enrolment_id,
        reason=request.POST.get("reason", ""),
        expected_version=_version(request),
        actor=request.actor,
        at=request.at,
    )
    return _("Not a case: the suspicion is closed.")


def _close(request: PortalRequest, enrolment_id: UUID) -> str:
    actions.close_enrolment(
        enrolment_id=enrolment_id,
        reason=request.POST.get("reason", ""),
        on=_day(request),
        expected_version=_version(request),
        actor=request.actor,
        at=request.at,
    )
    return _("The enrolment is closed; its visits stay.")


def _reopen(request: PortalRequest, enrolment_id: UUID) -> str:
    actions.reopen_enrolment(
        enrolment_id=enrolment_id,
        on=_day(request),
        expected_version=_version(request),
        actor=request.actor,
        at=request.at,
    )
    return _("Managed again.")


def _transfer(request: PortalRequest, enrolment_id: UUID) -> str:
    code = request.POST.get("organization", "").strip()
    found = registry.find_organization(code=code, actor=request.actor)
    if found is None:
        raise InstitutionNotFound(code=code)
    actions.propose_transfer(
        enrolment_id=enrolment_id,
        to_organization=OrganizationId(found.id),
        reason=request.POST.get("reason", ""),
        expected_version=_version(request),
        actor=request.actor,
        at=request.at,
    )
    return _("Offered to the other team. You look after the resident until it accepts.")


def _accept(request: PortalRequest, enrolment_id: UUID) -> str:
    actions.accept_transfer(
        enrolment_id=enrolment_id,
        expected_version=_version(request),
        actor=request.actor,
        at=request.at,
    )
    return _("Accepted: your team looks after the resident now.")


def _refuse(request: PortalRequest, enrolment_id: UUID) -> str:
    actions.refuse_transfer(
        enrolment_id=enrolment_id,
        reason=request.POST.get("reason", ""),
        expected_version=_version(request),
        actor=request.actor,
        at=request.at,
    )
    return _("Refused: the other team keeps looking after the resident.")


def _attempt(request: PortalRequest, enrolment_id: UUID) -> str:
    method = choice.member(Method, request.POST.get("method", ""))
    outcome = choice.member(Reached, request.POST.get("outcome", ""))
    if method is None or outcome is None:
        raise ChoiceMissing()
    found = actions.record_attempt(
        enrolment_id=enrolment_id,
        service=request.POST.get("service", ""),
        method=method,
        outcome=outcome,
        on=_day(request),
        key=request.POST.get("key", ""),
        actor=request.actor,
        at=request.at,
    )
    if found.lost_on:
        return _("The attempt is noted. Tried often enough: now listed as out of reach.")
    return _("The attempt is noted.")


DEEDS: dict[str, Deed] = {
    "confirm": _confirm,
    "dismiss": _dismiss,
    "close": _close,
    "reopen": _reopen,
    "transfer": _transfer,
    "accept": _accept,
    "refuse": _refuse,
    "attempt": _attempt,
}


def _day(request: PortalRequest) -> datetime.date:
    """The day that was given; today where none was."""
    text = request.POST.get("on", "").strip()
    if not text:
        return legal_day(request.at)
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise DayUnreadable(text=text[:20]) from None


def _version(request: PortalRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0
