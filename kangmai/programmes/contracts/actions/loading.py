"""Take over teams and contracts from elsewhere, or an invented city's, by COPY; the caller vouches for them."""

import datetime
from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection, transaction

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import write_down
from kangmai.kernel.ids import uuid7
from kangmai.programmes.contracts import models, rules
from kangmai.programmes.contracts.reach import KEEP, SIGN
from kangmai.programmes.contracts.services import HAND
from kangmai.programmes.contracts.types import ContractDraft, Signature, State, TeamDraft

_CONTRACT = (
    "id", "resident_id", "team_id", "organization", "place_code", "state", "packages", "years", "signature",
    "asked_on", "signed_on", "begins_on", "ends_on", "planned_end_on", "end_reason", "note", "renews_id", "promised", "done", "key",
    "account", "version",
)  # fmt: skip
_YEAR = ("contract_id", "begins_on", "ends_on", "promised", "done", "is_whole")
_PERFORMED = (
    "id", "contract_id", "package", "item", '"on"', "note", "undone_reason", "account", "at", "key",
)  # fmt: skip
_RATING = ("id", "contract_id", "team_id", "service_kind", "service", "score", '"on"')


def load_teams(drafts: Sequence[TeamDraft], *, actor: Actor, at: datetime.datetime) -> int:
    """Write teams with their members; how many. Raises NotPermitted."""
    require(actor, KEEP)
    rows = [
        models.Team(
            id=each.id, name=each.facts.name[:40], organization=each.organization, place_code=each.place_code,
            leader=each.facts.leader, phone=each.facts.phone, key=uuid7(),
        )
        for each in drafts
    ]  # fmt: skip
    members = [
        models.Member(team_id=each.id, staff=staff, duty=duty)
        for each in drafts
        for staff, duty in each.facts.members
    ]
    with transaction.atomic():
        models.Team.objects.bulk_create(rows)
        models.Member.objects.bulk_create(members)
        details = {"count": len(rows)}
        write_down("contracts.teams_loaded", "Team", "", details=details, actor=actor, at=at)
    return len(rows)


def load_contracts(drafts: Sequence[ContractDraft], *, actor: Actor, at: datetime.datetime) -> int:
    """Write contracts with their years, each after the one it follows; `reckon` counts them afterwards.

    Raises:
        NotPermitted
    """
    require(actor, SIGN)
    contracts: list[tuple[Any, ...]] = []
    years: list[tuple[Any, ...]] = []
    performed: list[tuple[Any, ...]] = []
    ratings: list[tuple[Any, ...]] = []
    for each in drafts:
        contracts.append(_contract(each, actor.account))
        if each.asked_on:
            continue
        ends_on = rules.last_day(each.begins_on, each.years)
        years += [
            (each.id, one.begins_on, one.ends_on, 0, 0, True)
            for one in rules.years_of(each.begins_on, ends_on)
        ]
        performed += [
            _performed(each, "guidance", day, actor.account, at) for day in each.guided_on
        ]
        if each.served_on:
            advice = _performed(each, "consultation", each.served_on, actor.account, at)
            made = advice[0]
            performed.append(advice)
            if each.score:
                ratings.append((uuid7(), each.id, each.team, HAND, made, each.score, each.served_on))  # fmt: skip
    with transaction.atomic():
        _copy("contracts_contract", _CONTRACT, contracts)
        _copy("contracts_contractyear", _YEAR, years)
        _copy("contracts_performed", _PERFORMED, performed)
        _copy("contracts_rating", _RATING, ratings)
        details = {"count": len(contracts)}
        write_down("contracts.loaded", "Contract", "", details=details, actor=actor, at=at)
    return len(contracts)


def _performed(each: ContractDraft, item: str, on: datetime.date, account: int, at: datetime.datetime) -> tuple[Any, ...]:  # fmt: skip
    return (uuid7(), each.id, "basic", item, on, "", "", account, at, uuid7())


def _contract(each: ContractDraft, account: int) -> tuple[Any, ...]:
    state = State.ASKED if each.asked_on else State.RENEWED if each.is_renewed else State.SIGNED
    begins_on = None if each.asked_on else each.begins_on
    ends_on = begins_on and rules.last_day(begins_on, each.years)
    signature = Signature.ELECTRONIC if each.asked_on else Signature.PAPER
    return (
        each.id, each.resident, each.team, each.organization, each.place_code, state.value, list(each.packages),
        each.years, signature.value, each.asked_on, begins_on, begins_on, ends_on, ends_on, "", "", each.renews, 0, 0,
        uuid7(), account, 1,
    )  # fmt: skip


def _copy(table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    with (
        psycopg.Cursor(connection.connection) as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
