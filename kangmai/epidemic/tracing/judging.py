"""What a judgement changes: kind and state of a contact, until when he is followed, which clocks run."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from kangmai.epidemic.tracing import clocks, colours, events, models, rules
from kangmai.epidemic.tracing.recording import count_exposures
from kangmai.epidemic.tracing.types import ContactState, Kind, PersonId
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import announce
from kangmai.messages import actions as messages
from kangmai.messages.types import Draft, to_permission
from kangmai.standards.calendars import legal_day

UNSETTLED = (ContactState.FOUND, ContactState.FOLLOWED, ContactState.DROPPED)


def judge_new(
    case: models.Case, persons: Collection[PersonId], *, actor: Actor, at: datetime
) -> None:
    """Take the pairs of some people as judged with the kind they have: whoever told them is the judgement."""
    fresh = models.Pair.objects.filter(case=case, contact__person_id__in=persons, judged_at=None)
    joined = models.Pair.objects.filter(
        case=case, judged_at=None,
        contact_id__in=models.Contact.objects.filter(person_id__in=persons, joined_to__isnull=False).values("joined_to_id"),
    )  # fmt: skip
    ids = [*fresh.values_list("id", flat=True), *joined.values_list("id", flat=True)]
    models.Pair.objects.filter(id__in=ids).update(judged_at=at, judged_by=actor.account)
    contacts = set(models.Pair.objects.filter(case=case, contact__person_id__in=persons).values_list("contact_id", flat=True))  # fmt: skip
    contacts |= set(models.Pair.objects.filter(id__in=ids).values_list("contact_id", flat=True))
    refresh(case, contacts, actor=actor, at=at)


def refresh(
    case: models.Case, contact_ids: Collection[UUID], *, actor: Actor, at: datetime
) -> None:
    """Bring contacts into line with what is judged of their pairs; who is released or a case stays so.

    A released contact whom another case exposed later is followed, told and settled anew.
    """
    count_exposures(contact_ids)
    rows = list(
        models.Contact.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(id__in=contact_ids)
        .order_by("id")
    )
    kinds = _kinds(contact_ids)
    before = {row.id: _standing(row) for row in rows}
    for row in rows:
        _set(row, rules.strongest(kinds.get(row.id, ())), at)
    changed = [row for row in rows if _standing(row) != before[row.id]]
    models.Contact.objects.bulk_update(
        changed,
        [
            "kind",
            "state",
            "judged_at",
            "until_on",
            "released_at",
            "told_at",
            "settled_at",
            "unwell_at",
            "version",
        ],
    )
    followed = [row for row in changed if row.state == ContactState.FOLLOWED.value]
    close = [row for row in followed if row.kind == Kind.CLOSE.value and row.settled_at is None]
    clocks.start_transfers(close, organization=case.organization_id, at=at)
    dropped = [row.id for row in changed if row.state == ContactState.DROPPED.value]
    clocks.stop(dropped, reason=case.number, at=at)
    colours.show_contacts(changed, at=at)
    _tell(case, [row for row in followed if row.told_at is None], actor=actor, at=at)


def _standing(row: models.Contact) -> tuple[object, ...]:
    return row.kind, row.state, row.until_on, row.judged_at


def _kinds(contact_ids: Collection[UUID]) -> dict[UUID, list[Kind]]:
    """What is judged of each contact over all his cases, those of his other names too."""
    found: dict[UUID, list[Kind]] = {}
    judged = models.Pair.objects.filter(judged_at__isnull=False)
    own = judged.filter(contact_id__in=contact_ids).values_list("contact_id", "kind")
    other = judged.filter(contact__joined_to_id__in=contact_ids).values_list("contact__joined_to_id", "kind")  # fmt: skip
    for id, kind in [*own, *other]:
        found.setdefault(id, []).append(Kind(kind))
    return found


def _set(row: models.Contact, kind: Kind, at: datetime) -> None:
    state = ContactState(row.state)
    plan = rules.plan(
        rules.edition(row.edition), kind, last_exposure_on=row.last_exposure_on,
        determined_on=legal_day(row.judged_at or at),
    )  # fmt: skip
    is_exposed_again = (
        state is ContactState.RELEASED
        and plan is not None
        and row.until_on is not None
        and plan.until > row.until_on
    )
    if state in UNSETTLED or is_exposed_again:
        row.state = (ContactState.FOLLOWED if plan is not None else ContactState.DROPPED).value
        row.released_at = None
    if is_exposed_again:
        row.told_at = row.settled_at = row.unwell_at = None
        row.judged_at = at
    row.kind = kind.value
    row.judged_at = row.judged_at or at
    row.until_on = plan.until if plan is not None else None
    row.version += 1


def _tell(
    case: models.Case, contacts: Sequence[models.Contact], *, actor: Actor, at: datetime
) -> None:
    """Tell those who follow where contacts live, a message a place; and the rest of the house."""
    here: dict[str, int] = {}
    for row in contacts:
        place = (row.place_code or "")[:9]
        here[place] = here.get(place, 0) + 1
    drafts = [
        Draft(
            template="contact_to_follow",
            to=to_permission("tracing.follow", place),
            parameters={"place": place, "people": count},
            link="/emergency-mode/tracing/contacts/",
            subject=(clocks.CASE, str(case.id)),
            key=f"tracing:{case.id}:{place}:{at.isoformat()}",
        )
        for place, count in sorted(here.items())
        if place
    ]
    if drafts:
        messages.notify(drafts, actor=actor, at=at)
        announce(events.CONTACTS_JUDGED, case.id, {"order": str(case.order_id), "place": case.place_code, "contacts": len(contacts)}, at=at)  # fmt: skip
