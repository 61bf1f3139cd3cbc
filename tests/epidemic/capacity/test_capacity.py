"""Rooms by number and state, beds that add up and grow stale, ambulances, and nothing of the next county."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangmai.epidemic.capacity import actions, errors, models, queries, rules
from kangmai.epidemic.capacity.types import AmbulanceState, Beds, RoomCounts, RoomState
from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.deeds import ChangedMeanwhile
from kangmai.kernel.words import Words
from tests.epidemic.capacity.factories import (
    COUNTY,
    MANAGER,
    OTHER_COUNTY,
    OTHER_TOWN,
    TOWN,
    actor,
    institution,
    rooms_of,
    site,
)
from tests.epidemic.orders.factories import AT

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NEIGHBOUR = actor("capacity.read", "capacity.manage", place=OTHER_COUNTY, account=702)
BEDS = Beds(set_up=40, staffed=30, occupied=12, reserved=3, disinfecting=2, blocked=1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("301", ("301",)),
        ("301-303, 305", ("301", "302", "303", "305")),
        ("A08-A10", None),
        ("A08-10", ("A08", "A09", "A10")),
        ("9-11", None),
        ("305-301", None),
        ("", None),
        ("1-9999", None),
        ("301 301、301", ("301",)),
    ],
)
def test_numbers_of_rooms_as_people_write_them(text, found):
    if found is not None:
        assert rules.numbers(text) == found
        return
    if text == "A08-A10":  # a name with a dash is one room
        assert rules.numbers(text) == ("A08-A10",)
        return
    with pytest.raises(errors.NumberUnreadable):
        rules.numbers(text)


@given(st.integers(0, 900), st.integers(0, 400))
def test_a_range_names_every_room_between_its_ends(low, more):
    found = rules.numbers(f"{low:04}-{low + more:04}")
    assert [int(each) for each in found] == list(range(low, low + more + 1))


@given(st.builds(Beds, *[st.integers(-2, 60)] * 6))
def test_beds_pass_only_if_nothing_is_used_that_is_not_staffed(beds):
    used = beds.occupied + beds.reserved + beds.disinfecting + beds.blocked
    parts = (
        beds.set_up,
        beds.staffed,
        beds.occupied,
        beds.reserved,
        beds.disinfecting,
        beds.blocked,
    )
    holds = all(each >= 0 for each in parts) and used <= beds.staffed <= beds.set_up
    try:
        rules.check_beds(beds, ward=Words("重症", "ICU"))
        passed = True
    except errors.BedsDoNotAdd:
        passed = False
    assert passed == holds


def test_a_room_goes_from_free_to_the_next_guest_and_back(database):
    place = site(institution(), rooms="301-302", beds=2)
    room = rooms_of(place)[0]
    order = uuid4()
    for taken in (1, 2):
        assert actions.claim_room(room_id=room.id, order_id=order, at=AT)[0].taken == taken
    with pytest.raises(errors.RoomFull):
        actions.claim_room(room_id=room.id, order_id=order, at=AT)
    with pytest.raises(
        errors.NotInThisState
    ):  # another order's guests come into a room of their own
        actions.claim_room(room_id=room.id, order_id=uuid4(), at=AT)
    actions.occupy(room_id=room.id, at=AT)
    (line,) = queries.site_lines(area=COUNTY, actor=MANAGER, at=AT)
    assert (line.rooms, line.guests) == (RoomCounts(free=1, occupied=1), 2)
    with pytest.raises(errors.SiteInUse):
        actions.close_site(
            site_id=place.id, reason="撤点", expected_version=1, actor=MANAGER, at=AT
        )
    assert actions.let_go(room_id=room.id, at=AT).state is RoomState.OCCUPIED
    left = actions.let_go(room_id=room.id, at=AT)
    assert (left.state, left.taken, left.order_id) == (RoomState.CLEANING, 0, None)
    with pytest.raises(errors.NotInThisState):
        actions.claim_room(room_id=room.id, order_id=order, at=AT)
    with pytest.raises(ChangedMeanwhile):
        actions.finish_cleaning(room_id=room.id, expected_version=1, actor=MANAGER, at=AT)
    clean = actions.finish_cleaning(room_id=room.id, expected_version=left.version, actor=MANAGER, at=AT)  # fmt: skip
    assert clean.state is RoomState.FREE
    closed = actions.close_room(room_id=room.id, reason="漏水", expected_version=clean.version, actor=MANAGER, at=AT)  # fmt: skip
    assert queries.figures(area="4412", actor=MANAGER, at=AT).rooms == RoomCounts(free=1, closed=1)
    with pytest.raises(errors.NotInThisState):
        actions.claim_room(room_id=closed.id, order_id=order, at=AT)
    actions.close_site(site_id=place.id, reason="撤点", expected_version=1, actor=MANAGER, at=AT)
    assert queries.site_lines(actor=MANAGER, at=AT) == ()
    with pytest.raises(errors.SiteIsClosed):
        actions.claim_room(room_id=rooms_of(place)[1].id, order_id=order, at=AT)


def test_beds_are_the_latest_report_of_each_ward_and_say_how_old_they_are(database):
    hospital, clinic, away = institution(), institution(), institution(OTHER_TOWN)
    keeper = actor("capacity.report", "capacity.read", organization=hospital, account=710)
    key = uuid4()
    for beds in (BEDS, BEDS + BEDS):  # the same form twice is one report
        actions.report_beds(organization=hospital, ward="icu", beds=beds, key=key, actor=keeper, at=AT - 2 * DAY)  # fmt: skip
    (line,) = queries.ward_lines(area=COUNTY, actor=MANAGER, at=AT)
    assert (line.ward, line.beds, line.institutions, line.stale) == ("icu", BEDS, 1, 1)
    actions.report_beds(organization=hospital, ward="icu", beds=Beds(10, 8, 5), key=uuid4(), actor=keeper, at=AT - HOUR)  # fmt: skip
    for other, place in ((clinic, TOWN), (away, OTHER_TOWN)):
        reporter = actor("capacity.report", organization=other, place=place, account=711)
        actions.report_beds(organization=other, ward="icu", beds=Beds(4, 4, 1), key=uuid4(), actor=reporter, at=AT - DAY)  # fmt: skip
    (line,) = queries.ward_lines(area=COUNTY, actor=MANAGER, at=AT)
    assert (line.beds.free, line.institutions, line.stale, line.oldest_at) == (
        3 + 3,
        2,
        1,
        AT - DAY,
    )
    assert queries.ward_lines(actor=MANAGER, at=AT)[0].institutions == 3
    assert [each.organization for each in queries.bed_lines(actor=NEIGHBOUR, at=AT)] == [away]
    with pytest.raises(errors.BedsDoNotAdd):
        actions.report_beds(organization=hospital, ward="icu", beds=Beds(5, 4, 5), key=uuid4(), actor=keeper, at=AT)  # fmt: skip
    said = {"organization": hospital, "key": uuid4(), "actor": keeper, "at": AT}
    with pytest.raises(errors.StaffedBeyondSetUp) as caught:
        actions.report_wards(wards={"isolation": Beds(9, 9), "icu": Beds(5, 6)}, **said)
    assert caught.value.message("en").endswith(
        ": 6 beds are staffed, more than the 5 that are set up."
    )
    with pytest.raises(errors.NothingReported):
        actions.report_wards(wards={}, **said)
    assert models.BedReport.objects.filter(ward="isolation").count() == 0
    with pytest.raises(errors.KindUnknown):
        actions.report_beds(organization=hospital, ward="attic", beds=Beds(1), key=uuid4(), actor=keeper, at=AT)  # fmt: skip
    with pytest.raises(errors.InstitutionUnknown):
        actions.report_beds(organization=clinic, ward="icu", beds=Beds(1), key=uuid4(), actor=keeper, at=AT)  # fmt: skip


def test_facilities_and_ambulances_stand_once_and_only_in_their_places(database):
    hospital = institution()
    actions.name_facility(organization=hospital, kind="fever_clinic", actor=MANAGER, at=AT)
    with pytest.raises(errors.FacilityThere):
        actions.name_facility(organization=hospital, kind="fever_clinic", actor=MANAGER, at=AT)
    car = actions.add_ambulance(call_sign="粤H-120", organization=hospital, is_negative_pressure=True, actor=MANAGER, at=AT)  # fmt: skip
    with pytest.raises(errors.AmbulanceThere):
        actions.add_ambulance(call_sign="粤H-120", organization=hospital, is_negative_pressure=False, actor=MANAGER, at=AT)  # fmt: skip
    figures = queries.figures(area=TOWN, actor=MANAGER, at=AT)
    assert dict(figures.facilities) == {"fever_clinic": 1}
    assert dict(figures.ambulances) == {AmbulanceState.READY: 1}
    assert actions.send_out(ambulance_id=car.id, at=AT).state is AmbulanceState.OUT
    with pytest.raises(errors.NotInThisState):
        actions.send_out(ambulance_id=car.id, at=AT)
    with pytest.raises(errors.NotInThisState):
        actions.retire_ambulance(ambulance_id=car.id, expected_version=2, actor=MANAGER, at=AT)


def test_the_next_county_sees_and_changes_nothing(database):
    organization = institution()
    place = site(organization)
    room = rooms_of(place)[0]
    car = actions.add_ambulance(call_sign="120-1", organization=organization, is_negative_pressure=False, actor=MANAGER, at=AT)  # fmt: skip
    for refused in (
        lambda: queries.get_site(place.id, actor=NEIGHBOUR, at=AT),
        lambda: queries.rooms(place.id, actor=NEIGHBOUR, at=AT),
        lambda: actions.add_rooms(site_id=place.id, numbers=["9"], actor=NEIGHBOUR, at=AT),
    ):
        with pytest.raises(errors.SiteUnknown):
            refused()
    with pytest.raises(errors.RoomUnknown):
        actions.close_room(room_id=room.id, reason="x", expected_version=1, actor=NEIGHBOUR, at=AT)
    with pytest.raises(errors.AmbulanceUnknown):
        queries.get_ambulance(car.id, actor=NEIGHBOUR, at=AT)
    assert queries.site_lines(actor=NEIGHBOUR, at=AT) == ()
    with pytest.raises(NotPermitted):
        queries.site_lines(actor=actor("tasks.do"), at=AT)
    with pytest.raises(errors.AreaUnknown):
        queries.site_lines(area="99'--", actor=MANAGER, at=AT)
