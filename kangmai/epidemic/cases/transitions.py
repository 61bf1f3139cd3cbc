"""Which deeds are possible in which state of a card."""

from kangmai.epidemic.cases.types import Deed, State

_ALLOWED = {
    Deed.DISMISSED: (State.DRAFT,),
    Deed.DIAGNOSED: (State.DRAFT,),
    Deed.SUBMITTED: (State.DIAGNOSED, State.RETURNED),
    Deed.CORRECTED: (State.SUBMITTED, State.RETURNED, State.COUNTY_REVIEWED, State.FINAL_REVIEWED),
    Deed.DIED: (State.SUBMITTED, State.RETURNED, State.COUNTY_REVIEWED, State.FINAL_REVIEWED),
    Deed.RETURNED: (State.SUBMITTED, State.COUNTY_REVIEWED),
    Deed.REVIEWED: (State.SUBMITTED,),
    Deed.FINAL_REVIEWED: (State.COUNTY_REVIEWED,),
    Deed.REMOVED: (
        State.DIAGNOSED,
        State.SUBMITTED,
        State.RETURNED,
        State.COUNTY_REVIEWED,
        State.FINAL_REVIEWED,
    ),
    Deed.PLACED: (State.SUBMITTED, State.RETURNED, State.COUNTY_REVIEWED, State.FINAL_REVIEWED),
    Deed.INVESTIGATED: (
        State.DIAGNOSED,
        State.SUBMITTED,
        State.RETURNED,
        State.COUNTY_REVIEWED,
        State.FINAL_REVIEWED,
    ),
    Deed.ASKED: (State.SUBMITTED, State.RETURNED, State.COUNTY_REVIEWED, State.FINAL_REVIEWED),
}


def may_follow(state: State, deed: Deed) -> bool:
    """Whether a deed is possible with a card in this state.

    >>> may_follow(State.DRAFT, Deed.SUBMITTED)
    False
    """
    return state in _ALLOWED.get(deed, ())
