"""What a positive or suspect pool sets in motion, and how its people are settled; parts of actions, within their transaction.

Source: mixed-sampling norms (10 in 1, 20 in 1), from memory; the clocks are definitions of `deadlines`.
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import psycopg

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines.types import Met, Start
from kangmai.deadlines.types import Subject as Thing
from kangmai.epidemic.nucleic_acid import events, models, people, rules
from kangmai.epidemic.nucleic_acid.types import HoldState, Judgement, PersonId, PoolState, TubeState
from kangmai.epidemic.nucleic_acid.writing import step
from kangmai.epidemic.orders.errors import NoOrderInForce
from kangmai.epidemic.venues import actions as venues
from kangmai.epidemic.venues.types import Fact
from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, operator
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.deeds import announce, write_down
from kangmai.kernel.ids import OrganizationId, ResidentId, uuid7
from kangmai.messages import actions as messages
from kangmai.messages.types import Draft, to_permission

CLOCK = operator("nucleic_acid.follow_up", permissions=("deadlines.write",))
"""Clocks run whoever reviewed: a laboratory need not hold the right to begin deadlines of others."""
POOL, HOLD = "pool", "hold"
UNSETTLED = (HoldState.HELD, HoldState.SAMPLED)
ENDED = (HoldState.RELEASED, HoldState.REPORTED)

_SINGLES = """
SELECT s.person_id, array_agg(t.state) FROM nucleic_acid_tube t JOIN nucleic_acid_sample s ON s.tube_id = t.id
WHERE t.pool_id = %s GROUP BY s.person_id"""


def begin(
    tube_id: int, judgement: Judgement, laboratory: int, *, actor: Actor, at: datetime
) -> UUID:
    """Hold everybody of a tube, start the clocks, and tell the command of the place."""
    tube = models.Tube.objects.select_related("round", "site").get(id=tube_id)
    pool = models.Pool.objects.create(
        id=uuid7(),
        order_id=tube.round.order_id,
        round=tube.round,
        tube=tube,
        site=tube.site,
        laboratory_id=laboratory,
        place_code=tube.site.place_code,
        organization_id=tube.site.organization_id,
        found_at=at,
        first_judgement=judgement.value,
        state=PoolState.OPEN.value,
    )
    _hold(pool, tube_id)
    colour(pool, pool_fact(pool), pool.holds.all(), at=at)
    _start_clocks(pool, at=at)
    _tell(pool, actor=actor, at=at)
    _write_down(pool, "found", events.POOL_FOUND, actor=actor, at=at)
    return pool.id


def _hold(pool: models.Pool, tube_id: int) -> None:
    ids = models.Sample.objects.filter(tube_id=tube_id).values_list("person_id", flat=True)
    persons = sorted(PersonId(id) for id in ids)
    homes = places_of(persons)
    models.Hold.objects.bulk_create(
        models.Hold(
            order_id=pool.order_id,
            pool=pool,
            person_id=each,
            place_code=homes.get(each) or pool.place_code,
            state=HoldState.HELD.value,
        )
        for each in persons
    )


def places_of(persons: Collection[PersonId]) -> dict[PersonId, str]:
    """Where people live, as far as known."""
    residents = identity.places_of([ResidentId(each) for each in persons if each > 0])
    found = {PersonId(id): place for id, place in residents.items()}
    guests = people.attendees([each for each in persons if each < 0])
    return found | {id: known["place_code"] for id, known in guests.items()}


def _start_clocks(pool: models.Pool, *, at: datetime) -> None:
    edition = rules.edition(on=pool.round.edition_from)
    owners = {"retest": pool.laboratory_id}
    starts = [
        Start(
            definition=edition.deadlines[name],
            subject=Thing(POOL, str(pool.id)),
            started_at=at,
            owner_org=OrganizationId(owners.get(name, pool.organization_id)),
            place_code=pool.place_code,
        )
        for name in ("retest", "listing", "singles", "results")
    ]
    deadlines.start(starts, actor=CLOCK, at=at)


def _tell(pool: models.Pool, *, actor: Actor, at: datetime) -> None:
    draft = Draft(
        template="positive_pool",
        to=to_permission("testing.follow", pool.place_code),
        parameters={"place": pool.place_code, "people": pool.holds.count()},
        link=f"/emergency-mode/testing/pools/{pool.id}/",
        subject=(POOL, str(pool.id)),
        key=f"pool:{pool.id}",
    )
    messages.notify([draft], actor=actor, at=at)


def meet(pool: models.Pool, name: str, *, proof: str, at: datetime) -> None:
    """Stop one of a pool's clocks."""
    definition = rules.edition(on=pool.round.edition_from).deadlines[name]
    met = Met(definition, Thing(POOL, str(pool.id)), at, "nucleic_acid", proof[:64])
    deadlines.meet([met], actor=CLOCK, at=at)


def record_retest(tube_id: int, judgement: Judgement, *, actor: Actor, at: datetime) -> None:
    """Note what the same tube said when it was tested again; a void run says nothing."""
    pool = (
        models.Pool.objects.select_related("round")
        .select_for_update(of=("self",))
        .filter(tube_id=tube_id, state=PoolState.OPEN.value)
        .first()
    )
    if pool is None or judgement is Judgement.VOID:
        return
    pool.retest_judgement, pool.version = judgement.value, pool.version + 1
    pool.save()
    meet(pool, "retest", proof=judgement.value, at=at)
    _write_down(pool, f"retest {judgement.value}", "", actor=actor, at=at)


