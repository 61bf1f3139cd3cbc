"""What rooms that house or visit contacts ask about them; who asks has checked the right to see each.

A quarantine site takes in contacts from many towns, and a grid worker visits those of his grid: neither
reaches them by where they live. So these take contacts by id, and write down who read the names.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from kangmai.epidemic.orders.queries import emergency_door, living
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tracing import models
from kangmai.epidemic.tracing.actions.following import missing_of
from kangmai.epidemic.tracing.group import tests_of, whole
from kangmai.epidemic.tracing.people import names_of
from kangmai.epidemic.tracing.reading import check_of, contact_of
from kangmai.epidemic.tracing.types import (
    Check,
    Contact,
    ContactState,
    Facts,
    Kind,
    PersonId,
    Test,
    Where,
)
from kangmai.kernel.actor import Actor, subtree
from kangmai.kernel.ids import ResidentId

MOST = 5000


@dataclass(frozen=True, slots=True)
class AtHome:
    """A contact who is followed at home; `resident` where the index knows him."""

    contact_id: UUID
    resident: ResidentId | None
    place_code: str


@emergency_door(Purpose.TRACING)
def contacts_by_id(
    ids: Collection[UUID], *, purpose: str, actor: Actor, at: datetime
) -> dict[UUID, tuple[Contact, Facts]]:
    """Contacts with who they are, by the id that was asked for; of one found to be the same as another, that other.

    Args:
        purpose: for what the names are read, as it stands in the audit trail.

    Raises:
        NoOrderInForce.
    """
    rows = models.Contact.objects.filter(id__in=set(ids), order_id__in=living(at=at))
    heads = {row.id: row.joined_to or row for row in rows.select_related("joined_to")}
    persons = [PersonId(head.person_id) for head in heads.values() if head.person_id]
    facts = names_of(persons, purpose=purpose, object_id="", actor=actor, at=at) if persons else {}
    nobody = Facts("", "", "")
    return {
        id: (contact_of(head), facts.get(PersonId(head.person_id or 0), nobody))
        for id, head in heads.items()
    }


@dataclass(frozen=True, slots=True)
class Care:
    """How a contact was looked after: latest checks first, tests, and what is missing for his release."""

    missing: tuple[str, ...]
    checks: tuple[Check, ...]
    tests: tuple[Test, ...]


NO_CARE = Care((), (), ())


@emergency_door(Purpose.TRACING)
def care_of(contact_id: UUID, *, at: datetime) -> Care:
    """Checks and tests of a contact under every name he was found by; nothing of one nobody knows. Raises NoOrderInForce."""
    seen = models.Contact.objects.filter(id=contact_id, order_id__in=living(at=at)).select_related("joined_to").first()  # fmt: skip
    if seen is None:
        return NO_CARE
    row = seen.joined_to or seen
    checks = models.Check.objects.filter(whole(row.id)).order_by("-day", "-half")
    missing = missing_of(row, at) if row.state == ContactState.FOLLOWED.value else ()
    return Care(missing, tuple(map(check_of, checks)), tests_of(row.id, at=at))


@emergency_door(Purpose.TRACING)
def cases_met(ids: Collection[UUID], *, at: datetime) -> dict[UUID, frozenset[UUID]]:
    """Of which cases some contacts are close or other contacts, under every name they were found by; ids only.

    Raises:
        NoOrderInForce.
    """
    wanted = set(ids)
    heads = dict(models.Contact.objects.filter(id__in=wanted).values_list("id", "joined_to_id"))
    whole = {id: head or id for id, head in heads.items()}
    rows = models.Pair.objects.filter(
        Q(contact_id__in=whole.values()) | Q(contact__joined_to_id__in=whole.values())
    ).exclude(kind=Kind.EXCLUDED.value)
    met: dict[UUID, set[UUID]] = defaultdict(set)
    for contact, head, case in rows.values_list("contact_id", "contact__joined_to_id", "case_id"):
        met[head or contact].add(case)
    return {id: frozenset(met.get(head, ())) for id, head in whole.items()}


@emergency_door(Purpose.TRACING)
def at_home(*, area: str, at: datetime) -> tuple[AtHome, ...]:
    """Contacts of an area who are in quarantine at home just now, in order of entry.

    Raises:
        NoOrderInForce.
    """
    reach = subtree(area)
    rows = models.Stay.objects.filter(
        until_at=None, where=Where.HOME.value, contact__state=ContactState.FOLLOWED.value,
        contact__joined_to=None, contact__order_id__in=living(at=at),
        contact__place_code__gte=reach.low, contact__place_code__lt=reach.high,
    )  # fmt: skip
    found = rows.order_by("contact_id").values_list(
        "contact_id", "contact__person__resident_id", "contact__place_code"
    )
    return tuple(
        AtHome(id, ResidentId(resident) if resident else None, place)
        for id, resident, place in found[:MOST]
    )


@emergency_door(Purpose.TRACING)
def states_of(ids: Collection[UUID], *, at: datetime) -> dict[UUID, ContactState]:
    """How far some contacts are; ids only. Raises NoOrderInForce."""
    rows = models.Contact.objects.filter(id__in=set(ids)).select_related("joined_to")
    return {row.id: ContactState((row.joined_to or row).state) for row in rows}
