"""States of rooms, stays, ambulances and trips in words, with their tone."""

import datetime

from django.utils.translation import gettext as _

from kangmai.epidemic.capacity.types import AmbulanceState, RoomState
from kangmai.epidemic.quarantine.types import Guest, Leaving, StayState, Step, Trip
from kangmai.epidemic.tracing.types import ContactState
from kangmai.kernel.words import Words as Named
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import words

Words = tuple[str, str]


def named(known: Named | None, id: str) -> str:
    """A word of a list of rules, in the language of the page."""
    return known.in_language(language()) if known is not None else id


def room(state: RoomState) -> Words:
    """What a room is just now."""
    return {
        RoomState.FREE: (_("free room"), "good"),
        RoomState.RESERVED: (_("held"), "info"),
        RoomState.OCCUPIED: (_("occupied"), "warning"),
        RoomState.CLEANING: (_("to disinfect"), "danger"),
        RoomState.CLOSED: (_("out of use"), ""),
    }[state]


def ambulance(state: AmbulanceState) -> Words:
    """What an ambulance is just now."""
    return {
        AmbulanceState.READY: (_("ready"), "good"),
        AmbulanceState.OUT: (_("on the way"), "warning"),
        AmbulanceState.DISINFECTING: (_("to disinfect"), "danger"),
        AmbulanceState.OFF: (_("out of service"), ""),
    }[state]


def stay(guest: Guest) -> Words:
    """How somebody's stay stands, and what is next with him."""
    released = guest.contact is not None and guest.contact.state is ContactState.RELEASED
    if guest.stay.state is StayState.STAYING and released:
        return _("released, may leave"), "good"
    return {
        StayState.EXPECTED: (_("expected"), "info"),
        StayState.STAYING: (_("in the room"), "warning"),
        StayState.LEFT: (_("has left"), ""),
        StayState.CANCELLED: (_("did not come"), ""),
    }[guest.stay.state]


def leaving(how: Leaving) -> str:
    """How somebody leaves."""
    return {
        Leaving.HOME: _("home, released"),
        Leaving.HOME_QUARANTINE: _("home, to go on in quarantine there"),
        Leaving.HOSPITAL: _("to hospital"),
        Leaving.OTHER: _("elsewhere"),
        Leaving.MOVED: _("to another room"),
        Leaving.ENDED: _("the order was over"),
    }[how]


def step(step: Step) -> str:
    """The next step of a trip, as the button says it."""
    return {
        Step.LEFT: _("Left the station"),
        Step.ARRIVED: _("With the patient"),
        Step.HANDED_OVER: _("Handed over"),
        Step.DISINFECTED: _("Disinfected"),
    }[step]


def course(trip: Trip) -> list[tuple[str, str]]:
    """The steps of a trip that were made, with their times."""
    made = [
        (_("Called"), trip.called_at), (step(Step.LEFT), trip.left_at), (step(Step.ARRIVED), trip.arrived_at),
        (step(Step.HANDED_OVER), trip.handed_over_at), (step(Step.DISINFECTED), trip.disinfected_at),
        (_("Called off"), trip.cancelled_at),
    ]  # fmt: skip
    return [(title, words.instant(at)) for title, at in made if at is not None]


def ago(then: datetime.datetime, now: datetime.datetime) -> str:
    """How long ago something was said, in hours."""
    hours = int((now - then).total_seconds() // 3600)
    return _("%(hours)s h ago") % {"hours": hours} if hours else _("just now")
