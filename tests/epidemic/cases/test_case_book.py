"""A reported case opens the question who was where by its own number, under an order for its disease, to who sees it."""

import datetime

import pytest

from kangmai.epidemic.cases import actions, models
from kangmai.epidemic.cases.case_book import is_reported
from kangmai.epidemic.cases.diseases import codes_of
from kangmai.epidemic.cases.writing import number_of
from kangmai.epidemic.orders.queries import current_rule
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues.case_books import is_case
from tests.epidemic.orders.factories import order_in_force
from tests.factories.cases_town import card

AT = datetime.datetime(2026, 11, 20, 2, 0, tzinfo=datetime.UTC)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def number(cases):
    """The number of a dengue case that a doctor of the hospital diagnosed."""
    made = actions.begin_card(
        content=card(AT), resident_id=None, key="", actor=cases.actor("doctor", AT), at=AT
    )
    return number_of(models.Card.objects.get(pk=made.line.card_id))


def order(disease: str = "dengue", **more) -> None:
    order_in_force(Purpose.TRACING, at=AT, disease=disease, **more)


def test_who_sees_the_card_may_name_it(cases, number):
    order()
    found = {
        login: is_case(number, actor=cases.actor(login, AT), at=AT)
        for login in ("cdc", "city_cdc", "cdc_there", "doctor_there")
    }
    assert found == {"cdc": True, "city_cdc": True, "cdc_there": False, "doctor_there": False}


def test_without_an_order_no_case_opens_anything(cases, number):
    assert not is_reported(number, cases.actor("cdc", AT), AT)


@pytest.mark.parametrize(
    ("more", "opens"),
    [
        ({}, True),
        ({"disease": "unknown"}, True),
        ({"disease": "measles"}, False),
        ({"is_drill": True}, False),
        ({"area": "441203"}, False),
    ],
)
def test_the_order_is_for_the_disease_and_the_place_and_no_drill(cases, number, more, opens):
    order(**more)
    assert is_reported(number, cases.actor("cdc", AT), AT) is opens


def test_an_invented_number_is_no_case(cases, number):
    order()
    invented = ("", "C-1", number[:-1], number + "0", "9" * 40, "999999" + number[6:], number[:6] + "1999" + number[10:])  # fmt: skip
    asks = cases.actor("cdc", AT)
    assert [each for each in invented if is_reported(each, asks, AT)] == []


def test_a_card_that_nobody_stands_by_is_no_case(cases, number):
    order()
    models.Card.objects.update(state="removed")
    assert not is_reported(number, cases.actor("cdc", AT), AT)


def test_every_disease_of_an_order_but_the_unknown_one_is_on_the_list():
    without = [id for id in current_rule(at=AT).diseases if not codes_of(id)]
    assert without == ["unknown"]
