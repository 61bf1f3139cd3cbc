"""The writes of orders."""

from kangmai.epidemic.orders.actions.erase import erase_now, settle
from kangmai.epidemic.orders.actions.propose import propose
from kangmai.epidemic.orders.actions.sign import end, refuse, sign

__all__ = ["end", "erase_now", "propose", "refuse", "settle", "sign"]
