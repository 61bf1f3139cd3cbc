"""Which Patients of the record are a resident's: audit rows name Patients, decisions name residents."""

from collections.abc import Iterable

from kangmai.kernel.actor import Actor
from kangmai.records import queries as records


def patients_of(residents: Iterable[int]) -> list[int]:
    """The row ids of the Patients linked to these residents."""
    return [patient.rid for patient in records.patients_of(residents)]


def places_of(resident_id: int) -> frozenset[str]:
    """The division codes where a resident's Patients are placed."""
    return frozenset(patient.place_code for patient in records.patients_of([resident_id]))


def is_served(resident_id: int, actor: Actor) -> bool:
    """Whether a resident lives in the actor's places or is managed by one of his institutions.

    What the resident objects to or shares makes no difference here: nobody widens his own sight.
    """
    if actor.scope.everything:
        return True
    return any(
        patient.managing_org in actor.scope.organizations
        or any(place.covers(patient.place_code) for place in actor.scope.places)
        for patient in records.patients_of([resident_id])
    )
