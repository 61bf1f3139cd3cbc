"""The way from the start page to here."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step; the last one has no address."""

    label: str | Promise
    address: str = ""


def trail(*crumbs: Crumb) -> tuple[Crumb, ...]:
    """The steps with the start page before them."""
    return (Crumb(_("Start"), reverse("home")), *crumbs)
