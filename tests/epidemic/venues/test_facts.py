"""Colours that follow from facts: a pool, a contact, a case; given once, to who is registered, and taken back."""

from datetime import timedelta

import pytest

from kangmai.epidemic.orders import actions as orders
from kangmai.epidemic.orders.errors import NoOrderInForce
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import actions, models, queries
from kangmai.epidemic.venues.types import Colour, Fact
from tests.epidemic.orders.factories import AT, OFFICER, order_in_force
from tests.epidemic.venues.factories import SECOND, TRACER, number_of, person, woken

pytestmark = pytest.mark.usefixtures("database")
DAY = timedelta(days=1)
POOL = Fact("same_pool_pending", "laboratory", "TUBE00000001")
CONTACT = Fact("contact_in_quarantine", "contact_record", "7")


def colour(someone, at=AT) -> Colour:
    row = queries.own_code(pass_number=number_of(someone), at=at)
    return Colour.GREEN if row.colour_until and row.colour_until <= at else row.colour


def test_a_fact_colours_whom_it_names_by_document_or_registration_once_and_is_taken_back():
    woken()
    someone, other = person(), person()
    number = someone.facts.document_number
    for _ in range(2):
        actions.colour_by_fact(fact=POOL, documents=[number, "nobody"], at=AT)
    assert (colour(someone), colour(other), models.Decision.objects.count()) == (
        Colour.YELLOW,
        Colour.GREEN,
        1,
    )
    actions.colour_by_fact(fact=CONTACT, persons=[someone.key, other.key], at=AT)
    assert (colour(someone), colour(other)) == (Colour.RED, Colour.RED)
    assert actions.lift_by_fact(fact=CONTACT, persons=[someone.key], at=AT) == 1
    assert (colour(someone), colour(other)) == (Colour.YELLOW, Colour.RED)
    assert actions.lift_by_fact(fact=POOL, documents=[number], at=AT) == 1
    assert colour(someone) is Colour.GREEN
    actions.colour_by_fact(fact=POOL, documents=[number], at=AT + DAY)
    assert colour(someone, AT + DAY) is Colour.YELLOW
    assert {row.is_by_hand for row in models.Decision.objects.all()} == {False}


def test_what_was_given_by_hand_stays_and_a_reason_of_another_edition_says_nothing():
    order = woken()
    someone = person()
    decision = actions.propose_colour(
        person=someone.key, reason="contact_in_quarantine", evidence_kind="contact_record", evidence="7", key="k",
        actor=TRACER, at=AT,
    )  # fmt: skip
    actions.decide_colour(
        decision_id=decision.id, approves=True, expected_version=1, actor=SECOND, at=AT
    )
    assert actions.lift_by_fact(fact=CONTACT, persons=[someone.key], at=AT) == 0
    assert colour(someone) is Colour.RED
    assert (
        actions.colour_by_fact(
            fact=Fact("petition", "laboratory", "1"), persons=[someone.key], at=AT
        )
        == 0
    )
    orders.end(
        order_id=order.id, reason="结束", expected_version=order.version, actor=OFFICER, at=AT + DAY
    )
    order_in_force(Purpose.TRACING, at=AT + DAY, key="no colours")
    with pytest.raises(NoOrderInForce):
        actions.colour_by_fact(fact=POOL, persons=[someone.key], at=AT + DAY)
