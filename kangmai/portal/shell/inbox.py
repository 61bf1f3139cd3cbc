"""What waits for somebody: each room that hands people something adds a source to the one table."""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kangmai.access import queries as access
from kangmai.kernel import feed
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.portal.shell import words

MOST = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """Things of one kind that wait, and the page where they are dealt with."""

    icon: str
    title: str
    detail: str
    address: str
    count: int


Source = Callable[[Actor, datetime.datetime], Waiting | None]


def _dead_letters(actor: Actor, at: datetime.datetime) -> Waiting | None:
    letters = feed.dead_letters(limit=MOST)
    if not letters:
        return None
    text = ngettext("%(count)s event failed", "%(count)s events failed", len(letters))
    return Waiting(
        "feed",
        text % {"count": len(letters)},
        _("Latest: %(when)s") % {"when": words.instant(letters[0].failed_at)},
        reverse("feed"),
        len(letters),
    )


def _emergency_openings(actor: Actor, at: datetime.datetime) -> Waiting | None:
    glasses = access.unreviewed_glasses(limit=MOST, actor=actor)
    if not glasses:
        return None
    text = ngettext(
        "%(count)s emergency opening to review",
        "%(count)s emergency openings to review",
        len(glasses),
    )
    return Waiting(
        "unlock",
        text % {"count": len(glasses)},
        _("Oldest: %(when)s") % {"when": words.instant(glasses[0].opened_at)},
        reverse("emergency-reviews"),
        len(glasses),
    )


SOURCES: tuple[tuple[str, Source], ...] = (
    ("glass.review", _emergency_openings),
    ("feed.manage", _dead_letters),
)


def waiting(actor: Actor, *, at: datetime.datetime) -> tuple[Waiting, ...]:
    """Everything that waits for an actor."""
    return tuple(_waiting(actor, at))


def _waiting(actor: Actor, at: datetime.datetime) -> Iterator[Waiting]:
    for permission, source in SOURCES:
        if is_permitted(actor, permission):
            found = source(actor, at)
            if found is not None:
                yield found


def count(actor: Actor, *, at: datetime.datetime) -> int:
    """How many things wait, all kinds together."""
    return sum(each.count for each in _waiting(actor, at))
