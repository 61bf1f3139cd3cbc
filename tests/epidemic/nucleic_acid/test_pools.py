"""A positive pool to its end, with its clocks; refusals on the way; bookings and antigen tests beside it."""

import json
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from kangmai.deadlines import models as clocks
from kangmai.epidemic.nucleic_acid import actions, events, models, queries
from kangmai.epidemic.nucleic_acid.errors import (
    AlreadyBooked,
    NotInThisState,
    PassUnknown,
    PoolUnknown,
    ReasonMissing,
    SiteUnknown,
    TimesOutOfOrder,
    TooManyTests,
)
from kangmai.epidemic.nucleic_acid.types import Antigen, HoldState, PoolState, TubeState
from kangmai.epidemic.orders.errors import NoOrderInForce
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import actions as venues
from kangmai.epidemic.venues.types import PersonFacts
from kangmai.identity import actions as identity
from kangmai.identity.types import Demographics, IdentityDocument
from kangmai.kernel.actor import NotPermitted, operator
from kangmai.kernel.deeds import ChangedMeanwhile
from kangmai.standards.identity_numbers import make_identity_number
from tests.epidemic.nucleic_acid.factories import (
    AT,
    FOLLOWER,
    GREY,
    HOUR,
    LATER,
    MINUTE,
    NEGATIVE,
    NEIGHBOUR,
    PLANNER,
    POSITIVE,
    SAMPLER,
    as_resident,
    deliver,
    take,
    test_tubes,
    tube,
)
from tests.epidemic.orders.factories import order_in_force

pytestmark = pytest.mark.usefixtures("database")


def open_clocks():
    rows = clocks.Deadline.objects.filter(state__in=("open", "missed"))
    return set(rows.values_list("definition", flat=True))


def announced(kind):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM kernel_event WHERE kind = %s ORDER BY seq", [kind])
        return [json.loads(data) for (data,) in cursor.fetchall()]


@pytest.fixture
def pool(town):
    record = tube([each.index_number for each in town.residents[:3]])
    take(town, record)
    deliver(town, record.code)
    test_tubes({record.code: POSITIVE})
    return models.Pool.objects.get()


def singles(town, pool, cycles, *, at=LATER + HOUR):
    """Two single tubes of each person named, tested and published."""
    records = {}
    for n, values in cycles.items():
        number = town.residents[n].index_number
        for k in range(2):
            first = replace(tube([number]).people[0], at=at - 5 * MINUTE, group="pool_follow_up")
            record = replace(tube([number]), people=(first,), closed_at=at, mode=1, pool_id=pool.id)
            records[record.code] = values[k]
            (taken,) = take(town, record, at=at)
            assert (taken.outcome.value, taken.reasons) == ("taken", ())
    deliver(town, *records, at=at)
    test_tubes(records, at=at + 2 * HOUR)
    pool.refresh_from_db()


def states(pool):
    return [HoldState(each) for each in pool.holds.order_by("person_id").values_list("state", flat=True)]  # fmt: skip


def test_a_positive_pool_followed_to_its_end(town, pool):
    assert states(pool) == [HoldState.HELD] * 3
    assert open_clocks() == {"pool_retest", "pool_listing", "pool_singles", "pool_results"}
    (proof,) = queries.my_tests(actor=as_resident(town.residents[0]), at=LATER)
    assert (proof.result, proof.is_held) == (TubeState.POSITIVE, True)
    test_tubes({pool.tube.code: POSITIVE}, at=LATER + 10 * MINUTE)
    pool.refresh_from_db()
    assert pool.retest_judgement == "positive" and "pool_retest" not in open_clocks()
    holds = queries.holds(pool.id, actor=FOLLOWER, at=LATER)
    found = {each.id: "在家，城东街道" for each in holds[:2]}
    step = {"pool_id": pool.id, "actor": FOLLOWER, "at": LATER + HOUR}
    actions.note_whereabouts(found=found, expected_version=2, **step)
    assert "pool_listing" in open_clocks()
    actions.note_whereabouts(found={holds[2].id: "在单位"}, expected_version=3, **step)
    assert "pool_listing" not in open_clocks()
    assert queries.holds(pool.id, actor=FOLLOWER, at=LATER)[2].where == "在单位"
    singles(town, pool, {0: (NEGATIVE, POSITIVE), 1: (NEGATIVE, NEGATIVE)})
    assert states(pool) == [HoldState.POSITIVE, HoldState.NEGATIVE, HoldState.HELD]
    assert open_clocks() == {"pool_singles", "pool_results", "pool_report"}
    assert ["resident" in each for each in announced(events.PRELIMINARY_POSITIVE)] == [False]
    singles(town, pool, {2: (NEGATIVE, NEGATIVE)}, at=LATER + 2 * HOUR)
    assert open_clocks() == {"pool_report"}
    step["at"] = LATER + 5 * HOUR
    positive = holds[0].id
    with pytest.raises(ChangedMeanwhile):
        actions.report(hold_id=positive, reference="1", expected_version=1, **step)
    with pytest.raises(NotInThisState):
        actions.report(hold_id=holds[1].id, reference="1", expected_version=pool.version, **step)
    with pytest.raises(ReasonMissing):
        actions.report(hold_id=positive, reference=" ", expected_version=pool.version, **step)
    row = actions.report(hold_id=positive, reference="直报-77", expected_version=pool.version, **step)  # fmt: skip
    assert open_clocks() == set()
    assert actions.release_negatives(expected_version=row.version, **step) == 2
    seen = queries.pool_of(pool.id, actor=PLANNER, at=LATER)
    assert (seen.state, dict(seen.by_state)) == (
        PoolState.CONCLUDED,
        {HoldState.RELEASED: 2, HoldState.REPORTED: 1},
    )
    assert len(announced(events.POOL_CONCLUDED)) == 1
    proofs = queries.my_tests(actor=as_resident(town.residents[1]), at=LATER)
    assert len(proofs) == 3 and not any(each.is_held for each in proofs)


