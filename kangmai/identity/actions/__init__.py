"""The writes of the resident index."""

from kangmai.identity.actions.change import correct_resident, move_resident
from kangmai.identity.actions.link import link_patients
from kangmai.identity.actions.load import (
    LoadedResident,
    ResidentDraft,
    load_residents,
    reserve_residents,
)
from kangmai.identity.actions.register import register_resident

__all__ = [
    "LoadedResident",
    "ResidentDraft",
    "correct_resident",
    "link_patients",
    "load_residents",
    "move_resident",
    "register_resident",
    "reserve_residents",
]
