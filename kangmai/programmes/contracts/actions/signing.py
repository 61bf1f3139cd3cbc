"""Sign a contract, answer a resident who asked for one, renew it, change the team.

A resident has one contract: the newest stands as signed, one that another follows as renewed.
"""

import datetime
from dataclasses import replace
from uuid import UUID

from django.db import IntegrityError, transaction

from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, operator, require
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.kernel.ids import ResidentId, uuid7
from kangmai.programmes.contracts import events, models, reach, rules
from kangmai.programmes.contracts.actions.asking import require_asked
from kangmai.programmes.contracts.errors import (
    ContractStands,
    DayWrong,
    KeyReused,
    NotInForce,
    ResidentGone,
    SameTeam,
    TeamClosed,
    TeamFull,
)
from kangmai.programmes.contracts.reach import SIGN
from kangmai.programmes.contracts.reading import contract_of
from kangmai.programmes.contracts.standing import cut_years, holding, write_years
from kangmai.programmes.contracts.types import Contract, End, Signature, State, Terms
from kangmai.standards.calendars import legal_day

HOUSE = operator("contracts.house", permissions=("identity.search",))
ONE_DAY = datetime.timedelta(days=1)


def sign(
    *, resident_id: ResidentId, team_id: UUID, terms: Terms, key: UUID, actor: Actor, at: datetime.datetime
) -> Contract:  # fmt: skip
    """Sign a contract with a resident whom the actor sees; the same key again returns the first result.

    A request of the resident that waits is answered by it.

    Raises:
        NotPermitted, ResidentNotFound, ResidentGone, TeamNotFound, TeamClosed, TeamFull, ContractStands, KeyReused
        and what `rules.checked_terms` raises
    """
    require(actor, SIGN)
    with transaction.atomic():
        resident = identity.get_resident(resident_id, actor=actor, at=at)
        if earlier := _earlier(key, resident.id):
            return contract_of(earlier)
        team = reach.team(team_id, SIGN, actor=actor)
        asked = _asked(resident)
        if asked is not None:
            asked.delete()
        row = _new(resident, team, terms, key=key, actor=actor, at=at)
        row.asked_on = asked.asked_on if asked else None
        return _signed(row, events.SIGNED, actor, at)


def accept(
    *, contract_id: UUID, expected_version: int, actor: Actor, at: datetime.datetime
) -> Contract:
    """Sign what a resident asked for, from today on.

    Raises:
        NotPermitted, ContractNotFound, ChangedMeanwhile, NotAsked, ResidentGone, TeamClosed, TeamFull, ContractStands
    """
    on = legal_day(at)
    with transaction.atomic():
        row = reach.served(contract_id, actor=actor)
        require_version(row.version, expected_version)
        require_asked(row)
        resident = identity.get_resident(ResidentId(row.resident_id), actor=HOUSE, at=at)
        terms = Terms(tuple(row.packages), row.years, on, Signature.ELECTRONIC, row.fee)
        _prepare(row, resident, row.team, terms, at=at)
        row.version += 1
        return _signed(row, events.SIGNED, actor, at)


def renew(
    *, contract_id: UUID, terms: Terms, key: UUID, expected_version: int, actor: Actor, at: datetime.datetime
) -> Contract:  # fmt: skip
    """Sign the contract that follows one near its end; it begins the day after, or today where that is over.

    Raises:
        NotPermitted, ContractNotFound, ChangedMeanwhile, NotInForce, TooEarly, ResidentGone, TeamClosed, KeyReused
        and what `rules.checked_terms` raises
    """
    on = legal_day(at)
    with transaction.atomic():
        old = reach.served(contract_id, actor=actor)
        if earlier := _earlier(key, ResidentId(old.resident_id)):
            return contract_of(earlier)
        require_version(old.version, expected_version)
        if old.state != State.SIGNED:
            raise NotInForce(until=old.ends_on)
        rules.require_renewable(old.ends_on, rules.rule(on=on), on=on)
        begins_on = max(on, old.ends_on + ONE_DAY)
        _end_with(old, State.RENEWED)
        resident = identity.get_resident(ResidentId(old.resident_id), actor=HOUSE, at=at)
        row = _new(resident, old.team, replace(terms, begins_on=begins_on), key=key, actor=actor, at=at)  # fmt: skip
        row.renews = old
        return _signed(row, events.RENEWED, actor, at)


