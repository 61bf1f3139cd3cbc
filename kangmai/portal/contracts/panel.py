"""The family doctor of a resident on the page of his record."""

import datetime

from django.urls import reverse

from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, Purpose, is_permitted
from kangmai.portal.contracts import wording
from kangmai.portal.shell import words
from kangmai.programmes.contracts import queries
from kangmai.programmes.contracts.types import State
from kangmai.standards.calendars import legal_day


def context(found: Resident, *, actor: Actor, at: datetime.datetime) -> dict[str, object]:
    """The contract that holds or is asked for, and where one is signed; nothing for those who see none."""
    is_own = actor.purpose is Purpose.RESIDENT
    may_read = is_permitted(actor, "contracts.read") or is_own
    if not may_read:
        return {"doctor": None, "may_sign_contract": False}
    on = legal_day(at)
    contracts = queries.contracts_of(found.id, actor=actor)
    current = next(
        (each for each in contracts if each.state is State.ASKED or each.holds(on)), None
    )
    if current is None:
        may_sign = is_permitted(actor, "contracts.sign") and found.deceased_on is None
        return {"doctor": None, "may_sign_contract": may_sign and not is_own}
    label, tone = wording.state(current, on)
    return {
        "doctor": {
            "team": current.team_name,
            "label": label,
            "tone": tone,
            "until": words.day(current.ends_on) if current.ends_on else "",
            "packages": wording.packages(current, on),
            "progress": f"{current.done} / {current.promised}" if current.promised else "",
            "address": reverse("my-doctor") if is_own else reverse("contract", args=[current.id]),
        },
        "may_sign_contract": False,
    }
