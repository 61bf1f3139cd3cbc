"""What is known of guests and trips; every read passes the gate of orders, and those that name people are written down."""

from kangmai.epidemic.quarantine.queries.figures import figures
from kangmai.epidemic.quarantine.queries.guests import get_guest, guests, stays_of_contact
from kangmai.epidemic.quarantine.queries.trips import get_ride, rides

__all__ = ["figures", "get_guest", "get_ride", "guests", "rides", "stays_of_contact"]