def test_one_single_or_a_suspect_one_settles_nobody(town, pool):
    singles(town, pool, {0: (NEGATIVE, GREY), 1: (NEGATIVE, NEGATIVE)})
    assert states(pool) == [HoldState.SAMPLED, HoldState.NEGATIVE, HoldState.HELD]
    assert open_clocks() >= {"pool_results"}


def test_a_suspect_pool_begins_the_same(town):
    record = tube([each.index_number for each in town.residents[:4]])
    take(town, record)
    deliver(town, record.code)
    test_tubes({record.code: GREY})
    assert models.Pool.objects.get().first_judgement == "grey"
    assert models.Hold.objects.count() == 4


def test_the_neighbour_and_the_sampler_see_nothing_of_it(town, pool):
    assert queries.pools(actor=NEIGHBOUR, at=LATER).rows == ()
    for ask in (queries.pool_of, queries.holds):
        with pytest.raises(PoolUnknown):
            ask(pool.id, actor=NEIGHBOUR, at=LATER)
        with pytest.raises(NotPermitted):
            ask(pool.id, actor=SAMPLER, at=LATER)
    with pytest.raises(PoolUnknown):
        actions.release_negatives(pool_id=pool.id, expected_version=1, actor=NEIGHBOUR, at=LATER)
    assert queries.boxes(actor=NEIGHBOUR, at=LATER).rows == ()
    assert queries.incidents(actor=NEIGHBOUR, at=LATER).rows == ()
    assert queries.late_tubes(town.round_id, within_hours=48, actor=NEIGHBOUR, at=LATER).rows == ()
    assert [s.code for s in queries.sites(town.round_id, actor=NEIGHBOUR, at=LATER)] == ["H1"]
    with pytest.raises(SiteUnknown):
        queries.in_tube(town.site, code=pool.tube.code, actor=NEIGHBOUR, at=LATER)


def test_after_the_order_everything_sleeps(town, pool):
    after = AT + 30 * 24 * HOUR
    with pytest.raises(NoOrderInForce):
        take(town, tube([town.residents[5].index_number]), at=after)
    with pytest.raises(NoOrderInForce):
        queries.my_tests(actor=as_resident(town.residents[0]), at=after)


def test_the_last_place_of_a_half_hour_is_given_once(town):
    slot = AT + 4 * HOUR
    me, you = (as_resident(each) for each in town.residents[:2])
    mine = actions.book(site_id=town.site, slot_at=slot, actor=me, at=LATER)
    assert actions.book(site_id=town.site, slot_at=slot, actor=me, at=LATER).id == mine.id
    with pytest.raises(AlreadyBooked):
        actions.book(site_id=town.site, slot_at=slot + HOUR, actor=me, at=LATER)
    with pytest.raises(NotInThisState):
        actions.book(site_id=town.site, slot_at=AT + 40 * HOUR, actor=you, at=LATER)
    (free,) = [s for s in queries.bookable(actor=you, at=LATER) if s.site_id == town.site]
    assert dict(free.slots)[slot] == 39
    with pytest.raises(SiteUnknown):
        actions.cancel_booking(booking_id=mine.id, actor=you, at=LATER)
    actions.cancel_booking(booking_id=mine.id, actor=me, at=LATER)
    assert queries.my_bookings(actor=me, at=LATER) == ()


def test_a_place_that_was_booked_before_a_merge_is_still_ones_own(town):
    """Whoever two numbers turn out to be has one place in the queue of a round, and gives that one back."""
    kept, retired = town.residents[2:4]
    slot = AT + 4 * HOUR
    booked = actions.book(site_id=town.site, slot_at=slot, actor=as_resident(retired), at=LATER)
    identity.merge_residents(kept.id, retired.id, reason="同一人", actor=operator("test"), at=AT)
    me = as_resident(kept)
    assert actions.book(site_id=town.site, slot_at=slot, actor=me, at=LATER).id == booked.id
    with pytest.raises(AlreadyBooked):
        actions.book(site_id=town.site, slot_at=slot + HOUR, actor=me, at=LATER)
    actions.cancel_booking(booking_id=booked.id, actor=me, at=LATER)
    assert models.Booking.objects.count() == 0


