"""Contacts on the desk of those who follow them, and one with all that is known of him."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from kangmai.epidemic.orders.queries import emergency_door, writes_refusals
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tracing import models, rules
from kangmai.epidemic.tracing.actions.following import missing_of
from kangmai.epidemic.tracing.errors import ContactUnknown, CursorUnreadable
from kangmai.epidemic.tracing.group import stays_of, tests_of, whole
from kangmai.epidemic.tracing.people import names_of
from kangmai.epidemic.tracing.reach import (
    INVESTIGATE,
    contacts_of,
    inside,
    places,
    require_any,
)
from kangmai.epidemic.tracing.reading import call_of, check_of, contact_of, exposure_of, pair_of
from kangmai.epidemic.tracing.types import (
    Contact,
    ContactState,
    Facts,
    Followed,
    Kind,
    Page,
    PersonId,
)
from kangmai.kernel.actor import Actor
from kangmai.standards.calendars import legal_day

LARGEST_PAGE = 200
MOST_EXPOSURES = 200


class Show(StrEnum):
    """Which contacts the desk shows."""

    TO_TELL = "to tell"
    TO_SETTLE = "to settle"
    TO_CHECK = "to check"
    UNWELL = "unwell"
    TO_RELEASE = "to release"
    FOLLOWED = "followed"
    ALL = "all"


@emergency_door(Purpose.TRACING)
def contacts(
    *,
    show: Show = Show.FOLLOWED,
    after: str = "",
    limit: int = 30,
    actor: Actor,
    at: datetime,
) -> Page[tuple[Contact, Facts]]:
    """Contacts that the actor reaches, in order of entry, with who they are; written down.

    Raises:
        NoOrderInForce, NotPermitted, CursorUnreadable.
    """
    require_any(actor)
    rows = models.Contact.objects.filter(contacts_of(actor, at), _SHOWN[show](legal_day(at)), joined_to=None)  # fmt: skip
    if after:
        try:
            rows = rows.filter(id__gt=UUID(after))
        except ValueError:
            raise CursorUnreadable() from None
    limit = max(1, min(limit, LARGEST_PAGE))
    found = list(rows.order_by("id")[: limit + 1])
    shown = found[:limit]
    facts = names_of(
        [PersonId(row.person_id) for row in shown if row.person_id], purpose="contacts_listed", object_id="", actor=actor, at=at
    )  # fmt: skip
    nobody = Facts("", "", "")
    lines = tuple((contact_of(row), facts.get(PersonId(row.person_id or 0), nobody)) for row in shown)  # fmt: skip
    return Page(lines, str(shown[-1].id) if len(found) > limit else "")


def _followed(_today: date) -> Q:
    return Q(state=ContactState.FOLLOWED.value)


def _unchecked(today: date) -> Q:
    checked = models.Check.objects.filter(contact=OuterRef("pk"), day=today)
    return _followed(today) & ~Exists(checked)


_SHOWN = {
    Show.TO_TELL: lambda today: _followed(today) & Q(told_at=None),
    Show.TO_SETTLE: lambda today: _followed(today) & Q(settled_at=None, kind=Kind.CLOSE.value),
    Show.TO_CHECK: _unchecked,
    Show.UNWELL: lambda today: _followed(today) & Q(unwell_at__isnull=False),
    Show.TO_RELEASE: lambda today: _followed(today) & Q(until_on__lt=today),
    Show.FOLLOWED: _followed,
    Show.ALL: lambda _today: ~Q(state=ContactState.FOUND.value),
}


@emergency_door(Purpose.TRACING)
def waiting(*, actor: Actor, at: datetime) -> dict[Show, int]:
    """How many contacts each list of the desk holds, counted up to 1,000. Raises NoOrderInForce, NotPermitted."""
    require_any(actor)
    rows = models.Contact.objects.filter(contacts_of(actor, at), joined_to=None)
    today = legal_day(at)
    return {show: rows.filter(_SHOWN[show](today))[:1000].count() for show in Show if show is not Show.ALL}  # fmt: skip


@emergency_door(Purpose.TRACING)
@writes_refusals("tracing.contact_refused")
def get_contact(contact_id: UUID, *, actor: Actor, at: datetime) -> Followed:
    """One contact with everything known of him; whom he met is shown to those who investigate. Written down.

    Raises:
        NoOrderInForce, NotPermitted, ContactUnknown.
    """
    require_any(actor)
    seen = models.Contact.objects.filter(contacts_of(actor, at), id=contact_id).first()
    if seen is None:
        raise ContactUnknown()
    row = models.Contact.objects.get(id=seen.joined_to_id) if seen.joined_to_id else seen
    facts = names_of(
        [PersonId(row.person_id or 0)], purpose="contact_read", object_id=row.id, actor=actor, at=at
    )
    pairs = models.Pair.objects.filter(whole(row.id), inside(places(actor, INVESTIGATE), "case__"))
    met = models.Exposure.objects.filter(pair__in=pairs.values("id")).order_by("-day", "id")
    plan = rules.plan(
        rules.edition(row.edition), Kind(row.kind), last_exposure_on=row.last_exposure_on,
        determined_on=legal_day(row.judged_at or at),
    )  # fmt: skip
    is_followed = row.state == ContactState.FOLLOWED.value
    return Followed(
        contact=contact_of(row),
        facts=facts.get(PersonId(row.person_id or 0), Facts("", "", "")),
        plan=plan,
        missing=missing_of(row, at) if is_followed else (),
        calls=tuple(map(call_of, models.Call.objects.filter(whole(row.id)).order_by("-at", "-id"))),
        stays=stays_of(row.id),
        checks=tuple(
            map(check_of, models.Check.objects.filter(whole(row.id)).order_by("-day", "-half"))
        ),
        tests=tests_of(row.id, at=at),
        pairs=tuple(
            pair_of(each) for each in pairs.select_related("contact__joined_to").order_by("id")
        ),
        exposures=tuple(map(exposure_of, met[:MOST_EXPOSURES])),
    )
