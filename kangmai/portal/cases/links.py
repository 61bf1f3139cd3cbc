"""The pages of case reports beside the lists, for whom they are open."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from kangmai.kernel.actor import Actor, is_permitted


@dataclass(frozen=True, slots=True)
class Link:
    """A page of the room."""

    label: str
    icon: str
    address: str
    is_current: bool


def links(actor: Actor, *, here: str) -> tuple[Link, ...]:
    """The pages an actor's roles lead to, in order."""
    table = (
        ("cases", _("Cards"), "document", ("cases.read", "cases.report")),
        ("case-assistance", _("Cases living elsewhere"), "residents", ("cases.review",)),
        ("case-missed", _("Late and missed reports"), "warning", ("cases.read", "cases.report")),
        ("case-zero", _("Zero reports"), "check", ("cases.read", "cases.report")),
        ("case-counts", _("Counts of cases"), "chart", ("cases.count", "cases.read")),
    )
    return tuple(
        Link(label, icon, reverse(name), name == here)
        for name, label, icon, permissions in table
        if any(is_permitted(actor, each) for each in permissions)
    )
