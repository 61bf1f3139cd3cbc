"""Give and lift colours: only for a health reason of the closed list, with evidence, by whom the list names.

A change by hand is proposed by one person and decided by another; a change by rule comes from a fact that
another part of the house established (a positive pool, a contact), with that fact as its evidence.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.orders.queries import awake, emergency_door, in_force, writes_refusals
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import events, models, rules, sealed
from kangmai.epidemic.venues.errors import (
    AlreadyAnswered,
    AuthorityMissing,
    DecisionUnknown,
    EvidenceMissing,
    PersonUnknown,
    ReasonMissing,
    ReasonNotOnTheList,
    SecondPersonNeeded,
)
from kangmai.epidemic.venues.reach import DECIDE, inside
from kangmai.epidemic.venues.reading import decision_of
from kangmai.epidemic.venues.rulebook import colour_rule
from kangmai.epidemic.venues.types import (
    Colour,
    ColourReason,
    ColourRule,
    Decision,
    DecisionState,
    PersonKey,
)
from kangmai.kernel.actor import Actor, NotPermitted, is_permitted, require
from kangmai.kernel.deeds import announce, require_version, write_down
from kangmai.kernel.ids import uuid7


@emergency_door(Purpose.COLOURS)
@writes_refusals("venues.colour_refused")
def propose_colour(
    *,
    person: PersonKey,
    reason: str,
    evidence_kind: str,
    evidence: str,
    key: str,
    actor: Actor,
    at: datetime,
) -> Decision:
    """Propose a colour by hand; it shows only after another person approved it.

    Args:
        evidence: where the evidence can be read: the number of a report, a record, an order.

    Raises:
        NoOrderInForce, NotPermitted, PersonUnknown, ReasonNotOnTheList, EvidenceMissing, AuthorityMissing.
    """
    require(actor, DECIDE)
    with transaction.atomic():
        first = models.Decision.objects.filter(proposed_by=actor.account, key=key).first()
        if first is not None:
            return decision_of(first)
        row = _new(person, reason, evidence_kind, evidence, key, actor, at, by_hand=True)
        row.save(force_insert=True)
        _write(row, "venues.colour_proposed", actor, at)
    return decision_of(row)


@emergency_door(Purpose.COLOURS)
def colour_by_rule(
    *,
    person: PersonKey,
    reason: str,
    evidence_kind: str,
    evidence: str,
    key: str,
    actor: Actor,
    at: datetime,
) -> Decision:
    """Give a colour that follows from a fact at once, for the room that established it (permission `colours.by_rule`).

    Raises:
        as `propose_colour`.
    """
    require(actor, "colours.by_rule")
    with transaction.atomic():
        first = models.Decision.objects.filter(proposed_by=actor.account, key=key).first()
        if first is not None:
            return decision_of(first)
        row = _new(person, reason, evidence_kind, evidence, key, actor, at, by_hand=False)
        row.save(force_insert=True)
        _put_in_force(row, actor, at)
    return decision_of(row)


@emergency_door(Purpose.COLOURS)
@writes_refusals("venues.colour_refused")
def decide_colour(
    *, decision_id: UUID, approves: bool, expected_version: int, actor: Actor, at: datetime
) -> Decision:
    """Approve or refuse a colour that somebody else proposed.

    Raises:
        NoOrderInForce, NotPermitted, DecisionUnknown, ChangedMeanwhile, AlreadyAnswered, SecondPersonNeeded,
        AuthorityMissing.
    """
    with transaction.atomic():
        row = _locked(decision_id, expected_version, DecisionState.PROPOSED, actor)
        if row.proposed_by == actor.account:
            raise SecondPersonNeeded()
        _require_authority(_rule(row, at).reasons[row.reason], actor)
        row.decided_by, row.decided_at = actor.account, at
        if approves:
            _put_in_force(row, actor, at)
        else:
            _end(row, DecisionState.REFUSED, actor, at)
    return decision_of(row)


@emergency_door(Purpose.COLOURS)
def lift_colour(
    *, decision_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Decision:
    """Lift a colour before it ends by itself; one person suffices, since nobody is harmed by it.

    Raises:
        NoOrderInForce, NotPermitted, DecisionUnknown, ChangedMeanwhile, AlreadyAnswered, ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = _locked(decision_id, expected_version, DecisionState.IN_FORCE, actor)
        lift(row, actor, at)
    return decision_of(row)


def lift(row: models.Decision, actor: Actor, at: datetime) -> None:
    """End a decision in force within the caller's transaction."""
    _end(row, DecisionState.LIFTED, actor, at)
    _show(row, at)


