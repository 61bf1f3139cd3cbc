"""What is done with guests of quarantine sites and trips of ambulances; every one passes the gate of orders."""

from kangmai.epidemic.quarantine.actions.staying import (
    admit,
    arrive,
    assign,
    cancel,
    check,
    leave,
    move,
)
from kangmai.epidemic.quarantine.actions.trips import call_ambulance, call_off, take_step

__all__ = [
    "admit",
    "arrive",
    "assign",
    "call_ambulance",
    "call_off",
    "cancel",
    "check",
    "leave",
    "move",
    "take_step",
]
