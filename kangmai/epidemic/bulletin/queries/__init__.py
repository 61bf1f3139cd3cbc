"""What bulletins can tell while an order for command and bulletins is in force."""

from kangmai.epidemic.bulletin.queries.bulletins import bulletins, get_bulletin, published
from kangmai.epidemic.bulletin.queries.figures import card, figures, frozen_card, my_orders

__all__ = [
    "bulletins",
    "card",
    "figures",
    "frozen_card",
    "get_bulletin",
    "my_orders",
    "published",
]
