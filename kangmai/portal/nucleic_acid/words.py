"""States of testing in words, with their tone."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kangmai.epidemic.nucleic_acid.types import (
    Antigen,
    BoxState,
    Duty,
    HoldState,
    IncidentKind,
    Judgement,
    PlanState,
    PlateState,
    RoundKind,
    RoundState,
    TubeState,
    WellKind,
)

Words = tuple[str, str]


def stage(stage: str) -> str:
    """Where a tube is."""
    return {
        "open": _("at the table"),
        "closed": _("capped"),
        "boxed": _("in a box"),
        "travelling": _("on the way"),
        "received": _("in the laboratory"),
        "tested": _("tested, not reviewed"),
        "retest": _("to test again"),
        "negative": _("negative"),
        "suspect": _("suspect"),
        "positive": _("positive"),
        "void": _("void"),
    }[stage]


def detail(name: str) -> str:
    """What is told of an incident."""
    return {
        "people": _("People"),
        "mode": _("made for"),
        "places": _("place in the tube"),
        "missing": pgettext("testing", "missing"),
        "extra": _("too many"),
        "faults": _("faults"),
        "well": pgettext("testing", "well"),
        "tubes": _("tubes"),
        "most": _("at most"),
    }.get(name, name)


def result(state: TubeState | None, *, mode: int = 1) -> Words:
    """A result as people read it: what a pool says is not said of each of them, unless it is negative."""
    if mode > 1 and state in (TubeState.POSITIVE, TubeState.SUSPECT):
        return _("the pool is positive: you will be tested alone"), "warning"
    match state:
        case TubeState.NEGATIVE:
            return _("negative"), "good"
        case TubeState.POSITIVE:
            return _("positive"), "danger"
        case TubeState.SUSPECT:
            return _("suspect: will be sampled again"), "warning"
        case TubeState.VOID:
            return _("no result: please come again"), "warning"
        case _other:
            return _("result awaited"), "info"


def antigen(result: Antigen) -> Words:
    """The line on an antigen test."""
    return {
        Antigen.NEGATIVE: (_("negative"), "good"),
        Antigen.POSITIVE: (_("positive"), "danger"),
        Antigen.INVALID: (_("no control line"), "warning"),
    }[result]


def judgement(judged: Judgement) -> Words:
    """What a well says."""
    return {
        Judgement.NEGATIVE: (_("negative"), ""),
        Judgement.GREY: (_("grey zone"), "warning"),
        Judgement.POSITIVE: (_("positive"), "danger"),
        Judgement.VOID: (_("void"), "warning"),
    }[judged]


def well_kind(kind: WellKind) -> str:
    """What a well holds."""
    return {
        WellKind.SAMPLE: _("sample"),
        WellKind.POSITIVE_CONTROL: _("positive control"),
        WellKind.NEGATIVE_CONTROL: _("negative control"),
    }[kind]


def control(holds: bool) -> Words:
    """What the control in a well says of the run: a negative one without any signal is as it should be."""
    return (_("as it should be"), "good") if holds else (_("not as it should be"), "danger")


def control_fault(fault: str) -> str:
    """What is wrong with the controls of a run: one that does not hold, or too few of a kind."""
    name, _rest, text = fault.partition(" ")
    kind = well_kind(WellKind(name.rstrip(":")))
    if not name.endswith(":"):
        return _("%(control)s in %(well)s does not hold") % {"control": kind, "well": text}
    found, least = text.split(" < ")
    return _("%(control)s: %(found)s found, %(least)s needed") % {
        "control": kind,
        "found": found,
        "least": least,
    }


def box_state(state: BoxState) -> Words:
    """Where a box is."""
    return {
        BoxState.PACKED: (_("packed"), "info"),
        BoxState.TRAVELLING: (_("on the way"), "info"),
        BoxState.RECEIVED: (_("received"), "good"),
        BoxState.DIFFERS: (_("differs: two signatures needed"), "danger"),
    }[state]


def plate_state(state: PlateState) -> Words:
    """How a run stands."""
    return {
        PlateState.IMPORTED: (_("to review"), "info"),
        PlateState.REVIEWED: (_("published"), "good"),
        PlateState.FAILED: (_("controls failed"), "danger"),
    }[state]


def hold_state(state: HoldState) -> Words:
    """How somebody of a pool stands."""
    return {
        HoldState.HELD: (_("to sample alone"), "danger"),
        HoldState.SAMPLED: (_("single result awaited"), "warning"),
        HoldState.NEGATIVE: (_("singles negative: to release"), "info"),
        HoldState.POSITIVE: (_("preliminary positive: to report"), "danger"),
        HoldState.RELEASED: (_("released"), "good"),
        HoldState.REPORTED: (_("reported"), "good"),
    }[state]


def round_kind(kind: RoundKind) -> str:
    """Whom a round is for."""
    return {
        RoundKind.SCREENING: _("everybody in the area"),
        RoundKind.LISTED: _("those on the list"),
    }[kind]


def round_state(state: RoundState) -> Words:
    """How a round stands."""
    return {
        RoundState.PLANNED: (_("planned"), "info"),
        RoundState.OPEN: (pgettext("round", "open"), "good"),
        RoundState.CLOSED: (_("closed"), ""),
    }[state]


def plan_state(state: PlanState) -> Words:
    """How a kept plan stands."""
    return {
        PlanState.SAVED: (pgettext("plan", "kept"), ""),
        PlanState.RELEASED: (pgettext("plan", "in force"), "good"),
        PlanState.REPLACED: (pgettext("plan", "replaced"), ""),
    }[state]


def duty(duty: Duty) -> str:
    """What somebody does in a lane."""
    return {
        Duty.SAMPLER: _("sampler"),
        Duty.REGISTRAR: _("registrar"),
        Duty.COURIER: _("courier"),
    }[duty]


def incident(kind: IncidentKind) -> str:
    """What was held or refused, and what to do."""
    return {
        IncidentKind.TUBE_USED_TWICE: _(
            "A tube label was used for two tubes: put a new label on one"
        ),
        IncidentKind.TUBE_OVERFILLED: _("More people than the tube is for: compare list and fluid"),
        IncidentKind.TUBE_UNREADABLE: _("The tube code cannot be read: put a new label on it"),
        IncidentKind.PERSON_TWICE: _("Somebody is in two tubes of the round"),
        IncidentKind.PERSON_UNKNOWN: _("Somebody whom nobody knows is in a tube: find out who"),
        IncidentKind.TIMES_OUT_OF_ORDER: _("Times out of order: look at the scanner's clock"),
        IncidentKind.TUBE_UNKNOWN: _(
            "A result for a tube that nobody sent: link it or find the tube"
        ),
        IncidentKind.TUBE_ALREADY_SETTLED: _("A result for a tube that has one already"),
        IncidentKind.TUBE_NOT_RECEIVED: _("A result for a tube that was not received"),
        IncidentKind.BOX_DIFFERS: _("A box came with other tubes than were packed"),
        IncidentKind.BOX_OVERFILLED: _("More tubes in a box than the rules allow"),
        IncidentKind.TUBE_IN_OTHER_BOX: _("A tube was packed into two boxes"),
        IncidentKind.CONTROLS_FAILED: _("The controls of a run failed: test its tubes again"),
        IncidentKind.WELL_UNREADABLE: _("A well cannot be read"),
    }[kind]
