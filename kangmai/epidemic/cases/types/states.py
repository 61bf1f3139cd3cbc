"""Where a card stands, and the steps of its life."""

from enum import StrEnum


class State(StrEnum):
    """Where a card stands."""

    DRAFT = "draft"
    """A code or a result arrived; no doctor has decided."""
    DISMISSED = "dismissed"
    DIAGNOSED = "diagnosed"
    """A doctor diagnosed: the legal clock runs; the card is not complete yet."""
    SUBMITTED = "submitted"
    RETURNED = "returned"
    """The county sent it back to be mended; it counts meanwhile."""
    COUNTY_REVIEWED = "county_reviewed"
    FINAL_REVIEWED = "final_reviewed"
    REMOVED = "removed"


COUNTED_STATES = (State.SUBMITTED, State.RETURNED, State.COUNTY_REVIEWED, State.FINAL_REVIEWED)


REPORTED_STATES = (*COUNTED_STATES, State.DIAGNOSED)
"""A case that a doctor stands by, whether its card is complete or not."""


class Deed(StrEnum):
    """One step in the history of a card."""

    DRAFTED = "drafted"
    EVIDENCE = "evidence"
    EVIDENCE_WITHDRAWN = "evidence_withdrawn"
    DISMISSED = "dismissed"
    DIAGNOSED = "diagnosed"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    CORRECTED = "corrected"
    DIED = "died"
    REVIEWED = "reviewed"
    FINAL_REVIEWED = "final_reviewed"
    REMOVED = "removed"
    PLACED = "placed"
    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    INVESTIGATED = "investigated"


class Dismissal(StrEnum):
    """Why a draft is no case."""

    EXCLUDED = "excluded"
    """The disease was ruled out."""
    KNOWN = "known"
    """An old case, reported before."""
    CODE_WRONG = "code_wrong"
    WRONG_PERSON = "wrong_person"
    WITHDRAWN = "withdrawn"
    """What it was drafted from was entered in error."""


class Removal(StrEnum):
    """Why a reported card is taken away."""

    DUPLICATE = "duplicate"
    MISDIAGNOSIS = "misdiagnosis"
    EXERCISE = "exercise"
    WRONG_PERSON = "wrong_person"


class PlaceState(StrEnum):
    """How far the free text of school or workplace is known."""

    NONE = ""
    """Nothing was written."""
    WAITING = "waiting"
    """Written, and nobody has looked."""
    CONFIRMED = "confirmed"
    UNLISTED = "unlisted"
    """Looked at: the registry has no such place."""
