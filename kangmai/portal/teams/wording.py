"""Teams in words: states with their tones, what a team lacks, groups of a call-out."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kangmai.epidemic.teams.types import (
    CallState,
    DrillState,
    MissionState,
    Readiness,
    Rule,
    Standing,
)
from kangmai.portal.messages.presenters import language


def standing(value: Standing) -> tuple[str, str]:
    """Whether a team can be called, and its tone."""
    return {
        Standing.READY: (_("ready"), "good"),
        Standing.INCOMPLETE: (_("not ready"), "warning"),
        Standing.OUT: (_("out on a call"), "info"),
    }[value]


def lacks(value: Readiness, found: Rule) -> str:
    """What a team lacks, as one line."""
    words = [
        {"duty": _("nobody on duty"), "drill": _("no drill lately")}.get(each)
        or _("too few: %(function)s") % {"function": function(each, found)}
        for each in value.lacks
    ]
    return ("；" if language() == "zh" else "; ").join(words)


def function(id: str, found: Rule) -> str:
    """A function of a member; its code if the rule in force no longer knows it."""
    return found.functions[id].in_language(language()) if id in found.functions else id


def kind(id: str, found: Rule) -> str:
    """A kind of team."""
    return found.kinds[id].title.in_language(language()) if id in found.kinds else id


def specialty(id: str, found: Rule) -> str:
    """A specialty of experts."""
    return found.specialties[id].in_language(language()) if id in found.specialties else id


def group(id: str, found: Rule) -> str:
    """A group of a call-out: a kind of team, or experts of a specialty."""
    sort, _colon, rest = id.partition(":")
    if sort == "team":
        return kind(rest, found)
    return _("Expert: %(specialty)s") % {"specialty": specialty(rest, found)}


def call_state(value: CallState) -> tuple[str, str]:
    """How far somebody who was called is, and the tone."""
    return {
        CallState.RESERVE: (_("in reserve"), ""),
        CallState.WAITING: (_("called, no answer yet"), "warning"),
        CallState.LATE: (_("no answer in time"), "danger"),
        CallState.DECLINED: (_("cannot come"), "danger"),
        CallState.COMING: (_("is coming"), "info"),
        CallState.MOVING: (_("has set off"), "info"),
        CallState.ON_SITE: (_("on site"), "good"),
        CallState.BACK: (_("back"), "good"),
        CallState.STOOD_DOWN: (_("stood down"), ""),
    }[value]


def drill_state(value: DrillState) -> tuple[str, str]:
    """How far a drill is, and the tone."""
    return {
        DrillState.PLANNED: (_("drill planned"), "warning"),
        DrillState.RUNNING: (_("drill running"), "info"),
        DrillState.ASSESSING: (_("being assessed"), "warning"),
        DrillState.REPORTED: (_("reported"), "good"),
        DrillState.WITHDRAWN: (_("withdrawn"), ""),
    }[value]


def mission_state(value: MissionState) -> tuple[str, str]:
    """How far a mission is, and the tone."""
    return {
        MissionState.PLANNED: (_("mission planned"), "warning"),
        MissionState.LEFT: (_("on the way, not acknowledged"), "info"),
        MissionState.ARRIVED: (_("arrived and acknowledged"), "good"),
        MissionState.RETURNED: (pgettext("mission", "returned"), ""),
        MissionState.WITHDRAWN: (_("withdrawn"), ""),
    }[value]
