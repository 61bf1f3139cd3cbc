"""The desk of a hotel or port: who writes there, who reads it, what is refused; and nobody else's guests."""

from datetime import timedelta

import pytest

from kangmai.epidemic.venues import actions, errors, models, queries
from kangmai.epidemic.venues.types import ArrivalFacts, Origin, Staying
from kangmai.kernel.actor import Actor, DataScope, Grant, NotPermitted, Purpose
from kangmai.kernel.ids import AccountId, OrganizationId
from tests.epidemic.orders.factories import AT
from tests.epidemic.venues.factories import KEEPER, NEIGHBOUR, TRACER, facts, person, venue, woken
from tests.factories.access import account

pytestmark = pytest.mark.usefixtures("database")
HOUR = timedelta(hours=1)


def guest(n=1, **more):
    known = facts(n)
    values = {
        "name": known.name,
        "document_kind": known.document_kind,
        "document_number": known.document_number,
        "arrived_from": "广州",
        "arrived_at": AT - HOUR,
        "room": "301",
    }
    return ArrivalFacts(**{**values, **more})


def clerk(login, *places):
    """An account with the role, appointed at some desks."""
    made = account(login)
    for place in places:
        actions.appoint_clerk(venue_id=place.id, login=login, actor=KEEPER, at=AT)
    grant = Grant("desk_clerk", OrganizationId(1), (), frozenset({"venues.desk"}))
    return Actor(AccountId(made.id), login, (grant,), Purpose.PUBLIC_HEALTH, DataScope())


def check_in(place, who, n=1, key="k", **more):
    return actions.check_in(venue_id=place.id, facts=guest(n, **more), key=key, actor=who, at=AT)


@pytest.fixture
def hotel():
    woken()
    return venue(kind="hotel", entrances=["大堂"])


def test_a_guest_from_the_door_to_the_next_town(hotel):
    who = clerk("desk", hotel)
    made = check_in(hotel, who)
    assert check_in(hotel, who) == made  # the form sent twice
    registered = models.Person.objects.get()
    assert (registered.origin, registered.place_code) == (Origin.HOTEL, hotel.facts.place_code)
    assert b"301" not in bytes(models.Arrival.objects.get().content)
    with pytest.raises(errors.AlreadyHere):
        check_in(hotel, who, key="other")

    moved = actions.change_room(
        arrival_id=made.id, room="502", expected_version=1, actor=who, at=AT
    )
    assert moved.facts.room == "502"
    (here,) = queries.arrivals(venue_id=hotel.id, actor=who, at=AT)
    assert (here.facts, here.pass_code) == (moved.facts, made.pass_code)
    left = actions.check_out(
        arrival_id=made.id, left_at=AT, went_to="深圳", expected_version=2, actor=who, at=AT
    )
    with pytest.raises(errors.AlreadyLeft):
        actions.check_out(
            arrival_id=made.id, left_at=AT, went_to="", expected_version=3, actor=who, at=AT
        )
    assert queries.arrivals(venue_id=hotel.id, actor=who, at=AT) == ()
    assert queries.arrivals(venue_id=hotel.id, show=Staying.LEFT, actor=who, at=AT) == (left,)
    back = check_in(hotel, who, key="again", room="101")
    assert (back.pass_code, models.Person.objects.count()) == (made.pass_code, 1)
    (desk,) = queries.desks(actor=who, at=AT)
    assert (desk.staying, desk.arrived_today, desk.may_write) == (1, 2, True)


