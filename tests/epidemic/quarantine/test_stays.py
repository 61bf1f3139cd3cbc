"""A contact from the assignment of a room to the day he goes home; rooms never mix exposures; rides; the end."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from kangmai.epidemic.capacity import actions as capacity
from kangmai.epidemic.capacity import queries as places
from kangmai.epidemic.capacity.errors import AmbulanceUnknown, RoomFull, SiteUnknown
from kangmai.epidemic.capacity.errors import NotInThisState as RoomNotInThisState
from kangmai.epidemic.capacity.types import AmbulanceState, RoomCounts, RoomState
from kangmai.epidemic.orders import actions as orders
from kangmai.epidemic.orders import queries as ordered
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.quarantine import actions, errors, handlers, models, queries, rules
from kangmai.epidemic.quarantine.types import Leaving, Occupant, StayState, Step
from kangmai.epidemic.tracing import actions as tracing
from kangmai.epidemic.tracing import queries as followed
from kangmai.epidemic.tracing.errors import ContactUnknown
from kangmai.epidemic.tracing.types import Half, Outcome
from kangmai.kernel.deeds import ChangedMeanwhile
from tests.epidemic.capacity.factories import MANAGER, actor, institution, rooms_of, site
from tests.epidemic.orders.factories import AT, OFFICER, in_role, order_in_force
from tests.epidemic.tracing.factories import (
    FOLLOWER,
    INVESTIGATOR,
    NEIGHBOUR,
    OTHER_TOWN,
    case,
    close_contact,
    named,
)

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
RIGHTS = ("quarantine.assign", "quarantine.run", "quarantine.dispatch", "quarantine.count", "capacity.read")  # fmt: skip


def with_rights(someone, *permissions):
    first = someone.grants[0]
    return replace(someone, grants=(replace(first, permissions=first.permissions | {*permissions}),))  # fmt: skip


CDC = with_rights(INVESTIGATOR, *RIGHTS)
THERE = with_rights(NEIGHBOUR, *RIGHTS)


@pytest.fixture
def awake(database):
    return order_in_force(Purpose.REGISTRATION, Purpose.SCANNING, Purpose.TRACING, Purpose.QUARANTINE, days=20)  # fmt: skip


@pytest.fixture
def place(awake):
    return site(institution(), rooms="301-304", beds=2)


def staff_of(place):
    return actor("quarantine.run", "capacity.read", organization=place.organization, account=720)


def assigned(contact, room, *, cares_for=None, by=CDC, at=AT):
    return actions.assign(contact_id=contact, room_id=room.id, caregiver_for=cares_for, key=uuid4(), actor=by, at=at)  # fmt: skip


def state_of(room):
    return places.room_by_id([room.id])[room.id].state


def test_from_the_room_assigned_to_home(place):
    staff, room = staff_of(place), rooms_of(place)[0]
    contact = close_contact(case())
    stay = assigned(contact, room)
    assert (stay.state, state_of(room)) == (StayState.EXPECTED, RoomState.RESERVED)
    with pytest.raises(errors.AlreadyHoused), transaction.atomic():
        assigned(contact, rooms_of(place)[1])
    assert state_of(rooms_of(place)[1]) is RoomState.FREE
    with pytest.raises(errors.TimesOutOfOrder):
        actions.arrive(
            stay_id=stay.id, arrived_at=AT + HOUR, expected_version=1, actor=staff, at=AT
        )
    stay = actions.arrive(stay_id=stay.id, arrived_at=AT + HOUR, expected_version=1, actor=staff, at=AT + HOUR)  # fmt: skip
    assert (stay.state, state_of(room)) == (StayState.STAYING, RoomState.OCCUPIED)
    (known,) = followed.get_contact(contact, actor=INVESTIGATOR, at=AT + HOUR).stays
    assert (known.place, known.room, known.from_at) == (place.name, "301", AT + HOUR)

    for day in range(11):
        now = AT + day * DAY + 2 * HOUR
        actions.check(stay_id=stay.id, half=Half.MORNING, temperature_c=36.4, symptoms=[], actor=staff, at=now)  # fmt: skip
        tracing.test(contact_id=contact, reference=f"T{day}", sampled_at=now, outcome=Outcome.NEGATIVE, actor=FOLLOWER, at=now)  # fmt: skip
        if day == 3:
            going = {"stay_id": stay.id, "handed_to": "城东社区", "left_at": now, "expected_version": stay.version, "actor": staff, "at": now}  # fmt: skip
            with pytest.raises(errors.NotReleased):
                actions.leave(how=Leaving.HOME, **going)
            with pytest.raises(errors.StageNotOver):
                actions.leave(how=Leaving.HOME_QUARANTINE, **going)
            with pytest.raises(errors.ReasonMissing):
                actions.leave(how=Leaving.HOSPITAL, **going | {"handed_to": " "})
            with pytest.raises(errors.StepUnknown):
                actions.leave(how=Leaving.MOVED, **going)
    found = followed.get_contact(contact, actor=INVESTIGATOR, at=now)
    assert len(found.checks) == 11 and found.checks[0].account == staff.account
    end = AT + 11 * DAY + 2 * HOUR
    tracing.test(contact_id=contact, reference="last", sampled_at=end, outcome=Outcome.NEGATIVE, actor=FOLLOWER, at=end)  # fmt: skip
    version = followed.get_contact(contact, actor=INVESTIGATOR, at=end).contact.version
    tracing.release(contact_id=contact, expected_version=version, actor=INVESTIGATOR, at=end)
    assert queries.figures(area="441202", actor=CDC, at=end).overdue_to_leave == 1
    left = actions.leave(stay_id=stay.id, how=Leaving.HOME, handed_to="城东社区", left_at=end, expected_version=stay.version, actor=staff, at=end)  # fmt: skip
    assert (left.state, left.leaving, state_of(room)) == (StayState.LEFT, Leaving.HOME, RoomState.CLEANING)  # fmt: skip
    figures = queries.figures(area="441202", actor=CDC, at=end)
    assert (figures.staying, figures.left_today, figures.overdue_to_leave) == (0, 1, 0)
    free = places.room_by_id([room.id])[room.id]
    assert capacity.finish_cleaning(room_id=room.id, expected_version=free.version, actor=staff, at=end).state is RoomState.FREE  # fmt: skip


def test_days_in_the_site_are_followed_by_days_at_home(place):
    staff = staff_of(place)
    contact = close_contact(case())
    stay = actions.admit(contact_id=contact, room_id=rooms_of(place)[0].id, arrived_at=AT, key=uuid4(), actor=CDC, at=AT)  # fmt: skip
    now = AT + 8 * DAY  # edition v9: seven days in a place, three at home
    actions.leave(stay_id=stay.id, how=Leaving.HOME_QUARANTINE, handed_to="城东社区", left_at=now, expected_version=stay.version, actor=staff, at=now)  # fmt: skip
    stays = followed.get_contact(contact, actor=INVESTIGATOR, at=now).stays
    assert [(each.where.value, each.until_at) for each in stays] == [("place", now), ("home", None)]
    assert [each.contact_id for each in followed.at_home(area="441202", at=now)] == [contact]


def test_a_room_holds_people_of_one_exposure_or_a_caregiver(place):
    first, second = case(), case()
    room, other = rooms_of(place)[:2]
    child, friend, stranger = close_contact(first), close_contact(first), close_contact(second)
    stay = assigned(child, room)
    with pytest.raises(errors.ExposuresDiffer):
        assigned(stranger, room)
    assert places.room_by_id([room.id])[room.id].taken == 1
    with pytest.raises(errors.StayUnknown):  # whom he cares for is not in that room
        assigned(stranger, other, cares_for=stay.id)
    caring = assigned(stranger, room, cares_for=stay.id)
    with pytest.raises(RoomFull):
        assigned(friend, room)
    actions.cancel(stay_id=caring.id, reason="改由他人照护", expected_version=1, actor=CDC, at=AT)
    assigned(friend, room)
    for contact_stay in models.Stay.objects.filter(room_id=room.id, state="expected"):
        actions.arrive(stay_id=contact_stay.id, arrived_at=AT, expected_version=1, actor=CDC, at=AT)
    assert not any(each.differs for each in queries.guests(site_id=place.id, actor=CDC, at=AT))
    tracing.add_contact(
        case_id=second.id, person=followed_person(friend), relation="same_table",
        met=[tracing_met()], actor=INVESTIGATOR, at=AT,
    )  # fmt: skip
    guests = queries.guests(site_id=place.id, actor=CDC, at=AT)
    assert [each.differs for each in guests] == [True, True]


def followed_person(contact):
    """The contact again by the name and phone under which he was entered."""
    from kangmai.epidemic.tracing.types import Given

    facts = followed.get_contact(contact, actor=INVESTIGATOR, at=AT).facts
    return Given(name=facts.name, phone=facts.phone, place_code="441202001002")


def tracing_met():
    from kangmai.epidemic.tracing.types import Met
    from kangmai.standards.calendars import legal_day

    return Met(legal_day(AT), "茶楼", 60)


def test_a_guest_moves_once_however_often_the_form_is_sent(place):
    staff, (room, other, *_rest) = staff_of(place), rooms_of(place)
    stay = actions.admit(contact_id=close_contact(case()), room_id=room.id, arrived_at=AT, key=uuid4(), actor=CDC, at=AT)  # fmt: skip
    key = uuid4()
    moves = [
        actions.move(stay_id=stay.id, room_id=other.id, reason="漏水", expected_version=stay.version, key=key, actor=staff, at=AT + HOUR)
        for _ in range(2)
    ]  # fmt: skip
    assert moves[0] == moves[1]
    assert (state_of(room), state_of(other)) == (RoomState.CLEANING, RoomState.OCCUPIED)
    lines = places.site_lines(actor=MANAGER, at=AT)
    assert (lines[0].rooms, lines[0].guests) == (RoomCounts(free=2, occupied=1, cleaning=1), 1)
    back = moves[0]
    with pytest.raises(RoomNotInThisState):
        actions.move(stay_id=back.id, room_id=room.id, reason="退回", expected_version=back.version, key=uuid4(), actor=staff, at=AT + HOUR)  # fmt: skip
    assert models.Stay.objects.get(id=back.id).state == "staying"
    with pytest.raises(ChangedMeanwhile):
        actions.move(stay_id=back.id, room_id=rooms_of(place)[2].id, reason="再换", expected_version=99, key=uuid4(), actor=staff, at=AT + HOUR)  # fmt: skip


def test_another_county_and_the_staff_of_another_site_see_and_do_nothing(place):
    contact, room = close_contact(case()), rooms_of(place)[0]
    stay = assigned(contact, room)
    elsewhere = site(institution(OTHER_TOWN), place=OTHER_TOWN)
    stranger = staff_of(elsewhere)
    for nobody in (THERE, stranger):
        with pytest.raises(SiteUnknown):
            queries.guests(site_id=place.id, actor=nobody, at=AT)
        with pytest.raises(errors.StayUnknown):
            queries.get_guest(stay.id, actor=nobody, at=AT)
        with pytest.raises(errors.StayUnknown):
            actions.arrive(stay_id=stay.id, arrived_at=AT, expected_version=1, actor=nobody, at=AT)
    assert queries.stays_of_contact(contact_id=contact, actor=THERE, at=AT) == ()
    assert queries.figures(actor=THERE, at=AT).expected == 0
    with pytest.raises(SiteUnknown):
        assigned(contact, rooms_of(elsewhere)[0])
    with pytest.raises(ContactUnknown):
        assigned(contact, rooms_of(elsewhere)[0], by=THERE)
    assert queries.figures(actor=CDC, at=AT).expected == 1


def test_an_ambulance_is_ready_only_after_it_was_disinfected(place):
    contact = close_contact(case(named(place="441202001002")))
    station = institution()
    car = capacity.add_ambulance(call_sign="120-7", organization=station, is_negative_pressure=True, actor=MANAGER, at=AT)  # fmt: skip
    crew = actor("quarantine.drive", "capacity.read", organization=station, account=730)
    call = {"ambulance_id": car.id, "contact_id": contact, "to_site": place.id, "crew": "甲、乙", "actor": CDC, "at": AT}  # fmt: skip
    key = uuid4()
    trip = actions.call_ambulance(key=key, **call)
    assert actions.call_ambulance(key=key, **call) == trip
    with pytest.raises(RoomNotInThisState):
        actions.call_ambulance(key=uuid4(), **call)
    second = capacity.add_ambulance(call_sign="120-9", organization=station, is_negative_pressure=False, actor=MANAGER, at=AT)  # fmt: skip
    with pytest.raises(errors.AlreadyOnTheWay):
        actions.call_ambulance(key=uuid4(), **call | {"ambulance_id": second.id})
    assert places.get_ambulance(second.id, actor=CDC, at=AT).state is AmbulanceState.READY
    (ride,) = queries.rides(actor=crew, at=AT)
    assert ride.facts.name.startswith("张") and ride.site == place
    assert queries.rides(actor=THERE, at=AT) == ()
    with pytest.raises(errors.NotInThisState):
        actions.take_step(trip_id=trip.id, step=Step.ARRIVED, said_at=AT, expected_version=1, actor=crew, at=AT)  # fmt: skip
    for n, step in enumerate(Step):
        now = AT + (n + 1) * 10 * MINUTE
        with pytest.raises(errors.TimesOutOfOrder):
            actions.take_step(trip_id=trip.id, step=step, said_at=AT - MINUTE, expected_version=n + 1, actor=crew, at=now)  # fmt: skip
        trip = actions.take_step(trip_id=trip.id, step=step, said_at=now, expected_version=n + 1, actor=crew, at=now)  # fmt: skip
        state = places.get_ambulance(car.id, actor=CDC, at=now).state
        assert state is (AmbulanceState.OUT, AmbulanceState.OUT, AmbulanceState.DISINFECTING, AmbulanceState.READY)[n]  # fmt: skip
    (ride,) = queries.rides(with_ended=True, actor=crew, at=now)
    assert ride.trip.next is None and ride.facts.name == ""
    again = actions.call_ambulance(key=uuid4(), **call | {"at": now})
    actions.call_off(trip_id=again.id, reason="改为自驾", expected_version=1, actor=crew, at=now)
    assert places.get_ambulance(car.id, actor=CDC, at=now).state is AmbulanceState.READY


def test_an_ambulance_of_the_next_county_carries_whom_the_order_reaches(database):
    order = order_in_force(Purpose.REGISTRATION, Purpose.TRACING, Purpose.QUARANTINE, area="441202")  # fmt: skip
    contact = close_contact(case(named(place="441202001002")))
    goal, station = site(institution()), institution(OTHER_TOWN)
    car = capacity.add_ambulance(call_sign="120-8", organization=station, is_negative_pressure=True, actor=MANAGER, at=AT)  # fmt: skip
    call = {"ambulance_id": car.id, "contact_id": contact, "to_site": goal.id, "crew": "甲", "key": uuid4(), "at": AT}  # fmt: skip
    with pytest.raises(AmbulanceUnknown):
        actions.call_ambulance(**call, actor=CDC)
    city = in_role("cdc_epidemiologist", 640, permissions=CDC.grants[0].permissions)
    assert actions.call_ambulance(**call, actor=city).ambulance_id == car.id
    assert models.Trip.objects.get().order_id == order.id


def test_the_end_of_the_order_empties_rooms_and_leaves_nobody(place, awake):
    room, other = rooms_of(place)[:2]
    actions.admit(contact_id=close_contact(case()), room_id=room.id, arrived_at=AT, key=uuid4(), actor=CDC, at=AT)  # fmt: skip
    assigned(close_contact(case()), other)
    later = AT + DAY
    assert handlers.end_over(at=later) == 0
    ended = orders.end(order_id=awake.id, reason="扑灭", expected_version=awake.version, actor=OFFICER, at=later)  # fmt: skip
    assert handlers.end_over(at=later + MINUTE) == 2
    assert handlers.end_over(at=later + MINUTE) == 0
    assert (state_of(room), state_of(other)) == (RoomState.CLEANING, RoomState.FREE)
    orders.erase_now(order_id=ended.id, actor=OFFICER, at=later + MINUTE)
    assert ordered.proof(awake.id, actor=OFFICER).is_clean
    kept = models.Stay.objects.values_list("contact_id", "cohort", "leaving").order_by("assigned_at", "id")  # fmt: skip
    assert list(kept) == [(None, None, "ended"), (None, None, "ended")]


PEOPLE = st.lists(st.sampled_from("AB"), min_size=1, max_size=5)


@given(PEOPLE, st.data())
def test_who_may_share_a_room_against_the_rule_in_words(cohorts, data):
    ids = [uuid4() for _ in cohorts]
    cares = [
        data.draw(st.sampled_from([None, *(other for other in ids if other != id)])) for id in ids
    ]
    people = [Occupant(*each) for each in zip(ids, cohorts, cares, strict=True)]
    forbidden = [
        (a, b)
        for a in people
        for b in people
        if a.cohort != b.cohort and a.cares_for != b.stay and b.cares_for != a.stay
    ]
    assert rules.may_share(people) == (not forbidden)