def settle(pool_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Bring the people of a pool into line with what their single tubes say.

    One positive single settles a person as positive; as many negatives as the rules ask for, as negative;
    a suspect or void single settles nothing: another is taken.
    """
    pool = (
        models.Pool.objects.select_related("round").select_for_update(of=("self",)).get(id=pool_id)
    )
    needed = rules.edition(on=pool.round.edition_from).singles_per_person
    with unit_of_work() as database:
        singles = dict(database.execute(_SINGLES, [pool_id]).fetchall())
    holds = list(pool.holds.select_for_update().order_by("id"))
    for hold in holds:
        if hold.state in UNSETTLED:
            _settle_one(pool, hold, singles.get(hold.person_id, ()), needed, actor=actor, at=at)
    if all(hold.person_id in singles for hold in holds):
        meet(pool, "singles", proof=f"{len(holds)}", at=at)
    if not any(hold.state in UNSETTLED for hold in holds):
        meet(pool, "results", proof=f"{len(holds)}", at=at)


def _settle_one(
    pool: models.Pool,
    hold: models.Hold,
    states: Sequence[str],
    needed: int,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    before = hold.state
    if TubeState.POSITIVE.value in states:
        hold.state = HoldState.POSITIVE.value
    elif sum(state == TubeState.NEGATIVE.value for state in states) >= needed and (
        TubeState.SUSPECT.value not in states
    ):
        hold.state = HoldState.NEGATIVE.value
    elif states:
        hold.state = HoldState.SAMPLED.value
    if hold.state == before:
        return
    hold.version += 1
    if hold.state not in UNSETTLED:
        hold.settled_at = at
    hold.save()
    if hold.state == HoldState.POSITIVE.value:
        report_positive(pool, hold, actor=actor, at=at)


def report_positive(pool: models.Pool, hold: models.Hold, *, actor: Actor, at: datetime) -> None:
    """A preliminary positive: the clock of its report runs, and the rest of the house hears of it."""
    start = Start(
        definition=rules.edition(on=pool.round.edition_from).deadlines["report"],
        subject=Thing(HOLD, str(hold.id)),
        started_at=at,
        owner_org=OrganizationId(pool.organization_id),
        place_code=hold.place_code,
    )
    deadlines.start([start], actor=CLOCK, at=at)
    colour(pool, Fact("case_not_recovered", "laboratory", pool.tube.code), [hold], at=at)
    # neither clock nor event says who it is: both outlive the order
    data = {
        "order": str(pool.order_id), "round": pool.round_id, "pool": str(pool.id), "place": hold.place_code,
    }  # fmt: skip
    with unit_of_work() as database:
        announce(events.PRELIMINARY_POSITIVE, hold.id, data, database=database, at=at)


def pool_fact(pool: models.Pool) -> Fact:
    """That somebody stands in a positive pool, as a reason for a colour."""
    return Fact("same_pool_pending", "laboratory", pool.tube.code)


def colour(pool: models.Pool, fact: Fact, holds: Iterable[models.Hold], *, at: datetime) -> None:
    """Let the codes of some of a pool's people show what was found; nothing where no colours are ordered."""
    with suppress(NoOrderInForce):
        residents, documents = _known_as(holds)
        venues.colour_by_fact(fact=fact, residents=residents, documents=documents, at=at)


def uncolour(pool: models.Pool, holds: Iterable[models.Hold], *, at: datetime) -> None:
    """Let the codes of some of a pool's people no longer show that they stood in it."""
    with suppress(NoOrderInForce):
        residents, documents = _known_as(holds)
        venues.lift_by_fact(fact=pool_fact(pool), residents=residents, documents=documents, at=at)


def _known_as(holds: Iterable[models.Hold]) -> tuple[list[ResidentId], list[str]]:
    """Residents, and numbers of documents of those whom the index does not know."""
    persons = [PersonId(each.person_id) for each in holds]
    guests = people.attendees([each for each in persons if each < 0])
    return (
        [ResidentId(each) for each in persons if each > 0],
        [known["number"] for known in guests.values() if known.get("number")],
    )


def conclude_if_settled(pool: models.Pool, *, actor: Actor, at: datetime) -> None:
    """Close a follow-up when everybody is released or reported."""
    if pool.state == PoolState.CONCLUDED.value or pool.holds.exclude(state__in=ENDED).exists():
        return
    pool.state, pool.concluded_at, pool.version = PoolState.CONCLUDED.value, at, pool.version + 1
    pool.save()
    messages.settle([(POOL, str(pool.id))], actor=actor, at=at)
    _write_down(pool, "concluded", events.POOL_CONCLUDED, actor=actor, at=at)


def _write_down(pool: models.Pool, deed: str, event: str, *, actor: Actor, at: datetime) -> None:
    with unit_of_work() as database:
        step(database, order_id=pool.order_id, kind=POOL, subjects=[pool.id], deed=deed[:20], actor=actor, at=at)  # fmt: skip
        write_down(f"nucleic_acid.pool_{deed.partition(' ')[0]}", "Pool", pool.id, database=database, actor=actor, at=at)  # fmt: skip
        if event:
            _announce_pool(database, pool, event, at)


def _announce_pool(
    database: psycopg.Connection, pool: models.Pool, event: str, at: datetime
) -> None:
    data = {"order": str(pool.order_id), "round": pool.round_id, "place": pool.place_code}
    announce(event, pool.id, data, database=database, at=at)
