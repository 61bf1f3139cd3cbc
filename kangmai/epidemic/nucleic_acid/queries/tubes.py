"""What stands at a table: the open tube with its people, and the tubes that wait for a box."""

from dataclasses import dataclass
from datetime import datetime

from kangmai.epidemic.nucleic_acid import models, rules
from kangmai.epidemic.nucleic_acid.errors import TubeTaken
from kangmai.epidemic.nucleic_acid.reach import SAMPLE, get_site
from kangmai.epidemic.nucleic_acid.types import PersonId, TubeState
from kangmai.epidemic.orders.queries import emergency_door
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import Actor

MOST = 500


@dataclass(frozen=True, slots=True)
class InTube:
    """Somebody in a tube."""

    seq: int
    person: PersonId
    sampled_at: datetime
    occasion: int


@dataclass(frozen=True, slots=True)
class AtTable:
    """A tube at its table."""

    code: str
    mode: int
    people: int
    closed_at: datetime | None
    is_held: bool


@emergency_door(Purpose.TESTING)
def open_tube(site_id: int, *, lane: int, actor: Actor, at: datetime) -> AtTable | None:
    """The tube that is open in a lane. Raises NoOrderInForce, NotPermitted, SiteUnknown."""
    get_site(site_id, permission=SAMPLE, actor=actor)
    row = (
        models.Tube.objects.filter(site_id=site_id, lane=lane, state=TubeState.OPEN.value)
        .order_by("-id")
        .first()
    )
    return _at_table(row) if row else None


@emergency_door(Purpose.TESTING)
def require_label(site_id: int, *, code: str, actor: Actor, at: datetime) -> None:
    """Let pass the label of a tube nobody has used yet, or that is open at this site.

    Raises:
        NoOrderInForce, NotPermitted, SiteUnknown, CodeUnreadable, TubeTaken.
    """
    site = get_site(site_id, permission=SAMPLE, actor=actor)
    rules.require_tube_code(rules.edition(on=site.round.edition_from), code)
    found = models.Tube.objects.filter(code=code).values_list("site_id", "state").first()
    if found not in (None, (site_id, TubeState.OPEN.value)):
        raise TubeTaken(code=code)


@emergency_door(Purpose.TESTING)
def in_tube(site_id: int, *, code: str, actor: Actor, at: datetime) -> tuple[InTube, ...]:
    """Who is in a tube of a site, by place. Raises NoOrderInForce, NotPermitted, SiteUnknown."""
    get_site(site_id, permission=SAMPLE, actor=actor)
    tube = models.Tube.objects.filter(site_id=site_id, code=code).values_list("id", flat=True)
    rows = models.Sample.objects.filter(tube_id__in=list(tube)).order_by("seq")
    return tuple(InTube(r.seq, PersonId(r.person_id), r.sampled_at, r.occasion) for r in rows)


@emergency_door(Purpose.TESTING)
def tubes_to_pack(site_id: int, *, actor: Actor, at: datetime) -> tuple[AtTable, ...]:
    """Closed tubes of a site that are in no box, the oldest first. Raises NoOrderInForce, NotPermitted, SiteUnknown."""
    get_site(site_id, permission=SAMPLE, actor=actor)
    rows = models.Tube.objects.filter(site_id=site_id, box=None, state=TubeState.CLOSED.value)
    return tuple(map(_at_table, rows.order_by("id")[:MOST]))


def _at_table(row: models.Tube) -> AtTable:
    return AtTable(row.code, row.mode, row.people, row.closed_at, row.is_held)
