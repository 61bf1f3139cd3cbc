"""Bulletins: the list, a draft, one with its numbers linked to their cards, files, and what the public reads."""

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kangmai.access import queries as access
from kangmai.documents import queries as documents
from kangmai.documents.types import Format
from kangmai.epidemic.bulletin import actions, queries, rules
from kangmai.epidemic.bulletin.types import Bulletin, Signer, State
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import is_permitted
from kangmai.kernel.errors import Incorrect, KangmaiError
from kangmai.portal.bulletin import wording
from kangmai.portal.bulletin.views.situation import card
from kangmai.portal.messages.presenters import language
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.supplies.asking import complain, key, number, written

DRAFT, ISSUE, RELEASE = "bulletin.draft", "bulletin.issue", "bulletin.release"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class StepUnknown(Incorrect):
    """A bulletin can be signed, given back or released; there is no other step."""

    zh = "日报可以签发、退回或公布，没有其他操作。"


class OrderMissing(Incorrect):
    """Choose the order whose bulletin it is."""

    zh = "请选择日报所属的命令。"


def _crumbs(*more: Crumb) -> tuple[Crumb, ...]:
    here = Crumb(_("Daily bulletins"), reverse("ordered-bulletins") if more else "")
    return trail(Crumb(_("Emergency mode"), reverse("emergency")), here, *more)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@awake(Purpose.BULLETIN)
def bulletins(request: PortalRequest) -> HttpResponse:
    """Show the bulletins one sees; a POST drafts today's."""
    actor, at = request.actor, request.at
    if request.method == "POST":
        try:
            made = actions.draft(order_id=_order(request), remark=request.POST.get("remark", ""), key=key(request), actor=actor, at=at)  # fmt: skip
            written(request)
            return redirect("ordered-bulletin", made.id)
        except KangmaiError as error:
            complain(request, error)
            return redirect("ordered-bulletins")
    rows, following = queries.bulletins(after=request.GET.get("after", ""), actor=actor, at=at)
    orders = queries.my_orders(actor=actor, at=at)
    context = {
        "crumbs": _crumbs(),
        "rows": [line(each) for each in rows],
        "orders": choices([(str(e.id), f"{e.number} {e.title}") for e in orders], current=""),
        "may_draft": is_permitted(actor, DRAFT),
        "key": uuid4(),
        "pager": pager(request.GET, cursor=following or None),
    }
    return render(request, "bulletin/bulletins.html", context)


def _order(request: PortalRequest) -> UUID:
    try:
        return UUID(request.POST.get("order", ""))
    except ValueError:
        raise OrderMissing() from None


def line(of: Bulletin) -> dict[str, Any]:
    """A bulletin as a line of a list."""
    text, tone = wording.state(of.state)
    return {
        "id": of.id,
        "title": rules.heading(of.sheet, of.day, of.serial, of.edition, language=language()),
        "as_of": words.instant(of.sheet.as_of),
        "state": text,
        "tone": tone,
        "is_public": of.release is not None,
        "with_outbreak": of.release is not None and of.release.with_outbreak,
    }


def body(of: Bulletin, address: str, *, public: bool = False) -> list[dict[str, Any]]:
    """The sentences of a bulletin by section; `address` with `FIGURE` in it leads to the card of each."""
    found = rules.rule(on=of.sheet.rule_from)
    with_outbreak = not public or (of.release is not None and of.release.with_outbreak)
    sections = rules.shown(of.sheet, found, with_outbreak=with_outbreak).items()
    return [
        {
            "title": found.sections[id].in_language(language()),
            "lines": [
                (
                    rules.sentence(each, found.figures[each.figure], language=language()),
                    address.replace("FIGURE", each.figure),
                    found.figures[each.figure],
                )
                for each in lines
            ],
        }
        for id, lines in sections
    ]


def corrections(of: Bulletin) -> list[str]:
    """What the day before stated wrongly, in words."""
    found = rules.rule(on=of.sheet.rule_from)
    return [
        rules.corrected(each.figure, each.stated, each.now, found, language=language())
        for each in of.sheet.corrections
    ]


@require_safe
@signed_in
@awake(Purpose.BULLETIN)
def bulletin(request: PortalRequest, bulletin_id: UUID) -> HttpResponse:
    """Show a bulletin with who signed it and what can be done."""
    actor, at = request.actor, request.at
    of = queries.get_bulletin(bulletin_id, actor=actor, at=at)
    row = line(of)
    is_draft = of.state is State.DRAFT
    is_own = of.drafted.account == actor.account
    context = {
        "crumbs": _crumbs(Crumb(row["title"])),
        "of": of,
        "row": row,
        "statement": rules.statement(of.sheet, language=language()),
        "sections": body(of, reverse("ordered-bulletin-figure", args=[of.id, "FIGURE"])),
        "corrections": corrections(of),
        "drafted": signer(of.drafted, at),
        "issued": signer(of.issued, at) if of.issued else None,
        "released": words.instant(of.release.at) if of.release else "",
        "may_issue": is_draft and not is_own and is_permitted(actor, ISSUE),
        "may_give_back": is_draft and (is_own or is_permitted(actor, ISSUE)),
        "may_release": of.state is State.ISSUED and of.release is None and is_permitted(actor, RELEASE),
    }  # fmt: skip
    return render(request, "bulletin/bulletin.html", context)


