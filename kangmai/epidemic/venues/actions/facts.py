"""Colours that follow from what other rooms establish: a positive pool, a judged contact, a case, and their ends.

A fact colours everybody it names who is registered, by whatever he is known, and only for a reason that stands on the
list of the order's edition. What a fact gave, the end of the fact takes back; what was given by hand stays.
"""

import hashlib
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from kangmai.epidemic.orders.errors import NoOrderInForce
from kangmai.epidemic.orders.queries import emergency_door, living
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import models
from kangmai.epidemic.venues.actions.colours import colour_by_rule, lift
from kangmai.epidemic.venues.errors import ReasonNotOnTheList
from kangmai.epidemic.venues.reading import document_hash
from kangmai.epidemic.venues.types import DecisionState, Fact, PersonKey
from kangmai.identity import queries as identity
from kangmai.kernel.actor import operator
from kangmai.kernel.ids import ResidentId

RULE = operator("venues.rule", permissions=("colours.by_rule",))
KINDS = ("01", "03", "06")
"""Documents that somebody may have registered with."""


@emergency_door(Purpose.COLOURS)
def colour_by_fact(
    *,
    fact: Fact,
    residents: Collection[ResidentId] = (),
    documents: Collection[str] = (),
    persons: Collection[PersonKey] = (),
    at: datetime,
) -> int:
    """Colour those whom a fact names; who has the colour of this fact already keeps it. Returns how many codes changed.

    Raises:
        NoOrderInForce: no order for colours is in force anywhere.
    """
    changed = 0
    for key in _registered(residents, documents, persons, at):
        before = _standing(fact, at).filter(person_id=key)
        changed += 0 if before.exists() else _colour(fact, key, at)
    return changed


def _colour(fact: Fact, key: PersonKey, at: datetime) -> int:
    try:
        with transaction.atomic():
            colour_by_rule(
                person=key, reason=fact.reason, evidence_kind=fact.evidence_kind, evidence=fact.evidence,
                key=f"{_mark(fact)}:{key}:{at.timestamp():.0f}", actor=RULE, at=at,
            )  # fmt: skip
    except (
        ReasonNotOnTheList,
        NoOrderInForce,
    ):  # another edition, or another place, where it says nothing
        return 0
    return 1


@emergency_door(Purpose.COLOURS)
def lift_by_fact(
    *,
    fact: Fact,
    residents: Collection[ResidentId] = (),
    documents: Collection[str] = (),
    persons: Collection[PersonKey] = (),
    at: datetime,
) -> int:
    """Take back what a fact gave, from those whom it no longer concerns; returns how many codes changed.

    Raises:
        NoOrderInForce: no order for colours is in force anywhere, or at the place of one of them.
    """
    keys = _registered(residents, documents, persons, at)
    with transaction.atomic():
        standing = _standing(fact, at).filter(person_id__in=keys)
        rows = list(standing.select_for_update(of=("self",)).order_by("id"))
        for row in rows:
            lift(row, RULE, at)
    return len(rows)


def _standing(fact: Fact, at: datetime) -> QuerySet[models.Decision]:
    return models.Decision.objects.filter(
        is_by_hand=False,
        state=DecisionState.IN_FORCE.value,
        key__startswith=f"{_mark(fact)}:",
        order_id__in=living(at=at),
    )


def _mark(fact: Fact) -> str:
    """By which the decisions of one fact are found again."""
    said = f"{fact.reason}|{fact.evidence_kind}|{fact.evidence}"
    return hashlib.blake2b(said.encode(), digest_size=12).hexdigest()


def _registered(
    residents: Collection[ResidentId],
    documents: Collection[str],
    persons: Collection[PersonKey],
    at: datetime,
) -> list[PersonKey]:
    same = {id for some in identity.same_residents(list(residents)).values() for id in some}
    hashes = [document_hash(kind, number) for number in documents for kind in KINDS if number]
    named = Q(resident_id__in=same) | Q(document_hash__in=hashes) | Q(id__in=list(persons))
    rows = models.Person.objects.filter(named, order_id__in=living(at=at))
    return [PersonKey(id) for id in rows.order_by("id").values_list("id", flat=True)]
