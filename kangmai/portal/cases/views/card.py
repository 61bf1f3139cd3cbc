"""One card: what it says, its clocks and receipt, its history, and what the reader may do with it."""

import dataclasses
import datetime
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import UNSETTLED, Subject
from kangmai.epidemic.cases import queries, rules
from kangmai.epidemic.cases.types import Card, Content, Deed, Dismissal, PlaceState, Removal, State
from kangmai.handover import queries as ledger
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.portal.access.names import account_names
from kangmai.portal.cases import rows, wording
from kangmai.portal.cases.answers import answer
from kangmai.portal.handover.rows import TONES as RECEIPT_TONES
from kangmai.portal.handover.rows import state_words
from kangmai.portal.programmes.clocks import title as clock_title
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

GROUPS = (
    ("name", "guardian", "document_type", "document_number", "sex_code", "birth_date", "age_years", "phone"),
    ("belongs_to", "home_code", "address", "occupation", "occupation_other", "workplace", "school_class"),
    (
        "disease", "disease_other", "case_class", "acute_chronic", "onset_on", "diagnosed_at", "origin",
        "origin_place", "contacts_with_symptoms", "died_on",
    ),
    ("doctor", "doctor_phone", "note"),
)  # fmt: skip


@require_safe
@signed_in
def card(request: PortalRequest, card_id: UUID) -> HttpResponse:
    """Show one card."""
    actor, at = request.actor, request.at
    found = queries.get_card(card_id, actor=actor, at=at)
    line = found.line
    names = registry.names_by_id(
        ids=[line.organization], language="zh" if wording.is_chinese() else "en"
    )
    context = {
        "crumbs": trail(Crumb(_("Case reports"), reverse("cases")), Crumb(line.number)),
        "card": found,
        "number": line.number,
        "disease": wording.disease(line.subtype),
        "state": wording.state(line.state),
        "tone": wording.TONES[line.state],
        "reason": _reason(found),
        "institution": names.get(line.organization, "—"),
        "managing": area.path(found.managing_code),
        "groups": _groups(found.content),
        "sections": _sections(found.content, at),
        "clocks": _clocks(card_id, actor, at),
        "receipts": _receipts(card_id, actor),
        "steps": _steps(card_id, actor),
        "evidence": queries.evidence(card_id, actor=actor),
        "alike": rows.rows(queries.alike(card_id, actor=actor), purpose="alike", actor=actor, at=at),
        "assistance": _assistance(card_id, actor),
        "key": uuid4().hex,
        "today": legal_day(at),
        **_place(found, actor),
        **_may(found, actor),
    }  # fmt: skip
    return render(request, "cases/card.html", context)


def _reason(found: Card) -> str:
    reason = found.reason
    if reason in set(Dismissal) and found.line.state is State.DISMISSED:
        return wording.dismissal(Dismissal(reason))
    return wording.removal(Removal(reason)) if reason in set(Removal) else reason


def _groups(content: Content) -> list[list[tuple[str, str]]]:
    """The filled fields of the card by part, in words."""
    told = dataclasses.asdict(content)
    return [
        [(wording.field(name), answer(name, told[name])) for name in group if told[name] not in ("", None)]
        for group in GROUPS
    ]  # fmt: skip


def _sections(content: Content, at: datetime.datetime) -> list[tuple[str, list[tuple[str, str]]]]:
    disease = rules.find_disease(content.disease, on=legal_day(content.diagnosed_at or at))
    if disease is None or not content.sections:
        return []
    shown = []
    for id in disease.sections:
        section = rules.section(id, on=legal_day(at))
        pairs = []
        for item in section.items:
            if said := content.sections.get(item.id):
                known = {code: (zh, en) for code, zh, en in item.choices}
                zh, en = known.get(said, (said, said))
                label = item.zh if wording.is_chinese() else item.en
                pairs.append((label, zh if wording.is_chinese() else en))
        shown.append((str(section.title["zh" if wording.is_chinese() else "en"]), pairs))
    return shown


def _clocks(card_id: UUID, actor: Actor, at: datetime.datetime) -> list[dict[str, str]]:
    if not is_permitted(actor, "deadlines.read"):
        return []
    found = deadlines.of_subject(Subject(rows.SUBJECT, str(card_id)), actor=actor)
    shown = []
    for each in found:
        left, tone = rows.time_left(each, at) if each.state.value in UNSETTLED else ("", "")
        if each.met_at is not None:
            left, tone = _met(each.is_on_time, each.met_at)
        elif not left:
            left = _("cancelled")
        shown.append(
            {
                "title": clock_title(each.definition),
                "left": left,
                "tone": tone,
                "from": words.instant(each.started_at),
                "due": words.instant(each.due_at),
            }
        )
    return shown


def _met(is_on_time: bool | None, met_at: datetime.datetime) -> tuple[str, str]:
    when = words.instant(met_at)
    if is_on_time:
        return _("on time, %(when)s") % {"when": when}, "good"
    return _("late, %(when)s") % {"when": when}, "danger"


