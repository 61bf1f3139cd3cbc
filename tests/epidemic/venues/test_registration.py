"""Registration: by oneself, for family, by the grid worker; and what a neighbour's town may see of it."""

from datetime import date

import pytest

from kangmai.epidemic.venues import actions, errors, models, queries
from kangmai.epidemic.venues.types import Origin
from kangmai.identity import actions as identity
from kangmai.identity.types import Demographics, IdentityDocument
from kangmai.kernel.actor import NotPermitted, operator
from kangmai.kernel.ids import OrganizationId
from kangmai.standards.errors import TelephoneIncorrect
from tests.epidemic.orders.factories import AT
from tests.epidemic.venues.factories import (
    KEEPER,
    NEIGHBOUR,
    facts,
    number_of,
    person,
    venue,
    woken,
)

pytestmark = pytest.mark.usefixtures("database")


def test_the_same_person_keeps_one_pass_and_only_who_knows_him_is_told():
    woken()
    known = facts(1)
    first = actions.register_self(facts=known, at=AT)
    assert actions.register_self(facts=known, at=AT).pass_code == first.pass_code
    with pytest.raises(errors.PersonUnknown):
        actions.register_self(facts=facts(1, phone="13800138001"), at=AT)
    again = actions.register_person(facts=known, origin=Origin.GRID, actor=KEEPER, at=AT)
    assert (again.pass_code, models.Person.objects.count()) == (first.pass_code, 1)


def test_a_family_member_without_a_phone_is_shown_on_the_guardians():
    woken()
    guardian = person()
    child = actions.register_family(
        guardian_pass=number_of(guardian), facts=facts(2, phone=""), at=AT
    )
    family = queries.family_of(pass_number=number_of(guardian), at=AT)
    assert [each.pass_code for each in family] == [child.pass_code]
    with pytest.raises(errors.PersonUnknown):
        actions.register_family(guardian_pass=1, facts=facts(3), at=AT)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"name": " "}, errors.FactsMissing),
        ({"phone": ""}, errors.FactsMissing),
        ({"phone": "12"}, TelephoneIncorrect),
        ({"document_number": "441202195801011234"}, errors.DocumentUnfit),
        ({"place_code": "441202999"}, errors.PlaceUnknown),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_is_kept(change, refusal):
    woken()
    with pytest.raises(refusal):
        actions.register_self(facts=facts(4, **change), at=AT)
    assert models.Person.objects.count() == 0


def test_a_resident_of_the_index_is_recognized_by_his_card_and_document():
    woken()
    house = operator("scenario")
    known = facts(5)
    resident = identity.register_resident(
        Demographics(
            name=known.name,
            sex_code="1",
            birth_date=date(1955, 6, 6),
            place_code="441202001002",
            documents=(IdentityDocument("01", known.document_number),),
        ),
        managing_org=OrganizationId(1),
        actor=house,
        at=AT,
    )
    someone = actions.register_self(facts=known, at=AT)
    assert someone.resident == resident.id
    number = number_of(someone)
    assert queries.pass_of_card(index_number=resident.index_number, at=AT) == number
    assert (
        queries.pass_of_document(kind="01", number=known.document_number.lower(), at=AT) == number
    )
    assert queries.pass_of_document(kind="01", number="441202", at=AT) == 0


def test_nothing_that_names_anybody_stands_in_the_clear():
    woken()
    someone = person()
    row = models.Person.objects.values().get(id=someone.key)
    stored = repr(row).encode()
    for secret in (someone.facts.name, someone.facts.phone, someone.facts.document_number):
        assert secret.encode() not in stored


def test_the_neighbours_town_sees_and_changes_nothing():
    woken()
    someone, place = person(), venue()
    assert queries.persons(actor=NEIGHBOUR, at=AT) == []
    assert queries.venues(actor=NEIGHBOUR, at=AT) == []
    assert queries.counts(actor=NEIGHBOUR, at=AT).registered == 0
    assert queries.counts(actor=KEEPER, at=AT).registered == 1
    with pytest.raises(errors.PersonUnknown):
        queries.find_person(pass_text=someone.pass_code, actor=NEIGHBOUR, at=AT)
    with pytest.raises(errors.VenueUnknown):
        queries.get_venue(venue_id=place.id, actor=NEIGHBOUR, at=AT)
    with pytest.raises(errors.VenueUnknown):
        actions.close_venue(venue_id=place.id, expected_version=1, actor=NEIGHBOUR, at=AT)
    with pytest.raises(NotPermitted):
        actions.register_person(facts=facts(6), origin=Origin.GRID, actor=NEIGHBOUR, at=AT)
    assert models.Venue.objects.filter(closed_at=None).count() == 1


def test_a_device_speaks_until_its_right_is_taken():
    woken()
    place = venue()
    device, token = actions.add_device(name="闸机", venue_id=place.id, actor=KEEPER, at=AT)
    assert queries.device_with(token=token, at=AT).id == device.id
    actions.revoke_device(device_id=device.id, actor=KEEPER, at=AT)
    with pytest.raises(errors.DeviceRefused):
        queries.device_with(token=token, at=AT)
    with pytest.raises(errors.DeviceRefused):
        queries.device_with(token="guessed", at=AT)
