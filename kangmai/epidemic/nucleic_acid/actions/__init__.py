"""What people and scanners do in nucleic-acid testing; every one sleeps until ordered."""

from kangmai.epidemic.nucleic_acid.actions.antigen import report_antigen, report_antigen_by_pass
from kangmai.epidemic.nucleic_acid.actions.booking import book, cancel_booking
from kangmai.epidemic.nucleic_acid.actions.boxes import (
    pack_boxes,
    receive_box,
    send_boxes,
    sign_difference,
)
from kangmai.epidemic.nucleic_acid.actions.intake import take_tubes
from kangmai.epidemic.nucleic_acid.actions.plans import (
    carry_boxes,
    release_plan,
    save_plan,
    take_trip,
)
from kangmai.epidemic.nucleic_acid.actions.plates import import_run
from kangmai.epidemic.nucleic_acid.actions.pools import note_whereabouts, release_negatives, report
from kangmai.epidemic.nucleic_acid.actions.publishing import review_plate, void_tube
from kangmai.epidemic.nucleic_acid.actions.rounds import (
    list_people,
    move_round,
    plan_round,
    report_queue,
    set_sites,
)
from kangmai.epidemic.nucleic_acid.actions.scanning import close_tube, scan_person, take_out
from kangmai.epidemic.nucleic_acid.actions.settling import How, settle_incident
from kangmai.epidemic.nucleic_acid.actions.shifts import end_shift, staff_lane

__all__ = [
    "How",
    "book",
    "cancel_booking",
    "carry_boxes",
    "close_tube",
    "end_shift",
    "import_run",
    "list_people",
    "move_round",
    "note_whereabouts",
    "pack_boxes",
    "plan_round",
    "receive_box",
    "release_negatives",
    "release_plan",
    "report",
    "report_antigen",
    "report_antigen_by_pass",
    "report_queue",
    "review_plate",
    "save_plan",
    "scan_person",
    "send_boxes",
    "set_sites",
    "settle_incident",
    "sign_difference",
    "staff_lane",
    "take_out",
    "take_trip",
    "take_tubes",
    "void_tube",
]
