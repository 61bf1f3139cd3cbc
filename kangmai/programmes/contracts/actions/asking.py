"""A resident asks for a contract; the team declines, or he takes it back."""

import datetime
from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction

from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.kernel.ids import ResidentId, uuid7
from kangmai.programmes.contracts import events, models, reach, rules
from kangmai.programmes.contracts.errors import (
    AlreadyAsked,
    ContractStands,
    NotAsked,
    NotTheirs,
    ResidentGone,
    TeamClosed,
    TeamNotFound,
)
from kangmai.programmes.contracts.reach import OWN
from kangmai.programmes.contracts.reading import contract_of
from kangmai.programmes.contracts.standing import holding
from kangmai.programmes.contracts.types import Contract, Signature, State, Terms
from kangmai.standards.calendars import legal_day


def ask(
    *, resident_id: ResidentId, team_id: UUID, packages: Sequence[str], years: int, key: UUID, actor: Actor, at: datetime.datetime
) -> Contract:  # fmt: skip
    """Ask a team that serves one's home for a contract, for oneself or for whom one acts; nothing is paid here.

    Raises:
        NotPermitted, ResidentNotFound, ResidentGone, TeamNotFound, TeamClosed, NotTheirs, ContractStands, AlreadyAsked
        and what `rules.checked_terms` raises
    """
    require(actor, OWN)
    on = legal_day(at)
    with transaction.atomic():
        resident = identity.get_resident(resident_id, actor=actor, at=at)
        ids = identity.same_resident_ids(resident.id)
        earlier = models.Contract.objects.filter(key=key, resident_id__in=ids).first()
        if earlier:
            return contract_of(earlier)
        if resident.deceased_on or resident.moved_out_on:
            raise ResidentGone()
        team = _team(team_id, resident.demographics.place_code)
        stands = holding(on, until_later=True).filter(resident_id__in=ids).order_by("-ends_on")
        if found := stands.select_related("team").first():
            raise ContractStands(team=found.team.name, until=found.ends_on)
        chosen = rules.checked_terms(Terms(tuple(packages), years, on), rules.rule(on=on), on=on)
        row = models.Contract(
            id=uuid7(),
            resident_id=resident.id,
            team=team,
            organization=team.organization,
            place_code=resident.demographics.place_code,
            state=State.ASKED.value,
            packages=[each.id for each in chosen],
            years=years,
            signature=Signature.ELECTRONIC.value,
            asked_on=on,
            key=key,
            account=actor.account,
        )
        _insert(row)
        _tell(row, events.ASKED, actor, at)
    return contract_of(row)


def refuse(
    *, contract_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime.datetime
) -> Contract:
    """Decline what a resident asked for, or take one's own request back.

    Raises:
        ContractNotFound, ChangedMeanwhile, NotAsked, ReasonMissing
    """
    with transaction.atomic():
        row = reach.locked(contract_id, actor=actor)
        require_version(row.version, expected_version)
        require_asked(row)
        row.note = rules.given_reason(reason)
        row.state, row.version = State.REFUSED.value, row.version + 1
        row.save()
        _tell(row, events.REFUSED, actor, at)
    return contract_of(row)


def require_asked(row: models.Contract) -> None:
    """Let pass a request that waits. Raises NotAsked."""
    if row.state != State.ASKED:
        raise NotAsked()


def _team(team_id: UUID, home: str) -> models.Team:
    team = models.Team.objects.filter(pk=team_id).first()
    if team is None:
        raise TeamNotFound()
    if not home.startswith(team.place_code):
        raise NotTheirs()
    if not team.is_open:
        raise TeamClosed(team=team.name)
    return team


def _insert(row: models.Contract) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "contract_one_asked" not in str(error):
            raise
        raise AlreadyAsked(day=row.asked_on) from None


def _tell(row: models.Contract, event: str, actor: Actor, at: datetime.datetime) -> None:
    data = {"resident": row.resident_id, "team": str(row.team_id), "organization": row.organization}
    write_down_and_announce(event, "Contract", row.id, data=data, actor=actor, at=at)
