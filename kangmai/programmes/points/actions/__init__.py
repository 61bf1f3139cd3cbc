"""The writes of the register: enter and state facts, confirm and close, inspect and mend, load a register taken over."""

from kangmai.programmes.points.actions.entering import enter, restate
from kangmai.programmes.points.actions.inspecting import inspect, mend, settle
from kangmai.programmes.points.actions.loading import PointDraft, load_points
from kangmai.programmes.points.actions.standing import close, confirm, resume, review, suspend

__all__ = [
    "PointDraft",
    "close",
    "confirm",
    "enter",
    "inspect",
    "load_points",
    "mend",
    "restate",
    "resume",
    "review",
    "settle",
    "suspend",
]
