"""A form as a page shows it: fields, proposals with the names of their institutions, faults, draft.

A page of any room puts `form_context(…)` into its context as `form` and includes `forms/fields.html`
inside its own `<form>`; what comes back is read by `posted.read_posted`.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kangmai.forms import queries, rules
from kangmai.forms.types import Answers, Fault, Form, Given, Proposal, RenderedForm
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.portal.forms.posted import new_key
from kangmai.portal.institutions.presenters import name_of
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day


@dataclass(frozen=True, slots=True)
class ShownForm:
    """What `forms/fields.html` needs.

    `sources` names the institution of each proposal; `draft_saved` is empty where no draft was restored;
    `back` is where a discarded draft leads.
    """

    shown: RenderedForm
    key: str
    resident: str
    occasion: str
    expected_version: int | None
    sources: Mapping[str, str]
    draft_saved: str
    back: str
    keeps_draft: bool


def form_context(
    form: Form,
    *,
    given: Given,
    faults: Iterable[Fault] = (),
    answers: Answers | None = None,
    proposals: Mapping[str, Proposal] | None = None,
    resident: Resident | None = None,
    occasion: str = "",
    key: str = "",
    expected_version: int | None = None,
    draft_saved_at: datetime.datetime | None = None,
    back: str = "",
    actor: Actor,
) -> ShownForm:
    """A form with what stands in it.

    Args:
        given: what stands in the inputs.
        answers: what was read of it, where it was read, so that calculated answers are shown.
        resident: whom it is about; without one no draft is kept.
        key: the idempotency key the page has had so far; a new one where empty.
        back: the address of the page, to which a discarded draft leads.
    """
    offered = proposals or {}
    shown = rules.render(
        form,
        language=language(),
        given=given,
        faults=faults,
        proposals=offered,
        calculated=rules.calculated_texts(form, answers) if answers else {},
    )
    return ShownForm(
        shown=shown,
        key=key or new_key(),
        resident=resident.index_number if resident else "",
        occasion=occasion,
        expected_version=expected_version,
        sources=_sources(offered, actor),
        draft_saved=_clock(draft_saved_at),
        back=back,
        keeps_draft=resident is not None and expected_version is None,
    )


def opened_form(
    form: Form,
    *,
    resident: Resident,
    occasion: str = "",
    back: str = "",
    actor: Actor,
    at: datetime.datetime,
) -> ShownForm:
    """A form that is opened to be filled in: the draft where there is one, else the day and the filler."""
    today = legal_day(at)
    draft = queries.find_draft(form, resident_id=resident.id, occasion=occasion, actor=actor)
    return form_context(
        form,
        given=draft.given if draft else rules.initial_given(form, on=today, filler=actor.name),
        proposals=queries.proposals(form, resident_id=resident.id, on=today, actor=actor, at=at),
        resident=resident,
        occasion=occasion,
        draft_saved_at=draft.saved_at if draft else None,
        back=back,
        actor=actor,
    )


def language() -> str:
    """The language of the request as rooms name it."""
    return "en" if (get_language() or "zh").startswith("en") else "zh"


def _clock(moment: datetime.datetime | None) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""


def _sources(proposals: Mapping[str, Proposal], actor: Actor) -> dict[str, str]:
    """For each proposal's source where it is from: one's own, or an institution by its name."""
    ids = {each.organization for each in proposals.values() if each.organization}
    names = {}
    if ids and is_permitted(actor, "registry.read"):
        found = registry.organizations_by_id(ids=ids, actor=actor)
        names = {id: name_of(organization) for id, organization in found.items()}
    return {
        each.source: _("Last time here")
        if each.is_own
        else names.get(each.organization or 0, _("Another institution"))
        for each in proposals.values()
    }
