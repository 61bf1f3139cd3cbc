"""Plan a round: its sites, lanes and teams, whom it is for, and when it opens and closes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from kangmai.epidemic.nucleic_acid import events, models, people, rules
from kangmai.epidemic.nucleic_acid.errors import (
    ROUND_CLOSES,
    ROUND_OPENS,
    AreaUnreadable,
    NotInThisState,
    RoundUnknown,
    SiteUnknown,
    TimesOutOfOrder,
)
from kangmai.epidemic.nucleic_acid.reach import PLAN, SAMPLE, get_site, sees_round, touches
from kangmai.epidemic.nucleic_acid.types import RoundFacts, RoundState, SiteFacts
from kangmai.epidemic.orders.queries import emergency_door, in_force
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.deeds import announce, require_version, write_down
from kangmai.standards.calendars import legal_day

NEXT = {RoundState.PLANNED: RoundState.OPEN, RoundState.OPEN: RoundState.CLOSED}
_LIST = """
INSERT INTO nucleic_acid_listed (round_id, person_id, "group", place_code)
SELECT %s, r.id, g."group", r.place_code
FROM unnest(%s::bigint[], %s::text[]) AS g (id, "group") JOIN identity_resident r ON r.id = g.id
ORDER BY r.id ON CONFLICT DO NOTHING"""


@emergency_door(Purpose.TESTING)
def plan_round(*, facts: RoundFacts, key: UUID, actor: Actor, at: datetime) -> models.Round:
    """Plan a round under the order in force in its areas; the same key again gives the same round.

    Raises:
        NoOrderInForce, NotPermitted, AreaUnreadable, ModeUnknown, TimesOutOfOrder.
    """
    require(actor, PLAN)
    for area in facts.areas or ("",):
        if not (area.isascii() and area.isdecimal() and 4 <= len(area) <= 12):
            raise AreaUnreadable(area=area[:14])
        require(actor, PLAN, area)
    if facts.closes_at <= facts.opens_at:
        raise TimesOutOfOrder(later=ROUND_CLOSES, earlier=ROUND_OPENS)
    edition = rules.edition(on=legal_day(facts.opens_at))
    rules.require_mode(edition, facts.mode)
    orders = {in_force(Purpose.TESTING, place=area, at=at).id for area in facts.areas}
    with transaction.atomic():
        row, is_new = models.Round.objects.get_or_create(
            key=key,
            defaults={
                "order_id": min(orders), "name": facts.name.strip()[:80], "kind": facts.kind.value,
                "areas": list(facts.areas), "mode": facts.mode, "edition_from": edition.valid_from,
                "opens_at": facts.opens_at, "closes_at": facts.closes_at, "target_people": facts.target_people,
                "organization_id": facts.organization, "state": RoundState.PLANNED.value,
                "created_at": at, "created_by": actor.account,
            },
        )  # fmt: skip
        if is_new:
            write_of_round(row, "nucleic_acid.plan_round", actor=actor, at=at)
    return row


def locked_round(round_id: int, *, actor: Actor, at: datetime) -> models.Round:
    """A round that the actor plans, locked; part of an action. Raises NotPermitted, RoundUnknown, NoOrderInForce."""
    require(actor, PLAN)
    row = models.Round.objects.select_for_update().filter(id=round_id).first()
    if row is None or not (touches(actor, row.areas, PLAN) or sees_round(row, actor)):
        raise RoundUnknown()
    for area in row.areas:
        in_force(Purpose.TESTING, place=area, at=at)
    return row


@emergency_door(Purpose.TESTING)
def move_round(
    *, round_id: int, to: RoundState, expected_version: int, actor: Actor, at: datetime
) -> models.Round:
    """Open a planned round, or close an open one; late uploads are taken after it closed, too.

    Raises:
        NoOrderInForce, NotPermitted, RoundUnknown, ChangedMeanwhile, NotInThisState.
    """
    with transaction.atomic():
        row = locked_round(round_id, actor=actor, at=at)
        require_version(row.version, expected_version)
        if NEXT.get(RoundState(row.state)) is not to:
            raise NotInThisState(what=row.name, state=row.state)
        row.state, row.version = to.value, row.version + 1
        row.save()
        write_of_round(row, f"nucleic_acid.round_{to.value}", actor=actor, at=at)
        kind = events.ROUND_OPENED if to is RoundState.OPEN else events.ROUND_CLOSED
        with unit_of_work() as database:
            announce(kind, row.id, {"order": str(row.order_id)}, database=database, at=at)
    return row


@emergency_door(Purpose.TESTING)
def set_sites(
    *, round_id: int, sites: Sequence[SiteFacts], actor: Actor, at: datetime
) -> list[models.Site]:
    """Add sites to a round, or change those of the same code.

    Raises:
        NoOrderInForce, NotPermitted, RoundUnknown.
        AreaUnreadable: a site lies outside the round's areas.
    """
    with transaction.atomic():
        row = locked_round(round_id, actor=actor, at=at)
        for each in sites:
            if not any(each.place_code.startswith(_stem(area)) for area in row.areas):
                raise AreaUnreadable(area=each.place_code[:14])
        rows = [
            models.Site(
                round=row, code=each.code[:16], name=each.name.strip()[:80], organization_id=each.organization,
                place_code=each.place_code, lanes=max(1, min(each.lanes, 99)), laboratory_id=each.laboratory,
                longitude=each.longitude, latitude=each.latitude,
            )
            for each in sites
        ]  # fmt: skip
        models.Site.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["round", "code"],
            update_fields=["name", "organization_id", "place_code", "lanes", "laboratory_id", "longitude", "latitude"],
        )  # fmt: skip
        write_of_round(row, "nucleic_acid.set_sites", count=len(rows), actor=actor, at=at)
        codes = [each.code for each in rows]
        return list(models.Site.objects.filter(round=row, code__in=codes).order_by("code"))


def _stem(area: str) -> str:
    return area[:4] if len(area) == 6 and area.endswith("00") else area


@emergency_door(Purpose.TESTING)
def list_people(
    *, round_id: int, numbers: Mapping[str, str], actor: Actor, at: datetime
) -> tuple[int, tuple[str, ...]]:
    """Put residents on a round's list.

    Args:
        numbers: number of the index or of an identity card → group.

    Returns:
        How many were put there anew, and the numbers that nobody has.

    Raises:
        NoOrderInForce, NotPermitted, RoundUnknown, GroupUnknown.
    """
    with transaction.atomic():
        row = locked_round(round_id, actor=actor, at=at)
        edition = rules.edition(on=row.edition_from)
        for group in set(numbers.values()):
            rules.group_of(edition, group)
        known = people.residents(set(numbers))
        with connection.cursor() as cursor:
            cursor.execute(_LIST, [row.id, list(known.values()), [numbers[each] for each in known]])
            count = cursor.rowcount
        write_of_round(row, "nucleic_acid.list_people", count=count, actor=actor, at=at)
    return count, tuple(sorted(set(numbers) - known.keys()))


@emergency_door(Purpose.TESTING)
def report_queue(*, site_id: int, waiting: int, actor: Actor, at: datetime) -> models.Site:
    """Say how many people wait at a site now.

    Raises:
        NoOrderInForce, NotPermitted, SiteUnknown.
    """
    site = get_site(site_id, permission=SAMPLE, actor=actor)
    in_force(Purpose.TESTING, place=site.place_code, at=at)
    if not 0 <= waiting <= 100_000:
        raise SiteUnknown()
    site.queue_people, site.queue_at, site.version = waiting, at, site.version + 1
    site.save(update_fields=["queue_people", "queue_at", "version"])
    return site


def write_of_round(
    row: models.Round, action: str, *, count: int | None = None, actor: Actor, at: datetime
) -> None:
    """Write a deed at a round into the audit trail."""
    details = {"count": count} if count is not None else {}
    with unit_of_work() as database:
        write_down(action, "Round", row.id, details=details, database=database, actor=actor, at=at)
