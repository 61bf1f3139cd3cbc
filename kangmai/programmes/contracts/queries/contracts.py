"""Contracts inside what the actor may see: lists by what they wait for, one of them, a resident's."""

import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from kangmai.identity import queries as identity
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.contracts import models, reach, reckoning, rules, services
from kangmai.programmes.contracts.reach import OWN, READ, SIGN
from kangmai.programmes.contracts.reading import contract_of
from kangmai.programmes.contracts.standing import BINDING
from kangmai.programmes.contracts.types import Contract, Done, Page, Service, Show, State

MOST = 1000
STILL_LISTED = datetime.timedelta(days=90)
"""For so long after its end a contract that was not renewed stays on the list of renewals."""


def contract_list(
    *,
    show: Show,
    team: UUID | None = None,
    after: str = "",
    limit: int = 30,
    on: datetime.date,
    actor: Actor,
) -> Page:
    """A page of contracts, those that end first in front; requests by their order, those over newest first.

    Raises:
        NotPermitted
    """
    rows = _shown(show, on, actor)
    if team is not None:
        rows = rows.filter(team=team)
    if show in (Show.ASKED, Show.OVER):
        rows = _by_id(rows, after, is_newest_first=show is Show.OVER)
    else:
        rows = _by_end(rows, after)
    found = list(rows[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    following = ""
    if last is not None:
        following = str(last.id) if show in (Show.ASKED, Show.OVER) else f"{last.ends_on}|{last.id}"
    return Page(tuple(contract_of(each) for each in found[:limit]), following)


def count_contracts(
    *, team: UUID | None = None, on: datetime.date, actor: Actor
) -> dict[Show, int]:
    """How many stand in each list, up to 1,000. Raises NotPermitted."""
    found = {}
    for each in Show:
        rows = _shown(each, on, actor)
        rows = rows if team is None else rows.filter(team=team)
        found[each] = rows.select_related(None)[:MOST].count()
    return found


def _shown(show: Show, on: datetime.date, actor: Actor) -> QuerySet[models.Contract]:
    rows = reach.contracts(actor)
    valid = Q(state__in=BINDING, begins_on__lte=on, ends_on__gte=on)
    match show:
        case Show.ASKED:
            return rows.filter(state=State.ASKED)
        case Show.ENDING:
            until = on + datetime.timedelta(rules.rule(on=on).renewal_days)
            return rows.filter(state=State.SIGNED, ends_on__range=(on - STILL_LISTED, until))
        case Show.OPEN_ITEMS:
            return rows.filter(valid, done__lt=F("promised"))
        case Show.VALID:
            return rows.filter(valid)
        case Show.OVER:
            over = Q(state__in=(State.ENDED, State.REFUSED))
            return rows.filter(over | Q(state__in=BINDING, ends_on__lt=on))


def _by_id(
    rows: QuerySet[models.Contract], after: str, *, is_newest_first: bool
) -> QuerySet[models.Contract]:
    cursor = _uuid(after)
    if cursor is not None:
        rows = rows.filter(id__lt=cursor) if is_newest_first else rows.filter(id__gt=cursor)
    return rows.order_by("-id" if is_newest_first else "id")


def _by_end(rows: QuerySet[models.Contract], after: str) -> QuerySet[models.Contract]:
    day, _, id = after.partition("|")
    cursor = _uuid(id)
    if cursor is not None:
        end = datetime.date.fromisoformat(day)
        rows = rows.filter(ends_on__gte=end).exclude(ends_on=end, id__lte=cursor)
    return rows.order_by("ends_on", "id")


def _uuid(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None


def get_contract(contract_id: UUID, *, actor: Actor, at: datetime.datetime) -> Contract:
    """A contract near the actor, or his own; written down. Raises ContractNotFound."""
    row = reach.seen(contract_id, actor=actor)
    subjects = identity.patient_rids(ResidentId(row.resident_id))[:1]
    audit.record_later(audit.Entry(actor, at, "contracts.read", "Contract", str(row.id), subjects))
    return contract_of(row)


def contracts_of(resident_id: ResidentId, *, actor: Actor) -> list[Contract]:
    """The contracts of a resident that the actor may see, the newest first."""
    if not is_permitted(actor, READ) and not is_permitted(actor, OWN):
        return []
    rows = models.Contract.objects.filter(
        reach.near(actor, READ) | reach.own(actor),
        resident_id__in=identity.same_resident_ids(resident_id),
    )
    return [contract_of(each) for each in rows.select_related("team").order_by("-id")[:20]]


def items_of(contract_id: UUID, *, on: datetime.date, actor: Actor) -> tuple[Done, ...]:
    """Every item of a contract with how often it was done in the year of a day. Raises ContractNotFound."""
    row = reach.seen(contract_id, actor=actor)
    if row.begins_on is None:
        return ()
    offered = rules.packages(on=row.begins_on)
    chosen = [offered[each] for each in row.packages if each in offered]
    day = min(max(on, row.begins_on), max(row.ends_on, row.begins_on))
    return rules.counted_items(chosen, reckoning.counts_of(contract_id, on=day))


def services_of(
    contract_id: UUID, *, on: datetime.date, days: int = 366, actor: Actor
) -> tuple[Service, ...]:
    """What was given under a contract in the last days, the newest first. Raises ContractNotFound."""
    row = reach.seen(contract_id, actor=actor)
    return services.services_of(row, since=on - datetime.timedelta(days), until=on)


def may_change(contract: Contract, *, actor: Actor) -> bool:
    """Whether an actor changes a contract for its team."""
    rows = models.Contract.objects.filter(reach.near(actor, SIGN), pk=contract.id)
    return is_permitted(actor, SIGN) and rows.exists()
