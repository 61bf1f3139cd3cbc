"""The words of case reports: states, deeds, reasons, bases of counts."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kangmai.epidemic.cases import rules
from kangmai.epidemic.cases.types import (
    AreaBasis,
    AssistanceState,
    DayBasis,
    Deed,
    Dismissal,
    Level,
    Missed,
    Origin,
    PlaceState,
    Removal,
    Show,
    State,
)

TONES = {
    State.DRAFT: "warning",
    State.DIAGNOSED: "warning",
    State.RETURNED: "danger",
    State.SUBMITTED: "info",
    State.COUNTY_REVIEWED: "good",
    State.FINAL_REVIEWED: "good",
    State.DISMISSED: "",
    State.REMOVED: "",
}
MISSED_TONES = {
    Missed.MISSED: "danger",
    Missed.LATE: "danger",
    Missed.UNDECIDED: "warning",
    Missed.WAITING: "info",
    Missed.DISMISSED: "",
    Missed.ON_TIME: "good",
}


def is_chinese() -> bool:
    """Whether the page is in Chinese."""
    return (get_language() or "zh").startswith("zh")


def disease(code: str) -> str:
    """The name of a disease."""
    return str(rules.title(code)["zh" if is_chinese() else "en"])


def state(value: State) -> str:
    """A state of a card."""
    return {
        State.DRAFT: _("to be decided"),
        State.DISMISSED: _("no case"),
        State.DIAGNOSED: _("diagnosed, not submitted"),
        State.SUBMITTED: _("submitted"),
        State.RETURNED: _("returned"),
        State.COUNTY_REVIEWED: _("reviewed by the county"),
        State.FINAL_REVIEWED: _("final"),
        State.REMOVED: _("removed"),
    }[value]


def deed(value: Deed) -> str:
    """A step of a card's history."""
    return {
        Deed.DRAFTED: _("drafted from the record"),
        Deed.EVIDENCE: _("more evidence arrived"),
        Deed.EVIDENCE_WITHDRAWN: _("evidence withdrawn"),
        Deed.DISMISSED: _("found to be no case"),
        Deed.DIAGNOSED: _("diagnosed"),
        Deed.SUBMITTED: _("submitted"),
        Deed.RETURNED: _("returned"),
        Deed.CORRECTED: _("corrected"),
        Deed.DIED: _("death recorded"),
        Deed.REVIEWED: _("reviewed by the county"),
        Deed.FINAL_REVIEWED: _("final review"),
        Deed.REMOVED: _("removed"),
        Deed.PLACED: _("school or workplace matched"),
        Deed.ASKED: _("offered to the county of residence"),
        Deed.ACCEPTED: _("accepted by the county of residence"),
        Deed.REFUSED: _("sent back by the county of residence"),
        Deed.INVESTIGATED: _("investigated"),
    }[value]


def dismissal(value: Dismissal) -> str:
    """Why a draft is no case."""
    return {
        Dismissal.EXCLUDED: _("the disease was ruled out"),
        Dismissal.KNOWN: _("an old case, reported before"),
        Dismissal.CODE_WRONG: _("the code is wrong"),
        Dismissal.WRONG_PERSON: _("the wrong person"),
        Dismissal.WITHDRAWN: _("entered in error"),
    }[value]


def removal(value: Removal) -> str:
    """Why a card is taken away."""
    return {
        Removal.DUPLICATE: _("reported twice"),
        Removal.MISDIAGNOSIS: _("wrong diagnosis"),
        Removal.EXERCISE: _("entered as an exercise"),
        Removal.WRONG_PERSON: _("the wrong person"),
    }[value]


def show(value: Show) -> str:
    """A list of cards."""
    return {
        Show.DRAFTS: _("To decide"),
        Show.TO_SUBMIT: _("To submit"),
        Show.TO_REVIEW: _("To review"),
        Show.TO_END: _("For final review"),
        Show.TO_PLACE: _("Places to match"),
        Show.ALL: _("All cards"),
        Show.REMOVED: _("Removed or no case"),
    }[value]


def place_state(value: PlaceState) -> str:
    """How far a school or workplace is known."""
    return {
        PlaceState.NONE: "",
        PlaceState.WAITING: _("to be matched"),
        PlaceState.CONFIRMED: _("matched"),
        PlaceState.UNLISTED: _("not in the registry"),
    }[value]


def assistance(value: AssistanceState) -> str:
    """How a request stands."""
    return {
        AssistanceState.ASKED: _("waits for an answer"),
        AssistanceState.ACCEPTED: _("accepted"),
        AssistanceState.REFUSED: _("sent back"),
    }[value]


def missed(value: Missed) -> str:
    """How a case of the record stands."""
    return {
        Missed.MISSED: _("no card"),
        Missed.LATE: _("late"),
        Missed.UNDECIDED: _("draft undecided"),
        Missed.WAITING: _("within its time"),
        Missed.DISMISSED: _("found to be no case"),
        Missed.ON_TIME: _("on time"),
    }[value]


def area_basis(value: AreaBasis) -> str:
    """By which place a count goes."""
    return {AreaBasis.HOME: _("present home"), AreaBasis.REPORTED: _("place of report")}[value]


def day_basis(value: DayBasis) -> str:
    """By which day a count goes."""
    return {
        DayBasis.ONSET: _("day of onset"),
        DayBasis.DIAGNOSED: _("day of diagnosis"),
        DayBasis.REPORTED: _("day of report"),
        DayBasis.FINAL_REVIEWED: _("day of final review"),
    }[value]


def origin(value: Origin) -> str:
    """Local or imported."""
    return {
        Origin.ALL: _("local and imported"),
        Origin.LOCAL: _("local only"),
        Origin.IMPORTED: _("imported only"),
    }[value]


def level(value: Level) -> str:
    """Divisions of one level."""
    return {
        Level.CITY: _("the city"),
        Level.COUNTY: _("counties"),
        Level.TOWN: _("towns"),
        Level.VILLAGE: _("villages"),
    }[value]


def field(name: str) -> str:
    """A field of the card."""
    known = {
        "name": _("Name"),
        "guardian": _("Parent"),
        "document_type": _("Kind of document"),
        "document_number": _("Document number"),
        "sex_code": _("Sex"),
        "birth_date": _("Birth date"),
        "age_years": _("Age"),
        "phone": _("Telephone"),
        "belongs_to": _("Where the patient belongs"),
        "home_code": _("Present home"),
        "address": _("Street, house, room"),
        "occupation": _("Population class"),
        "occupation_other": _("Other population class"),
        "workplace": _("School or workplace"),
        "school_class": _("Grade and class"),
        "disease": _("Disease"),
        "disease_other": _("Name of the disease"),
        "case_class": _("Case class"),
        "acute_chronic": _("Acute or chronic"),
        "onset_on": _("Day of onset"),
        "diagnosed_at": _("Time of diagnosis"),
        "died_on": _("Day of death"),
        "contacts_with_symptoms": _("Close contacts with the same symptoms"),
        "origin": _("Infected"),
        "origin_place": _("Place of infection"),
        "doctor": _("Doctor who fills in the card"),
        "doctor_phone": _("The doctor's telephone"),
        "note": _("Remarks"),
    }
    return known.get(name, name)