def change(
    *, contract_id: UUID, team_id: UUID, reason: str, key: UUID, expected_version: int, actor: Actor, at: datetime.datetime
) -> Contract:  # fmt: skip
    """Let another team go on with a contract from today until it ends, with the same packages.

    Raises:
        NotPermitted, ContractNotFound, ChangedMeanwhile, NotInForce, TeamNotFound, SameTeam, TeamClosed, TeamFull,
        ResidentGone, ReasonMissing, KeyReused
    """
    on = legal_day(at)
    with transaction.atomic():
        old = reach.served(contract_id, actor=actor)
        if earlier := _earlier(key, ResidentId(old.resident_id)):
            return contract_of(earlier)
        require_version(old.version, expected_version)
        if old.state != State.SIGNED or old.ends_on < on:
            raise NotInForce(until=old.ends_on)
        team = reach.team(team_id, SIGN, actor=actor)
        if team.pk == old.team_id:
            raise SameTeam()
        note, ends_on = rules.given_reason(reason), old.ends_on
        begins_on = max(on, old.begins_on)
        old.ends_on, old.end_reason, old.note = begins_on - ONE_DAY, End.CHANGED_TEAM, note
        _end_with(old, State.ENDED)
        cut_years(old)
        resident = identity.get_resident(ResidentId(old.resident_id), actor=HOUSE, at=at)
        terms = Terms(tuple(old.packages), old.years, begins_on, Signature(old.signature), old.fee)
        row = _new(resident, team, terms, key=key, actor=actor, at=at)
        row.renews, row.ends_on, row.planned_end_on = old, ends_on, ends_on
        return _signed(row, events.CHANGED_TEAM, actor, at)


def _earlier(key: UUID, resident_id: ResidentId) -> models.Contract | None:
    found = models.Contract.objects.select_related("team").filter(key=key).first()
    if found and found.resident_id not in identity.same_resident_ids(resident_id):
        raise KeyReused()
    return found


def _asked(resident: Resident) -> models.Contract | None:
    ids = identity.same_resident_ids(resident.id)
    rows = models.Contract.objects.select_for_update().filter(resident_id__in=ids)
    return rows.filter(state=State.ASKED).first()


def _new(
    resident: Resident, team: models.Team, terms: Terms, *, key: UUID, actor: Actor, at: datetime.datetime
) -> models.Contract:  # fmt: skip
    row = models.Contract(id=uuid7(), resident_id=resident.id, key=key, account=actor.account)
    _prepare(row, resident, team, terms, at=at)
    return row


def _prepare(
    row: models.Contract, resident: Resident, team: models.Team, terms: Terms, *, at: datetime.datetime
) -> None:  # fmt: skip
    """Write into a row what is agreed. Raises what signing raises."""
    on = legal_day(at)
    of = rules.rule(on=on)
    chosen = rules.checked_terms(terms, of, on=on)
    if resident.deceased_on or resident.moved_out_on:
        raise ResidentGone()
    if not team.is_open:
        raise TeamClosed(team=team.name)
    ends_on = rules.last_day(terms.begins_on, terms.years)
    if ends_on < on:
        raise DayWrong(day=terms.begins_on, first=on.replace(day=1), last=on)
    _require_alone(resident, on=terms.begins_on)
    count = holding(on, until_later=True).filter(team=team).count()
    if count >= of.residents_per_team:
        raise TeamFull(team=team.name, count=count, most=of.residents_per_team)
    row.team, row.organization = team, team.organization
    row.place_code = resident.demographics.place_code
    row.packages, row.years = [each.id for each in chosen], terms.years
    row.fee, row.signature = terms.fee, terms.signature.value
    row.signed_on, row.begins_on = on, terms.begins_on
    row.ends_on = row.planned_end_on = ends_on


def _require_alone(resident: Resident, *, on: datetime.date) -> None:
    """Let pass who has no contract on a day or later; one that is over makes room. Raises ContractStands."""
    ids = identity.same_resident_ids(resident.id)
    rows = models.Contract.objects.select_for_update(of=("self",)).select_related("team")
    for row in rows.filter(resident_id__in=ids, state=State.SIGNED).order_by("id"):
        if row.ends_on >= on:
            raise ContractStands(team=row.team.name, until=row.ends_on)
        _end_with(row, State.ENDED)


def _end_with(row: models.Contract, state: State) -> None:
    row.state, row.version = state.value, row.version + 1
    row.save()


def _signed(row: models.Contract, event: str, actor: Actor, at: datetime.datetime) -> Contract:
    row.state = State.SIGNED.value
    try:
        with transaction.atomic():
            row.save()
            write_years(row)
            row.save()
    except IntegrityError as error:
        if "contract_one_signed" not in str(error):
            raise
        raise ContractStands(team=row.team.name, until=row.ends_on) from None
    data = {"resident": row.resident_id, "team": str(row.team_id), "organization": row.organization}
    write_down_and_announce(event, "Contract", row.id, data=data, subjects=_subjects(row), actor=actor, at=at)  # fmt: skip
    return contract_of(row)


def _subjects(row: models.Contract) -> list[int]:
    return identity.patient_rids(ResidentId(row.resident_id))[:1]
