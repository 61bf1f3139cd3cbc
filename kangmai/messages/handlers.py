"""What people are told when records are opened in an emergency, and when a resident asks for a correction."""

from collections.abc import Sequence
from datetime import datetime

from kangmai.access import events
from kangmai.access import queries as access
from kangmai.access.types import GlassNotice
from kangmai.identity import events as of_identity
from kangmai.identity import queries as identity
from kangmai.kernel.actor import operator
from kangmai.kernel.feed import OUTBOX, Event, Subscription, subscribe
from kangmai.kernel.ids import ResidentId
from kangmai.messages.actions import notify, settle
from kangmai.messages.types import Draft, to_account, to_permission

REPORTER = operator("messages.glass", permissions=())
CORRECTOR = operator("messages.corrections", permissions=())
REVIEW, CORRECT = "glass.review", "identity.write"
COUNTY_DIGITS = 6


def report_glasses(batch: Sequence[Event]) -> None:
    """Tell who reviews where the opener works, and who steers where the resident lives."""
    opened = [each for each in batch if each.data["kind"] == events.GLASS_BROKEN]
    notices = access.glass_notices(ids=[int(each.data["key"]) for each in opened])
    homes = identity.places_of({ResidentId(each.resident_id) for each in notices})
    if notices:
        drafts = [d for n in notices for d in _drafts(n, homes.get(ResidentId(n.resident_id), ""))]
        notify(drafts, actor=REPORTER, at=_latest(opened))
    reviewed = [each for each in batch if each.data["kind"] == events.GLASS_REVIEWED]
    if reviewed:
        subjects = [("BreakGlass", str(each.data["key"])) for each in reviewed]
        settle(subjects, actor=REPORTER, at=_latest(reviewed))


def _drafts(notice: GlassNotice, home: str) -> list[Draft]:
    values = {"place": notice.place_code, "expires": notice.expires_at.isoformat()}
    subject = ("BreakGlass", str(notice.id))
    drafts = [
        Draft(
            "glass_to_review",
            to_permission(REVIEW, notice.place_code),
            values,
            "/emergency/",
            subject,
            f"glass:{notice.id}",
        )
    ]
    if home and home[:COUNTY_DIGITS] != notice.place_code[:COUNTY_DIGITS]:
        to = to_permission(REVIEW, home)
        drafts.append(
            Draft("glass_on_our_resident", to, values, "", subject, f"glass:{notice.id}:home")
        )
    return drafts


def report_corrections(batch: Sequence[Event]) -> None:
    """Tell the desks that serve a resident that he asks, and him that he was answered."""
    asked = {str(e.data["key"]): e for e in batch if e.data["kind"] == of_identity.CORRECTION_ASKED}
    answered = {
        str(e.data["key"]): e
        for e in batch
        if e.data["kind"] in (of_identity.CORRECTION_APPLIED, of_identity.CORRECTION_DECLINED)
    }
    ended = [str(e.data["key"]) for e in batch if e.data["kind"] != of_identity.CORRECTION_ASKED]
    homes = identity.places_of({ResidentId(e.data["data"]["resident"]) for e in asked.values()})
    drafts = [
        Draft(
            "correction_asked",
            to_permission(CORRECT, homes.get(ResidentId(e.data["data"]["resident"]), "")),
            link=f"/corrections/{id}/",
            subject=("Correction", id),
            key=f"correction:{id}",
        )
        for id, e in asked.items()
    ]
    drafts += [
        Draft(
            "correction_answered",
            to_account(e.data["data"]["asked_by"]),
            link="/my-corrections/",
            key=f"correction:{id}:answered",
        )
        for id, e in answered.items()
    ]
    at = _latest(batch)
    notify(drafts, actor=CORRECTOR, at=at)
    settle([("Correction", id) for id in ended], actor=CORRECTOR, at=at)


def _latest(batch: Sequence[Event]) -> datetime:
    return max(each.data["at"] for each in batch)


def register() -> None:
    """Subscribe to the outbox; called when the room wakes."""
    kinds = ", ".join(f"'{kind}'" for kind in (events.GLASS_BROKEN, events.GLASS_REVIEWED))
    subscribe(
        Subscription("messages.glass", OUTBOX, report_glasses, condition=f"kind IN ({kinds})")
    )
    asked = ", ".join(f"'{kind}'" for kind in of_identity.CORRECTIONS)
    subscribe(
        Subscription(
            "messages.corrections", OUTBOX, report_corrections, condition=f"kind IN ({asked})"
        )
    )