def settle_colours(*, at: datetime) -> int:
    """Let codes whose colour came to its end show what other decisions still say; returns how many (worker)."""
    orders = {order.id: order for order in awake(Purpose.COLOURS, at=at)}
    settled = 0
    for person in models.Person.objects.filter(colour__gt=Colour.GREEN.value, colour_until__lte=at):
        row = person.decision_set.filter(order_id__in=orders).order_by("-id").first()
        if row is not None:
            with transaction.atomic():
                _show(row, at)
            settled += 1
    return settled


def _new(
    person: PersonKey,
    reason: str,
    evidence_kind: str,
    evidence: str,
    key: str,
    actor: Actor,
    at: datetime,
    *,
    by_hand: bool,
) -> models.Decision:
    permission = DECIDE if by_hand else "colours.by_rule"
    rows = models.Person.objects.select_for_update().filter(inside(actor, permission))
    subject = rows.filter(id=person).first()
    if subject is None:
        raise PersonUnknown()
    order = in_force(Purpose.COLOURS, place=subject.place_code, at=at)
    rule = colour_rule(order.edition)
    listed = rule.reasons.get(reason)
    if listed is None:
        raise ReasonNotOnTheList(reason=reason)
    if evidence_kind not in listed.evidence or not evidence.strip():
        kinds = "、".join(rule.evidence[kind].zh for kind in listed.evidence)
        raise EvidenceMissing(kinds=kinds)
    authority = _require_authority(listed, actor) if by_hand else actor.name
    id = uuid7()
    content_key, content = sealed.close("decision", id, {"evidence": evidence.strip()[:200]})
    return models.Decision(
        id=id,
        order_id=order.id,
        person=subject,
        place_code=subject.place_code,
        colour=listed.colour.value,
        reason=reason,
        evidence_kind=evidence_kind,
        content=content,
        content_key=content_key,
        authority=authority[:64],
        state=DecisionState.PROPOSED.value,
        is_by_hand=by_hand,
        proposed_by=actor.account,
        proposed_at=at,
        changed_from=rules.shown_colour(Colour(subject.colour), subject.colour_until, at).value,
        key=key,
    )


def _require_authority(reason: ColourReason, actor: Actor) -> str:
    """The role by which somebody may decide for a reason. Raises AuthorityMissing."""
    for grant in actor.grants:
        if grant.role in reason.authorities:
            return grant.role
    raise AuthorityMissing(reason=reason.id)


def _rule(row: models.Decision, at: datetime) -> ColourRule:
    return colour_rule(in_force(Purpose.COLOURS, place=row.place_code, at=at).edition)


def _locked(
    decision_id: UUID, expected_version: int, state: DecisionState, actor: Actor
) -> models.Decision:
    if not is_permitted(actor, DECIDE):
        raise NotPermitted(permission=DECIDE)
    rows = models.Decision.objects.select_for_update(of=("self",)).filter(inside(actor, DECIDE))
    row = rows.filter(id=decision_id).first()
    if row is None:
        raise DecisionUnknown()
    require_version(row.version, expected_version)
    if row.state != state.value:
        raise AlreadyAnswered()
    return row


def _put_in_force(row: models.Decision, actor: Actor, at: datetime) -> None:
    row.state = DecisionState.IN_FORCE.value
    row.decided_at = row.decided_at or at
    row.expires_at = rules.expiry(_rule(row, at), row.reason, at=at)
    row.version += 1
    row.save(update_fields=["state", "decided_by", "decided_at", "expires_at", "version"])
    _show(row, at)
    _write(row, events.COLOUR_CHANGED, actor, at)


def _end(row: models.Decision, state: DecisionState, actor: Actor, at: datetime) -> None:
    row.state, row.ended_by, row.ended_at = state.value, actor.account, at
    row.version += 1
    row.save(update_fields=["state", "decided_by", "decided_at", "ended_by", "ended_at", "version"])
    _write(row, events.COLOUR_CHANGED, actor, at)


def _show(row: models.Decision, at: datetime) -> None:
    """Let the person's code show what all decisions in force give together."""
    rule = _rule(row, at)
    person = models.Person.objects.select_for_update().get(id=row.person_id)
    standing = [
        (PersonKey(person.id), each.reason, each.decided_at, each.expires_at)
        for each in person.decision_set.filter(state=DecisionState.IN_FORCE.value)
    ]
    colour, until = rules.colour_of(standing, rule, at)
    person.colour, person.colour_until = colour.value, until
    person.save(update_fields=["colour", "colour_until"])


def _write(row: models.Decision, event: str, actor: Actor, at: datetime) -> None:
    write_down(
        event, "ColourDecision", row.id, actor=actor, at=at, reason=f"{row.reason}: {row.state}"
    )
    announce(event, row.id, {"reason": row.reason, "state": row.state}, at=at)
