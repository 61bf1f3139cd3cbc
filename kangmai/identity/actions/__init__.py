"""The writes of the resident index."""

from kangmai.identity.actions.change import correct_resident, move_resident
from kangmai.identity.actions.corrections import (
    ask_correction,
    decide_correction,
    withdraw_correction,
)
from kangmai.identity.actions.count import count_frequencies
from kangmai.identity.actions.link import link_patients, reconsider_waiting
from kangmai.identity.actions.load import (
    LoadedResident,
    ResidentDraft,
    load_residents,
    reserve_residents,
)
from kangmai.identity.actions.merge import merge_residents, unmerge_resident
from kangmai.identity.actions.numbering import give_record_number
from kangmai.identity.actions.register import register_resident
from kangmai.identity.actions.rehash import rehash
from kangmai.identity.actions.review import decide, separate_patients

__all__ = [
    "LoadedResident",
    "ResidentDraft",
    "ask_correction",
    "correct_resident",
    "count_frequencies",
    "decide",
    "decide_correction",
    "give_record_number",
    "link_patients",
    "load_residents",
    "merge_residents",
    "move_resident",
    "reconsider_waiting",
    "register_resident",
    "rehash",
    "reserve_residents",
    "separate_patients",
    "unmerge_resident",
    "withdraw_correction",
]
