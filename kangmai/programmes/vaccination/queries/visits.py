"""The clinic's day: who waits at which step, one visit, and what a scanned package is."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.vaccination import history, models, rules
from kangmai.programmes.vaccination.errors import VisitNotFound
from kangmai.programmes.vaccination.packages import read_code
from kangmai.programmes.vaccination.reach import OWN, READ, WORK, desk, near, works_at
from kangmai.programmes.vaccination.reading import package_of, visit_of
from kangmai.programmes.vaccination.types import Block, File, Package, Visit


def day(*, organization: int | None = None, on: date, actor: Actor) -> list[Visit]:
    """The visits of a clinic on a day, by number; the actor's own clinic where none is named.

    Raises:
        NotPermitted
    """
    require(actor, READ)
    if organization is None:
        organization, _place = desk(actor, WORK)
    rows = models.Visit.objects.filter(near(actor), organization=organization, on=on)
    found = rows.prefetch_related("doses__package__lot").order_by("number")
    return [visit_of(row) for row in found]


def get_visit(visit_id: UUID, *, actor: Actor) -> Visit:
    """One visit. Raises NotPermitted, VisitNotFound."""
    require(actor, READ)
    row = models.Visit.objects.filter(near(actor), pk=visit_id).prefetch_related("doses__package__lot").first()  # fmt: skip
    if row is None:
        raise VisitNotFound()
    return visit_of(row)


def visits_of(resident_id: ResidentId, *, limit: int = 5, actor: Actor) -> list[Visit]:
    """The latest visits of a resident at clinics that the actor may see. Raises NotPermitted."""
    require(actor, READ)
    same = identity.same_resident_ids(resident_id)
    rows = models.Visit.objects.filter(near(actor), resident_id__in=same)
    return [visit_of(row) for row in rows.prefetch_related("doses__package__lot").order_by("-on", "-id")[:limit]]  # fmt: skip


def may_work(visit: Visit, *, actor: Actor) -> bool:
    """Whether the actor works at the clinic of a visit."""
    return works_at(actor, WORK, visit.organization)


def record_of(resident_id: ResidentId, *, actor: Actor, at: datetime) -> File:
    """The vaccinations of a resident and what is to come.

    Raises:
        NotPermitted, ResidentNotFound
    """
    require(actor, READ)
    resident = identity.get_resident(resident_id, actor=actor, at=at)
    return history.file_of(resident, actor=actor, at=at)


def own_record(resident_id: ResidentId, *, actor: Actor, at: datetime) -> File:
    """The same for the resident himself, or for who acts for him. Raises NotPermitted, ResidentNotFound."""
    require(actor, OWN)
    return history.file_of(identity.get_resident(resident_id, actor=actor, at=at), actor=actor, at=at)  # fmt: skip


def look_at(
    visit_id: UUID, *, vaccine: str, code: str, actor: Actor, at: datetime
) -> tuple[Package | None, Sequence[Block]]:
    """What a scanned package is, and what keeps it from being given in a visit.

    Raises:
        NotPermitted, VisitNotFound, ResidentNotFound, TraceCodeUnreadable
    """
    visit = get_visit(visit_id, actor=actor)
    file = record_of(ResidentId(visit.resident_id), actor=actor, at=at)
    package = find_package(code, organization=visit.organization, on=file.on, actor=actor)
    blocks = rules.blocks(file, vaccine, package, organization=visit.organization, on=file.on)
    return package, blocks


def find_package(code: str, *, organization: int, on: date, actor: Actor) -> Package | None:
    """The package of a code in an institution. Raises NotPermitted, TraceCodeUnreadable."""
    require(actor, READ)
    scanned = read_code(code, rule=rules.rule(on=on))
    found = models.Package.objects.select_related("lot", "fridge").filter(
        code=scanned, fridge__organization=organization
    )
    row = found.first()
    return package_of(row) if row else None
