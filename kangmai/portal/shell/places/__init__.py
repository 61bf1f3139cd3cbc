"""The one table of places in the portal: who sees which, in what order, under which heading.

A place is shown to those whose roles hold one of its permissions; a place without permissions is for
everybody who is logged in. Places of emergency mode are hidden while it sleeps. Hiding is a courtesy:
the queries behind a page decide who may read it.
"""

from kangmai.portal.shell.places.administration import ADMINISTRATION
from kangmai.portal.shell.places.city import CITY
from kangmai.portal.shell.places.own import OWN
from kangmai.portal.shell.places.types import Place, Section
from kangmai.portal.shell.places.work import WORK

PLACES = (*WORK, *CITY, *OWN, *ADMINISTRATION)
MAIN = (
    "home",
    "worklist",
    "inbox",
    "deadlines",
    "cockpit",
    "residents",
    "institutions",
    "my-card",
    "my-record",
    "my-ledger",
    "signals",
    "grid",
    "grid-register",
    "desks",
)
"""Places of the bar at the bottom of a phone, the most wanted first: it shows the first four that are open."""

__all__ = ["MAIN", "PLACES", "Place", "Section"]