def test_antigen_tests_of_residents(town):
    me = as_resident(town.residents[0])
    given = {"key": UUID(int=9), "result": Antigen.POSITIVE, "taken_at": LATER - HOUR, "at": LATER}
    first = actions.report_antigen(actor=me, **given)
    assert actions.report_antigen(actor=me, **given).id == first.id
    assert len(announced(events.ANTIGEN_POSITIVE)) == 1
    assert [each.result for each in queries.my_antigen(actor=me, at=LATER)] == [Antigen.POSITIVE]
    with pytest.raises(TimesOutOfOrder) as future:
        actions.report_antigen(actor=me, **{**given, "key": UUID(int=8), "taken_at": LATER + HOUR})
    assert future.value.message("en").startswith(
        "The times are out of order: now lies before the test"
    )
    assert "“现在”早于“自测”" in future.value.message("zh")
    number = town.residents[1].index_number
    with pytest.raises(SiteUnknown):
        actions.report_antigen(actor=NEIGHBOUR, number=number, **{**given, "key": UUID(int=7)})


def test_positive_antigen_tests_are_listed_where_positives_are_followed(town):
    """Told once to those who follow there, listed with name and phone, sampled once a tube came after; nobody else sees it."""
    who = town.residents[0]
    given = {"key": UUID(int=9), "result": Antigen.POSITIVE, "taken_at": LATER - HOUR, "at": LATER}
    actions.report_antigen(actor=as_resident(who), **given)
    actions.report_antigen(actor=as_resident(town.residents[1]), **{**given, "key": UUID(int=8), "result": Antigen.NEGATIVE})  # fmt: skip
    (found,) = queries.positive_antigens(actor=FOLLOWER, at=LATER).rows
    assert (found.name, found.is_sampled) == (who.demographics.name, False)
    assert queries.positive_antigens(actor=NEIGHBOUR, at=LATER).rows == ()
    with pytest.raises(NotPermitted):
        queries.positive_antigens(actor=SAMPLER, at=LATER)
    take(town, tube([who.index_number], minute=130))
    (again,) = queries.positive_antigens(actor=FOLLOWER, at=LATER + HOUR).rows
    assert again.is_sampled


def test_antigen_tests_by_pass(town):
    """A phone reports for its pass: a resident's test stands among his own, a stranger's is kept with the order."""
    order_in_force(Purpose.REGISTRATION, Purpose.TESTING, at=AT, key="antigen")
    people = [
        _known_resident(),
        ("韦来客", make_identity_number(region="450102", birth_on=date(1991, 2, 3), sequence=77)),
    ]
    passes = []
    for name, number in people:
        facts = PersonFacts(name, "01", number, "13912345678", "441202001")
        passes.append(venues.register_self(facts=facts, at=LATER).pass_code)
    said = {"result": Antigen.POSITIVE, "taken_at": LATER - HOUR, "at": LATER}
    rows = [
        actions.report_antigen_by_pass(pass_code=each, key=UUID(int=70 + n), **said)
        for n, each in enumerate(passes)
    ]
    assert rows[0].person_id > 0 > rows[1].person_id
    assert actions.report_antigen_by_pass(pass_code=passes[1], key=UUID(int=71), **said).id == rows[1].id  # fmt: skip
    assert len(announced(events.ANTIGEN_POSITIVE)) == 2
    found = queries.antigen_of_passes(passes=passes, at=LATER)
    assert [len(found[each]) for each in passes] == [1, 1]
    listed = queries.positive_antigens(actor=FOLLOWER, at=LATER).rows
    assert {(each.name, each.phone, each.is_sampled) for each in listed} == {
        ("梁在册", "13912345678", False), ("韦来客", "13912345678", False),
    }  # fmt: skip
    with pytest.raises(PassUnknown):
        actions.report_antigen_by_pass(pass_code="AAAA-AAAA-AAAA", key=UUID(int=90), **said)
    with pytest.raises(TimesOutOfOrder):
        actions.report_antigen_by_pass(pass_code=passes[0], key=UUID(int=91), **{**said, "taken_at": AT - 9 * 24 * HOUR})  # fmt: skip
    for n in range(5):
        actions.report_antigen_by_pass(pass_code=passes[1], key=UUID(int=80 + n), **said)
    with pytest.raises(TooManyTests):
        actions.report_antigen_by_pass(pass_code=passes[1], key=UUID(int=92), **said)


def _known_resident() -> tuple[str, str]:
    number = make_identity_number(region="441202", birth_on=date(1960, 5, 5), sequence=91)
    known = Demographics(name="梁在册", sex_code="1", birth_date=date(1960, 5, 5), place_code="441202001002",
                         documents=(IdentityDocument("01", number),), phones=("13912345678",))  # fmt: skip
    identity.register_resident(known, managing_org=None, actor=operator("test"), at=AT)
    return known.name, number
