"""The writes of programmes: each is one transaction, audited and announced."""

from kangmai.programmes.engine.actions.attempts import record_attempt
from kangmai.programmes.engine.actions.closing import (
    close_enrolment,
    reopen_enrolment,
    revive_enrolments,
)
from kangmai.programmes.engine.actions.correcting import correct_visit
from kangmai.programmes.engine.actions.enrolling import confirm, dismiss, enrol
from kangmai.programmes.engine.actions.following import follow_residents
from kangmai.programmes.engine.actions.keeping import drop_filter, keep_filter
from kangmai.programmes.engine.actions.loading import load_enrolments, load_visits
from kangmai.programmes.engine.actions.reminding import remind
from kangmai.programmes.engine.actions.replanning import replan, replan_all
from kangmai.programmes.engine.actions.screening import screen, screen_all
from kangmai.programmes.engine.actions.suspecting import DIAGNOSIS, suspect
from kangmai.programmes.engine.actions.transfers import (
    accept_transfer,
    propose_transfer,
    refuse_transfer,
)
from kangmai.programmes.engine.actions.visiting import record_visit

__all__ = [
    "DIAGNOSIS",
    "accept_transfer",
    "close_enrolment",
    "confirm",
    "correct_visit",
    "dismiss",
    "drop_filter",
    "enrol",
    "follow_residents",
    "keep_filter",
    "load_enrolments",
    "load_visits",
    "propose_transfer",
    "record_attempt",
    "record_visit",
    "refuse_transfer",
    "remind",
    "reopen_enrolment",
    "replan",
    "replan_all",
    "revive_enrolments",
    "screen",
    "screen_all",
    "suspect",
]
