"""The entries of a resident's record as a page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.kernel.ids import OrganizationId
from kangmai.portal.institutions.presenters import name_of
from kangmai.portal.residents import presenters
from kangmai.portal.residents.kinds import ALL_TYPES, Kind
from kangmai.records import queries as records
from kangmai.records.rules import Interaction, may
from kangmai.records.types import Stored
from kangmai.registry import queries as registry

PAGE = 40
MEASUREMENTS = 400


@dataclass(frozen=True, slots=True)
class Part:
    """Some entries, gathered by day, and the place after which the older ones begin (None: no more)."""

    days: tuple[presenters.Day, ...]
    before: str | None


def part(
    resident: Resident,
    *,
    kind: Kind | None,
    source: int | None = None,
    before: str | None,
    actor: Actor,
    at: datetime,
) -> Part:
    """One page of a resident's record, newest first; of one institution where `source` names it."""
    types = _readable(kind.types if kind else ALL_TYPES, actor)
    found = _timeline(
        resident, types, source=source, before=before, limit=PAGE + 1, actor=actor, at=at
    )
    older = found[PAGE - 1].place if len(found) > PAGE else None
    shown = [entry.resource for entry in found[:PAGE]]
    names = organization_names(shown, actor)
    items = [presenters.item(each, organizations=names) for each in shown]
    return Part(presenters.days(items, born=resident.demographics.birth_date), older)


def measurements(resident: Resident, *, actor: Actor, at: datetime) -> list[Stored]:
    """The latest Observations of a resident, of which a course can be drawn."""
    types = _readable(("Observation",), actor)
    found = _timeline(resident, types, before=None, limit=MEASUREMENTS, actor=actor, at=at)
    return [entry.resource for entry in found]


def _readable(types: Sequence[str], actor: Actor) -> tuple[str, ...]:
    return tuple(name for name in types if may(actor, Interaction.READ, name))


def _timeline(
    resident: Resident,
    types: Sequence[str],
    *,
    source: int | None = None,
    before: str | None,
    limit: int,
    actor: Actor,
    at: datetime,
) -> list[records.TimelineEntry]:
    """Nothing where no type may be read: an empty list of types would ask for all."""
    if not types:
        return []
    return records.timeline(
        patients_of(resident),
        types=types,
        authors=None if source is None else [OrganizationId(source)],
        before=before,
        limit=limit,
        actor=actor,
        at=at,
    )


def patients_of(resident: Resident) -> tuple[str, ...]:
    """The FHIR ids of a resident's Patients, his home Patient first."""
    return (resident.patient_id, *resident.linked_patients)


def latest(
    resident: Resident, types: Sequence[str], *, limit: int, actor: Actor, at: datetime
) -> list[Stored]:
    """The newest entries of some types, as far as the actor may read them."""
    found = _timeline(
        resident, _readable(types, actor), before=None, limit=limit, actor=actor, at=at
    )
    return [entry.resource for entry in found]


def sources(resident: Resident, *, actor: Actor) -> list[tuple[int, str]]:
    """The institutions that wrote something in a resident's record, with their names."""
    types = _readable(ALL_TYPES, actor)
    if not types or not is_permitted(actor, "registry.read"):
        return []
    ids = records.timeline_authors(patients_of(resident), types=types, actor=actor)
    found = registry.organizations_by_id(ids=ids, actor=actor)
    return sorted(((id, name_of(each)) for id, each in found.items()), key=lambda pair: pair[1])


def organization_names(entries: Sequence[Stored], actor: Actor) -> dict[int, str]:
    """The names of the institutions that sent some entries, in one query."""
    ids = {entry.author_org for entry in entries if entry.author_org}
    if not ids or not is_permitted(actor, "registry.read"):
        return {}
    found = registry.organizations_by_id(ids=ids, actor=actor)
    return {id: name_of(organization) for id, organization in found.items()}