def _receipts(card_id: UUID, actor: Actor) -> list[dict[str, str]]:
    if not is_permitted(actor, "handover.read"):
        return []
    found = ledger.of_subject(Subject(rows.SUBJECT, str(card_id)), actor=actor)
    return [
        {
            "address": reverse("handover-entry", args=[each.id]),
            "reference": each.reference,
            "state": state_words(each.state),
            "tone": RECEIPT_TONES[each.state],
            "number": each.receipt_number,
            "at": words.instant(each.received_at) if each.received_at else "",
        }
        for each in found
    ]


def _steps(card_id: UUID, actor: Actor) -> list[dict[str, object]]:
    found = queries.history(card_id, actor=actor)
    names = account_names((each.account for each in found if each.account), actor)
    places = registry.names_by_id(
        ids={each.organization for each in found if each.organization},
        language="zh" if wording.is_chinese() else "en",
    )
    return [
        {
            "when": words.instant(each.at),
            "what": wording.deed(each.deed),
            "who": names.get(each.account, "") or places.get(each.organization or 0, ""),
            "note": _note(each.deed, each.note),
            "changes": [
                (wording.field(name), answer(name, old), answer(name, new))
                for name, old, new in each.changes
            ],
        }
        for each in reversed(found)
    ]


def _note(deed: Deed, note: str) -> str:
    if deed in (Deed.ASKED, Deed.ACCEPTED) and note.isdecimal():
        return area.path(note)
    return "" if deed in (Deed.PLACED, Deed.INVESTIGATED) else note


def _assistance(card_id: UUID, actor: Actor) -> list[dict[str, str]]:
    return [
        {
            "to": area.path(each.to_code),
            "state": wording.assistance(each.state),
            "at": words.instant(each.decided_at or each.asked_at),
            "note": each.note,
        }
        for each in queries.assistance_of_card(card_id, actor=actor)
    ]


def _place(found: Card, actor: Actor) -> dict[str, object]:
    """The school or workplace as matched, or the places it may be."""
    line = found.line
    may = is_permitted(actor, "cases.review", line.report_code) or is_permitted(
        actor, "cases.review", found.managing_code
    )
    is_waiting = line.place_state is PlaceState.WAITING
    name = ""
    if line.place_id is not None and is_permitted(actor, "registry.read"):
        name = registry.get_place(place_id=line.place_id, actor=actor).name
    return {
        "place_name": name,
        "place_state": wording.place_state(line.place_state),
        "may_place": may and is_waiting and not found.is_masked,
        "proposals": [
            {
                "id": each.place_id,
                "name": each.name,
                "where": area.path(each.division_code),
                "percent": round(100 * each.likeness),
            }
            for each in (
                queries.place_proposals(line.card_id, actor=actor) if may and is_waiting else ()
            )
        ],
    }


def _may(found: Card, actor: Actor) -> dict[str, object]:
    """What the reader may do now."""
    line, state = found.line, found.line.state
    if found.is_masked:
        return {"may_nothing": True}
    is_own = any(
        grant.organization == line.organization and "cases.report" in grant.permissions
        for grant in actor.grants
    )
    is_county = is_permitted(actor, "cases.review", line.report_code)
    is_manager = is_permitted(actor, "cases.review", found.managing_code)
    is_city = is_permitted(actor, "cases.final_review", f"{line.report_code[:4]}00")
    either = is_own or is_county or is_manager

    def open_to(deed: Deed, who: bool) -> bool:
        return who and rules.may_follow(state, deed)

    home = line.home_code[:6]
    is_elsewhere = len(home) == 6 and home not in (line.report_code[:6], found.managing_code)
    removable = (
        is_county or is_manager or state in (State.DIAGNOSED, State.SUBMITTED, State.RETURNED)
    )
    return {
        "may_fill": open_to(Deed.DIAGNOSED, is_own) or open_to(Deed.SUBMITTED, is_own),
        "may_dismiss": open_to(Deed.DISMISSED, is_own),
        "may_review": open_to(Deed.REVIEWED, is_county),
        "may_return": open_to(Deed.RETURNED, is_county),
        "may_end": open_to(Deed.FINAL_REVIEWED, is_city),
        "may_correct": open_to(Deed.CORRECTED, either) and state is not State.RETURNED,
        "may_record_death": open_to(Deed.DIED, either) and line.died_on is None,
        "may_remove": open_to(Deed.REMOVED, either) and removable,
        "may_ask": open_to(Deed.ASKED, is_county) and is_elsewhere,
        "may_investigate": open_to(Deed.INVESTIGATED, is_county or is_manager) and _has_form(found),
        "dismissals": [(e.value, wording.dismissal(e)) for e in Dismissal if e is not Dismissal.WITHDRAWN],
        "removals": [(each.value, wording.removal(each)) for each in Removal],
    }  # fmt: skip


def _has_form(found: Card) -> bool:
    """Whether cases of this disease are investigated by a form."""
    on = found.line.diagnosed_at or found.drafted_at
    known = rules.find_disease(found.line.subtype, on=legal_day(on))
    return known is not None and bool(known.investigation)
