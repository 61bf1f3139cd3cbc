"""Findings in words: what was found, how likely that is with honest data, where the finding stands."""

import datetime

from django.utils.translation import gettext as _

from kangmai.programmes.watchdog.types import Deed, Finding, Show, State

MEASURES = ("systolic", "diastolic", "fasting_glucose", "height", "weight", "length")


def measure(name: str) -> str:
    """A measured value."""
    return {
        "systolic": _("systolic pressure"),
        "diastolic": _("diastolic pressure"),
        "fasting_glucose": _("fasting glucose"),
        "height": _("height"),
        "weight": _("weight"),
        "length": _("length or height of a child"),
    }.get(name, name)


def sentence(finding: Finding) -> str:
    """What was found, with its numbers."""
    of = {**finding.figures, "measure": measure(finding.figures.get("measure", ""))}
    match finding.detector:
        case "digits":
            return _("%(measure)s: %(hits)s of %(total)s readings (%(percent)s%%) end in %(digits)s; a device gives %(expected_percent)s%%") % of  # fmt: skip
        case "same_again":
            return _("%(hits)s of %(total)s visits (%(percent)s%%) have exactly the values of the visit before, of %(people)s residents; by chance at most %(expected_percent)g%%") % of  # fmt: skip
        case "same_as_next":
            return _("%(hits)s of %(total)s visits (%(percent)s%%) have exactly the values of the resident entered before; by chance at most %(expected_percent)g%%") % of  # fmt: skip
        case "pace":
            return _("up to %(most)s residents seen face to face within %(limit_hours)s hours, %(that_day)s on one day; days like this: %(days)s") % of  # fmt: skip
        case "shared_phone":
            return _("%(people)s residents with one telephone number; visits of such residents: %(hits)s") % of  # fmt: skip
        case "after_death":
            return _("visits on or after the day of a death: %(hits)s, residents: %(people)s") % of  # fmt: skip
        case "in_hospital":
            return _("visits face to face on days in hospital: %(hits)s, residents: %(people)s") % of  # fmt: skip
        case "impossible_change":
            return _("%(measure)s changed by more than it can: %(hits)s times, residents: %(people)s") % of  # fmt: skip
        case "at_night":
            return _("%(hits)s of %(total)s visits (%(percent)s%%) were entered between %(limit_from_hour)s:00 and %(limit_until_hour)s:00") % of  # fmt: skip
        case "last_days":
            return _("%(hits)s of the %(total)s visits entered in %(quarter)s (%(percent)s%%) on its last %(limit_days)s days") % of  # fmt: skip
        case _:
            return _("%(hits)s of %(total)s visits (%(percent)s%%) lack required items or hold no measured value") % of  # fmt: skip


def chance(finding: Finding) -> str:
    """How likely as much is with honest data; empty where the detector does not reckon with chance."""
    if finding.chance is None:
        return ""
    return _("less than 1 in a million million") if finding.chance < 1e-12 else f"{finding.chance:.1g}"  # fmt: skip


def state(finding: Finding, at: datetime.datetime) -> tuple[str, str]:
    """Where a finding stands, and the tone of it."""
    match finding.state:
        case State.CLOSED:
            return _("closed"), ""
        case State.ANSWERED:
            return _("answered, with quality control"), "info"
        case _ if finding.due_at < at:
            return _("not answered in time, with quality control"), "danger"
        case _:
            return _("with the team"), "warning"


def show(value: Show) -> str:
    """A part of the list."""
    return {
        Show.WAITING: _("waiting for you"),
        Show.OPEN: _("open"),
        Show.CLOSED: _("closed"),
        Show.ALL: _("all"),
    }[value]


def deed(value: Deed) -> str:
    """What was done."""
    return {
        Deed.FOUND: _("found by the night's look"),
        Deed.ANSWERED: _("answered by the team"),
        Deed.RETURNED: _("sent back to the team"),
        Deed.CLOSED: _("closed by quality control"),
    }[value]
