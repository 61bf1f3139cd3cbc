"""Words for what programmes say in codes: states, lateness, methods, reasons."""

import datetime

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from kangmai.programmes.engine.types import (
    Enrolment,
    Lateness,
    Method,
    NotCounted,
    PlanReason,
    Priority,
    Reached,
    Show,
    State,
    Way,
)


def language() -> str:
    """The language of the page, as rooms call it."""
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


def state(value: State) -> str:
    """Where an enrolment stands."""
    return {
        State.SUSPECTED: _("suspected"),
        State.CONFIRMED: _("confirmed"),
        State.MANAGED: _("managed"),
        State.CLOSED: _("closed"),
    }[value]


STATE_TONES = {
    State.SUSPECTED: "warning",
    State.CONFIRMED: "info",
    State.MANAGED: "good",
    State.CLOSED: "",
}


def way(value: Way) -> str:
    """How somebody came into a programme."""
    return {
        Way.RULE: _("found in the record"),
        Way.REFERRAL: _("referred"),
        Way.HAND: _("enrolled by hand"),
    }[value]


def method(value: Method) -> str:
    """How a visit was made."""
    return {
        Method.FACE_TO_FACE: _("face to face"),
        Method.PHONE: _("by phone"),
        Method.MESSAGE: _("by message"),
        Method.VIDEO: _("by video"),
    }[value]


def reached(value: Reached) -> str:
    """What came of an attempt."""
    return {
        Reached.NO_ANSWER: _("no answer"),
        Reached.NOT_AT_HOME: _("nobody at home"),
        Reached.WRONG_CONTACT: _("number or address is wrong"),
        Reached.POSTPONED: _("does not want it now"),
    }[value]


def not_counted(value: NotCounted) -> str:
    """Why a visit does not count; empty where it does."""
    return {
        NotCounted.COUNTS: "",
        NotCounted.METHOD: _("not face to face: does not count towards the year"),
        NotCounted.INCOMPLETE: _("required values are missing: does not count"),
    }[value]


def show(value: Show) -> str:
    """A tab of the worklist."""
    return {
        Show.TO_SEE: _("To see"),
        Show.OVERDUE: _("Overdue"),
        Show.DUE: _("Due"),
        Show.DUE_SOON: _("Due soon"),
        Show.SUSPECTED: _("Suspected"),
        Show.TRANSFERS: _("Transfers"),
        Show.LOST: _("Out of reach"),
        Show.ALL: _("All"),
    }[value]


def priority(value: Priority) -> str:
    """Why somebody comes first; empty for the usual order."""
    return {
        Priority.EMERGENCY: _("emergency"),
        Priority.RISK: _("at risk"),
        Priority.NEWBORN: _("newborn"),
        Priority.UNCONTROLLED: "",
        Priority.ROUTINE: "",
    }[value]


PRIORITY_TONES = {
    Priority.EMERGENCY: "danger",
    Priority.RISK: "danger",
    Priority.NEWBORN: "warning",
    Priority.UNCONTROLLED: "warning",
    Priority.ROUTINE: "good",
}


def plan_reason(value: PlanReason) -> str:
    """What set a due day."""
    return {
        PlanReason.FIRST: _("first visit after enrolment"),
        PlanReason.DECISION: _("as decided at the latest visit"),
        PlanReason.REPEAT: _("comes round regularly"),
        PlanReason.FLOOR: _("the year's visits would not be reached otherwise"),
        PlanReason.OCCASION: _("an occasion of the programme"),
    }[value]


def due(enrolment: Enrolment, on: datetime.date) -> str:
    """How many days late or left, in words; empty where nothing is planned."""
    if enrolment.next_due_on is None or enrolment.next_late_on is None:
        return ""
    if enrolment.lateness(on) is Lateness.OVERDUE:
        return days_overdue((on - enrolment.next_due_on).days)
    return days_left((enrolment.next_due_on - on).days)


def days_overdue(count: int) -> str:
    """So many days after the due day."""
    return ngettext("%(count)s day overdue", "%(count)s days overdue", count) % {"count": count}


def days_left(count: int) -> str:
    """Today, in so many days, or since so many days."""
    if count == 0:
        return _("due today")
    if count > 0:
        return ngettext("in %(count)s day", "in %(count)s days", count) % {"count": count}
    late = -count
    return ngettext("due for %(count)s day", "due for %(count)s days", late) % {"count": late}


LATENESS_TONES = {
    Lateness.OVERDUE: "danger",
    Lateness.DUE: "warning",
    Lateness.DUE_SOON: "info",
    Lateness.SCHEDULED: "",
}