def signer(of: Signer, at: Any) -> dict[str, str]:
    """A name under a bulletin: the role and the time; who it was stands in the audit trail."""
    role = access.roles_in_force(at=at).get(of.role)
    name = of.role if role is None else role.zh if language() == "zh" else role.en
    return {"role": name, "at": words.instant(of.at)}


@require_safe
@signed_in
@awake(Purpose.BULLETIN)
def figure(request: PortalRequest, bulletin_id: UUID, figure_id: str) -> HttpResponse:
    """The card of a figure as a bulletin states it."""
    found = queries.frozen_card(bulletin_id, figure_id, actor=request.actor, at=request.at)
    title = found.figure.title.in_language(language())
    back = Crumb(_("Bulletin"), reverse("ordered-bulletin", args=[bulletin_id]))
    context = {"crumbs": _crumbs(back, Crumb(title)), "is_frozen": True, **card(found, request)}
    return render(request, "bulletin/card.html", context)


@require_POST
@signed_in
@awake(Purpose.BULLETIN)
def change(request: PortalRequest, bulletin_id: UUID) -> HttpResponse:
    """Sign, give back, release."""
    given = request.POST
    try:
        whose: dict[str, Any] = {
            "bulletin_id": bulletin_id,
            "expected_version": number(given.get("version", ""), "version"),
            "actor": request.actor,
            "at": request.at,
        }
        match given.get("do"):
            case "issue":
                actions.issue(**whose)
            case "give_back":
                actions.give_back(reason=given.get("reason", ""), **whose)
            case "release":
                actions.release(
                    authority=given.get("authority", ""), document=given.get("document", ""),
                    with_outbreak=given.get("with_outbreak") == "1", **whose,
                )  # fmt: skip
            case _:
                raise StepUnknown()
        written(request)
    except KangmaiError as error:
        complain(request, error)
    return redirect("ordered-bulletin", bulletin_id)


@require_safe
@signed_in
@awake(Purpose.BULLETIN)
def file(request: PortalRequest, bulletin_id: UUID, form: str) -> HttpResponse:
    """A bulletin as a page that stands alone, whose numbers lead to their cards at its end, or as DOCX."""
    of = queries.get_bulletin(bulletin_id, actor=request.actor, at=request.at)
    sections = body(of, "#card-FIGURE")
    cards = [
        {
            "n": n,
            "id": figure.id,
            "title": figure.title.in_language(language()),
            "counts": figure.counts.in_language(language()),
            "against": figure.against.in_language(language()) if figure.against else "",
        }
        for n, (_said, _address, figure) in enumerate(
            [each for section in sections for each in section["lines"]], start=1
        )
    ]
    common = {
        "title": line(of)["title"],
        "statement": rules.statement(of.sheet, language=language()),
        "remark": of.remark,
        "corrections": corrections(of),
        "drafted": signer(of.drafted, request.at),
        "issued": signer(of.issued, request.at) if of.issued else None,
    }
    if form == "docx":
        return _docx(of, {**common, "cards": cards, "sections": sections}, request)
    context = {**common, "cards": cards, "sections": sections, "html_language": "zh-Hans" if language() == "zh" else "en"}  # fmt: skip
    return HttpResponse(render_to_string("bulletin/document.html", context))


def _docx(of: Bulletin, given: dict[str, Any], request: PortalRequest) -> HttpResponse:
    places = {each["id"]: each["n"] for each in given["cards"]}
    data = {
        **given,
        "lines": [
            {"section": section["title"], "said": said, "card": f"[{places[figure.id]}]"}
            for section in given["sections"]
            for said, _address, figure in section["lines"]
        ],
        "drafted": f"{given['drafted']['role']} {given['drafted']['at']}",
        "issued": f"{given['issued']['role']} {given['issued']['at']}" if given["issued"] else "",
    }
    content = documents.render("daily_bulletin", data, format=Format.DOCX, language=language(), on=of.sheet.rule_from)  # fmt: skip
    answer = HttpResponse(content, content_type=DOCX)
    answer["Content-Disposition"] = f'attachment; filename="bulletin-{of.day.isoformat()}-{of.edition}.docx"'  # fmt: skip
    return answer


@require_safe
@awake(Purpose.BULLETIN)
def public(request: HttpRequest) -> HttpResponse:
    """What everybody may read, without a login: bulletins that were released, each with the order it is under."""
    found = queries.published(at=request.at)
    context = {
        "bulletins": [
            {
                "title": rules.heading(of.sheet, of.day, of.serial, of.edition, language=language()),
                "statement": rules.statement(of.sheet, language=language()),
                "sections": body(of, "", public=True),
                "authority": of.release.authority if of.release else "",
                "document": of.release.document if of.release else "",
            }
            for of in found
        ]
    }  # fmt: skip
    return render(request, "bulletin/public.html", context)
