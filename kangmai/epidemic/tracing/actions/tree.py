"""Assert who infected whom, and withdraw it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.orders.queries import emergency_door, in_force
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tracing import models, rules, sealed
from kangmai.epidemic.tracing.errors import (
    CaseUnknown,
    InfectorThere,
    InfectsItself,
    LinkUnknown,
    ReasonMissing,
    WordUnknown,
)
from kangmai.epidemic.tracing.reach import INVESTIGATE, cases_of
from kangmai.epidemic.tracing.reading import link_of
from kangmai.epidemic.tracing.types import Link
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.deeds import write_down
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day


@emergency_door(Purpose.TRACING)
def assert_link(
    *, from_case: UUID, to_case: UUID, evidence: str, note: str, actor: Actor, at: datetime
) -> Link:
    """Say that one case infected another, with the evidence; the same link again returns the first.

    Raises:
        NoOrderInForce, NotPermitted, CaseUnknown, WordUnknown, ReasonMissing, InfectorThere, InfectsItself.
    """
    require(actor, INVESTIGATE)
    if evidence not in rules.rule(on=legal_day(at)).evidence:
        raise WordUnknown(word=evidence[:24], what="evidence")
    if not note.strip():
        raise ReasonMissing()
    with transaction.atomic():
        rows = {row.id: row for row in models.Case.objects.filter(cases_of(actor, at), id__in=(from_case, to_case))}  # fmt: skip
        if from_case not in rows or to_case not in rows or rows[from_case].order_id != rows[to_case].order_id:  # fmt: skip
            raise CaseUnknown()
        order_id = rows[to_case].order_id
        in_force(Purpose.TRACING, place=rows[to_case].place_code, at=at)
        hold_tree(order_id)
        links = models.Link.objects.filter(order_id=order_id, withdrawn_at=None)
        there = links.filter(to_case_id=to_case).first()
        if there is not None and there.from_case_id == from_case:
            return link_of(there)
        if there is not None:
            raise InfectorThere(number=rows[to_case].number)
        if rules.joins_a_cycle(list(links.values_list("from_case_id", "to_case_id")), from_case, to_case):  # fmt: skip
            raise InfectsItself(number=rows[to_case].number)
        id = uuid7()
        key, content = sealed.close("link", id, {"text": note.strip()[:1000]})
        row = models.Link.objects.create(
            id=id, order_id=order_id, from_case_id=from_case, to_case_id=to_case, evidence=evidence,
            note=content, note_key=key, asserted_by=actor.account, asserted_at=at,
        )  # fmt: skip
        write_down("tracing.link_asserted", "TracingLink", id, reason=f"{rows[from_case].number} → {rows[to_case].number}", actor=actor, at=at)  # fmt: skip
    return link_of(row)


def hold_tree(order_id: UUID) -> None:
    """Wait until nobody else changes a tree: two links that are sound alone may close a circle together."""
    with unit_of_work() as database:
        database.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"tracing.tree.{order_id}"])


@emergency_door(Purpose.TRACING)
def withdraw_link(*, link_id: UUID, reason: str, actor: Actor, at: datetime) -> None:
    """Take back a link; it stays written down.

    Raises:
        NoOrderInForce, NotPermitted, LinkUnknown, ReasonMissing.
    """
    require(actor, INVESTIGATE)
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        mine = models.Case.objects.filter(cases_of(actor, at)).values("id")
        rows = models.Link.objects.select_for_update().filter(to_case__in=mine, withdrawn_at=None)
        row = rows.filter(id=link_id).first()
        if row is None:
            raise LinkUnknown()
        row.withdrawn_at, row.withdrawn_by = at, actor.account
        said = sealed.read("link", row.id, row.note_key, row.note)
        row.note_key, row.note = sealed.close("link", row.id, said | {"withdrawn": reason.strip()[:200]})  # fmt: skip
        row.save(update_fields=["withdrawn_at", "withdrawn_by", "note_key", "note"])
        write_down("tracing.link_withdrawn", "TracingLink", row.id, actor=actor, at=at)