def test_a_desk_is_seen_by_who_stands_there_and_by_its_town_alone(hotel):
    station = venue(kind="transport", entrances=["出站口"])
    who, elsewhere = clerk("desk", hotel), clerk("port", station)
    made = check_in(hotel, who)
    traveller = check_in(station, elsewhere, 2, room="")
    assert traveller.facts.room == ""
    town = queries.desks(actor=KEEPER, at=AT)
    assert [(each.venue_id, each.staying, each.may_write) for each in town] == [
        (station.id, 1, False),
        (hotel.id, 1, False),
    ]
    assert len(queries.arrivals(venue_id=hotel.id, actor=KEEPER, at=AT)) == 1
    assert queries.desks(actor=NEIGHBOUR, at=AT) == ()
    for stranger in (elsewhere, NEIGHBOUR):
        with pytest.raises(errors.DeskUnknown):
            queries.arrivals(venue_id=hotel.id, actor=stranger, at=AT)
    for actor, refusal in ((elsewhere, errors.DeskUnknown), (KEEPER, NotPermitted), (TRACER, NotPermitted)):  # fmt: skip
        with pytest.raises(refusal):
            check_in(hotel, actor, 3, key="x")
        with pytest.raises(refusal):
            actions.check_out(
                arrival_id=made.id, left_at=AT, went_to="", expected_version=1, actor=actor, at=AT
            )
    with pytest.raises(NotPermitted):
        queries.desks(actor=TRACER, at=AT)
    with pytest.raises(NotPermitted):  # the registered people of the town are not the desk's
        queries.persons(actor=who, at=AT)
    with pytest.raises(errors.VenueUnknown):
        actions.appoint_clerk(venue_id=hotel.id, login="port", actor=NEIGHBOUR, at=AT)

    (standing,) = queries.clerks(venue_id=hotel.id, actor=KEEPER, at=AT)
    with pytest.raises(errors.ClerkUnknown):
        actions.dismiss_clerk(clerk_id=standing.id, actor=NEIGHBOUR, at=AT)
    actions.dismiss_clerk(clerk_id=standing.id, actor=KEEPER, at=AT)
    with pytest.raises(errors.DeskUnknown):
        queries.arrivals(venue_id=hotel.id, actor=who, at=AT)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"name": " "}, errors.FactsMissing),
        ({"room": ""}, errors.FactsMissing),
        ({"arrived_from": ""}, errors.FactsMissing),
        ({"document_number": "441202195801011234"}, errors.DocumentUnfit),
        ({"arrived_at": AT + HOUR}, errors.ArrivalTimeWrong),
        ({"arrived_at": AT - timedelta(days=8)}, errors.ArrivalTimeWrong),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_is_kept(hotel, change, refusal):
    with pytest.raises(refusal):
        check_in(hotel, clerk("desk", hotel), **change)
    assert (models.Person.objects.count(), models.Arrival.objects.count()) == (0, 0)


def test_a_document_under_another_name_tells_the_desk_nothing(hotel):
    who, known = clerk("desk", hotel), person(name="陈真", phone="13900000001")
    document = {"document_number": known.facts.document_number}
    with pytest.raises(errors.DocumentOfAnother) as refused:
        check_in(hotel, who, name="李假", **document)
    assert "陈真" not in refused.value.message("zh")
    made = check_in(hotel, who, name="陈真", **document)
    assert (made.pass_code, made.facts.phone) == (known.pass_code, "")


def test_only_hotels_and_ports_have_a_desk_and_a_closed_one_takes_nobody(hotel):
    account("desk")
    with pytest.raises(errors.NoDeskThere):
        actions.appoint_clerk(venue_id=venue().id, login="desk", actor=KEEPER, at=AT)
    with pytest.raises(errors.LoginUnknown):
        actions.appoint_clerk(venue_id=hotel.id, login="nobody", actor=KEEPER, at=AT)
    who = clerk("other", hotel)
    made = check_in(hotel, who)
    with pytest.raises(errors.ArrivalTimeWrong):
        actions.check_out(
            arrival_id=made.id,
            left_at=AT - 2 * HOUR,
            went_to="",
            expected_version=1,
            actor=who,
            at=AT,
        )
    actions.close_venue(venue_id=hotel.id, expected_version=1, actor=KEEPER, at=AT)
    with pytest.raises(errors.DeskUnknown):
        check_in(hotel, who, 2, key="late")
