"""Whom Patients of the record are about, as a card needs it: from the resident, else from the Patient itself."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import orjson

from kangmai.epidemic.cases.types import Content
from kangmai.identity import fhir
from kangmai.identity import queries as identity
from kangmai.identity.types import Demographics
from kangmai.kernel.actor import operator
from kangmai.records import queries as records
from kangmai.records.fhir.definitions import resource_types
from kangmai.standards.calendars import legal_day

READER = operator("cases.watcher", permissions=("records.read", "identity.search"))
CHILD_UNTIL = 14


@dataclass(frozen=True, slots=True)
class Known:
    """A person as far as is known: the resident, where the Patient is linked to one, and the card's first part."""

    resident: int | None
    content: Content


def known_people(rids: Collection[int], *, at: datetime) -> dict[int, Known]:
    """Row id of a Patient → whom it is about."""
    owners = identity.residents_of_patients(rids)
    people = identity.residents_by_id(set(owners.values()), actor=READER, at=at)
    found = {
        rid: Known(owner, person_of(people[owner].demographics, at))
        for rid, owner in owners.items()
        if owner in people
    }
    return found | _waiting(set(rids) - set(found), at)


def person_of(known: Demographics, at: datetime) -> Content:
    """The first part of a card from what is known of a person."""
    number = next((each for each in known.documents if each.closed_on is None), None)
    born = known.birth_date
    is_child = born is not None and legal_day(at).year - born.year <= CHILD_UNTIL
    return Content(
        name=known.name,
        guardian=known.mother if is_child else "",
        document_type=number.kind_code if number else "",
        document_number=number.number if number else "",
        sex_code=known.sex_code if known.sex_code in ("1", "2") else "",
        birth_date=born,
        phone=next(iter(known.phones), ""),
        home_code=known.place_code[:12],
        address=known.address,
    )


def _waiting(rids: Collection[int], at: datetime) -> dict[int, Known]:
    """Patients without a resident yet, by what they say themselves."""
    kind = resource_types()["Patient"]
    found = records.by_row_ids([(kind, rid) for rid in sorted(rids)], actor=READER)
    return {
        each.rid: Known(None, person_of(_witness(each.body, at), at))
        for each in found
        if not each.is_deleted
    }


def _witness(body: bytes, at: datetime) -> Demographics:
    return fhir.witness_of_patient(orjson.loads(body), on=legal_day(at)).known
