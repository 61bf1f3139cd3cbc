"""The reported cases as venues ask for them in emergency mode: who was where is answered for a case of the order's disease."""

from datetime import datetime

from kangmai.epidemic.cases import models
from kangmai.epidemic.cases.diseases import codes_of
from kangmai.epidemic.cases.reach import inside
from kangmai.epidemic.cases.types import REPORTED_STATES
from kangmai.epidemic.cases.writing import number_of
from kangmai.epidemic.orders.queries import find_in_force
from kangmai.epidemic.orders.types import Order, Purpose
from kangmai.kernel.actor import Actor, Label

SERIAL_AT = 10
"""Where the serial number of a card begins: after six digits of the county and four of the year."""
LONGEST_SERIAL = 18


def is_reported(number: str, actor: Actor, at: datetime) -> bool:
    """Whether this is the number of a card that a doctor stands by, that the actor sees, and that an order covers."""
    serial = number[SERIAL_AT:]
    if not (number.isascii() and number.isdecimal() and 0 < len(serial) <= LONGEST_SERIAL):
        return False
    rows = inside(actor).filter(serial=int(serial), state__in=REPORTED_STATES)
    return any(number_of(row) == number and _is_covered(row, at) for row in rows)


def _is_covered(row: models.Card, at: datetime) -> bool:
    """Whether an order for tracing the card's disease is in force at the home or where the case is looked after.

    A drill opens no real person's ways. An order for a disease that is on no list of notifiable ones goes with
    any card but those under a label.
    """
    places = {row.home_code, row.managing_code} - {""}
    orders = (find_in_force(Purpose.TRACING, place=each, at=at) for each in places)
    return any(order and not order.is_drill and _is_of(order, row) for order in orders)


def _is_of(order: Order, row: models.Card) -> bool:
    codes = codes_of(order.disease)
    return row.disease in codes if codes else row.label == Label.NORMAL
