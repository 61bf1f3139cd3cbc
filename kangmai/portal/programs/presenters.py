"""Plain data for the pages of programs."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from kangmai.access.types import ClientView, Policy
from kangmai.kernel.actor import Label
from kangmai.kernel.words import joined
from kangmai.portal.shell import words

LABELS = {
    Label.MENTAL_HEALTH: gettext_lazy("mental health"),
    Label.HIV_STD: gettext_lazy("HIV and sexually transmitted infections"),
    Label.TUBERCULOSIS: gettext_lazy("tuberculosis"),
    Label.SPECIAL_FAMILY: gettext_lazy("special families"),
    Label.RESTRICTED: gettext_lazy("restricted"),
}
"""Sensitive facts that a program may be kept from; what is normal it always sees."""

POLICIES = {
    Policy.ENFORCE: pgettext_lazy("policy of a program", "refuse"),
    Policy.WARN: pgettext_lazy("policy of a program", "accept and warn"),
}


@dataclass(frozen=True, slots=True)
class ProgramRow:
    """A program in the list, also what its own page says of it."""

    client_id: str
    name: str
    organization: str
    state: str
    tone: str
    scopes: tuple[str, ...]
    labels: str
    prefix: str
    validation: str
    references: str
    proof: str
    registered: str
    last_token: str
    address: str
    version: int
    is_active: bool
    signs: bool


def program(
    view: ClientView, organizations: Mapping[int, str], last: Mapping[int, datetime.datetime]
) -> ProgramRow:
    """A program as a page tells it."""
    seen = [str(LABELS[Label(each)]) for each in view.labels if Label(each) in LABELS]
    state = pgettext("program", "active") if view.is_active else pgettext("program", "stopped")
    return ProgramRow(
        client_id=view.client_id,
        name=view.name,
        organization=organizations.get(view.organization_id, "")
        if view.organization_id
        else _("whole city"),
        state=state,
        tone="good" if view.is_active else "danger",
        scopes=tuple(view.scopes.split()),
        labels=joined(seen, get_language() or "zh") if seen else _("none"),
        prefix=view.id_prefix,
        validation=str(POLICIES[Policy(view.validation_policy)]),
        references=str(POLICIES[Policy(view.reference_policy)]),
        proof=_("signed assertion (private_key_jwt)") if view.signs else _("secret"),
        registered=words.instant(view.created_at),
        last_token=words.instant(last.get(view.id)),
        address=reverse("program", args=[view.id]),
        version=view.version,
        is_active=view.is_active,
        signs=view.signs,
    )
