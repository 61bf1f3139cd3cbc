"""Appeal against a colour, and answer within 24 hours: by somebody who neither proposed nor approved it."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines.types import Met, Start, Subject
from kangmai.epidemic.orders import queries as orders
from kangmai.epidemic.orders.queries import emergency_door
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import models, sealed
from kangmai.epidemic.venues.actions.colours import lift
from kangmai.epidemic.venues.errors import (
    AlreadyAnswered,
    AppealOpen,
    AppealUnknown,
    NothingToAppeal,
    PersonUnknown,
    ReasonMissing,
    SecondPersonNeeded,
)
from kangmai.epidemic.venues.reach import APPEAL, inside
from kangmai.epidemic.venues.reading import appeal_of
from kangmai.epidemic.venues.types import Appeal, AppealState, DecisionState
from kangmai.kernel.actor import Actor, operator, require
from kangmai.kernel.deeds import require_version, write_down
from kangmai.kernel.ids import uuid7

DEADLINE = "colour_appeal_24h"
KIND = "colour_appeal"
PUBLIC = operator("venues.public", permissions=("deadlines.write", "orders.read"))


@emergency_door(Purpose.COLOURS)
def file_appeal(*, pass_number: int, text: str, at: datetime) -> Appeal:
    """Appeal against the colour that a pass shows; the clock of 24 hours begins.

    Raises:
        NoOrderInForce, PersonUnknown, NothingToAppeal, AppealOpen, ReasonMissing.
    """
    if not text.strip():
        raise ReasonMissing()
    person = models.Person.objects.filter(pass_number=pass_number).first()
    if person is None:
        raise PersonUnknown()
    standing = person.decision_set.filter(state=DecisionState.IN_FORCE.value)
    decision = standing.order_by("-colour", "-id").first()
    if decision is None:
        raise NothingToAppeal()
    id = uuid7()
    key, content = sealed.close("appeal", id, {"text": text.strip()[:1000]})
    try:
        with transaction.atomic():
            row = models.Appeal.objects.create(
                id=id,
                order_id=decision.order_id,
                decision=decision,
                place_code=decision.place_code,
                content=content,
                content_key=key,
                state=AppealState.FILED.value,
                filed_at=at,
            )
            (clock,) = deadlines.start([_clock(row)], actor=PUBLIC, at=at)
            write_down("venues.appeal_filed", "ColourAppeal", row.id, actor=PUBLIC, at=at)
    except IntegrityError:
        raise AppealOpen() from None
    return appeal_of(row, clock.due_at)


@emergency_door(Purpose.COLOURS)
def answer_appeal(
    *,
    appeal_id: UUID,
    lifts: bool,
    answer: str,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Appeal:
    """Answer an appeal: lift the colour, or uphold it with an explanation.

    Raises:
        NoOrderInForce, NotPermitted, AppealUnknown, ChangedMeanwhile, AlreadyAnswered, ReasonMissing,
        SecondPersonNeeded: the actor proposed or approved the colour.
    """
    require(actor, APPEAL)
    if not answer.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = _locked(appeal_id, expected_version, actor)
        decision = models.Decision.objects.select_for_update().get(id=row.decision_id)
        if actor.account in (decision.proposed_by, decision.decided_by):
            raise SecondPersonNeeded()
        said = sealed.read("appeal", row.id, row.content_key, row.content)
        row.content_key, row.content = sealed.close(
            "appeal", row.id, {**said, "answer": answer.strip()[:1000]}
        )
        row.state = (AppealState.LIFTED if lifts else AppealState.UPHELD).value
        row.answered_at, row.answered_by, row.version = at, actor.account, row.version + 1
        row.save()
        if lifts and decision.state == DecisionState.IN_FORCE.value:
            lift(decision, actor, at)
        row.decision = decision
        deadlines.meet(
            [Met(DEADLINE, Subject(KIND, str(row.id)), at, KIND, str(row.id))], actor=PUBLIC, at=at
        )
        write_down(
            "venues.appeal_answered", "ColourAppeal", row.id, actor=actor, at=at, reason=row.state
        )
    return appeal_of(row)


def _clock(row: models.Appeal) -> Start:
    """Owned by the institution of the officer who signed the order."""
    signed = orders.signatures(row.order_id, actor=PUBLIC)
    owners = [each.organization for each in signed if each.organization is not None]
    return Start(
        definition=DEADLINE,
        subject=Subject(KIND, str(row.id)),
        started_at=row.filed_at,
        owner_org=owners[0] if owners else 0,
        place_code=row.place_code,
    )


def _locked(appeal_id: UUID, expected_version: int, actor: Actor) -> models.Appeal:
    rows = models.Appeal.objects.select_for_update(of=("self",)).filter(inside(actor, APPEAL))
    row = rows.filter(id=appeal_id).first()
    if row is None:
        raise AppealUnknown()
    require_version(row.version, expected_version)
    if row.state != AppealState.FILED.value:
        raise AlreadyAnswered()
    return row
