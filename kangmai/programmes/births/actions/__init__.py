"""The writes of births."""

from kangmai.programmes.births.actions.blanks import receive_blanks, spoil_blank
from kangmai.programmes.births.actions.certifying import issue, replace, void
from kangmai.programmes.births.actions.following import follow_deliveries, learn
from kangmai.programmes.births.actions.items import hand_in, write_item
from kangmai.programmes.births.actions.loading import load_births
from kangmai.programmes.births.actions.registering import register_birth

__all__ = [
    "follow_deliveries",
    "hand_in",
    "issue",
    "learn",
    "load_births",
    "receive_blanks",
    "register_birth",
    "replace",
    "spoil_blank",
    "void",
    "write_item",
]
